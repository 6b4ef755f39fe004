"""SMS through eSMS.vn: its adapter, its codes, its words on what it took."""
