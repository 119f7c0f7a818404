"""What looks like Markdown and is not: reported at its place, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from effort import attempts
from ilofeed.bodies import find_signs, render_body, without_markdown
from ilofeed.text import Source

FENCE = "```"


def report(body: str) -> list[str]:
    before = "---\ntitle: ** `x` [a] (https://e.org)\n---\n"
    source = Source("x.md", before + body)
    _, problems = render_body(source, len(before), "https://example.org/entry/x/")
    assert {problem.severity for problem in problems} <= {"warning"}
    return [f"{p.line - 3}:{p.column} {p.code} {p.message}" for p in problems]


PLANTED = [  # what is written, its column, and the end of the message
    ("[text] (https://e.org/a)", 1, "delete the space: `[text](https://e.org/a)`"),
    ("见[链接]（https://e.org/a）。", 2, "half width: `[链接](https://e.org/a)`"),
    ("［链接］(https://e.org/a)", 1, "half width: `[链接](https://e.org/a)`"),
    ("[text][name] x", 1, "write its address: `[text](https://…)`"),
    ("参见[报告][1]。", 3, "write its address: `[报告](https://…)`"),
    ("a [[Page]]", 3, "write its address: `[Page](https://…)`"),
    ("| a | b |\n| c | d |", 1, "write a second row: `|---|---|`"),
    ("| a | b |\n|---|\n| c | d |", 1, "write another second row: `|---|---|`"),
    ("• one\n• two", 1, "write `- `"),
    ("·\tone", 1, "write `- `"),
    ("1)one\n2)two", 1, "write a space after the sign"),
    ("1.One\n2.Two", 1, "write a space after the sign"),
    ("-one\n-two", 1, "write a space after the sign"),
    ("- one\n-two\n- three", 1, "write a space after the sign"),
    ("1、工资\n2、就业", 1, "write `1. `, or an empty line between"),
    ("一、工资\n二、就业", 1, "write `1. `, or an empty line between"),
    ("- [ ] one\n- [x] two", 1, "write `- ☐ ` or `- ☑ `"),
    ("#Heading\n\nText.", 1, "write a space after the sign"),
    ("#背景\n\n工资上涨。", 1, "write a space after the sign"),
    ("##Heading\nText.", 1, "write `## `"),
    ("＃背景\n\n工资上涨。", 1, "write `## `"),
    ("a ** bold** b", 3, "leave no space inside `**words**`, and one before and after it"),
    ("**bold ** b", 1, "leave no space inside `**words**`, and one before and after it"),
    ("**bold", 1, "leave no space inside `**words**`, and one before and after it"),
    ("~~ gone~~", 1, "leave no space inside `~~words~~`, and one before and after it"),
    ("这是**重要 **的", 3, "leave no space inside `**words**`, and one before and after it"),
    ("> [!NOTE]\n> Text.", 3, "write `**Note:**`"),
    ("a ==marked== b", 3, "write `**marked**`"),
    ("$$x^2$$", 1, "write it in words, or as a picture"),
    ("{{< figure src=x >}}", 1, "delete it"),
    ("a {% image x %}", 3, "delete it"),
    ("{{ page.title }}", 1, "delete it"),
    ("[gallery]", 1, "delete it"),
    ('[gallery ids="1,2"]', 1, "delete it"),
    ("::: note", 1, "delete it"),
    ("## Heading {#name}", 12, "delete it"),
    ("Text {.class}", 6, "delete it"),
    ("Text\n{: .class}", 1, "delete it"),
    (f"{FENCE}\ncode", 1, f"write a line {FENCE} after it"),
    (f"> {FENCE}\n> code", 3, f"write a line {FENCE} after it"),
]


@pytest.mark.parametrize(("body", "column", "end"), PLANTED)
def test_a_lookalike_is_reported_with_the_form_to_write(body: str, column: int, end: str) -> None:
    (problem,) = report(body)
    place, code, *_ = problem.split()
    line = body[: body.index("-two")].count("\n") + 1 if body.startswith("- one") else 1
    line = 2 if "{:" in body else line
    assert (place, code) == (f"{line}:{column}", "looks-like-markdown")
    assert problem.endswith(end)


@pytest.mark.parametrize("body", ["# Heading\n\nText.", "Heading\n=======\n\nText."])
def test_a_heading_of_the_first_level_is_reported(body: str) -> None:
    (problem,) = report(body)
    assert problem.startswith("1:1 first-level-heading")


TEXTS = [
    r"a \*\*b \[text] (https://e.org) \#Heading",
    "`[text] (https://e.org)` and `**`",
    "    [text] (https://e.org)",
    f"{FENCE}\n• one\n# two\n{FENCE}\n\n~~~~\n{FENCE}\n~~~~",
    "-5 degrees\n-6 degrees",
    "— Bonjour\n— Salut",
    "-Bonjour !\n-Salut, ça va ?",
    "-Сайн байна уу?\n-Сайн, та сайн уу?",
    "#DecentWork is a goal.",
    "We say #hashtag.\n\n#DecentWork #ILO",
    "#1 in the world\n\nText.",
    "张** 李** 王** 等三人",
    "王**说",
    "5**2 f**k 10~~20",
    "好的~~ 再见~~",
    "Rate 5.2** here\n\n**Without Hong Kong",
    "[1][2] [sic][…] [sic] (see below) [参数][进程名] cells[row][2] [x][y][z]",
    "【新华社】（https://e.org/a）",
    "1.5 million\n2.5 million",
    "1、工资  \n2、就业",
    "1、工资\n\n2、就业",
    "costs $$ to $$$",
    "|x| is positive, a | b",
    "x == y == z, a := b",
    "* * *\n\n***\n\n{1} {a} {}",
    "[a **b** c](https://e.org/x**y) <https://e.org/**a**>",
    "- a\n- b\n  - c\n\n1) d\n2) e",
    "| a | b |\n|---|---|\n| **c** | [d](https://e.org/) |",
    "> - **x\n>   y** ~~工~~ ***z***",
]


@pytest.mark.parametrize("body", TEXTS)
def test_a_text_is_not_reported(body: str) -> None:
    assert report(body) == []


# without what joins the block before: an indented block after a list is in the list
BLOCKS = [body for body in TEXTS if not body.startswith(("Rate", "王", "**", "    "))]


@settings(max_examples=attempts(100, 2000))
@given(
    st.lists(st.sampled_from(BLOCKS), max_size=4),
    st.sampled_from([body for body, *_ in PLANTED if not body.startswith(("1", "-"))]),
    st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=4),
)
@example([], "#Heading\n\nText.", ["x"])
def test_a_planted_lookalike_is_found_at_its_line(
    before: list[str], planted: str, after: list[str]
) -> None:
    if FENCE in planted:  # it goes on to the end
        after = []
    line = "\n\n".join([*before, ""]).count("\n") + 1
    (column,) = {column for body, column, _ in PLANTED if body == planted}
    line += "{:" in planted
    assert [problem.split()[0] for problem in report("\n\n".join([*before, planted, *after]))] == [
        f"{line}:{column}"
    ]


SIGNS = st.sampled_from(
    [
        *"*_~`<>[]()!#|\\&$={}:-•\n ",
        "a",
        "工",
        "\u3000",
        "\u00a0",
        "|a|b|\n",
        "|-|-|\n",
        "**",
        "~~",
        "\n\n",
        "\n> ",
        "\n- ",
        "1)",
        "1、",
        "[^1]",
    ]
)


@settings(max_examples=attempts(150, 3000))
@given(st.lists(SIGNS, max_size=14).map("".join))
def test_a_warning_has_a_place_in_the_body(body: str) -> None:
    _, problems = render_body(Source("x.md", body), 0, "https://example.org/entry/x/")
    lines = body.split("\n")
    for problem in problems:
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("**Bold** news", "write `Bold`"),
        ("*Bold* news", "write `Bold`"),
        ("A __bold__ word", "write `bold`"),
        ("A ~~gone~~ word", "write `gone`"),
        ("A `code` word", "write `code`"),
        ("**「工资」**上涨", "write `「工资」`"),
        ("See [Wages](https://e.org/)", "write `Wages`"),
        ("## Wages", "write `Wages`"),
        ("R&amp;D", "write `&`"),
        ("It&#8217;s", "write `’`"),
        ("a&nbsp;b", "write a space, or nothing"),
        ("a<br>b", "write a space, or nothing"),
        ('<a href="https://e.org/">x', "write a space, or nothing"),
    ],
)
def test_signs_in_plain_texts_are_named(text: str, advice: str) -> None:
    ((_, message),) = find_signs(text)
    assert message.endswith(advice)


@pytest.mark.parametrize(
    "text",
    [
        "5*3*2, 5 * 3 * 2, a*b",
        "file_name_x and - a pause -",
        "AT&T; R&D & more",
        "x < y, a <b and c> d",
        "# of jobs",
        "#1 in the world",
        "张** 李** 王**",
        "[sic] (see below)",
        "It's `quoted'",
        "10~20, ~~",
    ],
)
def test_a_plain_text_has_no_signs(text: str) -> None:
    assert list(find_signs(text)) == []
    assert without_markdown(text) == text


def test_what_looks_like_markdown_is_named_beside_other_problems() -> None:
    source = Source("x.md", "[text] (https://example.org) and [a page](page.html)")
    _, problems = render_body(source, 0, "https://example.org/entry/x/")
    assert [problem.code for problem in problems] == ["relative-url", "looks-like-markdown"]
