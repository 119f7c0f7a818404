"""What tests share: which are slow, a browser, a site, targets, and the settings of hypothesis."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

import pytest
import urllib3  # it binds a port when it is loaded, to find out whether there is IPv6
from hypothesis import HealthCheck, settings
from servers import STARTERS, Place, folder_place

from browsing import chromium, gallery_site
from effort import attempts
from firefox import firefox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    from firefox import Firefox
    from serving import Host

assert urllib3

# how fast a machine is, or how lucky, is not what is tested
settings.register_profile(
    "ilofeed",
    deadline=None,
    max_examples=attempts(40, 400),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("ilofeed")

# what only slow tests do, as Python calls it where it happens
_EVENTS = {"subprocess.Popen", "os.fork", "os.posix_spawn", "socket.bind", "socket.connect"}
_running: list[pytest.Item] = []


def _refuse(event: str, _args: object) -> None:
    if event in _EVENTS and _running and _running[0].get_closest_marker("slow") is None:
        pytest.fail(f"{event} in a test that is not marked slow, so `./run quick` runs it")


def pytest_configure(config: pytest.Config) -> None:
    """Watch the fast tests only when they run alone.

    Under coverage, threads that start at the same time would fail: CPython 3.11 calls audit hooks
    while it installs a trace function, and refuses to install another one meanwhile.
    """
    if config.option.markexpr == "not slow":
        sys.addaudithook(_refuse)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    _running[:] = [item]
    try:
        return (yield)
    finally:
        _running.clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser; have modules with slow tests first, so that workers end alike."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
    slow = {item.path for item in items if item.get_closest_marker("slow") is not None}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="session")
def fox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with firefox(tmp_path_factory.mktemp("profile")) as made:
        yield made


@pytest.fixture(scope="session")
def site() -> Iterator[Host]:
    """The gallery, served as Pages would."""
    with gallery_site() as made:
        yield made


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Place]]:
    """A new target of a kind: `folder`, or at a server, which is started on first use."""
    running: dict[str, Place] = {}
    with contextlib.ExitStack() as servers:

        def make(kind: str) -> Place:
            folder = tmp_path_factory.mktemp(kind)
            if kind == "folder":
                return folder_place(folder / "site")
            if kind not in running:
                running[kind] = servers.enter_context(STARTERS[kind](folder / "server"))
            return running[kind].below(folder.name)

        yield make
