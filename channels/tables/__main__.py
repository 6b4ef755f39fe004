"""`python -m channels.tables docs/channels.md` writes that page's tables anew; its words stay."""

import sys
from pathlib import Path

from channels.tables.page import renewed

if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
