"""A site, and a teacher in it."""

import pytest

from contactbook.db import Sessions
from tests.contactbook.web.site import Site, Teaching, site_of, teaching


@pytest.fixture
def site(committed: Sessions) -> Site:
    return site_of(committed)


@pytest.fixture
def teacher(site: Site) -> Teaching:
    return teaching(site)
