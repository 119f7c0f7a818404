"""What a job writes in Markdown shows texts of others as they are, by a parser that is not ours.

Reviewers trust the summary of a job and the issue about a failure, and a pull request may contain
any text. markdown-it knows what GitHub makes of Markdown: tables, strikethrough, and links of bare
addresses.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import issue
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ilofeed.feeds.ledger import Record
from ilofeed.guard.changes import Difference, Documents, as_markdown
from ilofeed.problems import Problem, printable, visible
from offices import NOW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

READER = MarkdownIt("gfm-like")  # with HTML

PIECES = (
    "`", "``", "```", "~~~", " ", "    ", "\n", "\r\n", "\\", "\\`", "*a*", "**b**", "_c_",
    "[x](https://e.example)", "![x](https://e.example/x.png)", "<b>", "<script>",
    "<https://e.example>", "https://e.example/", "www.e.example", "a@e.example", "@someone",
    "#123", "owner/name#1", ":tada:", "[^1]", "[^1]: note", "a | b", "|---|---|", "===", "---",
    "# h", "- x", "1. x", "> q", "&amp;", "&#64;", "&copy", "~~s~~", "$x$", "$`x`$", "<!-- -->",
    "[x]: https://e.example", "::error::x", "##[error]x", "\u202e", "\u00a0", "世界", "<details>",
    "javascript:x", "](x)", ">", "x",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text(max_size=60)


def summary(texts: Sequence[str]) -> str:
    """Return the summary of a job where each text of others is one of five."""
    title, path, message, url, old = texts
    record = Record(path, url, title, NOW, NOW, "d", file=path)
    other = record._replace(url=old)
    kinds = ("new", "released", "updated", "changed", "withdrawn", "returned", "gone")
    difference = Difference(
        **dict.fromkeys(kinds, (record,)),
        renamed=((other, record),),
        feeds_added=(path,),
        feeds_gone=(path,),
        documents=Documents((path,), (path, old), (path,)),
    )
    problems = [
        Problem(path, 1, 1, "id-vanished", message),
        Problem(path, 2, 1, "changed-silently", message, "warning"),
    ]
    return as_markdown(difference, problems)


def flat(tokens: Sequence[Token]) -> list[Token]:
    return [token for one in tokens for token in (one.children or [one])]


def shape(text: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Return what Markdown is read as, code spans without their content, and that content."""
    tokens = flat(READER.parse(text))
    code = [token.content for token in tokens if token.type == "code_inline"]
    return [(t.type, t.content if t.type != "code_inline" else "") for t in tokens], code


PLAIN, SPANS = shape(summary(["title", "path", "message", "url", "old"]))


@given(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS, TEXTS))
def test_texts_of_others_are_only_text(texts: tuple[str, ...]) -> None:
    structure, code = shape(summary(texts))
    assert structure == PLAIN
    title, path, message, url, old = texts
    shown = {"title": title, "path": path, "message": message, "url": url, "old": old}
    shown |= {"path:1": f"{path}:1", "path:2": f"{path}:2", "updated": "updated"}
    assert set(SPANS) == shown.keys()
    assert code == [printable(visible(shown[span])) or " " for span in SPANS]


def test_the_plain_summary_has_no_link() -> None:
    kinds = {kind for kind, _ in PLAIN}
    assert not kinds & {"link_open", "image", "html_inline", "html_block", "table_open"}
    assert {"heading_open", "bullet_list_open", "code_inline", "text"} <= kinds


@given(TEXTS)
def test_the_issue_shows_messages_as_they_are(said: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUN_URL", "https://example.org/run/1")
        patch.setenv("MANUAL", "https://example.org/manual")
        jobs = {"build": {"result": "failure", "outputs": {"messages": f"x{said}"}}}
        tokens = READER.parse(issue.body(json.loads(json.dumps(jobs))))
    kinds = [token.type for token in tokens if token.type in {"fence", "paragraph_open"}]
    assert kinds == ["paragraph_open"] * 2 + ["fence"] + ["paragraph_open"] * 2
    (fence,) = (token for token in tokens if token.type == "fence")
    assert fence.content.replace("\ufffd", "\0") == issue.plain(f"x{said}") + "\n"
