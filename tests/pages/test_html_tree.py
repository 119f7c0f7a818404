"""What patterns find in a page is all that a parser finds in it."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_site import MADE as GALLERY

from ilofeed.content import markdown
from ilofeed.document import Document
from ilofeed.pages import html_tree
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
SCRIPT = '<script type="application/ld+json">'
NAMES = ["action", "cite", "data", "href", "poster", "src", "data-address", "DATA-ADDRESS"]
NAMES += ["hReF", "sRc", "title"]
PIECES = [
    *(f"{name}=" for name in NAMES), *(f"{name} =" for name in NAMES), *(f" {n}" for n in NAMES),
    *(f'{name}="{DEAD}"' for name in NAMES), f"href='{DEAD}'", f"href={DEAD}",
    'href="https://example&period;org/feeds/no/"', 'src="https://example&#46;org/feeds/no/"',
    f'src = "{DEAD}"', f'href\n=\t"{DEAD}"',
    'href="../no/"', 'href="../jobs/"', 'href="no/"', 'href="../../all/"', 'href="x.html"',
    f'href="https://example.net/?href={DEAD}"', f'href="{DEAD}', 'href="&#46;&#46;/no/"',
    'href="../no&amp;/"', 'href="../no&lt;/"', 'href="#x"', 'href=""', 'href="https://a.org/href=x',
    f'<meta property="og:url" content="{DEAD}">', f'<meta content="{DEAD}" property="og:url">',
    f'<META PROPERTY="og:url" CONTENT="{DEAD}">', f"<meta property='og:url' content='{DEAD}'>",
    f'<meta property="og&#58;url" content="{DEAD}">', '<meta name="x" content="y">',
    f'<meta name="x" content="y" property="og:image" content="{DEAD}">', "<meta ", "<meta/",
    f'<meta property="x" property="og:url" content="{DEAD}">',
    f'<meta/property="og:url"content={DEAD}>',
    f'<code data-copy="">curl {DEAD}</code>', f"<code data-copy>curl {DEAD}</code>", "<code>",
    f'<CODE class="x" data-copy>curl {DEAD}</CODE>', '<code class="x">', f"curl {DEAD}",
    f'{SCRIPT}{{"url": "{DEAD}"}}</script>', f'{SCRIPT}{{"@id": "../no/"}}</script>',
    f'<SCRIPT type="application/ld+json">{{"url": "{DEAD}"}}</script>', SCRIPT, "</script>",
    f"<script type='application/ld&#43;json'>{{\"url\": \"{DEAD}\"}}</script>", SCRIPT + "{",
    f'<script src="x" type="application/ld+json">{{"url": "{DEAD}"}}</script>',
    f'<script defer src="../../all/" type="application/ld+json">{{"url": "{DEAD}"}}</script>',
    "<a ", "<x y='", "'", '"', ">", "<", "=", "/", " ", "\n", "&", "&amp;", "x", "é", "世", "�",
    "<!--", "-->", "--!>", "<!", "<!doctype html>", "<?x ", "<![CDATA[", "]]>", "<svg>", "<math>",
    "<title>", "</title>", "<textarea>", "</textarea>", "<style>", "<noscript>", "<iframe>",
    "<xmp>",
    "<plaintext>", "<template>", "<frameset>", "<select>", "<table>", "</html>", "<body>", "<head>",
    "</head>", "<base href='https://example.org/'>", '<meta charset="utf-16">',
    '<meta http-equiv="content-type" content="text/html; charset=utf-7">',
    "\0", "\x01", "\r", "\x0c",
    "\x85", "\xa0", "\u2028", "\ufeff", "\ufffe", "\u017frc=",
]  # fmt: skip
pieces = st.sampled_from([*(one.encode() for one in PIECES), b"\xff", b"\xff\xfe", b"\xe9"])
junk = st.lists(pieces, max_size=5).map(b"".join)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A page of ours with something cut out of it here and there, and something else put in."""
    page = draw(st.sampled_from(PAGES))
    signs = [found.start() for found in re.finditer(rb"[<>\"'=&/ ]", page)]
    places = st.integers(0, len(page)) | st.sampled_from(signs)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(places)
        page = page[:at] + draw(junk) + page[at + draw(st.integers(0, 3)) :]
    return page


@st.composite
def composed(draw: st.DrawFn) -> bytes:
    """A page of pieces, within one of ours or alone."""
    made = draw(st.lists(pieces, max_size=12).map(b"".join))
    page = draw(st.sampled_from([*PAGES, b"X", b"X"]))
    return page.replace(
        draw(st.sampled_from([b"X", b"</body>", b"<title>", SCRIPT.encode()])), made
    )


def agrees(page: bytes) -> None:
    """A page is not as expected, or nothing is missed in it."""
    scanned = html_tree._scan(page)
    if scanned is not None:
        parsed = html_tree._parse(page)
        assert set(filter(None, parsed.addresses)) <= set(scanned.addresses)
        assert parsed.linked_data == scanned.linked_data
        assert parsed.code == []


