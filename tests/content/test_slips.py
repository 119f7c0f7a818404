"""One slip of an editor is one problem, at its line; what follows from it is none."""

from __future__ import annotations

import pytest

from ilofeed.content.site import check
from offices import KEYS, NOW, OFFICE, entry, found, messages, of_keys, sources


def problems(keys: str) -> list[str]:
    return found(wages=of_keys(keys))


def said(keys: str) -> list[str]:
    return messages(wages=of_keys(keys))


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (KEYS.replace("summary:", "summary A text\nsummary:"), "4:1"),
        (KEYS.replace("title:", "title Wages\ntitle:"), "2:1"),
        (KEYS.replace("title: Wages", "title: Wages\ntitle Wages"), "3:1"),
        (KEYS.replace("countries:", "countries [MN]\ncountries:"), "6:1"),
        (KEYS + "countries [MN]\n", "7:1"),
        (KEYS.replace("summary:", "categories and countries\nsummary:"), "4:1"),
        (KEYS + "event:\n  start 2015-06-01\n  start: 2015-06-01\n", "8:3"),
        (KEYS + "countries [MN]\nlanguage: en\nlanguage en\n", "7:1 9:1"),
    ],
)
def test_a_line_without_a_colon_stands_once(keys: str, expected: str) -> None:
    """It may be a text, and no second `summary`."""
    assert problems(keys) == [f"wages:{place} missing-colon" for place in expected.split()]


def test_a_key_that_stands_twice_is_told_beside_another_slip_in_it() -> None:
    twice = KEYS + "link: https://example.org/: a\nlink: https://example.org/\n"
    assert problems(twice) == ["wages:7:27 unquoted-colon", "wages:8:1 duplicate-key"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (KEYS.replace("date:", "\tdate:"), "3:1"),
        (KEYS.replace("title:", "\ttitle:"), "2:1"),
        (KEYS.replace("countries:", "\t\tcountries:"), "6:1"),
        (KEYS.replace("summary:", "\tsummary:").replace("categories:", "\tcategories:"), "4:1"),
        (KEYS + "event:\n\tstart: 2015-06-01\n\tend: 2015-06-02\n", "8:1"),
        (KEYS + "image:\n  url: https://example.org/a.png\n\talt: A picture\n", "9:1"),
        (KEYS.replace("[wages]", "\n\t- wages\n\t- employment"), "6:1"),
        (KEYS.replace("wages.", "wages\n\tthat says: more."), "5:1"),
        (KEYS.replace("wages.", "wages\n\tNote: more."), "5:1"),
    ],
)
def test_a_tab_before_a_key_hides_nothing_and_no_key(keys: str, expected: str) -> None:
    """Tabs of several lines are one problem, at the first."""
    assert problems(keys) == [f"wages:{expected} tab"]


PICTURE = "image:\n  url: https://example.org/a.png\n  alt: A picture\n"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (KEYS.replace("date:", " date:"), "3:2"),
        (KEYS.replace("title:", "  title:"), "2:3"),
        (KEYS.replace("title:", "# first\n\n  title:"), "4:3"),
        (KEYS.replace("title:", "  title:").replace("date:", "  date:"), "2:3 3:3"),
        (KEYS.replace("countries:", "  countries:"), "6:3"),
        (KEYS.replace("title:", 'title: "Wages"\n  language:'), "3:3"),
        (KEYS + PICTURE.replace("  alt", "   alt"), "9:4"),
        (KEYS + PICTURE.replace("  url", "    url"), "9:3"),
        (KEYS + PICTURE.replace("  url: ", '  url: "').replace(".png\n", '.png"\n   '), "9:6"),
        (KEYS + "attachments:\n  - url: https://example.org/a.pdf\n     title: More\n", "9:6"),
    ],
)
def test_a_key_in_another_column_is_no_missing_key(keys: str, expected: str) -> None:
    assert problems(keys) == [f"wages:{place} indentation" for place in expected.split()]


