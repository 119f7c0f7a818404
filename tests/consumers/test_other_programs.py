"""Calendars in other programs: what each reader finds is what the entries say."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from offices_of_the_world import calendar, offices
from readers import HERE, JAVASCRIPT, PYTHON, compile_libical, read_by, read_in_python

from effort import LONG
from serving import needs, needs_checkers

if TYPE_CHECKING:
    from collections.abc import Callable

    from readers import Event

pytestmark = pytest.mark.slow

FIELDS = ("start", "end", "summary", "location", "status", "url")
# the calendars that a reader itself cannot read right, and why
_OWN_ZONES = "takes the zones of its host, which may have other rules for Morocco than tzdata"
_LATER_PARTS = "icalendar 2.8 fails if two parts of a VTIMEZONE begin after an event"
_WITH_LATER_PARTS = (
    "africa-casablanca america-santiago america-sao_paulo asia-gaza asia-ulaanbaatar"
).split()
LIMITS: dict[str, dict[str, str]] = {
    "ics": {"africa-casablanca": _OWN_ZONES},
    "icalendar": {"africa-casablanca": _OWN_ZONES},
    "node-ical": {"africa-casablanca": _OWN_ZONES},
    "php": {"africa-casablanca": _OWN_ZONES},
    "ruby": dict.fromkeys(_WITH_LATER_PARTS, _LATER_PARTS),
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, list[Event]]:
    """The calendars of all offices as files, and their events."""
    folder = tmp_path_factory.mktemp("calendars")
    events = {}
    for name, made in offices().items():
        path = folder / f"{name.replace('/', '-').lower()}.ics"
        data, events[path] = calendar(made)
        path.write_bytes(data)
    return events


def differences(expected: list[Event], seen: list[Event]) -> list[Any]:
    """Return what a reader finds, where it is not what the entries say."""
    # ics and ts-ics leave the escapes of an id, which is only compared
    by_uid = {
        event["uid"].replace("\\,", ","): {key: event[key] or None for key in event}
        for event in seen
    }
    assert by_uid.keys() == {event["uid"] for event in expected}
    assert len(seen) == len(expected)
    wrong: list[Any] = []
    for event in expected:
        found = by_uid[event["uid"]]
        if event["end"] is None and found.get("end") == event["start"]:
            found["end"] = None  # an event without an end ends when it begins (section 3.6.1)
        wrong += [(event["uid"], f, event[f], found[f]) for f in FIELDS if found[f] != event[f]]
        wrong += [(event["uid"], t) for t in event["texts"] if t not in str(found["description"])]
    return wrong


def compare(
    reader: str,
    published: dict[Path, list[Event]],
    read: Callable[[list[Path]], dict[str, list[Event]]],
) -> None:
    paths = [path for path in published if path.stem not in LIMITS.get(reader, {})]
    seen = read(paths)
    wrong = {path.stem: differences(published[path], seen[path.name]) for path in paths}
    assert {name: found[:3] for name, found in wrong.items() if found} == {}


@pytest.mark.parametrize(
    "reader",  # ics takes ten times as long as the others together
    [reader for reader in PYTHON if LONG or reader != "ics"],
)
def test_python(reader: str, published: dict[Path, list[Event]]) -> None:
    compare(reader, published, functools.partial(read_in_python, reader))


@needs("node")
@needs_checkers()
@pytest.mark.parametrize("reader", JAVASCRIPT)
def test_javascript(reader: str, published: dict[Path, list[Event]]) -> None:
    compare(reader, published, functools.partial(read_by, ["node", str(HERE / "read.mjs"), reader]))


if LONG:  # the rest is read at night

    @needs("ruby")
    def test_ruby(published: dict[Path, list[Event]]) -> None:
        compare("ruby", published, functools.partial(read_by, ["ruby", str(HERE / "read.rb")]))

    @needs("php")
    def test_php(published: dict[Path, list[Event]]) -> None:
        compare("php", published, functools.partial(read_by, ["php", str(HERE / "read.php")]))

    @needs("cc")
    def test_libical(published: dict[Path, list[Event]], tmp_path: Path) -> None:
        compare("libical", published, functools.partial(read_by, compile_libical(tmp_path)))
