"""Labels of a source and terms of the office: compared as people read them, or as a map says."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest

from ilofeed.importers.terms import TermFinder
from ilofeed.sources.items import Item, Tag
from offices import OFFICE, entry, site, write_office
from program import run

if TYPE_CHECKING:
    from pathlib import Path

LABEL = "Côte d’Ivoire – côté"
WITH_LABEL = site(
    office=OFFICE.replace(b"countries:\n", f"countries:\n  CI: {LABEL}\n".encode()), wages=entry()
).office


def find(finder: TermFinder, *terms: str) -> tuple[list[str], list[str], list[str]]:
    tags = tuple(Tag(term, dimension="categories") for term in terms)
    found, lost = finder.find(Item(1, tags=tags))
    return found["categories"], found["countries"], lost


def labels(finder: TermFinder) -> dict[str, str]:
    return {slug: term.labels[""] for slug, term in finder.new.items()}


@pytest.mark.parametrize(
    "written",
    [
        LABEL,
        "Côte d'Ivoire - côté",
        "CÔTE D‘IVOIRE — CÔTÉ",
        "  Côte\u00a0d’Ivoire –\ncôté ",
        unicodedata.normalize("NFD", LABEL),
        unicodedata.normalize("NFD", "CÔTE D'IVOIRE - CÔTÉ"),
        "Ｃôte d’Ivoire – côté",
    ],
)
def test_a_label_is_found_however_its_signs_are_written(written: str) -> None:
    finder = TermFinder(WITH_LABEL)
    assert finder.find(Item(1, tags=(Tag(written),)))[0]["countries"] == ["CI"]
    assert finder.new == {}


def test_a_country_that_is_nearly_known_is_proposed() -> None:
    _, (message,) = TermFinder(WITH_LABEL).find(
        Item(1, tags=(Tag("Chinna", dimension="countries"),))
    )
    assert message == "the country `Chinna` is not in feeds.yaml; did you mean `China`?"


@pytest.mark.parametrize("label", ["Хөдөлмөрийн хууль", "最低工资", "Ετικέτα", "أجور"])
def test_a_new_label_in_another_script_has_a_slug(label: str) -> None:
    finder = TermFinder(WITH_LABEL)
    (slug,), _, lost = find(finder, label)
    assert slug.isascii()
    assert (labels(finder), lost) == ({slug: label}, [])


def test_two_labels_are_two_categories_even_if_their_slugs_are_equal() -> None:
    finder = TermFinder(WITH_LABEL)
    assert find(finder, "C", "C++", "Working time", "Working-Time", "C++", "Wages!")[0] == [
        "c", "c-2", "working-time", "wages-2",
    ]  # fmt: skip
    assert labels(finder) == {
        "c": "C", "c-2": "C++", "working-time": "Working time", "wages-2": "Wages!",
    }  # fmt: skip


def test_a_value_of_a_table_with_commas_is_a_list_unless_it_is_a_label() -> None:
    finder = TermFinder(WITH_LABEL, term_map={"pay, hours": "wages"})
    assert find(finder, "wages, employment")[0] == ["wages", "employment"]
    assert find(finder, "wages、新的，employment,")[0] == ["wages", "xin-de", "employment"]
    assert find(finder, "Pay, hours")[0] == ["wages"]
    found, _ = finder.find(Item(1, tags=(Tag("Law, rights"),)))  # of a feed
    assert found["categories"] == ["law-rights"]


def test_a_map_says_what_a_label_means() -> None:
    finder = TermFinder(
        WITH_LABEL, term_map={"Цалин": "wages", "хятад": "CN", "Шинэ": "fresh", "Бусад": ""}
    )
    assert find(finder, "цалин", "Хятад", "Шинэ", "Бусад", "бусад") == (
        ["wages", "fresh"], ["CN"], [],
    )  # fmt: skip
    assert labels(finder) == {"fresh": "Шинэ"}
    assert sum(finder.dropped.values()) == 2


TABLE = "title;date;categories;countries\nA;2015-05-19;Цалин;CN\nB;2015-05-20;Шинэ, Бусад;CN\n"


@pytest.fixture
def office(tmp_path: Path) -> Path:
    folder = write_office(tmp_path / "office")
    (folder / "news.csv").write_text(TABLE, "utf-8")
    return folder


def test_the_lines_that_are_printed_are_a_map_to_edit(office: Path) -> None:
    first = run(office, "import", "news.csv")
    assert first.returncode == 1
    assert first.stdout == "Цалин: tsalin\nШинэ: shine\nБусад: busad\n"
    edited = first.stdout.replace("tsalin", "wages").replace("shine", "new-things")
    (office / "map.yaml").write_text(edited.replace("busad", ""), "utf-8")
    done = run(office, "import", "news.csv", "--map-file", "map.yaml", "--write-terms")
    assert done.returncode == 0
    assert "category `Бусад` left out, as the map says: 1\n" in done.stderr
    assert "  new-things: Шинэ\n" in (office / "feeds.yaml").read_text("utf-8")
    assert "categories: [wages]\n" in (office / "entries/2015/a.md").read_text("utf-8")
    assert "categories: [new-things]\n" in (office / "entries/2015/b.md").read_text("utf-8")


def test_options_count_more_than_the_file(office: Path) -> None:
    (office / "map.yaml").write_text("Цалин: employment\nШинэ: wages\nБусад:\n", "utf-8")
    done = run(office, "import", "news.csv", "--map-file", "map.yaml", "--map", "Цалин = wages")
    assert done.returncode == 0
    assert "categories: [wages]\n" in (office / "entries/2015/a.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("Цалин=wage s", "is neither a term of feeds.yaml nor a slug"),
        ("Цалин=FR", "`FR` is neither"),
        ("Цалин", "write LABEL=TERM"),
        ("=wages", "write LABEL=TERM"),
    ],
)
def test_a_wrong_map(office: Path, option: str, words: str) -> None:
    done = run(office, "import", "news.csv", "--map", option)
    assert done.returncode == 2
    assert words in done.stderr


def test_mistakes_in_a_map_file_have_a_place(office: Path) -> None:
    (office / "map.yaml").write_text("Цалин: wages\nШинэ: [wages]\nБусад: Wage s\n", "utf-8")
    done = run(office, "import", "news.csv", "--map-file", "map.yaml")
    assert done.returncode == 1
    assert "map.yaml:2:7: error: expected one term [wrong-type]" in done.stdout + done.stderr
    assert "map.yaml:3:8: error: `Wage s` is neither a term" in done.stdout + done.stderr
    (office / "map.yaml").write_text("Цалин: 'wages\n", "utf-8")
    assert run(office, "import", "news.csv", "--map-file", "map.yaml").returncode == 1
    assert run(office, "import", "news.csv", "--map-file", "none.yaml").returncode == 4
