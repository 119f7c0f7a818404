"""Time grows in proportion to size, whatever is in a file: of patterns alone, and of whole files.

No time is compared with a limit in seconds: a text four times as long may take at most eight times
as long, in seconds of this thread, in the best of five attempts. There is no count instead: most of
the work is done in C (patterns, HTML, XML, YAML), where Python counts nothing.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import gc
import itertools
import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest

from ilofeed import dates, urls
from ilofeed.bodies import lookalikes
from ilofeed.content.entry import check_entry
from ilofeed.content.office import check_office
from ilofeed.foreign_dates import read_date
from ilofeed.guard.comparison import line_of
from ilofeed.importers.markup.markdown import from_markdown, plain, to_markdown
from ilofeed.media import containers
from ilofeed.scaffold.entry_file import touch
from ilofeed.sources.feeds import read_feed
from ilofeed.sources.files import front_matter as post_keys
from ilofeed.sources.files.tables import read_table
from ilofeed.sources.items import Picture, SourceError
from ilofeed.sources.json_feed import read_json
from ilofeed.sources.wordpress_bodies import BodyReader
from ilofeed.text import repair, without_markup
from offices import NOW, OFFICE
from patterns import hostile, uses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Work = Callable[[str], Any]

pytestmark = pytest.mark.slow
SIZES = (640, 2_500, 10_000, 40_000)  # characters; the keys of an entry may have 50,000
STEPS = 10**6  # of a loop: the noise of a measurement is at most three times their time


@pytest.fixture(scope="module", autouse=True)
def _without_the_objects_of_others() -> Iterator[None]:
    """A collection of garbage looks at all objects of the process, those of other tests too."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def cpu_seconds(work: Work, text: str) -> float:
    """Measure without other threads, and without garbage, which is collected when enough is there:
    that would be the time of the larger text."""
    gc.disable()
    try:
        begin = time.thread_time()
        work(text)
        return time.thread_time() - begin
    finally:
        gc.enable()


def is_linear(work: Work, make: Callable[[int], str], sizes: tuple[int, ...] = SIZES) -> bool:
    """Return whether time grows in proportion; stop at the first sizes where it does not.

    A machine that is slow at the moment has more noise, so noise is measured by a loop beside it.
    """
    for small, large in itertools.pairwise(sizes):
        for _ in range(5):
            few, many = cpu_seconds(work, make(small)), cpu_seconds(work, make(large))
            if many <= 8 * few or many <= 8 * few + 3 * cpu_seconds(loop, ""):
                break
        else:
            return False
    return True


def loop(_text: str) -> None:
    for _ in range(STEPS):
        pass


@pytest.mark.parametrize(
    "work",
    [
        lambda text: [None for _ in text for _ in text[::10]],
        functools.partial(re.search, r"\s+x"),
    ],
)
def test_what_takes_quadratic_time_is_found(work: Work) -> None:
    assert not is_linear(work, lambda n: " " * n, (500, 2_000, 8_000, 32_000))


# patterns


# those that are made of local values: where they are, and examples
LOCAL: dict[str, tuple[re.Pattern[Any], ...]] = {
    "src/ilofeed/dates.py": tuple(
        re.compile(pattern, re.IGNORECASE)
        for pattern in (*dates._RANGES, *dates._DAYS, *dates._TIMES)
    ),
    "src/ilofeed/media/containers.py": tuple(
        re.compile(signature, re.DOTALL) for signature in containers._READERS
    ),
    "src/ilofeed/bodies/lookalikes.py": tuple(
        pattern for first, second, *_ in lookalikes._STARTS for pattern in (first, second)
    ),
    "src/ilofeed/content/entry.py": (
        re.compile(
            r"(?<![/=?&%])https://example\.org/(?:entry/([a-z0-9-]+))?([^\s<>()\[\]\"',;]*)"
        ),
    ),
    "src/ilofeed/content/yaml_errors.py": (
        re.compile(r".*+(?:\n {3,}+.*+)*+"),
        re.compile(r"^  ([^\s#].*)$", re.MULTILINE),
        re.compile(r"^ {0,3}[^\s#]", re.MULTILINE),
    ),
    "src/ilofeed/content/site.py": (re.compile(r":[ \t]+[\"']?(all/rss\.xml)"),),
    "src/ilofeed/sources/files/front_matter.py": tuple(
        re.compile(rf"^{mark}[ \t]*(?:\n|\Z)", re.MULTILINE) for _, mark in post_keys._ENDS.values()
    ),
    ".github/scripts/release.py": (
        re.compile(r"(?ms)^## 0\.1\.0 - \d{4}-\d\d-\d\d\n(.*?)(?=^## |\Z)"),
    ),
    "src/ilofeed/foreign_dates.py": (),  # `read_date`, in the table below
    "src/ilofeed/guard/comparison.py": (),  # `line_of`, in the table below
}


