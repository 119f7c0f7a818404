"""Draws the picture of README.md: a feed of this office on a desktop, an entry on a phone.

    python tests/screenshot.py [FILE]

Headless Chromium gets the pages from memory, under the addresses they are published at; nothing is
fetched from a host.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from browsing import chromium
from ilofeed.chain import prepare
from offices import NOW, ROOT
from serving import TYPES

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PICTURE = ROOT / "docs" / "screenshot.png"
HEIGHT = 1000
SHOWN = {  # pages, and the width of the window for each
    "country/mn/index.html": 1100,
    "entry/future-of-social-protection-in-mongolia/index.html": 390,
}
EDGE, GROUND = 24, "#8795a5"
COLOURS = 48  # enough for pages of text, and the file stays small


def draw(browser: Browser) -> bytes:
    """The picture, as a PNG file."""
    draft = prepare(ROOT, NOW)
    assert draft.site is not None
    url = draft.site.office.url
    files = {url + document.path: document.data for document in draft.documents}
    context = browser.new_context(color_scheme="light", reduced_motion="reduce")
    context.route(
        "**/*",
        lambda route: route.fulfill(
            body=files.get(route.request.url, b""),
            content_type=TYPES.get(route.request.url.rpartition(".")[2], "text/plain"),
        ),
    )
    page, shots = context.new_page(), []
    for path, width in SHOWN.items():
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
        Path(sys.argv[1] if sys.argv[1:] else PICTURE).write_bytes(draw(chosen))
