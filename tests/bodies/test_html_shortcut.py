"""What is taken for whole HTML without a strict parser is what that one has nothing to say of."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from effort import attempts
from ilofeed.bodies import TAGS, is_sanitized_item
from ilofeed.verify.lint import _check_strictly, _is_clean

PIECES = [
    *(f"<{tag}>" for tag in sorted(TAGS)),
    *(f"</{tag}>" for tag in sorted(TAGS)),
    *("<div>", "</div>", "<script>", "<br/>", "<image>", "<frameset>", "<select>", "<svg>", "</x>"),
    *('<a href="https://example.org/?a=1&amp;b=2" title="&quot;">', '<a href="x">', "<a href=x>"),
    *('<img src="https://example.org/a.png" alt="">', '<img src="data:x">', "<p style='x'>"),
    *(
        "&",
        "&amp;",
        "&lt;",
        "&nbsp;",
        "\xa0",
        "&#233;",
        "&notit;",
        "é",
        "世",
        "😀",
        "x ",
        " ",
        "\n",
    ),
    *("<", ">", '"', "'", "<!-- x -->", "<!doctype html>", "<?x?>", "\r", "\0", "\x01"),
    "\ufffd",
    *("\x85", "\ufffe", "\ud800", 'href="', 'src="x"', "<p onclick=x>", '<ol start="3">'),
]


@st.composite
def nested(draw: st.DrawFn, depth: int = 4) -> str:
    """Elements within elements, as a good writer would close them, whether they may nest or not."""
    parts = []
    for _ in range(draw(st.integers(0, 3))):
        tag = draw(st.sampled_from([*sorted(TAGS), ""]))
        inner = draw(nested(depth - 1)) if depth else draw(st.sampled_from(["", "x", "a &amp; b"]))
        if tag in {"br", "hr", "img"}:
            parts.append(f"<{tag}>")
        else:
            parts.append(f"<{tag}>{inner}</{tag}>" if tag else inner)
    return "".join(parts)


def agrees(html: str) -> None:
    if _is_clean(html):
        assert _check_strictly(html) == ()


@settings(max_examples=attempts(100, 2000))
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example('<p>see href="x"</p>')
def test_of_any_pieces(html: str) -> None:
    agrees(html)


@pytest.mark.slow
@settings(max_examples=attempts(100, 2000))
@given(nested())
@example("<p><table><tbody><tr><td>x</td></tr></tbody></table></p>")
@example("<em><em><em><em>x</em></em></em></em>")
@example("<ul><li><li></li></li></ul>")
@example("<pre>\n\nx</pre>")
def test_of_elements_within_elements(html: str) -> None:
    agrees(html)


@pytest.mark.parametrize(
    "html",
    [
        "<p>Some <em>body</em> &amp; 世界<br>x &lt;</p>\n<hr>\n<pre><code>x\n</code></pre>",
        '<p><a href="https://example.org/?a=1&amp;b=2" title="&quot;x&quot;">é 😀</a></p>',
        "<table><thead><tr><th>a</th></tr></thead>\n<tbody><tr><td>b</td></tr></tbody></table>",
        '<ol start="3">\n<li>\n<p>x</p>\n<ul>\n<li>y</li>\n</ul>\n</li>\n</ol>',
        '<p><img src="https://example.org/a.png" alt="A street" title="x"></p>',
    ],
)
def test_what_bodies_become_is_clean(html: str) -> None:
    assert _is_clean(html)
    agrees(html)


@pytest.mark.parametrize(
    "html",
    [
        "<p>x",
        "<p>x</p></p>",
        "<P>x</P>",
        "<p>&</p>",
        "<p><script>x</script></p>",
        "<p><video></video></p>",
        '<p style="color: red">x</p>',
        '<p><a href="/x">x</a></p>',
        '<p><a href="javascript:x">x</a></p>',
        "<p>\x85</p>",
        "<p>\ud800</p>",
        "<h1><h2>x</h2></h1>",
        '<a href="https://example.org/"><a href="https://example.org/">x</a></a>',
    ],
)
def test_what_is_not(html: str) -> None:
    assert not _is_clean(html)


def test_what_an_html_parser_writes() -> None:
    assert is_sanitized_item("<p>x</p>")
    assert not is_sanitized_item("<nav>x</nav>")
