"""What tests share: a browser and a site to look at, and the settings of hypothesis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from browsing import chromium, gallery_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from serving import Host

# how fast a machine is, or how lucky, is not what is tested
settings.register_profile(
    "ilofeed",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("ilofeed")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def site() -> Iterator[Host]:
    """The gallery, served as Pages would."""
    with gallery_site() as made:
        yield made
