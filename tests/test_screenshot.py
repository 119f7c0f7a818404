"""The picture of README.md is what the script draws, and says in words what it shows."""

from __future__ import annotations

import html
import io
import re
from typing import TYPE_CHECKING

from PIL import Image

from ilofeed.chain import prepare
from offices import NOW, ROOT
from screenshot import PICTURE, SHOWN, draw
from serving import needs

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@needs("chromium")
def test_the_script_draws_a_picture_like_the_one_that_is_kept(browser: Browser) -> None:
    made = draw(browser)
    with Image.open(io.BytesIO(made)) as new, Image.open(PICTURE) as kept:
        assert (new.format, new.size) == (kept.format, kept.size) == ("PNG", kept.size)
        shown = new.convert("RGB").crop((24, 24, 1124, 1024)).getcolors(2**20) or []
        assert len(shown) > 20  # a page, not an empty window
        assert max(shown)[1] == (255, 255, 255)
    assert len(made) < 150_000
    assert PICTURE.stat().st_size < 150_000


def test_the_words_beside_the_picture_are_those_that_it_shows() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    (alt,) = re.findall(r"!\[([^]]*)\]\(docs/screenshot\.png\)", readme)
    pages = {document.path: document.data.decode() for document in prepare(ROOT, NOW).documents
             if document.path in SHOWN}  # fmt: skip
    for page in pages.values():
        title = html.unescape(re.sub("<[^>]*>", "", re.findall("<h1.*?</h1>", page, re.DOTALL)[0]))
        assert " ".join(title.split()) in alt