def test_a_key_in_another_column_of_feeds_yaml_is_known_to_entries() -> None:
    office = OFFICE.replace(b"  wages: {label: Wages, broader: employment}", b"   wages: Wages")
    assert found(office=office, wages=of_keys(KEYS)) == ["feeds.yaml:10:4 indentation"]
    office = OFFICE.replace(b"  occupational", b"    occupational")
    keys = KEYS.replace("wages]", "wages, occupational-safety-and-health]")
    assert found(office=office, wages=of_keys(keys)) == ["feeds.yaml:11:5 indentation"]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("plaze: Beijing", "10:3 unknown-key"),
        ("place: [a, b]", "10:10 wrong-type"),
        ("place:", "10:9 empty-value"),
        ("url: nowhere", "10:8 bad-url"),
        ("place: Hall: 2", "10:14 unquoted-colon"),
    ],
)
def test_a_slip_in_an_event_hides_no_other_in_it(key: str, expected: str) -> None:
    event = "event:\n  start: 2015-06-03\n  end: 2015-06-02\n  "
    assert problems(KEYS + event + key + "\n") == [
        "wages:9:8 event-ends-before-start",
        f"wages:{expected}",
    ]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("event:\n  strat: 2015-06-03\n  end: 2015-06-02\n", "8:3 unknown-key"),
        ("event:\n  start: 2015-06-03\n  end: soon\n", "9:8 bad-date"),
        (
            "event:\n  start: soon\n  end: 2015-06-02\n  plaze: x\n",
            "8:10 bad-date,10:3 unknown-key",
        ),
        ("event: {end: 2015-06-02, start: }\n", "7:33 empty-value"),
        ("image:\n  fil: a.png\n  alt: A picture\n", "8:3 unknown-key"),
        ("attachments:\n  - url: https://example.org/a\n    tpye: text/plain\n", "9:5 unknown-key"),
    ],
)
def test_what_rests_on_a_key_that_failed_is_not_judged(keys: str, expected: str) -> None:
    assert problems(KEYS + keys) == [f"wages:{one}" for one in expected.split(",")]


def test_a_slip_in_feeds_yaml_hides_no_other_in_its_section() -> None:
    office = OFFICE.replace(
        b"  title:", b"  hub: https://example.org/feeds/hub\n  titles: x\n  title:"
    )
    office = office.replace(b"org,2015", b"org,2035").replace(
        b"  CN: China", b"  CN: {lable: China}"
    )
    office = office.replace(b"broader: CN", b"broader: KR")
    assert found(office=office) == [
        "feeds.yaml:4:14 bad-authority",
        "feeds.yaml:5:8 bad-url",
        "feeds.yaml:6:3 unknown-key",
        "feeds.yaml:15:8 unknown-key",
        "feeds.yaml:16:49 unknown-broader",
    ]
    office = OFFICE.replace(b"  title:", b"  languages: [mn]\n  langage: mn\n  title:")
    office = office.replace(b"  CN: China", b"  CN: {lable: China}")
    assert found(office=office) == ["feeds.yaml:6:3 unknown-key", "feeds.yaml:15:8 unknown-key"]


@pytest.mark.parametrize("item", ["• {}", "•{}", "* {}", "-{}", "– {}", "· {}"])
def test_an_item_with_another_sign_is_told_as_one(item: str) -> None:
    lines = "".join(f"\n{item.format(name)}" for name in ("wages", "employment"))
    keys = KEYS.replace(" [wages]", lines)
    assert problems(keys) == ["wages:6:1 yaml-syntax", "wages:7:1 yaml-syntax"]
    first, _ = said(keys)
    assert first == "invalid list item; begin it with a hyphen and a space: `- wages`"