def test_every_pattern_takes_linear_time() -> None:
    patterns: dict[tuple[str, re.Pattern[Any]], str] = {}
    for place, method, pattern in uses():
        of_file = LOCAL.get(place.partition(":")[0])
        assert pattern is not None or of_file is not None, f"{place}: add it to LOCAL"
        if pattern is not None:
            patterns.setdefault((method, pattern), place)
    for place, of_file in LOCAL.items():
        patterns |= {("fullmatch", pattern): place for pattern in of_file}
        patterns |= {("match", pattern): place for pattern in of_file}
    patterns |= {("finditer", pattern): "lookalikes" for pattern, _ in lookalikes._INLINE}
    assert len(patterns) > 150
    slow = [
        f"{place}: {method} of {pattern.pattern!r} with {text}"
        for (method, pattern), place in patterns.items()
        if (text := busy(pattern, method))
    ]
    assert slow == []


def busy(pattern: re.Pattern[Any], method: str) -> tuple[str, str, str] | None:
    """Return the parts of a text with which a pattern takes more than linear time."""
    is_bytes = isinstance(pattern.pattern, bytes)

    def work(text: str) -> None:
        subject: Any = text.encode("utf-8", "surrogatepass") if is_bytes else text
        found = getattr(pattern, method)(subject)
        if method == "finditer":
            sum(1 for _ in found)

    for head, unit, tail in hostile(pattern):

        def make(size: int, head: str = head, unit: str = unit, tail: str = tail) -> str:
            return head + unit * (size // len(unit) + 1) + tail

        is_quick = cpu_seconds(work, make(64)) < 0.005 and cpu_seconds(work, make(6_000)) < 0.004
        if not is_quick and not is_linear(work, make, (32, 128, 512, 2_000, 8_000)):
            return head, unit, tail
    return None


# an office's files


KEYS = {
    "title": "Pay",
    "date": "2015-05-19",
    "summary": "Text",
    "categories": "[wages]",
    "countries": "[CN]",
}
OFFICE_READ, _ = check_office(OFFICE, NOW)


def front_matter(key: str, value: str) -> str:
    lines = (f"{name}: {text}\n" for name, text in {**KEYS, key: value}.items())
    return f"---\n{''.join(lines)}---\n\nText\n"


def check(text: str) -> None:
    assert OFFICE_READ is not None
    check_entry("entries/a.md", text.encode("utf-8", "surrogatepass"), OFFICE_READ, {}, NOW)


@pytest.mark.parametrize(
    ("key", "head", "unit", "tail"),
    [
        ("authors", "A<", " ", ">B"),
        ("authors", "[A, {name: A", " ", "B}]"),
        ("authors", "", "a@", ""),
        ("authors", "- a", "\n  a: ", ""),
        ("link", "[", "](", ""),
        ("link", "", "[a](", ""),
        ("link", "https://example.org/", "../", "%"),
        ("link", "https://example.org/", "%4", ""),
        ("updated", "", " ", "x"),
        ("updated", "2015-05-19", " ", "x"),
        ("date", "2015-05-19T", "0", "x"),
        ("date", "", "1.", ""),
        ("categories", "wages", " ", "x"),
        ("categories", "", "a ", ","),
        ("categories", "[wages", ", a", "]"),
        ("title", "a", " ", "@"),
        ("title", "", "a@a.", "<"),
        ("title", "", "</b", ""),
        ("title", "", "Ã", "©"),
        ("title", "'", "a: ", ""),
        ("summary", "|\n  a", " \n   ", "a"),
        ("summary", '"a', "\\n ", '"'),
        ("id", "tag:example.org,2015:", "%4", "|"),
        ("id", "urn:a:", "a-", "|"),
        ("sumary", "", "summary", ""),
        ("event", "{start: 2015-05-19", " ", "x}"),
        ("attachments", "[", "{url: a}, ", ""),
        ("draft", "", "[", ""),
        ("draft", "", "&a ", ""),
    ],
)
def test_a_key_takes_linear_time(key: str, head: str, unit: str, tail: str) -> None:
    assert is_linear(check, lambda n: front_matter(key, head + unit * (n // len(unit)) + tail))


@pytest.mark.parametrize(
    "unit",
    ["-", "---\n", "--- ", " ", " \n", "\t", "a: ", "a:\n", "- ", "'", "#", "…", "<<<<<<<\n"],
)
def test_a_file_of_one_thing_takes_linear_time(unit: str) -> None:
    for head in ("", "---\n", "\n"):
        assert is_linear(check, lambda n, head=head: head + unit * (n // len(unit)) + "x")  # type: ignore[misc]


@pytest.mark.parametrize(
    "unit",
    [
        "[", "![", "](", "[a](", "<", "<a ", "<!--", "<?", "&#", "`", "``a`", "*a_", "> ", "- ",
        "| a ", "\\", "  \n", "<b>", "a@b.c ", "https://e.org/ ", "[a]: b\n", "1. a\n", "Ã©",
        "\ue000", "[a](b c)", "![a](b)",
    ],
)  # fmt: skip
def test_a_body_takes_linear_time(unit: str) -> None:
    assert is_linear(check, lambda n: front_matter("title", "Pay") + unit * (n // len(unit)))


@pytest.mark.parametrize(
    ("head", "unit", "tail"),
    [
        ("2015-05-20", " ", ""),
        ('"2015-05-20', " ", '"'),
        ("2015-05-20 #", " #", ""),
        ("2015-05-20", " ", "# a comment"),
        ("2015-05-20\n", "#updated: \n", ""),
    ],
)
def test_touching_takes_linear_time(head: str, unit: str, tail: str) -> None:
    assert OFFICE_READ is not None
    office = OFFICE_READ

    def work(text: str) -> None:
        data, problems = touch("entries/a.md", text.encode(), office, {}, NOW)
        assert data != text.encode()
        assert problems == ()

    assert is_linear(work, lambda n: front_matter("updated", head + unit * (n // len(unit)) + tail))


@pytest.mark.parametrize("unit", [" ", "-", "'", "id", "id \n", "\n"])
def test_the_line_of_a_key_takes_linear_time(unit: str) -> None:
    assert is_linear(lambda text: line_of(text.encode(), "id"), lambda n: unit * (n // len(unit)))


@pytest.mark.parametrize("unit", [" ", "a: ", "a:\n", "[", "- a\n", "'", "a@", "é"])
@pytest.mark.parametrize("head", ["", "site:\n  title: ", "site:\n  author: {name: "])
def test_feeds_yaml_takes_linear_time(unit: str, head: str) -> None:
    def work(text: str) -> None:
        check_office(text.encode(), NOW)

    assert is_linear(work, lambda n: head + unit * (n // len(unit)) + "x")


# sources of imports


def keep(_element: str, _attribute: str, value: str) -> str:
    return value


@pytest.mark.parametrize(
    "unit",
    [
        " ", "  \n", " \n ", "\\\n", "<br>", " <br> ", "<br>\n   ", "a ", "<p>", "<b>", "<li>a",
        "&nbsp;", "*", "_", "`", "[", "](", "<", "&", "\t", "<a b=", '<a b="', "Ã©",
        "<img src='a' alt='b'>",
        "a\\ \n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("around", ["", "<pre>a{}b</pre>", "<p>a{}b", "<table><tr><th>a{}b"])
def test_html_takes_linear_time(unit: str, around: str) -> None:
    def make(size: int) -> str:
        return (around or "{}").replace("{}", unit * (size // len(unit)))

    convert = functools.partial(to_markdown, permalink="https://example.org/", resolve=keep)
    assert is_linear(convert, make, SIZES[:-1])
    assert is_linear(plain, make)
    if not around:
        assert is_linear(
            lambda text: from_markdown(text, "https://example.org/", keep), make, SIZES[:-1]
        )


@pytest.mark.parametrize(
    ("head", "unit", "tail"),
    [
        ("<table><tr>", "<td>a</td>", "</table>"),
        ("<table><tr>", "<td>a</td>", "</tr><tr><td>b</table>"),
        ("<table><tr><td>b<td>", "a<br>", "</table>"),
        ("<h2>", "a<br>", "</h2>"),
        ("<pre>", "a<br>", "</pre>"),
        ("<pre><a href='https://e.org/'>a</a>", "b\n", "</pre>"),
        ("", "<b>a</b>", ""),
        ("<b>", "<p>a</p>", "</b>"),
        ("", "<a href='https://e.org/'><img src='https://e.org/a' alt=b></a>", ""),
        ("", "a<sup>2</sup>", ""),
        ("", "a<q>b</q> ", ""),
        ("", "<span>" * 20 + "a" + "</span>" * 20, ""),
        ("<img alt=a srcset='", "https://e.org/a 2x, ", "'>"),
        ("<p style='", "display:;", "'>a"),
        ("<span style='", "text-decoration: a", "'>a</span>"),
        ("<span style='", "text-decoration-a", "'>a</span>"),
    ],
)
def test_many_elements_take_linear_time(head: str, unit: str, tail: str) -> None:
    """Sizes are in characters; a body may have ten thousand tags, of which these have most.

    None has more: HTML that is refused is converted again as text, which takes longer at once.
    """
    convert = functools.partial(to_markdown, permalink="https://example.org/", resolve=keep)
    tags = max(unit.count("<"), 1)
    sizes = tuple(number * len(unit) // tags for number in (500, 2_000, 8_000))
    assert is_linear(convert, lambda n: head + unit * (n // len(unit)) + tail, sizes)


def test_footnotes_take_linear_time() -> None:
    def make(size: int) -> str:
        numbers = range(1, size // 100 + 1)
        marks = (f"a<sup><a id=r{n} href='#n{n}'>{n}</a></sup> " for n in numbers)
        notes = (f"<li id=n{n}>Note {n} <a href='#r{n}'>^</a>" for n in numbers)
        return f"<p>{''.join(marks)}<ol>{''.join(notes)}</ol>"

    convert = functools.partial(to_markdown, permalink="https://e.org/", resolve=keep)
    assert "[^100]" in convert(make(10_000)).markdown
    assert is_linear(convert, make, (2_500, 10_000, 40_000, 80_000))


@pytest.mark.parametrize(
    ("head", "unit", "tail"),
    [
        ("", " ", "x"), ("a", " ", "<b"), ("", "a@", ""), ("", "a ", "<"), ("a<", " ", ">b"),
        ("", "a", "@"),
        ("", "</b", ""), ("", "Ã©", ""), ("", "<", ""), ("", "2015-", ""), ("", "https:", ""),
        ("<form ", "<form ", ""), ("<form", " ", "x"), ("", "a:", "b"), ("", "-", ":"),
        ("", "\n", "x"),
    ],
)  # fmt: skip
def test_a_source_takes_linear_time(head: str, unit: str, tail: str) -> None:
    def make(size: int) -> str:
        return head + unit * (size // len(unit)) + tail

    def read(work: Work) -> Work:
        def reads(text: str) -> None:
            with contextlib.suppress(SourceError, dates.DateError, urls.AddressError):
                work(text)

        return reads

    def rss(text: str) -> None:
        text = text.replace("&", "&amp;").replace("<", "&lt;")
        names = ("title", "link", "guid", "pubDate", "description", "author", "category", "status")
        item = "".join(f"<{name}>{text}</{name}>" for name in names)
        read_feed(f"<rss><channel><title>T</title><item>{item}</item></channel></rss>", None)

    columns = "title,date,authors,attachments,status,draft,body"
    keys = ("title", "url", "id", "date_published", "content_html", "status", "draft")
    for work in (
        rss,
        lambda text: read_feed(text, None),
        lambda text: read_feed(f"<rss>{text}", None),
        lambda text: read_table(f"{columns}\n" + ",".join([f'"{text}"'] * 7), {}),
        lambda text: read_table(text, {}),
        lambda text: read_json(json.dumps({"items": [dict.fromkeys(keys, text)]})),
        lambda text: read_date(text, dt.UTC),
        dates.read_moment,
        urls.to_url,
        repair,
        without_markup,
    ):
        assert is_linear(read(work), make), work


@pytest.mark.parametrize(
    "unit",
    [
        "[", "[a ", "[a b=1]", "[user]", "[/user]", "[user][/user]", "[caption]", "<pre>", "<code>",
        "<a>", "<img ", "<img alt='", "<figcaption>", "<!-- wp:file -->", "<!-- wp:a {", "<!--",
        "<!-- wp:a {}} ", '<sup data-fn="', "\n", "\n ", "<li>", "</li>", "[gallery]", "<p>\n\n",
    ],
)  # fmt: skip
def test_a_body_of_wordpress_takes_linear_time(unit: str) -> None:
    def read(text: str) -> None:
        reader = BodyReader(lambda _: Picture(), lambda: ["1"], lambda _: None, {})
        reader.read(text)
        reader.read(f"<!-- wp:group -->{text}[/user]")

    assert is_linear(read, lambda n: unit * (n // len(unit)))


def test_texts_that_become_worse_when_they_are_repaired_take_linear_time() -> None:
    nested = "é"
    for _ in range(5):
        nested = nested.encode().decode("latin-1")
    assert is_linear(repair, lambda n: nested + "©" * n)
    assert is_linear(without_markup, lambda n: "</b" * n + ">" * n)
    assert without_markup("</b" * 9 + ">" * 9).count("</b>") == 0
