"""A made-up office of any size, for ilofeed and for the generators that it is compared with.

All get the same entries, 12 categories and 4 countries, and are to make the same: a page for each
entry, and RSS and Atom of the newest 20 of everything, of each category and of each country.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TOPICS = [f"topic-{number}" for number in range(12)]
COUNTRIES = ["CN", "MN", "KZ", "world"]
FEEDS = f"""\
site:
  url: https://example.org/feeds/
  authority: example.org,2015:bench
  title: Bench
  limit: 20
  timezone: Asia/Ulaanbaatar
categories: {{{", ".join(f"{topic}: {topic.title()}" for topic in TOPICS)}}}
countries: {{CN: China, MN: Mongolia, KZ: Kazakhstan, world: World}}
feeds: [all, {{per: category}}, {{per: country}}]
"""
BODY = """\
Some *body* with a [link](https://example.org/{number}), as long as a paragraph of news is: it says
what was decided, by whom, and where to read more about case {number}.

- one
- two
"""


def _write(folder: Path, entries: int, front: Callable[[int], str]) -> None:
    for number in range(entries):
        path = folder / str(2000 + number % 15) / f"entry-{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(front(number) + BODY.format(number=number))


def _facts(number: int) -> tuple[str, str, str, str, str]:
    return (
        f"Entry number {number}",
        f"{2000 + number % 15}-{number % 12 + 1:02}-{number % 28 + 1:02}",
        f"What happened in case {number}, in a sentence of the usual length.",
        TOPICS[number % 12],
        COUNTRIES[number % 4],
    )


def _keys(number: int) -> str:
    title, date, summary, topic, country = _facts(number)
    return (
        f"---\ntitle: {title}\ndate: {date}\nsummary: {summary}\n"
        f"categories: [{topic}]\ncountries: [{country}]\n---\n\n"
    )


def write_office(folder: Path, entries: int) -> None:
    """For ilofeed."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "feeds.yaml").write_text(FEEDS)
    _write(folder / "entries", entries, _keys)


def write_for_hugo(folder: Path, entries: int, templates: Path) -> None:
    """The same keys, which Hugo takes for its own."""
    shutil.copytree(templates / "hugo", folder)
    _write(folder / "content" / "entry", entries, _keys)


def write_for_pelican(folder: Path, entries: int, templates: Path) -> None:
    """A country is a tag: Pelican has no other second taxonomy with feeds."""

    def front(number: int) -> str:
        title, date, summary, topic, country = _facts(number)
        return (
            f"Title: {title}\nDate: {date}\nSummary: {summary}\n"
            f"Category: {topic}\nTags: {country}\nSlug: entry-{number}\n\n"
        )

    shutil.copytree(templates / "pelican", folder)
    _write(folder / "content", entries, front)


def write_for_eleventy(folder: Path, entries: int, templates: Path) -> None:
    """Both taxonomies are tags, as in every site of Eleventy's."""

    def front(number: int) -> str:
        title, date, summary, topic, country = _facts(number)
        return (
            f"---\ntitle: {title}\ndate: {date}\nsummary: {summary}\n"
            f"tags: [entry, {topic}, {country}]\nlayout: entry.njk\n---\n\n"
        )

    shutil.copytree(templates / "eleventy", folder, ignore=shutil.ignore_patterns("node_modules"))
    (folder / "node_modules").symlink_to(templates / "eleventy" / "node_modules")
    _write(folder / "entry", entries, front)


def edit(folder: Path, step: int) -> None:
    """Another summary for the first entry of an office of ilofeed's."""
    path = folder / "entries" / "2000" / "entry-0.md"
    lines = path.read_text().splitlines()
    lines[3] = f"summary: Edit {step}."
    path.write_text("\n".join(lines) + "\n")
