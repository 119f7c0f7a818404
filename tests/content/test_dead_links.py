"""A link to a page of an entry that is not published is a problem at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from offices import entry, found, messages, write_office
from program import run

if TYPE_CHECKING:
    from pathlib import Path

SITE = "https://example.org/feeds/"
WHEN = ("--now", "2026-11-01")


@pytest.mark.parametrize(
    ("address", "other", "message"),
    [
        ("entry/others/", {}, "there is no entry `others`; did you mean `other`?"),
        ("entry/nothing-here/", {}, "there is no entry `nothing-here`; correct the address"),
        ("entry/other/", {"draft": "true"}, "`other` is a draft; publish it first"),
        ("entry/other/", {"date": "2027-01-01"}, "is published only on 2027-01-01"),
        ("entry/other", {}, "the address lacks its last slash; write "),
        ("entry/other#x", {}, "the address lacks its last slash; write "),
    ],
)
def test_a_dead_link(address: str, other: dict[str, str], message: str) -> None:
    given = entry(f"\nSee [it]({SITE}{address}).\n")
    assert found(wages=given, other=entry(**other)) == ["wages:9:10 dead-link"]
    assert message in messages(wages=given, other=entry(**other))[0]
    given = entry(link=SITE + address)
    assert "wages:7:7 dead-link" in found(wages=given, other=entry(**other))


@pytest.mark.parametrize(
    ("body", "changes", "other"),
    [
        (f"[it]({SITE}entry/other/) <{SITE}entry/other/index.html#x>", {}, {}),
        (f"[it]({SITE}entry/wages/)", {}, {}),
        (f"[it]({SITE}entry/former/)", {}, {"id": "former"}),
        (f"`{SITE}entry/none/`", {}, {}),
        (f"[it]({SITE}entry/none/)", {"draft": "true"}, {}),
        (f"[it]({SITE}entry/other/)", {"date": "2027-02-01"}, {"date": "2027-01-01"}),
        ("[it](https://example.org/entry/none/)", {}, {}),
        (f"[it](https://example.net/web/{SITE}entry/none/)", {}, {}),
        (f"[it](https://example.net/?share={SITE}entry/none/&x={SITE}none/)", {}, {}),
        (f"{SITE} and {SITE}. [it]({SITE}all/) [it]({SITE}category/wages/rss.xml?x#y)", {}, {}),
        (f"[it]({SITE}country/mn/category/wages/) [it]({SITE}feeds.opml)", {}, {}),
        (f"[it]({SITE}assets/site.css) [it]({SITE}embed/ilo-feed.js)", {}, {}),
    ],
)
def test_a_link_that_leads_somewhere(
    body: str, changes: dict[str, str], other: dict[str, str]
) -> None:
    assert found(wages=entry(f"\n{body}\n", **changes), other=entry(**other)) == []


def test_it_is_told_among_the_other_problems() -> None:
    given = entry(f"\n[it]({SITE}entry/none/)\n", categories="[wags]")
    assert found(wages=given) == ["wages:5:14 unknown-category", "wages:9:6 dead-link"]
    for path in ("country/xx/", "category/wagse/atom.xml", "newz/", "country/mn-x/#a"):
        given = entry(f"\n[it]({SITE}{path})\n", categories="[wags]")
        assert found(wages=given) == ["wages:5:14 unknown-category", "wages:9:6 dead-link"]
        assert messages(wages=given)[1] == (
            f"this site publishes no page at {SITE}{path}; correct the address"
        )


@pytest.mark.parametrize("page", ["entry/none/", "country/xx/", "category/wages/atom.html"])
@pytest.mark.parametrize("command", ["check", "build", "diff"])
def test_each_page_of_the_site_has_its_place(command: str, page: str, tmp_path: Path) -> None:
    office = write_office(tmp_path / "office", wages=entry(f"\n[it]({SITE}{page})\n"))
    done = run(office, command, *WHEN)
    assert done.returncode == 1
    assert done.stdout.startswith("entries/wages.md:9:6: error: ")
    assert done.stdout.count("[dead-link]") == done.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (entry(f"\n[it]({SITE}entry/other/)\n"), "9:6"),
        (entry(summary=f"See {SITE}entry/other/"), "4:14"),
        (entry(link=f"{SITE}entry/other/"), "7:7"),
        (entry(attachments=f"[{{url: {SITE}entry/other/, type: text/html, title: It}}]"), "7:21"),
        (entry(authors=f"[{{name: A, url: {SITE}entry/other/}}]"), "7:26"),
        (entry(event=f"{{start: 2015-06-01, url: {SITE}entry/other/}}"), "7:33"),
        (entry(image=f"{{url: {SITE}entry/other/, alt: A picture}}"), "7:14"),
    ],
)
def test_an_entry_that_becomes_a_draft_is_noticed_by_the_next_build(
    given: bytes, place: str, tmp_path: Path
) -> None:
    office = write_office(tmp_path / "office", wages=given, other=entry())
    assert run(office, "build", *WHEN).returncode == 0
    (office / "entries" / "other.md").write_bytes(entry(draft="true"))
    done = run(office, "build", *WHEN)
    assert f"entries/wages.md:{place}: error: `other` is a draft; " in done.stdout


def test_a_link_twice_is_noticed_by_the_next_build_at_its_place(tmp_path: Path) -> None:
    given = entry(link="https://example.org/a")
    office = write_office(tmp_path / "office", a=entry(), b=given)
    assert run(office, "build", *WHEN).stdout == ""
    (office / "entries" / "a.md").write_bytes(given)
    done = run(office, "build", *WHEN)
    assert (done.returncode, "entries/b.md:7:7: warning: " in done.stdout) == (0, True)
