"""What an import makes of HTML says the same: each kind of element, and what is left out of it."""

from __future__ import annotations

import re
import urllib.parse

import pytest

from ilofeed.content.office import check_office
from ilofeed.importers.fields import EntryFields, one_line
from ilofeed.importers.markup import markdown, writer
from ilofeed.importers.markup.html import simplify
from ilofeed.importers.markup.markdown import Body, from_markdown, plain, to_markdown
from ilofeed.sources import Item, Text
from offices import NOW, OFFICE

ENTRY = "https://me.org/entry/slug/"


def resolve(_element: str, attribute: str, value: str) -> str | None:
    return urllib.parse.urljoin("https://e.org/p", value) if attribute in {"href", "src"} else value


def converted(html: str) -> Body:
    """Convert HTML; what the result is rendered to must convert to the same Markdown."""
    body = to_markdown(html, ENTRY, resolve)
    again = to_markdown(body.html, ENTRY, resolve)
    assert (again.markdown, again.lost) == (body.markdown, ())
    return body


KEPT = [
    # superscripts and subscripts
    ("10<sup>6</sup> and 10<sup>-3</sup>", "10⁶ and 10⁻³"),
    ("in 2015<sup>1</sup>, 12015<sup>1</sup>", r"in 2015\[1\], 12015¹"),
    ("wages<sup>2</sup> rise.<sup>3, 4</sup>", r"wages\[2\] rise.\[3, 4\]"),
    ("工资<sup>1</sup>，20平方厘米<sup>2</sup>", r"工资\[1\]，20平方厘米²"),
    ("5 m<sup>2</sup>, 8 км<sup>2</sup>, (a+b)<sup>2</sup>", "5 m², 8 км², (a\\+b)²"),
    ("H<sub>2</sub>O, x<sub>max</sub>, y<sub>a+b</sub>", "H₂O, x\\_max, y\\_(a\\+b)"),
    ("x<sup>n+1</sup>, 2<sup>k</sup>, e<sup>ab</sup>", "xⁿ⁺¹, 2^k, e^(ab)"),
    ("the 5<sup>th</sup>, M<sup>me</sup> Li, A<sup>®</sup>", "the 5th, Mme Li, A®"),
    ("<code>10<sup>6</sup></code>", "`10⁶`"),
    ("10<span style='vertical-align: super'>6</span>", "10⁶"),
    ("a<sup><a href='/n'>1</a></sup>", "a[\\[1\\]](https://e.org/n)"),
    ("a<a href='/n'><sup>2</sup></a>", "a[\\[2\\]](https://e.org/n)"),
    ("a<sup><a href='/n'>[3]</a></sup>", "a[\\[3\\]](https://e.org/n)"),
    ("<a href='/n'>10<sup>6</sup> people</a>", "[10⁶ people](https://e.org/n)"),
    # what is struck out, or changed
    ("do <del>not</del> <s>go</s> <strike>away</strike>", "do ~~not~~ ~~go~~ ~~away~~"),
    ("do <span style='text-decoration:line-through'>not</span> go", "do ~~not~~ go"),
    ("<del><p>a <b>b</b></p><p>c</p></del>", "~~a~~ **~~b~~**\n\n~~c~~"),
    ("<s>a</s><s>b</s>", "~~ab~~"),
    ("a <ins>b</ins>", "a b"),
    # signs that only a browser adds
    ("<q>Yes, <q>no</q></q>", "“Yes, ‘no’”"),
    ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>字", "漢(かん)字"),
    ("su&shy;per<wbr>b", "superb"),
    ("<img class=emoji src='/e.png' alt='😀'>", "😀"),
    ("<ul><li><input type=checkbox checked> a<li><input type=checkbox> b</ul>", "- ☑ a\n- ☐ b"),
    # lists
    ("<ol start=5><li>a<li>b</ol><p>x</p><ol><li>c</ol>", "5. a\n6. b\n\nx\n\n1. c"),
    ("<ol><li>a</ol><ol><li>b</ol><ol><li>c</ol>", "1. a\n\n1) b\n\n1. c"),
    ("<ul><li>a</ul><ul><li>b</ul>", "- a\n\n* b"),
    ("<ol start=0><li>a</ol>", "0. a"),
    ("<ol type=a><li>a<li><p>b</p></ol>", "- a. a\n- b. b"),
    ("<ol type=I start=4><li>a<li>b</ol>", "- IV. a\n- V. b"),
    ("<ol type=A start=27><li>a</ol>", "- AA. a"),
    ("<ol reversed><li>a<li>b</ol>", "- 2\\. a\n- 1\\. b"),
    ("<ol><li>a<li value=7>b<li>c</ol>", "- 1\\. a\n- 7\\. b\n- 8\\. c"),
    ("<ol><li value=7>a<li>b</ol>", "7. a\n8. b"),
    ("<ol start=-1><li>a</ol>", "- -1. a"),
    ("<ul><li>a<ol start=3><li>b</ol></ul>", "- a\n\n  3. b"),
    ("<ul><li>a</li><ul><li>b</ul></ul>", "- a\n  - b"),
    ("<ul><li>a</li><li></li><li>b</ul>", "- a\n- b"),
    ("<dl><dt>a<dd>b<dt>c<dd>d</dl>", "a\n\nb\n\nc\n\nd"),
    # lines
    ("<pre>a<br>b  c<br/>\n\n\nd</pre>", "```\na\nb  c\n\n\n\nd\n```"),
    ("<pre><div>a</div><div>b</div></pre>", "```\na\nb\n```"),
    ("<pre>a <a href='/x'>b</a>\nc</pre>", "a [b](https://e.org/x)\\\nc"),
    ("<textarea>a\nb</textarea>", "```\na\nb\n```"),
    ("<p>a<br></p><b>b<br></b>c<hr>d", "a\n\n**b**\\\nc\n\n---\n\nd"),
    ("a<b> </b>b <i>c </i>d <i>e\n</i>f", "a b *c* d *e* f"),
    ("<details><summary>a</summary>b</details>", "a\n\nb"),
    ("a<button>b</button>", "ab"),
    # tables
    (
        "<table><tr><th colspan=2>a<th>b<tr><td>1<td>2<td>3</table>",
        "| a |  | b |\n| --- | --- | --- |\n| 1 | 2 | 3 |",
    ),
    (
        "<table><tr><th>a<th>b<th>c<tr><td rowspan=2>1<td>2<td>3<tr><td>4<td>5</table>",
        "| a | b | c |\n| --- | --- | --- |\n| 1 | 2 | 3 |\n|  | 4 | 5 |",
    ),
    (
        "<table><tr><th>a<td>1<tr><th>b<td>2<td>3</table>",
        "|  |  |  |\n| --- | --- | --- |\n| a | 1 |  |\n| b | 2 | 3 |",
    ),
    (
        "<table><thead><tr><td>a<td>b<tbody><tr><td>1<td>2<tfoot><tr><td>3<td>4</table>",
        "| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |",
    ),
    (
        "<table><tr><td>a<br>b<td><ul><li>c<li>d</ul><tr><td>e.<br>f<td><p>g</p></table>",
        "|  |  |\n| --- | --- |\n| a / b | c / d |\n| e. f | g |",
    ),
    ("<h2>a<br>b<div>c</div></h2>", "## a b c"),
    # pictures and links
    (
        "<img src='data:image/gif;base64,R0' data-src='/x.png' alt=x>",
        "![x](https://e.org/x.png)",
    ),
    ("<img srcset='/a.png 1x, /b.png 2x' alt=x>", "![x](https://e.org/b.png)"),
    ("<picture><source srcset='/a.png 9w'><img alt=x></picture>", "![x](https://e.org/a.png)"),
    (
        "<img src='data:image/gif;base64,R0' alt=x><noscript><img src='/n.png' alt=y></noscript>",
        "![x](https://e.org/n.png)",
    ),
    (
        "<img data-src='/n.png' alt=x><noscript><img src='/n.png' alt=y></noscript>",
        "![x](https://e.org/n.png)",
    ),
    ("<p>a</p><noscript><img src='/n.png' alt=y></noscript>", "a\n\n![y](https://e.org/n.png)"),
    ("<a href='/x'><img src='/p.png' alt=p></a>", "[![p](https://e.org/p.png)](https://e.org/x)"),
    (
        "<figure><img src='/p.png' alt=p><figcaption>c</figcaption></figure>",
        "![p](https://e.org/p.png)\n\nc",
    ),
    (
        "<a href='/x'><h3>a</h3><p>b</p></a>",
        "### [a](https://e.org/x)\n\n[b](https://e.org/x)",
    ),
    ("see <a href='#part'>part</a>", "see [part](https://e.org/p#part)"),
    # copies that are not shown
    ("<i aria-hidden=true></i>a", "a"),
    ("<b aria-hidden=true>3k</b><b class=sr-only>3 thousand</b>", "**3 thousand**"),
]


