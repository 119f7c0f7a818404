"""Slugs of titles in any script; what was imported before is found again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ilofeed.text import SLUG, slugify
from offices import write_office
from program import run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Цалин нэмэгдлээ", "tsalin-nemegdlee"),
        ("最低工资标准上调", "zui-di-gong-zi-biao-zhun-shang-diao"),
        ("Łódź", "lodz"),
        ("straße", "strasse"),
        ("ÆØÅ", "aeoa"),
        ("الأجور ترتفع", "ljwr-trtf"),
        ("賃金 2015", "lin-jin-2015"),
        ("Côte d’Ivoire: l'été", "cote-divoire-lete"),
        ("Wages – 3 % more ✓ 😀", "wages-3-more"),
        ("！？", ""),
    ],
)
def test_a_slug(title: str, slug: str) -> None:
    assert slugify(title) == slug
    assert not slug or SLUG.fullmatch(slug)


@pytest.mark.parametrize(
    ("title", "name"), [("AUX", "aux-2"), ("Nul!", "nul-2"), ("Con 1", "con-1")]
)
def test_new_makes_no_name_that_windows_reserves(title: str, name: str, tmp_path: Path) -> None:
    office = write_office(tmp_path / "office")
    words = ("--category", "wages", "--country", "MN", "--date", "2015-05-19")
    done = run(office, "new", title, *words)
    assert done.stdout == f"entries/2015/{name}.md\n"


@pytest.mark.parametrize("guid", ["<guid>urn:x-y:1</guid>", ""])
def test_an_import_finds_entries_that_had_another_name(guid: str, tmp_path: Path) -> None:
    office = write_office(tmp_path / "office")
    (office / "feed.rss").write_text(
        f"<rss version='2.0'><channel><title>News</title><item><title>Цалин нэмэгдлээ</title>{guid}"
        "<description>Нэг судалгаа.</description><link>https://example.net/1</link>"
        "<pubDate>Tue, 02 Jun 2015 09:30:00 +0800</pubDate></item></channel></rss>",
        "utf-8",
    )
    words = ("import", "feed.rss", "--category", "wages", "--country", "MN")
    done = run(office, *words)
    assert done.stdout == "entries/2015/tsalin-nemegdlee.md\n"
    # the name that versions without transliteration gave it
    path = office / "entries" / "2015" / "tsalin-nemegdlee.md"
    path.rename(path.with_name("entry-2015-06-02.md"))
    done = run(office, *words)
    assert (done.stdout, done.returncode) == ("", 0)
    assert "0 entries written, 1 already present" in done.stderr