def test_a_text_that_goes_on_is_not_only_a_key_without_its_colon() -> None:
    (one,) = said(KEYS.replace("wages.", "wages that is long\nand goes on here."))
    assert one.endswith("; if this line continues the text above, indent it by two spaces")
    (one,) = said(KEYS.replace("wages.", "wages that is long\nand goes on: here."))
    assert one.endswith("; if this line continues the text above, put quotes around all of it")
    (one,) = said(KEYS.replace("title:", "title"))
    assert one == "missing colon after the key in `title Wages rise`"


def test_keys_below_an_empty_section_are_told_to_belong_to_it() -> None:
    keys = KEYS + "event:\nstart: 2015-06-01\nend: 2015-06-02\n"
    assert problems(keys) == ["wages:8:1 unknown-key", "wages:9:1 unknown-key"]
    first, _ = said(keys)
    assert first == "`start` belongs to `event`; indent the line by two spaces"
    keys = KEYS + "event:\n  start: 2015-06-01\nend: 2015-06-02\nimage:\nfile: a.png\n"
    assert said(keys) == [
        "`end` belongs to `event`; indent the line by two spaces",
        "`file` belongs to `image`; indent the line by two spaces",
    ]
    flat = OFFICE.partition(b"categories:")[0].replace(b"\n  ", b"\n")
    rest = OFFICE.removeprefix(OFFICE.partition(b"categories:")[0])
    assert found(office=flat + rest, wages=of_keys(KEYS)) == [
        f"feeds.yaml:{line}:1 unknown-key" for line in range(3, 8)
    ]
    assert problems(KEYS + "event:\nlink: x\n") == ["wages:7:7 empty-value", "wages:8:7 bad-url"]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            KEYS.replace("[MN]", "MN; CN"),
            "expected a list in brackets: countries: [MN, CN]",
        ),
        (
            KEYS.replace("[wages]", "wages]"),
            "expected a list in brackets: categories: [wages]",
        ),
        (
            KEYS.replace("[wages]", "\n  -wages\n  -employment"),
            "expected a list in brackets: categories: [wages, employment]",
        ),
        (
            KEYS.replace("[wages]", "\n  wages\n  employment"),
            "expected a list in brackets: categories: [wages, employment]",
        ),
        (
            KEYS.replace("[wages]", '"wages", "employment"'),
            'several values; write them in brackets: `categories: ["wages", "employment"]`',
        ),
        (
            KEYS.replace("A report", "\n  A report: more"),
            "expected text; put quotes around all of it, because it contains a colon",
        ),
        (
            KEYS + "authors: Anne-Marie Li\n",
            "expected a list in brackets: authors: [Anne-Marie Li]",
        ),
        (
            KEYS + "attachments:\n  url: https://example.org/a.pdf\n",
            "expected a list; begin its first line with a hyphen: `- url: …`",
        ),
        (
            KEYS + "attachments: {}\n",
            "expected a list in brackets: attachments: […]",
        ),
        (
            KEYS + "link: <https://example.org/>\n",
            "`<https://example.org/>` has `<` before the address; write only the address",
        ),
        (
            KEYS.replace("[wages]", "[wages employment]"),
            "`wages employment` looks like 2 names; write them in brackets, separated by commas",
        ),
        (
            KEYS.replace("[wages]", "\n- wages\n - employment"),
            "`wages - employment` looks like 2 names; write them in brackets, separated by commas",
        ),
        (
            KEYS + "updated: 2015-06-01 9:30\n",
            "add the offset, for instance 2015-06-01T09:30:00+09:00, or Z for UTC",
        ),
        (
            KEYS + "updated: 2015-06-01 9:30Z\n",
            "invalid date `2015-06-01 9:30Z`; write 2015-06-01T09:30:00+00:00",
        ),
    ],
)
def test_what_is_said_can_be_done_as_it_stands(keys: str, message: str) -> None:
    (one,) = said(keys)
    assert message in one


