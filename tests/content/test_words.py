"""The key `words` of feeds.yaml: what completes or corrects the tables of the pages."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import lxml.html
import pytest

from ilofeed.content.office import check_office
from ilofeed.i18n import LANGUAGES, phrases, words_to_yaml
from ilofeed.verify.verification import verify
from offices import NOW, OFFICE, documents, entry, found, messages, site
from program import run

if TYPE_CHECKING:
    from pathlib import Path


def office(words: str, **keys: str) -> bytes:
    lines = "".join(f"  {key}: {value}\n" for key, value in keys.items())
    return OFFICE.replace(b"  timezone", f"{lines}  timezone".encode()) + words.encode()


def printed(tag: str) -> str:
    return "\n".join(words_to_yaml(tag)) + "\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("fr: {subscrib: A}", "unknown key `subscrib`; did you mean `subscribe`?"),
        ("fr_CA: {next: A}", "invalid language tag `fr_CA`; write fr-CA"),
        ("fr: {next: [A]}", "expected text, not a list"),
        ("fr: {months: A}", "expected a list in brackets: months: [A]"),
        ("fr: {next: ''}", "the text is empty; write at least one visible character"),
        ('fr: {next: "A\\x07"}', "control character U+0007"),
        ('fr: {next: "<b>A</b>"}', "`</b>` is HTML, but only plain text is allowed here"),
        ("fr: {months: [A, B]}", "expected 12 texts, not 2"),
        ("fr: {updated: 'le {dat}'}", "write {date}, as the English phrase has it: updated {date}"),
        ("fr: {updated: le}", "write {date}, as the English phrase has it: updated {date}"),
        ("fr: {next: '{date}'}", "write no name in braces, as the English phrase has it: Next"),
        ("fr: {updated: 'le {date} {'}", "braces are only for names, such as {date}"),
        ("fr: {updated: '{date.year}'}", "braces are only for names, such as {date}"),
        ("fr: {updated: '{date!r}'}", "braces are only for names, such as {date}"),
        (
            "fr: {span_days: ['{day}', '{month}', '{year}']}",
            "write {day}, {month}, {year}, as the English phrase has it, at both ends of the range",
        ),
        ("fr: {span_months: ['{day}', à, '{day} {month} {year}']}", "at both ends of the range"),
        (
            "ru: {number: {one: '{number} a', other: b}}",
            "the plural forms of `ru` are many, one, few; write each of them",
        ),
        ("ru: {number: {one: a, few: '{number} b', many: '{number} c'}}", "one: write {number}"),
    ],
)
def test_what_is_wrong_is_named(words: str, message: str) -> None:
    (first, *rest) = messages(office=office(f"words: {{{words}}}\n"), a=entry())
    assert message in first
    assert rest == []


def test_a_language_whose_plural_is_unknown_has_one_form() -> None:
    words = "words: {pl: {number: {one: '{number} a', other: '{number} b'}}}\n"
    first, second = messages(office=office(words), a=entry())
    assert "112 phrases left to translate, the first is `months`" in first
    assert second == "the plural forms of `pl` are other; write each of them"


def test_a_form_for_a_single_number_needs_no_number() -> None:
    forms = "{zero: أ, one: ب, two: ج, few: '{number} د', many: '{number} ه', other: '{number} و'}"
    assert found(office=office(f"words: {{ar: {{number: {forms}}}}}\n"), a=entry()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_printed_can_be_put_into_feeds_yaml(language: str) -> None:
    made, problems = check_office(OFFICE + printed(language).encode(), NOW)
    assert problems == []
    assert made.phrases(language).table == phrases(language).table


def test_english_is_beside_what_is_printed() -> None:
    lines = printed("fr").splitlines()
    assert lines[:2] == ["words:", "  fr:"]
    assert '    next: "Suivante"  # Next' in lines
    assert len(lines) == 2 + len(phrases("fr").table)
    assert '    next: "Next"' in printed("kk").splitlines()


def test_a_word_is_corrected_wherever_it_is_shown() -> None:
    words = "words: {fr: {subscribe: Recevoir, event_when: 'Quand : {when}'}, fr-CA: {next: A}}\n"
    made = site(
        office=office(words, language="fr"),
        a=entry(event="{start: 2015-06-02}"),
        b=entry(language="fr-CA", date="2015-05-20"),
    )
    shown = documents(made)
    assert verify(list(shown.values()), made.office) == []
    home = shown["index.html"].data.decode()
    assert "Recevoir</a>" in home
    assert "S’abonner" not in home
    assert "Quand : &lt;time" in shown["all/rss.xml"].data.decode()
    assert "Recevoir</a>" in shown["entry/b/index.html"].data.decode()
    assert made.office.phrases("fr-CA")["next"] == "A"
    assert made.office.phrases("fr-BE")["next"] == "Suivante"


def test_signs_of_markup_in_words_are_text() -> None:
    words = {"event_when": "A & <b {when}", "event_where": "W & {where}", "documents": "D <& E"}
    words |= {"event_cancelled": "C & <d", "raw_title": 'It\\ "is" & </', "subscribe": "S & <s"}
    made = site(
        office=office("words: " + json.dumps({"en": words}) + "\n"),
        a=entry(
            event="{start: 2015-06-02, place: P & Q, status: cancelled}",
            attachments="[{url: 'https://example.net/a.pdf', title: A}]",
        ),
    )
    shown = documents(made)
    assert verify(list(shown.values()), made.office) == []
    (item,) = json.loads(shown["all/feed.json"].data)["items"]
    assert item["title"].startswith("C & <d: ")
    content: Any = lxml.html.fromstring(f"<div>{item['content_html']}</div>")
    assert content.xpath("p")[0].text_content() == "A & <b 2 June 2015 · W & P & Q"
    assert content.xpath(".//h2")[0].text_content() == "D <& E"
    page: Any = lxml.html.fromstring(shown["index.html"].data)
    assert "S & <s" in page.text_content()
    (style,) = re.findall(r'content: "(It.*)";', shown["assets/feed.css"].data.decode())
    assert re.sub(r"\\([0-9a-f]+) ", lambda code: chr(int(code[1], 16)), style) == 'It\\ "is" & </'


def test_what_is_no_mapping_or_no_yes_is_said_in_short() -> None:
    (message,) = messages(office=OFFICE + b"words: {fr: Bonjour}\n", a=entry())
    assert message.startswith("expected keys, each on its own indented line: months, day, ")
    assert message.endswith(", …")
    assert len(message) < 500
    (message,) = messages(office=OFFICE.replace(b"  title", b"  search: yes please\n  title"))[:1]
    assert "`yes please`" in message
    assert "true" in message


def test_a_language_without_a_table_speaks_english() -> None:
    made = office("", language="ar", languages="[ar, kk, ur]")
    assert found(office=made, a=entry(language="kk"), b=entry()) == [
        "feeds.yaml:8:19 no-words", "feeds.yaml:8:23 no-words",
    ]  # fmt: skip
    shown = documents(site(office=made, a=entry(language="ur")))
    root: Any = lxml.html.fromstring(shown["entry/a/index.html"].data)
    assert (root.get("lang"), root.get("dir")) == ("en", "ltr")
    (title,) = root.xpath("//h1/parent::*")
    assert (title.get("lang"), title.get("dir")) == ("ur", "rtl")
    assert "Skip to content" in root.text_content()


def test_a_language_of_entries_that_feeds_yaml_does_not_name() -> None:
    """It may be one in which a single item is, so nobody is asked to translate all pages."""
    assert found(a=entry(language="kk"), b=entry(language="ru")) == []
    assert found(office=office("", language="kk"), a=entry(), b=entry(language="kk")) == [
        "feeds.yaml:7:13 no-words"
    ]


def test_a_language_is_complete_when_every_phrase_is_translated() -> None:
    keys = {"language": "kk", "languages": "[kk, en]"}
    (message,) = messages(office=office(printed("kk"), **keys), a=entry())
    assert "phrases left to translate, the first is `months`" in message
    table = json.loads(json.dumps(dict(phrases("en").table)))
    for key, value in table.items():
        if isinstance(value, str):
            table[key] = f"Қ {value}"
        elif isinstance(value, list) and not key.startswith("span"):
            table[key] = [f"Қ {text}" for text in value]
    table["number"] = {"one": "{number} б", "other": "{number} б"}
    whole = "words: " + json.dumps({"kk": table}, ensure_ascii=False) + "\n"
    assert messages(office=office(whole, **keys), a=entry()) == []
    page = documents(site(office=office(whole, **keys), a=entry()))["index.html"].data.decode()
    assert '<html lang="kk"' in page
    assert "Қ Subscribe" in page
    left = whole.replace('"next": "Қ Next", ', "")
    (message,) = messages(office=office(left, **keys), a=entry())
    assert "1 phrase left to translate, the first is `next`" in message
    assert (
        '<html lang="en"'
        in documents(site(office=office(left, **keys), a=entry()))["index.html"].data.decode()
    )


def test_the_command_prints_what_the_office_says(tmp_path: Path) -> None:
    assert run(tmp_path, "words", "fr").stdout == printed("fr")
    (tmp_path / "feeds.yaml").write_bytes(office("words: {fr: {next: A}, kk: {next: Б}}\n"))
    assert '    next: "A"  # Next\n' in run(tmp_path, "words", "fr").stdout
    partly = run(tmp_path, "words", "kk").stdout
    assert '    next: "Б"  # Next\n    withdrawn: "This item' in partly
    wrong = run(tmp_path, "words", "fr_CA")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "invalid language tag `fr_CA`; write fr-CA" in wrong.stderr
    (tmp_path / "feeds.yaml").write_bytes(office("words: {fr: {nxt: A}}\n"))
    assert run(tmp_path, "words", "fr").returncode == 1