@pytest.mark.parametrize(("html", "expected"), KEPT)
def test_html_says_the_same_in_markdown(html: str, expected: str) -> None:
    body = converted(html)
    assert body.markdown == expected
    assert not [text for text in body.lost if "merged cell" not in text]


LOST = [
    (
        "a<p hidden>b</p><i style='display: none'>c</i>",
        "a",
        "left out of the body: 2 hidden elements",
    ),
    ("a<img src='/t.gif' width=1 height=1>", "a", "left out of the body: 1 tracking picture"),
    ("a<img src='data:image/gif;base64,R0' alt=b>", "a", "1 picture without an address"),
    ("a<noscript>Turn it on</noscript>", "a", "1 text for browsers without scripts"),
    ("a<select><option>b<option>c</select><input value=d>", "a", "2 form fields"),
    (
        "<abbr title='International'>a</abbr> <acronym title=b>c</acronym>",
        "a c",
        "2 abbreviation titles",
    ),
    ("<abbr>a</abbr><abbr title='b'>c</abbr>", "ac", "left out of the body: 1 abbreviation title"),
    ("<blockquote cite='https://e.org/q'>a</blockquote>", "> a", "1 quotation source"),
    (
        "<q cite='/q'>a</q> <blockquote cite='/q'>b</blockquote>",
        "“a”\n\n> b",
        "2 quotation sources",
    ),
    ("a<svg><title>b</title></svg>", "a", "1 drawing"),
    ("<a href='javascript:x()'>a</a>", "a", "1 link to a script"),
    ("<a href='ftp://e.org/f'>a</a>", "a", "the link `ftp://e.org/f` in the body: only https://"),
    ("<iframe srcdoc='b'></iframe>a", "a", "1 iframe without an address"),
    (
        "a <a href='/x'><img src='/p.png'></a>b",
        "a [https://e.org/x](https://e.org/x) b",
        "the picture `/p.png` in the body has no alt text",
    ),
    (
        "<video><source src='/v.mp4'>Sorry</video>",
        "[/v.mp4](https://e.org/v.mp4)",
        "the video `/v.mp4` in the body became a link",
    ),
    (
        "<iframe src='/f' title='A film'></iframe>",
        "[A film](https://e.org/f)",
        "the iframe `/f` in the body became a link",
    ),
    (
        "<object data='/o.pdf'>Sorry</object><embed src='/e.swf'><audio src='/a.mp3'></audio>",
        (
            "[/o.pdf](https://e.org/o.pdf)\n\n[/e.swf](https://e.org/e.swf)\n\n"
            "[/a.mp3](https://e.org/a.mp3)"
        ),
        "the audio `/a.mp3` in the body became a link",
    ),
    (
        (
            "<math><semantics><msup><mi>c</mi><mn>2</mn></msup>"
            "<annotation encoding='application/x-tex'>c^2</annotation></semantics></math>"
        ),
        "c^2",
        "written as text in the body: 1 formula",
    ),
    (
        "<math><msup><mi>c</mi><mn>2</mn></msup><mfrac><mn>1</mn><mn>3</mn></mfrac></math>",
        "c²1/3",
        "written as text in the body: 1 formula",
    ),
    (
        "<table><tr><td><table><tr><td>a<td>b</table><td>c</table>",
        "|  |  |\n| --- | --- |\n| a | b |\n\nc",
        "written as text in the body: 1 table",
    ),
    ("<table><tr><td><h2>a</h2></table>", "## a", "written as text in the body: 1 table"),
    (
        "<table><tr><td colspan=2>a<tr><td>b<td>c</table>",
        "|  |  |\n| --- | --- |\n| a |  |\n| b | c |",
        "written as text in the body: 1 merged cell",
    ),
]


