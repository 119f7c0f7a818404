"""Grammar and lint: faults that no reader would notice are found before they are published."""

from __future__ import annotations

import dataclasses
import json
import re
from importlib import resources

import pytest

from ilofeed.verify.lint import html_findings, lint, match_grammar
from ilofeed.verify.verification import verify, verify_document
from offices import NOW, ROOT, documents, entry, site

SITE = site(wages=entry(link="https://example.org/n"), jobs=entry(categories="[employment]"))
MADE = documents(SITE, NOW)
ADDRESS = "https://example.org/feeds/all/"


def findings(name: str, old: str, new: str) -> set[str]:
    """The rules that a document breaks after an edit."""
    document = MADE[f"all/{name}"]
    text = document.data.decode()
    assert re.search(old, text), old
    data = re.sub(old, lambda _: new, text, count=1).encode()
    assert document.format is not None
    found = match_grammar(data, document.format)
    if document.format != "json":
        found += lint(data, document.format, ADDRESS + name)
    return {finding.rule for finding in found}


def test_the_documents_are_clean() -> None:
    for document in MADE.values():
        if document.format is not None:
            assert match_grammar(document.data, document.format) == []
    assert verify(list(MADE.values()), SITE.office) == []


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("</feed>", "", "SAXError"),
        ("<id>.*?</id>", "", "grammar"),
        ("<id>tag:", "<id>TAG:", "grammar"),
        ("<id>tag:example.org", "<id>tag:Example.org", "grammar"),
        ("<title>.*?</title>", "<title> </title>", "grammar"),
        (r"<updated>[^<]*", "<updated>2015-05-19", "grammar"),
        (r"<updated>[^<]*", "<updated>2015-05-19T09:00:00", "grammar"),
        (r"<updated>[^<]*", "<updated>2015-13-19T09:00:00Z", "grammar"),
        (r"<updated>[^<]*", "<updated>1885-05-19T09:00:00Z", "grammar"),
        ('rel="self"', 'rel="selfs"', "grammar"),
        ("all/atom.xml", "all/other.xml", "SelfDoesntMatchLocation"),
        ('hreflang="en"/>\n  <gen', 'hreflang="english!"/>\n  <gen', "grammar"),
        ('<link href="https://example.org/n"', '<link href="/n"', "grammar"),
        ('<link href="https://example.org/n"', '<link href="https://example.org/ü"', "grammar"),
        ('rel="related"', 'rel="alternate"', "grammar"),
        ('<content type="html">', '<content type="text">', "grammar"),
        ('<content type="html">[^<]*', '<content type="html">&lt;p&gt;AT&amp;T', "NotHtml"),
        (
            '<content type="html">',
            '<content type="html">&lt;script&gt;&lt;/script&gt;',
            "SecurityRisk",
        ),
        (
            '<content type="html">',
            '<content type="html">&lt;p onclick="x"&gt;&lt;/p&gt;',
            "SecurityRiskAttr",
        ),
        (
            '<content type="html">',
            '<content type="html">&lt;p style="x:y"&gt;&lt;/p&gt;',
            "DangerousStyleAttr",
        ),
        ("<summary>", "<summary>&lt;/em&gt;", "ContainsUndeclaredHTML"),
        ("<summary>", "<summary>R&amp;D", "CharacterData"),
        ("<summary>", "<summary>Ã©", "BadCharacters"),
        ("<summary>", "<summary>\ufffd", "BadCharacters"),
        ("<summary>", "<summary>\x85", "BadCharacters"),
        ('label="Wages"', 'label="caf\u00c3\u00a9"', "BadCharacters"),
        ('term="Wages"', "", "grammar"),
        ("<published>.*?</published>", "", "grammar"),
        ("<feed ", '<feed xmlns:x="https://example.org/x" ', "UnknownNamespace"),
        ("(?s)<entry .*?</author>", "<entry><author/>", "grammar"),
    ],
)
def test_atom_faults(old: str, new: str, rule: str) -> None:
    assert rule in findings("atom.xml", old, new)


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('isPermaLink="false"', 'isPermaLink="False"', "grammar"),
        ('isPermaLink="false"', "", "grammar"),
        ("<pubDate>Tue", "<pubDate>Mon", "IncorrectDOW"),
        (r"<pubDate>[^<]*", "<pubDate>19 May 2015", "grammar"),
        (r"<pubDate>[^<]*", "<pubDate>Tue, 39 May 2015 09:00:00 +0900", "InvalidRFC2822Date"),
        (r"\+0900", "+0545", "grammar"),
        ("<dc:creator>[^<]*</dc:creator>", "", "grammar"),
        ("<item ", "<atom:x/><item ", "grammar"),
        ("<content:encoded>", '<content:encoded>&lt;a href="/x"&gt;x&lt;/a&gt;', "ContainsRelRef"),
        ("<content:encoded>.*?</content:encoded>", "", "grammar"),
        ("<description>[^<]*</description>", "<description/>", "grammar"),
        ("<language>en", "<language>english!", "grammar"),
        ('<category domain="[^"]*"', "<category", "grammar"),
    ],
)
def test_rss_faults(old: str, new: str, rule: str) -> None:
    assert rule in findings("rss.xml", old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version/1.1", "version/1"),
        ('"feed_url"', '"feedurl"'),
        ('"date_published": "[^"]*"', '"date_published": "2015-02-30T09:00:00Z"'),
        ('"date_published": "[^"]*"', '"date_published": "2015-05-19"'),
        ('"url": "https', '"url": "ftp'),
        ('"tags": \\[', '"tags": ["Employment",'),
        ('"_ilofeed"', '"_ilo"'),
        ('"more"', '"mehr"'),
        ('"when"', '"wenn"'),
        ('"id": "[^"]*"', '"id": 5'),
        ("}\n ]", "}\n ],"),
        ('"id": "[^"]*wages"', '"id": "tag:example.org,2015:office:jobs"'),
    ],
)
def test_json_faults(old: str, new: str) -> None:
    assert findings("feed.json", old, new)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('"en": "All items', '"en": "Items', "feed more"),
        ('"when": {\n     "en": "1', '"when": {\n     "en": "2', "jobs when"),
    ],
)
def test_other_words_for_the_element_are_a_fault(old: str, new: str, field: str) -> None:
    document = MADE["all/feed.json"]
    assert old in document.data.decode()
    data = document.data.decode().replace(old, new, 1).encode()
    (fault,) = verify_document(dataclasses.replace(document, data=data), SITE.office)
    assert fault.field.endswith(field)