def test_a_picture_without_a_text_is_looked_for_all_the_same() -> None:
    assert problems(KEYS + "image:\n  file: gone.png\n  caption: x\n") == [
        "wages:8:3 image-without-alt",
        "wages:8:9 image-not-found",
        "wages:9:3 unknown-key",
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("feeds: [all]", "feeds: [{per: countries}]", "; did you mean `country`?"),
        (
            "feeds: [all]",
            "feeds:\n  - per: category, country",
            "write several values in brackets: per: [category, country]",
        ),
        ("feeds: [all]", "feeds: [{per: [category, country, language]}]", "write at most 2"),
        ("feeds: [all]", "feeds: {per: country}", "begin its first line with a hyphen: `- per: …`"),
        (
            "  CN: China",
            "  - CN: China\n  - MN: Mongolia\nx:",
            "expected a label for each name; write countries: {CN: China, MN: Mongolia}",
        ),
        (
            "feeds: [all]",
            "feeds: [{per: [country category]}]",
            "write several values in brackets: per: [country, category]",
        ),
        (
            "/feeds/",
            "/feeds/index.html",
            "is the address of a page, index.html; write that of its folder",
        ),
        ("categories:", "  links: Us\ncategories:", "write links: [{label: Us, url: …}]"),
        ("categories:", "  links: [Us]\ncategories:", "write {label: Us, url: …}"),
        (
            "categories:",
            "  links:\n    - https://example.org/\ncategories:",
            "write {label: …, url: https://example.org/}",
        ),
        (
            "org,2015",
            "org,0215",
            "0215-01-01 is before 1985; write a date on which you had the domain",
        ),
    ],
)
def test_what_is_said_of_feeds_yaml_can_be_done(old: str, new: str, message: str) -> None:
    office = OFFICE.decode() + "feeds: [all]\n"
    assert message in messages(office=office.replace(old, new, 1).encode())[0]


@pytest.mark.parametrize(
    ("section", "label", "advice"),
    [
        ("countries", "Hong Kong SAR, China", "Hong Kong SAR (China)"),
        ("countries", "Congo, Democratic Republic of the", "Congo (Democratic Republic of the)"),
        ("countries", "中国,香港", "中国 (香港)"),
        ("categories", "Wages, pay", "Wages (pay)"),
        ("categories", "Health, safety and work", "Health / safety and work"),
        ("categories", "Jobs, wages, skills (all)", "Jobs / wages / skills (all)"),
        ("categories", "Safety (mines), health", "Safety (mines) / health"),
        ("categories", "1,000 jobs", "1000 jobs"),
        ("categories", "Wages,", "Wages"),
        ("categories", ",", "y"),
    ],
)
def test_what_is_said_of_a_comma_in_a_label(section: str, label: str, advice: str) -> None:
    for written in (f'"{label}"', f'{{label: "{label}"}}', f'{{label: {{mn: "{label}"}}}}'):
        added = OFFICE.replace(f"{section}:\n".encode(), f"{section}:\n  y: {written}\n".encode())
        added = added.replace(b"  y:", b"  yyy:") if section == "countries" else added
        (problem,) = check(sources(office=added, wages=entry()), NOW)[1]
        assert (problem.code, problem.severity) == ("comma-in-label", "warning")
        line = added.decode().splitlines()[problem.line - 1]
        assert line[problem.column - 1 :].startswith(f'"{label}"')
        assert f"; write `{advice}`, or other words" in problem.message


@pytest.mark.parametrize("label", ["中国，香港", "الصين، هونغ كونغ", "Wages; pay"])
def test_signs_that_only_look_like_a_comma_split_no_label(label: str) -> None:
    office = OFFICE.replace(b"MN: Mongolia", f'MN: "{label}"'.encode())
    assert messages(office=office, wages=entry()) == []


def test_a_country_whose_code_cannot_be_told_blames_no_entry() -> None:
    assert found(
        office=OFFICE.replace(b"  MN: Mongolia", b"  MNG: Mongolia"),
        wages=of_keys(KEYS),
    ) == ["feeds.yaml:15:3 bad-country-code"]


