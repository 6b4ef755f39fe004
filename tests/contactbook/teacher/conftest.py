"""The same site and teacher as before the other pages."""

from tests.contactbook.web.conftest import site, teacher

__all__ = ["site", "teacher"]
