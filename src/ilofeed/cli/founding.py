"""`ilofeed init`: a new office, checked as a whole before anything is written, then written as a
whole."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ilofeed.build import make
from ilofeed.cli import console, options
from ilofeed.content import check
from ilofeed.feeds import select
from ilofeed.problems import plural, quote
from ilofeed.scaffold import kit, newoffice, program
from ilofeed.verify import verify

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from ilofeed.content import Site, Sources

NEEDED = ("title", "url", "timezone")
_STAGE = ".ilofeed-init"  # where the files are made before they appear, all at once


def found(folder: Path, clock: dt.datetime, **told: Any) -> int:
    """Write the office, and say what comes next."""
    refuse_place(folder)
    office = new_office(clock, **told)
    files = made(office, clock)
    write(folder, files)
    console.answer(str(folder))
    entry = next(path for path in files if path.startswith("entries/"))
    console.say(
        f"{plural(len(files), 'file')}; the first entry is {entry}. Next, in {folder}:\n"
        "  ilofeed check --strict, and ilofeed serve to look at it\n"
        "  git init -b main, git add ., git commit, git push: README.md is for your editors,\n"
        "  docs/publishing.md says how Pages is set up, once, and the first publication run"
    )
    return console.DONE


def refuse_place(folder: Path) -> None:
    """Refuse a folder with anything in it but the beginnings of a repository, and one among the
    entries of an office, which would read its files as entries."""
    for around in Path(os.path.normpath(folder.absolute())).parents:
        if around.name == "entries" and os.path.lexists(around.parent / "feeds.yaml"):
            raise options.OptionError(f"{around} holds the entries of an office, and nothing else")
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise options.OptionError(f"{folder} is not a folder")
    if there := sorted({path.name for path in folder.iterdir()} - {".git"}):
        named = ", ".join(there[:3]) + (", …" if len(there) > 3 else "")
        raise options.OptionError(f"{folder} is not empty, and nothing is overwritten: {named}")


def new_office(
    clock: dt.datetime,
    title: str | None,
    url: str | None,
    authority: str | None,
    timezone: str | None,
    languages: tuple[str, ...],
    countries: tuple[str, ...],
) -> newoffice.NewOffice:
    """The office that the options describe; each is checked by `mistakes`."""
    given = {"title": title, "url": url, "timezone": timezone}
    if missing := [f"--{name}" for name in NEEDED if not (given[name] or "").strip()]:
        *most, last = missing
        text = f"{', '.join(most)} and {last} are" if most else f"{last} is"
        raise options.OptionError(f"{text} missing; on a terminal ilofeed asks")
    texts = {**given, "authority": authority, "language": " ".join(languages)}
    for name, one in {**texts, "country": " ".join(countries)}.items():
        if any("\ud800" <= sign <= "\udfff" for sign in one or ""):
            raise options.OptionError(f"--{name} is not written in UTF-8")
    address = (url or "").strip()
    suggested = newoffice.authority_of(address, clock)
    if suggested is None:  # that is what is wrong
        suggested = newoffice.NewOffice.authority
    return newoffice.NewOffice(
        title=(title or "").strip(),
        url=address,
        timezone=(timezone or "").strip(),
        authority=(authority or "").strip() or suggested,
        languages=tuple(dict.fromkeys(one.strip() for one in languages)) or ("en",),
        countries=tuple(map(country, countries)),
    )


def country(text: str) -> tuple[str, str]:
    """Code and label of `CODE=LABEL`."""
    code, sign, label = (part.strip() for part in text.partition("="))
    if not sign or not code or not label:
        raise options.OptionError(f"--country {text} wants a code and a label: CODE=LABEL")
    return code, label


def mistakes(office: newoffice.NewOffice, clock: dt.datetime) -> dict[str, list[str]]:
    """What `check` says of each option, in its own words; "" where it is of none."""
    codes = [code for code, _ in office.countries]
    if twice := next((code for code in codes if codes.count(code) > 1), None):
        return {"--country": [f"{quote(twice)} is named twice; keep one"]}
    said: dict[str, list[str]] = {}
    if not office.authority:
        message = (
            f"{quote(office.url)} names no domain, from which the ids of entries would be made; "
        )
        message += f"name one that you hold, by --authority example.org,{clock.year}"
        said["--url"] = [message]
        office = dataclasses.replace(office, authority=newoffice.NewOffice.authority)
    for option, problem in newoffice.sources(office, clock)[1]:
        said.setdefault(option, []).append(problem.message)
    return said


def accepted(name: str, value: Any, clock: dt.datetime) -> Any:
    """A value that the check accepts by itself; else an `OptionError` that says why not."""
    said = mistakes(dataclasses.replace(newoffice.NewOffice(), **{name: value}), clock)
    if said:
        raise options.OptionError("; ".join(one for found in said.values() for one in found))
    return value


def made(office: newoffice.NewOffice, clock: dt.datetime) -> dict[str, bytes]:
    """Every file of the office, by path."""
    sources, site = proven(office, clock)
    assert sources.office is not None
    own = {"feeds.yaml": sources.office, **dict(sources.entries)}
    return own | kit(site.office, program.files(), clock)


def proven(office: newoffice.NewOffice, clock: dt.datetime) -> tuple[Sources, Site]:
    """The office's own files, and its site, whose feeds were made and read back."""
    if said := mistakes(office, clock):
        lines = [f"{option}: {one}".removeprefix(": ") for option in said for one in said[option]]
        raise options.OptionError("\n".join(dict.fromkeys(lines)))
    sources, _ = newoffice.sources(office, clock)
    site, problems = check(sources, clock)
    if site is None or problems:
        raise options.OptionError("\n".join(one.message for one in problems))
    if faults := verify(make(select(site, clock)), site.office):
        fault = faults[0]
        raise options.OptionError(
            f"the feeds would not come back as they were made ({fault.path}: {fault.field} is "
            f"{fault.found}, not {fault.expected}); try another title"
        )
    return sources, site


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder that has none of them: all of them or, if that fails, none."""
    new = next((one for one in [*reversed(folder.parents), folder] if not one.exists()), None)
    stage = folder / _STAGE
    moved: list[Path] = []
    try:
        for path, data in files.items():
            (stage / path).parent.mkdir(parents=True, exist_ok=True)
            (stage / path).write_bytes(data)
        for name in sorted({path.partition("/")[0] for path in files}):
            _move(stage / name, folder / name)
            moved.append(folder / name)
        stage.rmdir()
    except BaseException:
        with contextlib.suppress(OSError):
            _undo(new, [stage, *moved])
        raise


def _move(made: Path, target: Path) -> None:
    if os.path.lexists(target):
        raise options.OptionError(f"{target} is there by now, and nothing is overwritten")
    made.rename(target)


def _undo(new: Path | None, made: list[Path]) -> None:
    for path in [new] if new is not None else made:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