@pytest.mark.parametrize(
    ("keys", "expected", "message"),
    [
        (
            KEYS + "image: {url: https://example.org/a.png, alt: A: b}\n",
            "7:47 unquoted-colon",
            "inside a value in brackets; put the value in quotes",
        ),
        (
            KEYS.replace("[MN]", "[MN,, CN]"),
            "6:16 yaml-syntax",
            "missing value before this comma",
        ),
        (
            KEYS.replace("[MN]", '["MN" CN]'),
            "6:18 yaml-syntax",
            "put quotes around each text",
        ),
        (
            KEYS.replace("A report on wages.", "[A report on wages.]"),
            "4:10 wrong-type",
            "not a list",
        ),
        (KEYS.replace("[wages]", "{wages}"), "5:13 unquoted-start", "write a list in [ ]"),
        (
            KEYS.replace("A report", "{A report}").replace(" on wages.", ""),
            "4:10 unquoted-start",
            "",
        ),
        (KEYS.replace("[MN]", "(MN, CN)"), "6:12 wrong-type", ": countries: [MN, CN]"),
        (
            KEYS.replace("A report", "|\n    A report\n "),
            "6:3 indentation",
            "this text belongs to `summary: |`; begin all its lines in the same column",
        ),
        (KEYS + "translation_of: entries/2015/jobs.md\n", "7:17 bad-slug", "; write jobs"),
    ],
)
def test_what_stands_in_the_wrong_form_is_told_once(keys: str, expected: str, message: str) -> None:
    assert problems(keys) == [f"wages:{expected}"]
    assert message in said(keys)[0]


@pytest.mark.parametrize("fence", ["----", "—", "–", "--", "--- # keys"])
def test_a_fence_that_is_none_does_not_hide_the_keys(fence: str) -> None:
    text = f"{fence}\n{KEYS.replace('wages]', 'wage]')}---\nBody\n"
    assert found(wages=text.encode()) == [
        "wages:1:1 no-front-matter",
        "wages:5:14 unknown-category",
    ]
    text = f"---\n{KEYS.replace('wages]', 'wage]')}{fence}\nBody\n"
    assert found(wages=text.encode()) == [
        "wages:5:14 unknown-category",
        "wages:7:1 unclosed-front-matter",
    ]


@pytest.mark.parametrize("body", ["Body text\nand more.\n", "===\nBody\n"])
def test_a_body_below_the_keys_without_a_fence(body: str) -> None:
    (one,) = messages(wages=f"---\n{KEYS}{body}".encode())
    assert one == "the front matter that begins here is not closed; write --- after line 6"
    folded = KEYS.replace("A report", ">-\n  Note: a report") + "event:\n  start: 2015-06-01\n"
    assert found(wages=f"---\n{folded}{body}".encode()) == ["wages:1:1 unclosed-front-matter"]


@pytest.mark.parametrize(
    ("old", "new", "expected", "message"),
    [
        ("date: ", "date:\u00a0", "3:6 special-space", "special space (U+00A0) after the colon"),
        (
            "date: ",
            "\u00a0date: ",
            "3:1 special-space",
            "this line begins with special spaces (U+00A0); delete them",
        ),
        (
            "date: ",
            "\u200bdate: ",
            "3:1 unknown-key",
            "the key `date` contains an invisible character",
        ),
        (
            "date: ",
            "d\u0430te: ",
            "3:1 unknown-key",
            "`date`? This `\u0430` is a Cyrillic letter",
        ),
        ("[MN]", "[\u041cN]", "6:13 unknown-country", "This `\u041c` is a Cyrillic letter"),
        ("[MN]", "[\u041c\u041d]", "6:13 unknown-country", "known: CN"),  # looks like MH
        ("[wages]", "［wages］", "5:13 wrong-type", "in brackets: categories: [wages]"),
    ],
)
def test_what_cannot_be_seen_is_named(old: str, new: str, expected: str, message: str) -> None:
    keys = KEYS.replace(old, new)
    assert problems(keys) == [f"wages:{expected}"]
    assert message in said(keys)[0]


