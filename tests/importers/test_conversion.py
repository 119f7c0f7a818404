"""Importing: each body is converted once, by any number of processes, and stages are reported."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from ilofeed.build import BuildContext
from ilofeed.importers import ImportRequest, run_import
from ilofeed.importers.markup.markdown import to_markdown
from offices import NOW, write_office

if TYPE_CHECKING:
    from pathlib import Path

SITE = "https://example.org/feeds/"
KEYS = "<pubDate>Tue, 19 May 2015 08:00:00 +0200</pubDate><category>Wages</category>"


def source(folder: Path, *texts: str) -> ImportRequest:
    """Write a feed with an item for each text and return the request to import it."""
    items = "".join(
        f"<item><title>Item {n}</title>{KEYS}<guid>urn:x-y:{n}</guid>"
        f"<description>&lt;p&gt;{text}&lt;/p&gt;&lt;p&gt;More.&lt;/p&gt;</description></item>"
        for n, text in enumerate(texts, 1)
    )
    data = f'<rss version="2.0"><channel><title>T</title>{items}</channel></rss>'
    (folder / "feed.xml").write_text(data, "utf-8")
    return ImportRequest("feed.xml", countries=["CN"], dry_run=True)


def link(slug: str) -> str:
    return f'&lt;a href="{SITE}entry/{slug}/"&gt;{slug}&lt;/a&gt;'


def test_a_body_is_converted_again_only_if_its_links_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_office(tmp_path / "o")
    request = source(folder, "One.", link("item-1"), link("nothing"), "Four.")
    texts: list[str] = []

    def counts(html: str, *rest: object) -> object:
        texts.append(html)
        return to_markdown(html, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("ilofeed.importers.fields.to_markdown", counts)
    result = run_import(folder, request, NOW)
    bodies = [file.data.decode().split("---\n\n")[1] for file in result.plan.files]
    assert bodies[1:3] == [f"[item-1]({SITE}entry/item-1/)\n\nMore.\n", "nothing\n\nMore.\n"]
    assert len(texts) == 5
    assert sum("nothing" in text for text in texts) == 2


def test_an_item_that_the_check_refuses_leaves_its_id_to_a_later_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ilofeed.importers import convert

    folder = write_office(tmp_path / "o")
    request = source(folder, "Bad.", "Good.")
    feed = folder / "feed.xml"
    feed.write_text(feed.read_text("utf-8").replace("Item 2", "Item 1"), "utf-8")
    check = convert.Converter._check
    monkeypatch.setattr(
        convert.Converter,
        "_check",
        lambda self, number, *rest: (None, "no") if number == 1 else check(self, number, *rest),
    )
    result = run_import(folder, request, NOW)
    assert result.paths == ("entries/2015/item-1.md",)
    assert [(note.number, note.text) for note in result.notes] == [(1, "left out: no")]
    assert result.skipped == 1


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="one process does all the work")
def test_any_number_of_processes_gives_the_same_plan(tmp_path: Path) -> None:
    folder = write_office(tmp_path / "o")
    request = source(folder, *(link(f"item-{n * 2}") for n in range(1, 31)))
    stages: list[str] = []

    def progress(stage: str, done: int, total: int) -> None:
        assert done <= total
        stages.extend([stage] * (stage not in stages))

    alone = run_import(folder, request, NOW)
    shared = run_import(folder, request, NOW, context=BuildContext(processes=3, progress=progress))
    assert shared.plan == alone.plan
    assert len(shared.paths) == 30
    assert stages == ["Reading", "Converting", "Verifying"]


def test_lists_that_are_cut_are_named_with_their_numbers(tmp_path: Path) -> None:
    folder = write_office(tmp_path / "o")
    items = [
        {
            "id": "urn:x-y:1",
            "title": "Pay",
            "date_published": "2015-05-19",
            "content_text": "Text.",
            "authors": [{"name": f"Author {n}"} for n in range(60)],
            "attachments": [
                {"url": f"https://old.example.net/{n}.pdf", "mime_type": "application/pdf"}
                for n in range(60)
            ],
            "tags": ["Wages", *(f"Topic {n}" for n in range(250))],
        }
    ]
    (folder / "feed.json").write_text(json.dumps({"items": items}), "utf-8")
    result = run_import(folder, ImportRequest("feed.json", countries=["CN"], dry_run=True), NOW)
    texts = {note.text for note in result.notes}
    assert "only the first 50 of 60 authors are kept" in texts
    assert "only the first 50 of 60 attachments are kept" in texts
    assert "51 of 251 categories are not read" in texts
    assert "`topic-99` is left out: categories has 100 already" in texts
