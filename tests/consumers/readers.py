"""Calendars as other programs read them: the same mapping of each event by every reader.

`start` and `end` are whole seconds since 1970, ISO 8601 for days, or None.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dateutil.tz
import icalendar
import ics
import vobject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Event = dict[str, Any]

HERE = Path(__file__).parent
_TEXTS = "uid summary description location status url".split()


def _moment(value: Any) -> int | str | None:
    if isinstance(value, dt.datetime):
        assert value.tzinfo is not None
        return int(value.timestamp())
    return value and str(value.isoformat())


def _vobject(text: str) -> Iterable[Event]:
    for event in vobject.readOne(text).vevent_list:
        values = {name: event.contents[name][0].value for name in event.contents}
        yield {name: values.get(name) for name in _TEXTS} | {
            "start": _moment(values["dtstart"]),
            "end": _moment(values.get("dtend")),
        }


def _ics(text: str) -> Iterable[Event]:
    for event in ics.Calendar(text).events:
        begin, end = event.begin.datetime, event.end.datetime
        yield {name: getattr(event, name, None) for name in _TEXTS} | {
            "summary": event.name,
            "start": begin.date().isoformat() if event.all_day else _moment(begin),
            "end": end.date().isoformat() if event.all_day else _moment(end),
        }


def _icalendar(text: str, zone_of: Callable[[Any], Any] | None = None) -> Iterable[Event]:
    """Read with icalendar; `zone_of` makes a zone of a VTIMEZONE, which it ignores otherwise."""
    calendar: Any = icalendar.Calendar.from_ical(text)
    zones = {str(zone["tzid"]): zone for zone in calendar.walk("VTIMEZONE")}

    def moment(value: Any) -> int | str | None:
        if value is None:
            return None
        if zone_of is not None and (name := value.params.get("TZID")):
            return _moment(value.dt.replace(tzinfo=zone_of(zones[name])))
        return _moment(value.dt)

    for event in calendar.walk("VEVENT"):
        yield {name: event.get(name) and str(event[name]) for name in _TEXTS} | {
            "start": moment(event["dtstart"]),
            "end": moment(event.get("dtend")),
        }


def _dateutil(text: str) -> Iterable[Event]:
    zones: dict[str, Any] = {}

    def zone_of(zone: Any) -> Any:
        name = str(zone["tzid"])
        if name not in zones:
            lines = zone.to_ical().decode().replace("\r\n ", "").replace("\r\n", "\n")
            zones[name] = dateutil.tz.tzical(io.StringIO(lines)).get()
        return zones[name]

    return _icalendar(text, zone_of)


PYTHON: dict[str, Callable[[str], Iterable[Event]]] = {
    "vobject": _vobject,
    "ics": _ics,
    "icalendar": _icalendar,
    "dateutil": _dateutil,
}
JAVASCRIPT = ("ical.js", "node-ical", "ts-ics")


def read_in_python(reader: str, paths: Sequence[Path]) -> dict[str, list[Event]]:
    return {path.name: list(PYTHON[reader](path.read_bytes().decode())) for path in paths}


def read_by(command: Sequence[str], paths: Sequence[Path]) -> dict[str, list[Event]]:
    """Read with a script or a program of another language, in UTC."""
    done = subprocess.run(
        [*command, *map(str, paths)], env=os.environ | {"TZ": "UTC", "LC_ALL": "C.UTF-8"},
        capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return {Path(path).name: events for path, events in json.loads(done.stdout).items()}


def compile_libical(folder: Path) -> list[str]:
    program = folder / "read"
    source = str(HERE / "read.c")
    subprocess.run(["cc", "-Wall", "-o", str(program), source, "-lical"], check=True, timeout=60)
    return [str(program)]
