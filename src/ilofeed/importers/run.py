"""Import a source into an office: read both, plan, verify, and write the entry files.

All new entries are checked, rendered and verified before the first file is written.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from ilofeed import files
from ilofeed.build import BuildContext, office_of
from ilofeed.content import check_entry, read, slug_of
from ilofeed.foreign_dates import check_form
from ilofeed.importers.fetching import MediaFiles
from ilofeed.importers.former import TABLE, redirect_files
from ilofeed.importers.plan import BeforeImport, ImportPlan, ImportRequest, plan_import
from ilofeed.importers.terms import read_term_map, with_terms
from ilofeed.importers.verified import SiteCheck, verify_plan
from ilofeed.importers.versions import EarlierEntries, read_record, write_record
from ilofeed.media import digest_of
from ilofeed.model import Office
from ilofeed.problems import Problem, did_you_mean, plural, quote
from ilofeed.sources import Note, RequestError, SourceError, note, read_source

# state of the categories that feeds.yaml lacks; if "missing" or "no place", nothing was written
NewTerms: TypeAlias = Literal["none", "missing", "no place", "would be written", "written"]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The result of an import or, with `dry_run`, what it would be."""

    problems: tuple[Problem, ...] = ()  # why feeds.yaml cannot be used
    refusal: str = ""  # why the source cannot be used
    plan: ImportPlan = field(default_factory=ImportPlan)
    new_terms: NewTerms = "none"
    paths: tuple[str, ...] = ()  # entry files written
    notes: tuple[Note, ...] = ()  # on what was not kept, in the order of the items

    @property
    def skipped(self) -> int:
        """The number of items left out, not counting those that the office already has."""
        return self.plan.skipped + len(self.plan.files) - len(self.paths)


def run_import(
    root: Path,
    request: ImportRequest,
    now: dt.datetime,
    show: Callable[[str], None] = lambda _line: None,
    context: BuildContext | None = None,
) -> ImportResult:
    """Import a source into the office in the folder `root`; an unusable source is a `refusal`.

    `show` gets the lines of a table of what the keys of posts become, before anything is written.
    Raise `RequestError` for a wrong option, `http.FetchError` and `OSError` for failed transfers.
    """
    context = context or BuildContext()
    sources = read.read_office(root)
    office, problems = office_of(sources, now)
    if office is None:
        return ImportResult(problems=tuple(problems))
    _check_request(root, request, office)
    term_map, problems = read_term_map(root, office, request.term_options, request.map_file)
    if problems:
        return ImportResult(problems=tuple(sorted(problems)))
    context.begin("Reading")
    try:
        feed = read_source(root, request, office.timezone, now)
    except SourceError as error:
        return ImportResult(refusal=str(error))
    for line in feed.table:
        show(line)
    parsed = {
        path: dataclasses.replace(check_entry(path, data, office, sources.files, now), checked=None)
        for path, data in sources.entries
    }
    entries = [result.entry for result in parsed.values() if result.entry is not None]
    check = SiteCheck(sources, parsed, now)
    slugs = {slug_of(path) for path in [*dict(sources.entries), *sources.refused]}
    record = read_record(root)
    earlier = EarlierEntries(entries, dict(sources.entries), record)
    before = BeforeImport(office, entries, slugs, earlier, term_map, now)
    plan = plan_import(feed, request, before, check.refused, context.begin("Converting"))
    plan = verify_plan(plan, check, context.begin("Verifying"))
    new_terms = _write_terms(root, request, plan, sources.office or b"", now)
    digests, notes = dict[str, str](), list(plan.notes)
    if new_terms not in {"missing", "no place"}:
        media = MediaFiles(root, office, now, request, feed)
        if request.dry_run:
            digests = dict.fromkeys((file.path for file in plan.files), "")
            notes += media.forecast(plan.files)
        else:
            digests, more = _write_entries(root, plan, media, context)
            notes += more
        notes += _write_redirects(root, request, plan, office)
    if feed.is_table and digests and not request.dry_run:
        write_record(root, record | digests)
    notes.sort(key=lambda note: note.number)
    return ImportResult((), "", plan, new_terms, tuple(digests), tuple(notes))


def _write_entries(
    root: Path, plan: ImportPlan, media: MediaFiles, context: BuildContext
) -> tuple[dict[str, str], list[Note]]:
    """Write the entries and their files; return digests by path, as for the record, and notes."""
    digests, notes = dict[str, str](), list[Note]()
    with media.work():
        for number, planned in enumerate(plan.files):
            context.progress("Writing", number, len(plan.files))
            file, more = media.keep(planned)
            notes += more
            if file is None:
                continue
            write = read.replace_file if file.is_update else read.create_file
            try:
                write(root, root / file.path, file.data)
            except FileExistsError:
                text = f"left out: {quote(file.path)} already exists"
                notes.append(Note(file.number, file.entry.title, text))
                continue
            digest = digest_of(planned.data)
            is_same = file.data == planned.data
            digests[file.path] = digest if is_same else f"{digest} {digest_of(file.data)}"
    return digests, notes + media.summary(plan.already)


def _check_request(root: Path, request: ImportRequest, office: Office) -> None:
    """Raise `RequestError` for an option that cannot be used."""
    for form in request.date_forms:
        if why := check_form(form):
            raise RequestError(f"invalid --date-format {quote(form)}: {why}")
    for terms, names in (
        (office.categories, request.categories),
        (office.countries, request.countries),
    ):
        if unknown := next((name for name in names if name not in terms), None):
            hint = did_you_mean(unknown, terms)
            raise RequestError(f"{quote(unknown)} is not in feeds.yaml{hint}")
    if request.redirects is not None and (root / request.redirects / TABLE).exists():
        raise RequestError(f"{quote(request.redirects)} has the rules of another import")


def _write_redirects(
    root: Path, request: ImportRequest, plan: ImportPlan, office: Office
) -> list[Note]:
    """Write the rules for web servers, if they are asked for; return a note about them."""
    redirects = {old: file.entry.url for file in plan.files for old in file.former}
    if not redirects:
        return []
    number, example = plural(len(redirects), "former address", "former addresses"), min(redirects)
    text = f"{number} can only be redirected by a web server, such as {quote(example)}; "
    if request.redirects is None:
        return [note(f"{text}pass --redirects FOLDER to write rules for nginx and Apache")]
    if not request.dry_run:
        (root / request.redirects).mkdir(parents=True, exist_ok=True)
        for name, data in redirect_files(redirects, office).items():
            files.create(str(root / request.redirects / name), data)
    would = "would be" if request.dry_run else "are"
    return [note(f"{text}rules for nginx and Apache {would} in {quote(request.redirects)}")]


def _write_terms(
    root: Path, request: ImportRequest, plan: ImportPlan, feeds_yaml: bytes, now: dt.datetime
) -> NewTerms:
    if not plan.new_terms:
        return "none"
    if request.dry_run:
        return "would be written"
    if not request.write_terms:  # editors may want to rename new categories first
        return "missing"
    changed = with_terms(feeds_yaml, plan.new_terms, now)
    if changed is None:
        return "no place"
    read.replace_file(root, root / "feeds.yaml", changed)
    return "written"