@settings(max_examples=400)
@given(damaged())
@example(PAGES[0].replace(SCRIPT.encode(), b"<!--" + SCRIPT.encode()))
@example(PAGES[0].replace(b"<title>", b"<title><textarea>"))
@example(PAGES[0].replace(SCRIPT.encode(), SCRIPT.encode() + b"\xef\xbb\xbf"))
@example(
    re.sub(b'(?<=ld\\+json">)[^<]+', lambda found: found[0].decode().encode("utf-16-le"), PAGES[0])
)
@example(PAGES[0].replace(b"<meta charset", b"<meta x='\" charset"))
@example(PAGES[0].replace(b"<p>See", f'<p title=\'" href="{DEAD}"\'>See'.encode()))
def test_damaged_pages(page: bytes) -> None:
    agrees(page)


@settings(max_examples=400)
@given(composed())
@example(f'<a href="{DEAD}">x</a>'.encode("utf-16"))
@example(f'<a href="{DEAD}">x</a>'.encode("utf-16-le"))
@example(f'<a href="{DEAD}">x</a>'.encode("utf-32"))
@example(f'\0<a href="{DEAD}">x</a>'.encode())
@example(
    f'<script defer src="../jobs/" type="application/ld+json">{{"url": "{DEAD}"}}</script>'.encode()
)
@example(f"<a title='href=\"../jobs/' href={DEAD}\">".encode())
@example(f'<a x=" href="https://example.net/href={DEAD}">'.encode())
@example(f'<meta content="{DEAD}" <meta property="og:url" content="https://example.net/">'.encode())
@example(f'{SCRIPT}{{"\\u0075rl": "{DEAD}"}}</script>'.encode())
def test_composed_pages(page: bytes) -> None:
    agrees(page)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "title"])
@pytest.mark.parametrize(
    "form", ['{}="{}"', "{}='{}'", "{}={}", '{} ="{}"', '{}= "{}"', '{}\n=\t"{}"', 'x {}="{}"/']
)
def test_no_form_of_an_attribute_is_overlooked(name: str, form: str) -> None:
    for page in PAGES:
        changed = page.replace(b"<p>", f"<p><x {form.format(name, DEAD)}>".encode(), 1)
        document = Document("entry/wages/index.html", "entry", changed)
        assert CHECKER.dangling(document) == [DEAD] or changed == page


@pytest.mark.parametrize("key", ["@id", "url", "mainEntityOfPage", "isBasedOn"])
def test_linked_data_hold_addresses(key: str) -> None:
    at = f'"{key}":"'.encode()
    assert at in PAGES[1]
    page = PAGES[1].replace(at, f'{at.decode()}{DEAD}","x":"'.encode())
    document = Document("entry/jobs/index.html", "entry", page)
    assert html_tree._scan(page) is not None
    assert CHECKER.dangling(document) == [DEAD]


def test_our_pages_are_as_expected() -> None:
    """Or nothing would be gained."""
    for path, document in (MADE | GALLERY).items():
        if re.search(r"entry/.*/index\.html|embed\.html|fragment\.html", path):
            scanned, parsed = html_tree._scan(document.data), html_tree._parse(document.data)
            assert scanned is not None, path
            assert sorted(scanned.addresses) == sorted(parsed.addresses)
            assert scanned.linked_data == parsed.linked_data
            assert len(scanned.linked_data) == path.startswith("entry/")


FRAGMENTS = [
    *(f"<{tag}>" for tag in sorted(markdown.TAGS)),
    *(f"</{tag}>" for tag in sorted(markdown.TAGS)),
    '<a href="https://example.org/?a=1&amp;b=2" title="&quot;x">', '<a href="../x">',
    '<img src="https://example.org/a.png" alt="x" title="y">', '<img src="x" alt="" src="y">',
    '<a href="x" href="y">', '<a title="x" href="y">', "<a href=x>", "<a href='x'>",
    '<ol start="3">', '<a href="&#46;">', '<a href="&copy=1">', '<a href="&amp;amp;">',
    '<img alt="" src="y">',
    "<textarea>", "<script>", "</script>", "<title>", "<style>", "<svg>", "<select>", "<div>",
    '<blockquote cite="x">', "<!-- ", "-->", "<p title='", '"', "'", ">", "<", "&", "&lt;",
    "x", "é", " ", "\n", "\r", "\0", "\x01", "\ufffe", "\ud800", 'href="z"',
    '<A HREF="x">', "<a\nhref='x'>",
]  # fmt: skip


@settings(max_examples=400)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=10).map("".join))
@example('<p><a href="x"><a href="y">z</a></a></p>')
def test_fragments(text: str) -> None:
    agrees(text.encode("utf-8", "surrogatepass"))


def test_bodies_are_as_expected() -> None:
    for document in (MADE | GALLERY).values():
        if document.entry is not None:
            assert html_tree._scan(document.entry.html.encode()) is not None
