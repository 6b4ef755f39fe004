"""A site and its teacher, and the families of her class at their own pages."""

import pytest

from tests.contactbook.family.home import Home, home_of
from tests.contactbook.teacher.conftest import site, teacher
from tests.contactbook.web.site import Teaching

__all__ = ["home", "site", "teacher"]


@pytest.fixture
def home(teacher: Teaching) -> Home:
    """The mother of An, after the morning's roll call and a word from the teacher were sent."""
    return home_of(teacher)
