"""The bridge to records, reports and the school website."""
