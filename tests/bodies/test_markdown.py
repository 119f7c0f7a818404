"""Bodies: what comrak makes of Markdown, and where what is wrong with one is reported."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ilofeed.bodies import render_body
from ilofeed.bodies.sanitize import clean
from ilofeed.text import Source

PERMALINK = "https://example.org/entry/x/"


def render(body: str) -> str:
    html, problems = render_body(Source("x.md", body), 0, PERMALINK)
    assert problems == []
    return html


def report(body: str) -> list[str]:
    _, problems = render_body(Source("x.md", body), 0, PERMALINK)
    return [f"{problem.line}:{problem.column} {problem.code}" for problem in problems]


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("2~3 and 5~6", "<p>2~3 and 5~6</p>"),
        ("~~gone~~ ~here~", "<p><s>gone</s> ~here~</p>"),
        (
            "\u3000\u3000工资上涨。\u3000\n\n- \u3000一\n",
            "<p>工资上涨。</p>\n<ul>\n<li>一</li>\n</ul>",
        ),
        ("1.", "<ol>\n<li></li>\n</ol>"),
        ("    a", "<pre><code>a\n</code></pre>"),
        ("| a | b |\n|---|--:|\n| c | d |", None),
        ("```py\nx < 1\n```", "<pre><code>x &lt; 1\n</code></pre>"),
        ("## b\n\n[a](#b) ![c](https://e.org/d.png 'e')", None),
        ("![`<b>` \\<i>](https://e.org/d.png)", None),
    ],
)
def test_a_body_becomes_html(body: str, html: str | None) -> None:
    rendered = render(body)
    assert html is None or rendered == html
    assert clean(rendered) == rendered
    assert "sourcepos" not in rendered


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ("<div>\n\n<p>\nx\n\n<i>y", ["1:1 raw-html", "6:1 raw-html"]),
        ("<!-- a\n\nb -->\n\n<hr>", ["1:1 raw-html"]),
        ("  <div>", ["1:3 raw-html"]),
        ("> - a\n>   <b>", ["2:5 raw-html"]),
        ("- <b>x", ["1:3 raw-html"]),
        ("`<b>` \\<b> <b>", ["1:12 raw-html"]),
        ("[<b>](https://e.org/) </p>", ["1:2 raw-html", "1:23 raw-html"]),
        ("工资 *资* <b>", ["1:8 raw-html"]),
        ("a <!--> b <!---> <?x?> <![CDATA[>]]> <!X y>", None),
        ('<p data-sourcepos="1:1-1:1">', ["1:1 raw-html"]),
        ('工 <a data-sourcepos="1:5-1:9" href="https://e.org/">x</a>', None),
        ("工资 [a](b)\nx ![](https://e.org/y.png)", ["1:4 relative-url", "2:3 image-without-alt"]),
        ("| 工 | [a](b) |\n|-|-|\n| c | [d](e) |", ["1:7 relative-url", "3:7 relative-url"]),
        ("![a ![b <i>](c) d](https://e.org/)", []),
        ("> " * 101 + "a", ["1:201 too-deep"]),
        ("a [b c](d e) [f g](h i)\n\n[j k](l m)", ["1:3 bad-url", "3:1 bad-url"]),
    ],
)
def test_a_problem_has_its_place(body: str, places: list[str] | None) -> None:
    if places is None:
        assert {item.split()[1] for item in report(body)} == {"raw-html"}
    else:
        assert report(body) == places


def test_a_quote_may_be_deep() -> None:
    assert render("> " * 90 + "a").count("<blockquote>") == 90


PIECES = st.sampled_from(
    [
        *"*_~`<>[]()!#|\\&\n ",
        *("a", "工", "\u3000", "~~", "**", "\n\n", "\n> ", "\n- ", "\n1. ", "```", "<b>", "</p>"),
        *("<!--", "-->", "](https://e.org/)", "![", "|a|b|\n|-|-|\n", "&#60;", "<a@b.cn>", "    "),
        *('data-sourcepos="1:1-1:3"', '<p data-sourcepos="1:1-1:3">', "[a]: <b>\n", "<div>\n"),
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join))
@example("  <!--](")
@example("[a]:\n1. <b>")
@example("*</p>](https://e.org/)")
@example("|a|b|\n|-|-|\n\u3000")
def test_any_body_is_refused_or_clean(body: str) -> None:
    html, problems = render_body(Source("x.md", body), 0, PERMALINK)
    lines = body.split("\n")
    for problem in problems:
        assert 1 <= problem.line <= len(lines) + 1
        assert 1 <= problem.column <= len(body) + 1
    assert clean(html) == html or "&" in html
