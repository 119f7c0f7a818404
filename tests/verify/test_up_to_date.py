"""What the last build rendered and verified is not read back again, and all else is read back."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from ilofeed.feeds import OPML_PATHS
from ilofeed.model import Document, UpToDate
from ilofeed.verify import verification as verifying
from ilofeed.verify.verification import verify
from offices import documents, entry, site

if TYPE_CHECKING:
    from ilofeed.model import AnyDocument

SITE = site(
    wages=entry(event="{start: 2015-06-01}", body="See [that](https://example.org/feeds/all/)."),
    jobs=entry(link="https://example.org/n", countries="[CN]"),
)
MADE = documents(SITE)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the documents that are read back."""
    seen: list[str] = []
    real = verifying.verify_document

    def look(document: Document, *rest: Any) -> Any:
        seen.append(document.path)
        return real(document, *rest)

    monkeypatch.setattr(verifying, "verify_document", look)
    return seen


def up_to_date(document: Document) -> UpToDate:
    return UpToDate(
        path=document.path,
        kind=document.kind,
        recipe=b"recipe",
        sha256=document.sha256,
        render=lambda: [document],
        feed=document.feed,
        format=document.format,
        entry=document.entry,
    )


def test_only_what_was_rendered_is_read_back(read: list[str]) -> None:
    assert verify(list(MADE.values()), SITE.office) == []
    assert set(read) | {*OPML_PATHS} == set(MADE)
    read.clear()
    some = {"all/atom.xml", "entry/jobs/index.html", "all/calendar.ics"}
    mixed: list[AnyDocument] = [
        document if path in some else up_to_date(document) for path, document in MADE.items()
    ]
    assert verify(mixed, SITE.office, earlier=MADE) == []
    assert set(read) == some


@pytest.mark.slow
def test_damaged_bytes_are_a_fault_among_documents_that_are_up_to_date() -> None:
    others = {path: up_to_date(document) for path, document in MADE.items()}
    for path, document in MADE.items():
        if document.format is not None or path.endswith(".ics") or path in OPML_PATHS:
            data = document.data.replace(b"Example", b"Another").replace(b"Wages r", b"Wages f")
            damaged = dataclasses.replace(document, data=data)
            faults = verify([*(others | {path: damaged}).values()], SITE.office, earlier=MADE)
            assert {fault.path for fault in faults} == {path}


@pytest.mark.slow
def test_if_a_page_is_gone_every_link_is_checked() -> None:
    gone = "entry/jobs/index.html"
    left = [up_to_date(document) for path, document in MADE.items() if path != gone]
    assert verify(left, SITE.office, earlier=[one.path for one in left]) == []
    faults = verify(left, SITE.office, earlier=MADE)
    rendered = [document for path, document in MADE.items() if path != gone]
    assert faults == verify(rendered, SITE.office)
    assert {"all/atom.xml", "all/index.html"} <= {fault.path for fault in faults}
    assert {fault.field for fault in faults} == {"address"}
