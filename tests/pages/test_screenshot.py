"""The pictures of the manual are what the script draws, and say in words what they show."""

from __future__ import annotations

import html
import io
import re
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from ilofeed.build import prepare
from offices import NOW, ROOT
from screenshot import DOCS, PICTURES, Picture, draw
from serving import needs

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pictures = pytest.mark.parametrize("picture", PICTURES, ids=lambda one: one.name)


@needs("chromium")
@pictures
def test_the_script_draws_a_picture_like_the_one_that_is_kept(
    picture: Picture, browser: Browser
) -> None:
    made, place = draw(picture, browser), DOCS / picture.name
    with Image.open(io.BytesIO(made)) as new, Image.open(place) as kept:
        assert (new.format, new.size) == (kept.format, kept.size) == ("PNG", kept.size)
        first = next(iter(picture.shown.values()))
        shown = new.convert("RGB").crop((24, 24, 24 + first, 1024)).getcolors(2**20) or []
        assert len(shown) > 20  # a page, not an empty window
        assert max(shown)[1] == (255, 255, 255)
    assert len(made) < 150_000
    assert place.stat().st_size < 150_000


@pytest.mark.slow
@pictures
def test_the_words_beside_a_picture_are_those_that_it_shows(picture: Picture) -> None:
    text = (ROOT / picture.page).read_text("utf-8")
    (alt,) = re.findall(rf"!\[([^]]*)\]\((?:docs/|\.\./)?{re.escape(picture.name)}\)", text)
    pages = {one.path: one.data.decode() for one in prepare(picture.office, NOW).documents
             if one.path in picture.shown}  # fmt: skip
    assert pages.keys() == picture.shown.keys()
    for page in pages.values():
        title = html.unescape(re.sub("<[^>]*>", "", re.findall("<h1.*?</h1>", page, re.DOTALL)[0]))
        assert " ".join(title.split()) in alt