def test_two_versions_in_feeds_yaml_are_one_problem() -> None:
    ours = b"<<<<<<< HEAD\n  title: Example Office\n=======\n  title: Office\n>>>>>>> b\n"
    office = OFFICE.replace(b"  title: Example Office\n", ours)
    assert found(office=office) == ["feeds.yaml:5:1 merge-conflict"]
    half = OFFICE.replace(b"  title: Example Office\n", ours.partition(b"=======\n")[2])
    assert found(office=half) == ["feeds.yaml:6:1 merge-conflict"]


@pytest.mark.parametrize(
    ("keys", "expected", "message"),
    [
        (
            KEYS + "event: {start: 2015-06-01, place: Beijing, China}\n",
            "7:44 unquoted-start",
            "a comma ends a value in brackets; if `China` is part of the value, put quotes",
        ),
        (KEYS.replace("[MN]", "\n  - MN\n  - CN:"), "8:5 empty-value", "delete the colon"),
        (
            KEYS.replace("[MN]", "[MN],"),
            "6:12 quotes",
            "unexpected `,` after the closing ]; delete it",
        ),
        (
            KEYS.replace("A report on wages.", '"A", '),
            "4:10 quotes",
            'unexpected `,` after the closing "',
        ),
        (KEYS.replace("[MN]", "[\n  MN,\n  CN"), "6:12 unclosed-bracket", "end it with ]"),
        (
            KEYS.replace("Wages", "'Wages").replace("A report", "It's a report"),
            "2:8 quotes",
            "is not closed",
        ),
        (KEYS.replace(": ", ":"), "2:1 not-a-mapping", "missing space after each colon"),
    ],
)
def test_what_follows_from_a_comma_a_colon_or_a_quote(
    keys: str, expected: str, message: str
) -> None:
    assert problems(keys) == [f"wages:{expected}"]
    assert message in said(keys)[0]


def test_keys_in_a_list_and_a_body_behind_the_fence() -> None:
    keys = "".join(f"- {line}\n" for line in KEYS.splitlines())
    assert said(keys) == ["expected keys without a hyphen before them: `title: …`"]
    assert found(wages=f"---\n{KEYS}---Body\n".encode()) == ["wages:7:1 unclosed-front-matter"]


def test_a_section_without_its_name_or_in_another_is_told_by_its_keys() -> None:
    head, line, rest = OFFICE.partition(b"categories:")
    flat = head.replace(b"site:\n", b"").replace(b"\n  ", b"\n") + line + rest
    first, *_ = messages(office=flat)
    assert first == (
        "`url` belongs to `site`; write `site:` above it, and indent the line by two spaces"
    )
    assert {one.split()[1] for one in found(office=flat)} == {"unknown-key"}
    within = head + (line + rest).replace(b"\n", b"\n  ").replace(b"categories", b"  categories", 1)
    assert messages(office=within) == [
        "`categories` does not belong to `site`; begin the line in the first column",
        "`countries` does not belong to `site`; begin the line in the first column",
    ]


def test_a_section_all_of_whose_terms_have_slips_is_not_empty() -> None:
    office = OFFICE.partition(b"countries:")[0] + b"countries:\n  MN: Mongolia: x\n"
    assert found(office=office) == ["feeds.yaml:13:15 unquoted-colon"]


def test_what_is_masked_is_never_shown() -> None:
    office = OFFICE + b"feeds:\n  -all\n  -per: country\n"
    assert not any("xx" in message for message in messages(office=office))


def test_a_list_below_a_key_with_a_value_blames_no_other_section() -> None:
    site = "  author:\n    name: A\n  links: Us\n    - {label: A, url: https://example.org/}\n"
    office = OFFICE.decode().replace("categories:", f"{site}categories:", 1).encode()
    assert found(office=office) == ["feeds.yaml:10:10 wrong-type", "feeds.yaml:11:5 indentation"]
    assert messages(office=office)[1] == (
        "`links` has a value on its own line; delete that value, or this list"
    )
