"""Draws the pictures of the manual: pages of this office, and of one in three languages.

    python tests/screenshot.py [FOLDER]

Headless Chromium gets the pages from memory, under the addresses they are published at; nothing is
fetched from a host.
"""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from browsing import SLOW, chromium
from ilofeed.build import prepare
from offices import DATA, NOW, ROOT
from serving import TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Browser

DOCS = ROOT / "docs"
HEIGHT = 1000
EDGE, GROUND = 24, "#8795a5"
COLOURS = 96  # enough for pages of text, and the file stays small


@dataclass(frozen=True)
class Picture:
    """Pages of an office side by side: their paths, and the width of the window for each."""

    name: str
    page: str  # of the manual that shows it
    office: Path
    shown: Mapping[str, int]


PICTURES = (
    Picture(
        "screenshot.png",
        "README.md",
        ROOT,
        {
            "index.html": 1100,
            "entry/future-of-social-protection-in-mongolia/index.html": 390,
        },
    ),
    Picture(
        "languages.png",
        "docs/how-to/translate.md",
        DATA / "languages",
        {
            "index.html": 820,
            "entry/workshop/index.html": 390,
            "entry/wages-report-mn/index.html": 390,
        },
    ),
)


def draw(picture: Picture, browser: Browser) -> bytes:
    """A picture, as a PNG file."""
    draft = prepare(picture.office, NOW)
    assert draft.site is not None
    url = draft.site.office.url
    files = {url + document.path: document.data for document in draft.documents}
    context = browser.new_context(color_scheme="light", reduced_motion="reduce")
    context.set_default_timeout(SLOW)
    context.route(
        "**/*",
        lambda route: route.fulfill(
            body=files.get(route.request.url, b""),
            content_type=TYPES.get(route.request.url.rpartition(".")[2], "text/plain"),
        ),
    )
    page, shots = context.new_page(), []
    for path, width in picture.shown.items():
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.goto(url + path)
        shots.append(Image.open(io.BytesIO(page.screenshot())))
    context.close()
    size = (sum(shot.width + EDGE for shot in shots) + EDGE, HEIGHT + 2 * EDGE)
    whole, left = Image.new("RGB", size, GROUND), EDGE
    for shot in shots:
        whole.paste(shot, (left, EDGE))
        left += shot.width + EDGE
    made = io.BytesIO()
    whole.quantize(COLOURS, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
    return made.getvalue()


if __name__ == "__main__":
    with chromium() as chosen:
        for one in PICTURES:
            folder = Path(sys.argv[1]) if sys.argv[1:] else DOCS
            (folder / one.name).write_bytes(draw(one, chosen))