@pytest.mark.parametrize(("html", "expected", "message"), LOST)
def test_what_is_left_out_or_written_otherwise_is_named_once(
    html: str, expected: str, message: str
) -> None:
    body = converted(html)
    assert body.markdown == expected
    assert sum(message in text for text in body.lost) == 1


NOTES = [
    (  # of a blog
        (
            "<p>A<sup id=r1><a href='#f1'>1</a></sup> B<sup id=r2><a href='#f2'>2</a></sup></p>"
            "<ol><li id=f1><p>One <a href='#r1'>↩</a></p><li id=f2>Two <a href='#r2'>↩</a></ol>"
        ),
        "A[^1] B[^2]\n\n[^1]: One\n\n[^2]: Two",
    ),
    (  # of the block editor of WordPress
        (
            "<p>A<sup data-fn=u class=fn><a href='#u' id='u-link'>1</a></sup></p>"
            "<ol class=wp-block-footnotes><li id=u>One <a href='#u-link'>↩︎</a></ol><p>end</p>"
        ),
        "A[^1]\n\nend\n\n[^1]: One",
    ),
    (  # not in order: plain links
        "<p>A<sup id=r1><a href='#f1'>2</a></sup></p><ol><li id=f1>One <a href='#r1'>↩</a></ol>",
        "A[\\[2\\]](https://e.org/p#f1)\n\n1. One [↩](https://e.org/p#r1)",
    ),
]


