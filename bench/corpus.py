"""A made-up office of any size, for ilofeed and for the generators that it is compared with.

All get the same entries, 12 categories and 4 countries, and have to make the same: a page for each
entry, and RSS and Atom of the newest 20 of everything, of each category and of each country.
`realistic.py` has an office whose entries and feeds are like those of a real one.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CATEGORIES = 12
COUNTRIES = ["CN", "MN", "KZ", "world"]
SETTINGS = """\
site:
  url: https://example.org/feeds/
  authority: example.org,2015:bench
  title: Bench
  limit: 20
  timezone: Asia/Ulaanbaatar
countries: {CN: China, MN: Mongolia, KZ: Kazakhstan, world: World}
feeds: [all, {per: category}, {per: country}]
categories:
"""
BODY = """\
Some *body* with a [link](https://example.org/{number}), as long as a paragraph of news is: it says
what was decided, by whom, and where to read more about case {number}.

- one
- two
"""


def _facts(number: int, categories: int = CATEGORIES) -> tuple[str, str, str, str, str]:
    """Return title, date, summary, category and country of an entry."""
    return (
        f"Entry number {number}",
        f"{2000 + number % 15}-{number % 12 + 1:02}-{number % 28 + 1:02}",
        f"What happened in case {number}, in a sentence of the usual length.",
        f"topic-{number % categories}",
        COUNTRIES[number % 4],
    )


def _keys(facts: tuple[str, str, str, str, str]) -> str:
    """Return the front matter of ilofeed and of Hugo."""
    title, date, summary, topic, country = facts
    return (
        f"---\ntitle: {title}\ndate: {date}\nsummary: {summary}\n"
        f"categories: [{topic}]\ncountries: [{country}]\n---\n\n"
    )


def _write(folder: Path, entries: int, front: Callable[[int], str]) -> None:
    for number in range(entries):
        path = folder / str(2000 + number % 15) / f"entry-{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(front(number) + BODY.format(number=number))


def write_office(folder: Path, entries: int, categories: int = CATEGORIES) -> None:
    """Write an office for ilofeed."""
    folder.mkdir(parents=True, exist_ok=True)
    topics = "".join(f"  topic-{number}: Topic-{number}\n" for number in range(categories))
    (folder / "feeds.yaml").write_text(SETTINGS + topics)
    _write(folder / "entries", entries, lambda number: _keys(_facts(number, categories)))


def write_for_hugo(folder: Path, entries: int, templates: Path) -> None:
    """Write a site for Hugo, which has the same keys."""
    shutil.copytree(templates / "hugo", folder)
    _write(folder / "content" / "entry", entries, lambda number: _keys(_facts(number)))


def write_for_pelican(folder: Path, entries: int, templates: Path) -> None:
    """Write a site for Pelican. A country is a tag: it has no other second taxonomy with feeds."""

    def front(number: int) -> str:
        title, date, summary, topic, country = _facts(number)
        return (
            f"Title: {title}\nDate: {date}\nSummary: {summary}\n"
            f"Category: {topic}\nTags: {country}\nSlug: entry-{number}\n\n"
        )

    shutil.copytree(templates / "pelican", folder)
    _write(folder / "content", entries, front)


def write_for_eleventy(folder: Path, entries: int, templates: Path) -> None:
    """Write a site for Eleventy. Both taxonomies are tags, as in every site of Eleventy's."""

    def front(number: int) -> str:
        title, date, summary, topic, country = _facts(number)
        return (
            f"---\ntitle: {title}\ndate: {date}\nsummary: {summary}\n"
            f"tags: [entry, {topic}, {country}]\nlayout: entry.njk\n---\n\n"
        )

    shutil.copytree(templates / "eleventy", folder, ignore=shutil.ignore_patterns("node_modules"))
    (folder / "node_modules").symlink_to(templates / "eleventy" / "node_modules")
    _write(folder / "entry", entries, front)


# --- the changes that are measured ---


def edit_entry(office: Path, step: int) -> None:
    """Give the first entry of an office another summary."""
    path = office / "entries" / "2000" / "entry-0.md"
    lines = path.read_text().splitlines()
    lines[3] = f"summary: Edit {step}."
    path.write_text("\n".join(lines) + "\n")


def add_entry(office: Path, step: int) -> None:
    """Publish one more entry, the newest of all."""
    title, _, summary, topic, country = _facts(0)
    facts = (title, f"2015-02-{step + 1:02}", summary, topic, country)
    (office / "entries" / f"new-{step}.md").write_text(_keys(facts) + BODY.format(number=0))