OLDER = '<link href="https://example.org/1.xml" rel="prev-archive"/>'
CURRENT = f'<link href="{ADDRESS}atom.xml" rel="current"/>'


@pytest.mark.parametrize(
    ("mark", "rules"),
    [
        ("<fh:complete/>", set()),
        (f"<fh:complete/>{CURRENT}", set()),
        (f"<fh:complete/>{OLDER}", {"FeedRelInCompleteFeed"}),
        (
            '<fh:complete/><link href="https://example.org/" rel="current"/>',
            {"CurrentNotSelfInCompleteFeed"},
        ),
        (OLDER, set()),
        (f"<fh:archive/>{OLDER}{CURRENT}", set()),
        (f"<fh:archive/>{OLDER.replace('prev', 'next')}{CURRENT}", set()),
        (f"<fh:archive/>{OLDER}", {"MissingCurrentInArchive"}),
        (f"<fh:archive/>{CURRENT}", {"ArchiveIncomplete"}),
        ("<fh:archive/>", {"ArchiveIncomplete", "MissingCurrentInArchive"}),
    ],
)
def test_the_marks_of_a_history_agree_with_its_links(mark: str, rules: set[str]) -> None:
    text = MADE["all/atom.xml"].data.decode()
    assert text.count("<fh:complete/>") == 1
    marked = text.replace("<fh:complete/>", mark)
    found = lint(marked.encode(), "atom", f"{ADDRESS}atom.xml")
    assert {finding.rule for finding in found} == rules


@pytest.mark.parametrize("rel", ["prev-archive", "next-archive", "current"])
def test_an_entry_has_no_history(rel: str) -> None:
    link = f'<link href="https://example.org/1.xml" rel="{rel}"/></entry>'
    assert "FeedHistoryRelInEntry" in findings("atom.xml", "</entry>", link)


def test_duplicates() -> None:
    for name, rules in (
        ("atom.xml", {"DuplicateEntries", "DuplicateUpdated"}),
        ("rss.xml", {"DuplicateValue"}),
    ):
        data = MADE[f"all/{name}"].data
        match = re.search(rb"<(entry|item) .*?</\1>\n", data, re.DOTALL)
        assert match is not None
        doubled = data.replace(match[0], match[0] * 2)
        form = MADE[f"all/{name}"].format
        assert form is not None
        assert rules <= {finding.rule for finding in lint(doubled, form, ADDRESS + name)}


def test_a_document_too_large_for_readers() -> None:
    assert [f.rule for f in lint(b" " * 5_000_001, "atom", "")] == ["ValidatorLimit"]


@pytest.mark.parametrize(
    "html", ["<p>a</p><hr><pre><code>x &lt;</code></pre>", "<p>é &amp; 世界<br>x</p>"]
)
def test_html_that_is_fine(html: str) -> None:
    assert html_findings(html) == ()


def test_an_address_without_a_page_is_a_fault() -> None:
    without = [document for path, document in MADE.items() if path != "entry/wages/index.html"]
    faults = verify(without, SITE.office)
    assert {(fault.path, fault.field) for fault in faults} >= {("all/atom.xml", "address")}


def test_what_no_reader_can_read_is_a_fault() -> None:
    broken = [
        dataclasses.replace(document, data=b"<html/>" if document.format != "json" else b"[")
        for document in MADE.values()
        if document.format is not None
    ]
    assert {fault.path for fault in verify(broken, SITE.office) if fault.field == "document"} >= {
        "all/atom.xml",
        "all/rss.xml",
        "all/feed.json",
    }


@pytest.mark.parametrize("name", ["atom", "rss"])
def test_the_grammar_in_use_is_made_from_the_one_people_read(name: str) -> None:
    import rnc2rng

    data = resources.files("ilofeed") / "data"
    made = rnc2rng.dumps(rnc2rng.loads((data / f"{name}.rnc").read_text("utf-8")))
    assert made.strip() == (data / f"{name}.rng").read_text("utf-8").strip()


def test_the_schema_is_a_schema() -> None:
    import jsonschema

    text = (ROOT / "src" / "ilofeed" / "data" / "jsonfeed.schema.json").read_text("utf-8")
    jsonschema.Draft202012Validator.check_schema(json.loads(text))