@pytest.mark.parametrize(("html", "expected"), NOTES)
def test_footnotes_come_back_as_footnotes(html: str, expected: str) -> None:
    assert converted(html).markdown == expected


def test_our_own_footnotes_come_back() -> None:
    written = "A[^1] B[^2] C[^1]\n\n[^1]: One\n\n    More\n\n[^2]: Two **bold**"
    body = markdown.from_markdown(written, ENTRY, resolve)
    assert (body.markdown, body.lost) == (written, ())
    assert to_markdown(body.html, "https://other.org/entry/x/", resolve).markdown == written


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("10<sup>6</sup> H<sub>2</sub>O", "10⁶ H₂O"),
        ("<ruby>漢<rt>かん</rt></ruby>字", "漢(かん)字"),
        ("The strike is <del>not</del> <q>over</q>", "The strike is “over”"),
        ("a<i hidden>b</i><iframe src='https://e.org'></iframe>", "a"),
        ("<script>x</script><style>y</style>a" + "<p>" * 30_000, "a"),
        ("10<sup>6</sup> <s>not</s>" + "<p>" * 30_000, "10^6"),
    ],
)
def test_titles_and_summaries_say_the_same(html: str, expected: str) -> None:
    assert plain(html) == expected
    assert one_line(Text(html, "html")) == expected


