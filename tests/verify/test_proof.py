"""What is known to verify is not read back again, and nothing else is left out."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from ilofeed.feeds import OPML_PATHS
from ilofeed.verify import verification as verifying
from ilofeed.verify.verification import verify_changed
from offices import documents, entry, site

if TYPE_CHECKING:
    from ilofeed.content.site import Site
    from ilofeed.model import Document

OFFICE: dict[str, Any] = {
    "wages": entry(event="{start: 2015-06-01}", body="See [that](https://example.org/feeds/all/)."),
    "jobs": entry(link="https://example.org/n", countries="[CN]"),
}


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


def proven(made: Site, known: dict[str, bytes] | None = None) -> dict[str, bytes]:
    faults, proofs = verify_changed(tuple(documents(made).values()), made.office, known or {})
    assert faults == []
    return proofs


def test_of_an_unchanged_site_nothing_is_read_back(read: list[str]) -> None:
    made = site(**OFFICE)
    known = proven(made)
    assert set(read) | {*OPML_PATHS} == set(documents(made))
    assert set(known) == set(documents(made))
    assert len(set(known.values())) == len(known)
    read.clear()
    assert proven(made, known) == known
    assert read == []


@pytest.mark.slow
def test_after_an_edit_what_shows_it_is_read_back(read: list[str]) -> None:
    known = proven(site(**OFFICE))
    before, changed = documents(site(**OFFICE)), OFFICE | {"jobs": entry(countries="[CN]")}
    after = documents(site(**changed))
    read.clear()
    again = proven(site(**changed), known)
    different = {path for path, one in after.items() if before[path].data != one.data}
    assert set(read) == different - {*OPML_PATHS}
    assert "entry/jobs/index.html" in different
    assert "country/mn/atom.xml" not in different
    assert again == proven(site(**changed))


@pytest.mark.slow
def test_another_entry_behind_the_same_bytes_is_a_fault() -> None:
    """The renderer forgets a field: the bytes are as before, what they must say is not."""
    wages = OFFICE["wages"].replace(b"Wages rise", b"Wages fall")
    made, other = site(**OFFICE), site(**OFFICE | {"wages": wages})
    known, there = proven(made), documents(made)
    stale = [
        dataclasses.replace(one, data=there[path].data) for path, one in documents(other).items()
    ]
    faults, _ = verify_changed(stale, other.office, known)
    assert {"all/atom.xml", "all/rss.xml", "all/feed.json"} <= {fault.path for fault in faults}
    assert {"all/calendar.ics", "entry/wages/index.html", "entry/wages/event.ics"} <= {
        fault.path for fault in faults
    }
    assert faults == verify_changed(stale, other.office, {})[0]


@pytest.mark.slow
def test_other_bytes_are_read_back_whatever_is_known() -> None:
    made = site(**OFFICE)
    known = proven(made)
    for path, one in documents(made).items():
        if one.format is not None or path.endswith(".ics") or path in OPML_PATHS:
            damaged = dataclasses.replace(one, data=one.data.replace(b"Example", b"Another"))
            damaged = dataclasses.replace(
                damaged, data=damaged.data.replace(b"Wages r", b"Wages f")
            )
            others = [two for two in documents(made).values() if two.path != path]
            faults, _ = verify_changed([*others, damaged], made.office, known)
            assert path in {fault.path for fault in faults}, path


@pytest.mark.slow
def test_where_a_page_is_gone_every_link_is_looked_at() -> None:
    made = site(**OFFICE)
    known = proven(made)
    left = [one for one in documents(made).values() if one.path != "entry/jobs/index.html"]
    faults, _ = verify_changed(left, made.office, known)
    assert faults == verify_changed(left, made.office, {})[0]
    assert {"all/atom.xml", "all/index.html"} <= {fault.path for fault in faults}


@pytest.mark.slow
def test_another_address_of_the_site_is_another_site(read: list[str]) -> None:
    made = site(**OFFICE)
    known = proven(made)
    moved = dataclasses.replace(made.office, url="https://example.net/feeds/")
    read.clear()
    verify_changed(tuple(documents(made).values()), moved, known)
    assert set(read) | {*OPML_PATHS} == set(documents(made))
