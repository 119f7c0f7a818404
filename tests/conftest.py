"""What tests share: which are slow, a browser, a site, and the settings of hypothesis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from browsing import chromium, gallery_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from serving import Host

# modules that `./run quick` leaves out: they start programs, serve sites, drive a browser or build
# large offices, and take seconds each
SLOW = """
test_archive_reader test_archives test_calendars test_cli test_cms test_crash test_dead_ends
test_determinism test_diff test_documented_examples test_embeds test_grammar test_guard test_html
test_import test_init test_languages_in_a_browser test_live test_main test_nothing_to_do
test_pages_in_a_browser test_pieces test_preview test_previous test_publish test_readers test_recipe
test_rehearsal test_repository test_roundtrip test_screenshot test_tutorial test_verify
test_warm test_websub test_widget test_widget_directions test_workers test_workflows
""".split()

# how fast a machine is, or how lucky, is not what is tested
settings.register_profile(
    "ilofeed",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("ilofeed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.stem in SLOW:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def site() -> Iterator[Host]:
    """The gallery, served as Pages would."""
    with gallery_site() as made:
        yield made
