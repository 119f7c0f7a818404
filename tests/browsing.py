"""A real browser for tests: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import json
import re
import shutil
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect, sync_playwright

from ilofeed.build import BuildContext, prepare
from offices import DATA
from serving import CHECKERS, OPEN, Host, host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

GALLERY = DATA / "gallery"
THEN = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
SIZES = {"phone": (360, 740), "desktop": (1280, 900)}
_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
SLOW = 60_000  # milliseconds: how fast a machine is is not what is tested
expect.set_options(timeout=SLOW)
_PICTURE = (GALLERY / "entries" / "steppe.png").read_bytes()
_AXE = CHECKERS / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=_FLAGS,
            chromium_sandbox=False,
            timeout=3 * SLOW,
        )
        yield browser
        browser.close()


@contextlib.contextmanager
def gallery_site() -> Iterator[Host]:
    """The gallery, served as Pages would, under the address it was built for."""
    files: dict[str, bytes] = {}
    with host(files, **{name.replace("-", "_"): value for name, value in OPEN.items()}) as here:
        files |= built(here.address)
        yield here


@functools.cache
def built(address: str) -> dict[str, bytes]:
    draft = prepare(GALLERY, THEN, BuildContext(base_url=address))
    assert draft.problems == ()
    assert draft.faults == ()
    return {document.path: document.data for document in draft.documents}


@contextlib.contextmanager
def page(
    browser: Browser, size: str = "desktop", scheme: Any = "light", **options: Any
) -> Iterator[Page]:
    """A fresh page. Errors and refusals that its console shows end up in `page.said`."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        reduced_motion="reduce",
        **options,
    )
    context.set_default_timeout(SLOW)
    # the pictures of editors are elsewhere: nothing leaves this machine
    context.route(
        re.compile("^https:"),
        lambda route: route.fulfill(body=_PICTURE, content_type="image/png"),
    )
    made = context.new_page()
    yield made
    context.close()


def await_true(made: Page, expression: str) -> None:
    """Wait until an expression is true on a page.

    Of the expression alone the driver makes a text to evaluate again and again, which policies of
    pages forbid: the test would pass only where it is true at once. Only `true` will do: a function
    or an element would be taken for it.
    """
    made.wait_for_function(f"() => ({expression}) === true")


def looks(made: Page, address: str) -> Iterator[tuple[str, str]]:
    """Open an address again and again in one page: on a phone, on a desktop, light and dark."""
    for name, (width, height) in SIZES.items():
        for scheme in ("light", "dark"):
            made.set_viewport_size({"width": width, "height": height})
            made.emulate_media(color_scheme=scheme)
            made.goto(address)
            yield name, scheme


def listen(made: Page) -> list[str]:
    """Everything that goes wrong on a page from now on, as its console tells it."""
    said: list[str] = []
    made.on("pageerror", lambda error: said.append(str(error)))
    made.on(
        "console",
        lambda message: said.append(message.text) if message.type in {"error", "warning"} else None,
    )
    return said


def violations(made: Page) -> list[str]:
    """What axe-core holds against a page and its frames, at WCAG 2.2 AA."""
    found = []
    for frame in made.frames:
        frame.evaluate(_AXE.read_text("utf-8"))
        rules = {"type": "tag", "values": _RULES}
        options = json.dumps({"runOnly": rules, "resultTypes": ["violations"], "iframes": False})
        result = frame.evaluate(f"axe.run(document, {options})")
        assert result["passes"], "axe looked at nothing"
        found += [
            f"{frame.url} {one['id']}: {node['html'][:200]} {node['failureSummary']}"
            for one in result["violations"]
            for node in one["nodes"]
        ]
    return found
