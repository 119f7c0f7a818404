"""What the commands for authors do, without the library that reads their options.

Each returns the exit code.
"""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ilofeed import build as chain
from ilofeed.cli import console, options
from ilofeed.content import read
from ilofeed.problems import did_you_mean, has_errors, quote
from ilofeed.scaffold import new_entry
from ilofeed.scaffold import touch as touching

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from ilofeed.dates import Moment
    from ilofeed.model import Term
    from ilofeed.problems import Problem

    # option, the terms there are, those given, language: the terms to take
    Ask = Callable[[str, Mapping[str, Term], Sequence[str], str], list[str]]


def new(
    root: Path,
    clock: dt.datetime,
    title: str,
    categories: Sequence[str],
    countries: Sequence[str],
    date: Moment | None,
    summary: str | None,
    link: str | None,
    slug: str | None,
    language: str | None,
    translation_of: str | None,
    ask: Ask,
) -> int:
    """Write a new entry file, valid at once, and print its path."""
    office, known, problems = chain.read_settings(root, clock)
    if office is None:
        return console.report(root, problems, (), "auto", strict=False)
    entry = new_entry.NewEntry(
        title=title.strip(),
        date=date or clock.astimezone(office.timezone).date(),
        categories=ask("--category", office.categories, categories, office.language),
        countries=ask("--country", office.countries, countries, office.language),
        summary=summary,
        link=link,
        slug=slug,
        language=None if language == office.language else language,
        translation_of=translation_of,
    )
    path, data, found = new_entry.write_entry(entry, office, known, clock)
    if translation_of is not None and not has_errors(found):
        found = _beside_the_others(root, clock, path, data)
    if has_errors(found):
        raise options.OptionError("\n".join(problem.message for problem in found))
    read.create(root / path, data)
    console.answer(path)
    if summary is None:
        console.say("write its summary, then delete the line that says draft")
    return console.DONE


def _beside_the_others(
    root: Path, clock: dt.datetime, path: str, data: bytes
) -> tuple[Problem, ...]:
    """The problems of a new entry that only the check of all of them can find."""
    from ilofeed.content import check

    sources = read.read_office(root)
    both = dataclasses.replace(sources, entries=(*sources.entries, (path, data)))
    return tuple(one for one in check(both, clock)[1] if one.path == path)


def touch(root: Path, clock: dt.datetime, files: Sequence[Path]) -> int:
    """Set `updated` of entry files to now, all of them or, where one cannot be, none."""
    office, _, problems = chain.read_settings(root, clock)
    if office is None:
        return console.report(root, problems, (), "auto", strict=False)
    sources = read.read_office(root)
    known = dict(sources.entries)
    made, problems = {}, []
    for file in files:
        path = _within(root, file)
        if path not in known:
            raise options.OptionError(f"{file} is no entry file{did_you_mean(path, known)}")
        made[path], found = touching.touch(path, known[path], office, sources.files, clock)
        problems += found
    if has_errors(problems):
        return console.report(root, problems, (), "auto", strict=False)
    for path, data in made.items():
        read.replace(root / path, data)
        console.answer(path)
    return console.DONE


def _within(root: Path, file: Path) -> str:
    """The path of a file from the office's folder, from where it is taken."""
    whole = os.path.normpath(root.resolve() / file)
    return Path(os.path.relpath(whole, root.resolve())).as_posix()


def schema(root: Path, clock: dt.datetime, which: str) -> int:
    """Print the JSON Schema of entry files or of feeds.yaml."""
    from ilofeed.scaffold import entry_schema, feeds_schema

    if which == "feeds":
        found = feeds_schema()
    else:
        found = entry_schema(chain.read_settings(root, clock)[0])
    console.answer(json.dumps(found, ensure_ascii=False, indent=2))
    return console.DONE


def cms(root: Path, clock: dt.datetime, repo: str, branch: str, output: Path) -> int:
    """Write the form of a CMS, and the page that loads it where there is none yet."""
    from ilofeed.scaffold import cms as form

    office, _, problems = chain.read_settings(root, clock)
    if office is None:
        return console.report(root, problems, (), "auto", strict=False)
    made, page = root / output / "config.yml", root / output / "index.html"
    data = form.config(office, repo, branch)
    if not made.exists():
        read.create(made, data)
    elif (read.read_whole(made, 1 << 20) or b"").startswith(form.NOTE.encode()):
        read.replace(made, data)
    else:
        raise options.OptionError(f"{made} is not of ilofeed's making; name another --output")
    if not page.exists():
        read.create(page, form.page())
    console.answer(str(output / "config.yml"))
    return console.DONE


def explain(code: str | None) -> int:
    """Print the manual's section on a problem code, or all codes."""
    from ilofeed.cli.explain import sections

    manual = sections()
    if code is None:
        console.answer("\n".join(sorted(manual)))
    elif code in manual:
        console.answer(f"{code}\n\n{manual[code]}".removesuffix("\n"))
    else:
        raise options.OptionError(f"there is no code {quote(code)}{did_you_mean(code, manual)}")
    return console.DONE
