"""Links that a body gets by itself: footnotes, headings, addresses. And lines that are joined."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import attempts
from ilofeed.bodies import is_sanitized_item, join_folded, join_lines, render_body
from ilofeed.text import Source

PAGE = "https://example.org/entry/rates/"


def render(body: str) -> str:
    html, problems = render_body(Source("x.md", body), 0, PAGE)
    assert problems == []
    return html


def message(body: str) -> str:
    (problem,) = render_body(Source("x.md", body), 0, PAGE)[1]
    return f"{problem.line}:{problem.column} {problem.code} {problem.message}"


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("## A b\n\n## A b", '<h2 id="rates--a-b">A b</h2>\n<h2 id="rates--a-b-1">A b</h2>'),
        ("## 工资 *标准*", '<h2 id="rates--工资-标准">工资 <em>标准</em></h2>'),
        ("## `a` & [b](https://e.org/)!", 'id="rates--a--b"'),
        ("## ?", 'id="rates--section"'),
        ("## fn:1", 'id="rates--fn1"'),
        ("A\n-\n\n[a](#a)", f'<a href="{PAGE}#rates--a">a</a>'),
        ("## 工\n\n[a](#工)", f'<a href="{PAGE}#rates--%E5%B7%A5">a</a>'),
        ("[up](#)", f'<a href="{PAGE}#">up</a>'),
        ("[up](#top)", f'<a href="{PAGE}#top">up</a>'),
    ],
)
def test_headings_have_ids_and_links_lead_to_them(body: str, html: str) -> None:
    assert html in render(body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "[a](#b)",
            "1:1 unknown-section the body has no heading for `#b`; write one, such as ## B",
        ),
        (
            "## Rates\n\nx [a](#rate)",
            "3:3 unknown-section the body has no heading for `#rate`; did you mean `rates`?",
        ),
        (
            "a[^1]\n\n[^1]: b\n[^1]: c",
            "4:1 footnote second footnote `[^1]`; keep one, or rename it",
        ),
        ("a[^1]", "1:2 footnote `[^1]` has no footnote; write a line `[^1]: …`"),
        (
            "a\n\n> [^b]: c",
            "3:3 footnote `[^b]:` is not shown; refer to it by `[^b]`, or delete it",
        ),
    ],
)
def test_a_link_to_nothing_is_reported(body: str, expected: str) -> None:
    assert message(body) == expected


def test_footnotes_lead_there_and_back() -> None:
    assert render("a[^n] b[^n]\n\n[^n]: Note **x**") == (
        f'<p>a<sup id="rates--fnref:1"><a href="{PAGE}#rates--fn:1">1</a></sup> '
        f'b<sup id="rates--fnref:1-2"><a href="{PAGE}#rates--fn:1">1</a></sup></p>\n'
        '<section class="footnotes">\n<ol>\n<li id="rates--fn:1">\n'
        f'<p>Note <strong>x</strong> <a href="{PAGE}#rates--fnref:1">↩</a> '
        f'<a href="{PAGE}#rates--fnref:1-2">↩<sup>2</sup></a></p>\n</li>\n</ol>\n</section>'
    )


def test_a_footnote_within_a_link_or_a_picture_makes_no_second_link() -> None:
    html = render("[a[^1]](https://e.org/) ![b[^1]](https://e.org/x.png)\n\n[^1]: n")
    assert '<a href="https://e.org/">a<sup id="rates--fnref:1">1</sup></a>' in html
    assert html.count("↩") == 1


def test_marks_of_footnotes_in_the_text_are_html() -> None:
    body = '<sup data-sourcepos="1:2-1:5" class="footnote-ref"><a href="#fn-1" id="x" data-'
    body += 'footnote-ref>1</a></sup> <ol> <a href="#fnref-1" class="footnote-backref">↩</a>'
    html, problems = render_body(Source("x.md", f"a[^1] {body}\n\n[^1]: <ol>"), 0, PAGE)
    assert html == ""
    assert {problem.code for problem in problems} == {"raw-html"}


def test_cells_keep_their_alignment() -> None:
    html = render("|a|b|c|d|\n|:-|:-:|-:|-|\n|1|2|3|4|")
    assert re.findall("<td.*", html) == [
        '<td class="align-left">1</td>',
        '<td class="align-center">2</td>',
        '<td class="align-right">3</td>',
        "<td>4</td>",
    ]


@pytest.mark.parametrize(
    ("body", "links"),
    [
        ("see https://e.org/a_b.", {"https://e.org/a_b": "https://e.org/a_b"}),
        ("见https://e.org/a。后", {"https://e.org/a": "https://e.org/a"}),
        (
            "（https://e.org/b?x=1&y=2）",
            {"https://e.org/b?x=1&amp;y=2": "https://e.org/b?x=1&amp;y=2"},
        ),
        ("访问https://e.org/了解", {"https://e.org/": "https://e.org/"}),
        ("(https://e.org/a_(b)), x", {"https://e.org/a_(b)": "https://e.org/a_(b)"}),
        ('"https://e.org" x', {"https://e.org/": "https://e.org"}),
        ("www.e.org/x, y", {"http://www.e.org/x": "www.e.org/x"}),
        ("info@e.org.", {"mailto:info@e.org": "info@e.org"}),
        ("邮箱：info@e.org。", {"mailto:info@e.org": "info@e.org"}),
        ("**https://e.org/x**", {"https://e.org/x": "https://e.org/x"}),
        ("https://e.org/~a/~b", {"https://e.org/~a/~b": "https://e.org/~a/~b"}),
        ("https://пример.рф/я، x", {"https://xn--e1afmkfd.xn--p1ai/%D1%8F": "https://пример.рф/я"}),
        ("<https://e.org/工>", {"https://e.org/%E5%B7%A5": "https://e.org/工"}),
        ("`https://e.org` http://x https:// www. a@b x@y@z.org https://e.org/*a*", {}),
        ("[https://e.org](https://e.org/t)", {"https://e.org/t": "https://e.org"}),
        ("![https://e.org](https://e.org/x.png 'a > b www.e.org')", {}),
    ],
)
def test_a_bare_address_is_a_link(body: str, links: dict[str, str]) -> None:
    html = render(body)
    assert dict(re.findall('<a href="(.*?)">(.*?)</a>', html)) == links
    assert is_sanitized_item(html)


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("工资\n上涨", "<p>工资上涨</p>"),
        ("工资，\n“上涨”\n标准", "<p>工资，“上涨”标准</p>"),
        ("**工资**\n[上涨](https://e.org/)", "<strong>工资</strong><a"),
        ("カナ\nかな", "<p>カナかな</p>"),
        ("工[^1]\n资\n\n[^1]: x", "</sup>资"),
        ("한국\n어", "한국\n어"),
        ("工资 a\nb\n工", "工资 a\nb\n工"),
        ("“a”\n“b” 工", "“a”\n“b”"),
        ("工\\\n资  \n上", "工<br>\n资<br>\n上"),
        ("```\n工\n资\n```", "<pre><code>工\n资\n</code></pre>"),
        (
            "**「工资」**上涨。另见**链接。**其他",
            "<strong>「工资」</strong>上涨。另见<strong>链接。</strong>其他",
        ),
    ],
)
def test_a_line_break_in_chinese_is_no_space(body: str, html: str) -> None:
    assert html in render(body)


@pytest.mark.parametrize(
    ("value", "written", "joined"),
    [
        ("工资 上涨", ">-\n  工资\n  上涨\n", "工资上涨"),
        ("工资 上涨 标准", "'工资\n  上涨 标准'", "工资上涨 标准"),
        ("한국 어", "한국\n  어", "한국 어"),
        ("工 a 资", "工\n a\n 资", "工 a 资"),
        ('工" 资', '"工\\"\n 资"', '工" 资'),
        ("工\n资", "工\n\n资", "工\n资"),
    ],
)
def test_a_value_on_several_lines(value: str, written: str, joined: str) -> None:
    assert join_folded(value, written) == joined
    assert join_lines("工 \n 资\nab\nc") == "工资 ab c"


PIECES = st.sampled_from(
    [
        *(
            "a",
            "工",
            " ",
            "\n",
            "\n\n",
            "## a\n\n",
            "## 工\n\n",
            "a\n=\n\n",
            "- ",
            "> ",
            "|a|\n|-|\n",
        ),
        *("[a](#a)", "[a](#a-1)", "[a](#工)", "[^1]", "[^工]", "\n\n[^1]: b", "\n\n[^工]: c[^1]"),
        *("[x[^1]](https://e.org/)", "![x[^1]](https://e.org/)", "**", "_", "~", "`", "\\", "    "),
        *(
            "https://e.org/a",
            "www.e.org",
            "a@e.org",
            "&",
            "(",
            ")",
            "。",
            "“",
            "<sup>",
            "</section>",
        ),
    ]
)


@settings(max_examples=attempts(150, 3000))
@given(st.lists(PIECES, max_size=14).map("".join))
def test_ids_are_unique_and_each_link_has_its_target(body: str) -> None:
    html, _ = render_body(Source("x.md", body), 0, PAGE)
    ids = re.findall(' id="(.*?)"', html)
    assert len(ids) == len(set(ids))
    assert all(name.startswith("rates--") for name in ids)
    targets = re.findall(f' href="{PAGE}#(.+?)"', html)
    assert {target.replace("%E5%B7%A5", "工") for target in targets} <= set(ids)
    assert is_sanitized_item(html)
    assert re.search("<a (?:(?!</a>).)*<a ", html) is None