@pytest.mark.parametrize(
    ("html", "count"),
    [
        ("a <s>b</s>", "1 struck-out text"),
        ("a <del>b</del> <strike>c</strike>", "2 struck-out texts"),
        ("a <span style='text-decoration: line-through'>b</span>", "1 struck-out text"),
        ("a <s>b</s>" + "<br>" * 30_000, "1 struck-out text"),
        ("a <b>b</b>", ""),
    ],
)
def test_struck_text_is_counted_in_titles_and_summaries(html: str, count: str) -> None:
    office, problems = check_office(OFFICE, NOW)
    assert problems == []
    item = Item(1, title=Text(html, "html"), summary=Text(html, "html"), content=Text("c"))
    fields = EntryFields(item, office, lambda _url: True)
    fields.texts(fields.title(), ENTRY)
    places = ("title", "summary") if count else ()
    assert fields.lost == [f"left out of the {place}: {count}" for place in places]


CHANGES = [
    ("a b", "ab"),
    ("<p>a</p><p>b</p>", "<p>a b</p>"),
    ("<ol><li>a</ol>", "<ol start=2><li>a</ol>"),
    ("<s>a</s> b", "a b"),
    ("<a href='https://e.org/'>a</a> a", "a <a href='https://e.org/'>a</a>b"),
    ("<pre>a  b</pre>", "<pre>a b</pre>"),
    ("<pre>a\n\nb</pre>", "<pre>a\nb</pre>"),
    ("<table><tr><td>a<td><td>b</table>", "<table><tr><td>a<td>b<td></table>"),
    ("<img src='/a' alt=b> c", "c <img src='/a' alt=b>"),
]


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_the_proof_of_a_body_sees_each_change(
    before: str, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A converter that writes something else is not believed."""
    trees = (markdown._tree(simplify(html, resolve)[0]) for html in (before, after))
    written, other = map(writer.write_markdown, trees)
    assert written != other
    monkeypatch.setattr(markdown, "write_markdown", lambda _: other)
    assert markdown._convert(simplify(before, resolve)[0], ENTRY) is None


def test_a_table_does_not_grow_without_limit() -> None:
    rows = "<tr><td rowspan=1000 colspan=1000>a<td>b"
    for number in (2, 300):
        tidy, lost = simplify(f"<table>{rows * number}</table>", resolve)
        assert len(tidy) < 20_000
        assert f"{'1 table' if number > 2 else 'merged cell'}" in lost[0]


def test_no_text_has_the_characters_that_mark_places() -> None:
    for character in ("\ue000", "\ue002", "\x1f", "\0"):
        body = to_markdown(
            f"<pre>a{character}b\n\nc</pre><h2>d{character}<br>e</h2>", ENTRY, resolve
        )
        assert not re.search("[\ue000-\ue0ff\x00\x1f]", body.markdown)
        assert "c\n" in body.markdown


@pytest.mark.parametrize(
    ("written", "markdown", "lost"),
    [
        ("A [page](b.html) of **news**.", "A [page](https://e.org/b.html) of **news**.", ""),
        ("<div>\n\n- *one*\n- <b>two</b>\n\n</div>", "- *one*\n- **two**", ""),
        ("a<script>b</script>\n\n# c", "a\n\n## c", "1 script"),
        ("[a](javascript:b)\n\n`<b>`", "a\n\n`<b>`", "link to a script"),
        ("a ![](b.png)\n\n1. c", "a\n\n1. c", "no alt text"),
        ("a [^1] <br>b\n\n[^1]: *c* <b>d</b>", "a [^1] \\\nb\n\n[^1]: *c* **d**", ""),
    ],
)
def test_html_and_addresses_in_markdown_leave_the_rest_as_it_is(
    written: str, markdown: str, lost: str
) -> None:
    def resolve(_element: str, attribute: str, value: str) -> str | None:
        if value.startswith("javascript:"):
            return None
        return (
            urllib.parse.urljoin("https://e.org/", value) if attribute in {"href", "src"} else value
        )

    body = from_markdown(written, "https://e.org/", resolve)
    assert body.markdown == markdown
    assert lost in " ".join(body.lost)
    assert bool(lost) == bool(body.lost)
    assert from_markdown(body.markdown, "https://e.org/", resolve) == Body(body.markdown, body.html)
