"""What is read of a page: every address in it, however its attribute is written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_site import MADE as GALLERY

from effort import attempts
from ilofeed.model import Document
from ilofeed.pages.html_tree import read_html
from ilofeed.verify.links import LinkChecker
from offices import documents, entry, site

SITE = site(
    wages=entry(
        body="See [this](https://example.org/feeds/entry/jobs/?a=1&b=2) and `code`.\n\n> quoted",
        event="{start: 2015-06-01, url: 'https://example.net/?x=1&y=2'}",
        attachments="[{url: 'https://example.org/a.pdf'}]",
    ),
    jobs=entry(link="https://example.org/news?id=5"),
)
MADE = documents(SITE)
CHECKER = LinkChecker(SITE.office, frozenset(map(SITE.office.address, MADE)))
PAGES = [MADE[path].data for path in ("entry/wages/index.html", "entry/jobs/index.html")]
PAGES += [MADE[path].data for path in ("country/mn/embed.html", "country/mn/fragment.html")]
DEAD = "https://example.org/feeds/no/"
NAMES = ["action", "cite", "data", "href", "poster", "src", "data-address", "DATA-ADDRESS"]
NAMES += ["hReF", "sRc"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "form", ['{}="{}"', "{}='{}'", "{}={}", '{} ="{}"', '{}= "{}"', '{}\n=\t"{}"', 'x {}="{}"/']
)
def test_no_form_of_an_attribute_is_overlooked(name: str, form: str) -> None:
    for page in PAGES:
        changed = page.replace(b"<p>", f"<p><x {form.format(name, DEAD)}>".encode(), 1)
        document = Document("entry/wages/index.html", "entry", changed)
        assert CHECKER.broken(document) == [DEAD] or changed == page


@pytest.mark.parametrize("key", ["@id", "url", "mainEntityOfPage", "isBasedOn"])
def test_linked_data_hold_addresses(key: str) -> None:
    at = f'"{key}":"'.encode()
    assert at in PAGES[1]
    page = PAGES[1].replace(at, f'{at.decode()}{DEAD}","x":"'.encode())
    document = Document("entry/jobs/index.html", "entry", page)
    assert CHECKER.broken(document) == [DEAD]


@pytest.mark.parametrize(
    "markup",
    [
        f'<meta property="og:url" content="{DEAD}">',
        f'<meta content="{DEAD}" property="og:url">',
        f"<META PROPERTY='og&#58;image' CONTENT='{DEAD}'>",
        '<a href="https://example&period;org/feeds/no/">x</a>',
        f'<code data-copy="">curl href="{DEAD}"</code>',
    ],
)
def test_addresses_in_metadata_references_and_code(markup: str) -> None:
    page = read_html(f"<p>{markup}</p>".encode())
    assert any(DEAD in text for text in [*page.addresses, *page.code])


def test_an_entry_has_one_block_of_linked_data() -> None:
    for path, document in (MADE | GALLERY).items():
        if path.startswith("entry/") and path.endswith("/index.html"):
            assert len(read_html(document.data).linked_data) == 1


@settings(max_examples=attempts(50, 1000))
@given(st.sampled_from(PAGES), st.integers(0, 5000), st.binary(max_size=20))
def test_a_damaged_page_is_read(page: bytes, at: int, junk: bytes) -> None:
    read_html(page[:at] + junk + page[at:])
