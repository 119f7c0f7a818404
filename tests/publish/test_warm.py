"""A warm build equals a fresh one: after any sequence of changes, for one process and for two.

What a build remembers of the last one (`.public.state`) may save it work and must not change a
byte. The fresh build remembers nothing and begins with an empty folder; both know the ledger that
subscribers were shown, since archives depend on it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import os
import shutil
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from effort import attempts
from ilofeed import build as chain
from ilofeed.cli import site as commands
from ilofeed.cli.console import Progress
from ilofeed.cli.options import BuildOptions
from ilofeed.content import site as check
from ilofeed.content.read import read_office
from ilofeed.feeds.ledger import MANIFEST
from ilofeed.feeds.selection import select
from ilofeed.guard.manifest import render_manifest
from ilofeed.pages import html, render
from ilofeed.problems import RULES
from ilofeed.publish import compressed, stamps
from ilofeed.publish import output as publish
from ilofeed.verify import verification as verify
from offices import NOW, entry

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

# all but the one that would drop empty feeds: what it allows is another build
ALLOWED = tuple(rule for rule in RULES if rule != "feed-vanished")
SLUGS = [f"entry-{number}" for number in range(9)]
TOPICS, COUNTRIES = ("employment", "wages"), ("CN", "HK", "MN")
builds: Counter[str] = Counter()  # equal to a fresh one, or refused with the output untouched
SETTINGS = {
    "title": "Office",
    "limit": "2",
    "description": "News and events",
    "zone": "Asia/Ulaanbaatar",
    "time": '"09:00"',
    "author": "",
    "hub": "",
    "archives": "[atom]",
    "order": "",
    "label": "Wages",
    "broader": "broader: employment",
    "about": "",
    "china": "China",
    "hongkong": "{label: Hong Kong, broader: CN}",
    "feeds": "",
    "words": "",
}
OPTIONS = {
    "description": ["News and events", "Other news", "{en: News, mn: Мэдээ}"],
    "title": ["Office", "{en: Office, mn: Алба}"],
    "zone": ["Asia/Ulaanbaatar", "Asia/Shanghai"],
    "time": ['"09:00"', '"10:30"'],
    "author": ["", "author: {name: Ann}", "author: {name: Bo, url: 'https://example.org/bo'}"],
    "hub": ["", "hub: https://hub.example.org/"],
    "archives": ["[atom]", "[atom, rss]"],
    "order": ["", "first: First"],  # another category, before those that there are
    "broader": ["broader: employment", ""],
    "about": ["", "description: Of wages.", "description: {en: Of wages, mn: Цалин}"],
    "label": ["Wages", "{en: Wages, mn: Цалин}", "{en: Pay, mn: Цалин}"],
    "china": ["China", "PR China", "{label: {en: China, zh: 中国}}"],
    "hongkong": ["{label: Hong Kong, broader: CN}", "Hong Kong", "{label: HK SAR, broader: MN}"],
    "feeds": ["", "feeds: [all, per: category, per: country, per: [country, category]]"],
    "words": ["", "words: {en: {next: Onward, event_when: 'Time: {when}'}}"],
}
CHOICES = [(name, value) for name, values in OPTIONS.items() for value in values]
FEEDS = """\
site:
  url: https://example.org/feeds/
  authority: example.org,2015:office
  title: {title}
  description: {description}
  limit: {limit}
  timezone: {zone}
  publish_time: {time}
  archives: {archives}
  {author}
  {hub}
categories:
  {order}
  employment: Employment
  wages:
    label: {label}
    {broader}
    {about}
countries:
  CN: {china}
  HK: {hongkong}
  MN: Mongolia
{feeds}
{words}
"""


def listed(names: list[str]) -> str:
    return f"[{', '.join(names)}]"


slugs = st.sampled_from(SLUGS)
words = st.sampled_from(["Pay", "Jobs & <skills>", "Жилийн тайлан", "Rules, 3rd part", "劳动"])
days = st.dates(dt.date(2015, 1, 1), dt.date(2026, 11, 20)).map(str)
terms = st.tuples(
    st.lists(st.sampled_from(TOPICS), min_size=1, max_size=2, unique=True),
    st.lists(st.sampled_from(COUNTRIES), min_size=1, max_size=2, unique=True),
).map(lambda both: dict(zip(["categories", "countries"], map(listed, both), strict=True)))
events = st.sampled_from([None, "{start: 2026-11-30, place: Geneva}", "{start: 2015-06-01}"])


class Upgrade:
    """The program of a later version, which has another template."""

    def __init__(self) -> None:
        self.version = 0
        self.loader = html._environment().loader
        self.program = stamps.program_digest

    def to(self, version: int, word: str) -> None:
        assert self.loader is not None
        source, *_ = self.loader.get_source(html._environment(), "frame.html")
        changed = source.replace("</footer>", f"<!-- {version} {word} --></footer>")
        assert changed != source
        self.version = version
        self._use(jinja2.ChoiceLoader([jinja2.DictLoader({"frame.html": changed}), self.loader]))
        stamps.program_digest = lambda: f"{self.program()}{version}"

    def undo(self) -> None:
        self._use(self.loader)
        stamps.program_digest = self.program

    def _use(self, loader: jinja2.BaseLoader | None) -> None:
        environment = html._environment()
        environment.loader = loader
        assert environment.cache is not None
        environment.cache.clear()


@contextlib.contextmanager
def any_size_is_worth_sharing() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module in (check, compressed, render, verify):
            patch.setattr(module, "WORTH_SHARING", 0)
        patch.setattr(
            "ilofeed.cli.options.BuildOptions.processes",
            property(lambda options: options.jobs or 1),
        )
        yield


def files(output: Path) -> dict[str, bytes]:
    return {str(p.relative_to(output)): p.read_bytes() for p in output.rglob("*") if p.is_file()}


class Office(RuleBasedStateMachine):
    """An office whose editors do anything; after each step the site is built."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.output = self.folder / "public"
        self.now = NOW
        self.jobs = 1
        self.precompress = False
        self.keys: dict[str, dict[str, Any]] = {}
        self.bodies: dict[str, str] = {}
        self.settings = dict(SETTINGS)
        self.upgrade = Upgrade()
        self.resources = contextlib.ExitStack()
        self.resources.enter_context(any_size_is_worth_sharing())
        (self.folder / "entries").mkdir()
        self.configure()

    def teardown(self) -> None:
        self.upgrade.undo()
        self.resources.close()
        shutil.rmtree(self.folder)

    def configure(self) -> None:
        (self.folder / "feeds.yaml").write_text(FEEDS.format(**self.settings))

    def path(self, slug: str) -> Path:
        return self.folder / "entries" / f"{slug}.md"

    def write(self, slug: str) -> None:
        self.path(slug).write_bytes(entry(self.bodies.get(slug, ""), **self.keys[slug]))

    def change(self, slug: str, **keys: Any) -> None:
        if slug in self.keys:
            self.keys[slug] |= keys
            self.write(slug)

    @initialize(first=st.lists(days, min_size=6, max_size=6))
    def begin(self, first: list[str]) -> None:
        for slug, day in zip(SLUGS, first, strict=False):
            self.keys[slug] = {"date": day, "categories": "[wages]", "countries": "[HK, MN]"}
            self.write(slug)

    @rule(slug=slugs, title=words, day=days, event=events, original=slugs, terms=terms)
    def add(
        self, slug: str, title: str, day: str, event: str | None, original: str, terms: Any
    ) -> None:
        self.keys[slug] = {"title": f'"{title}"', "date": day, "event": event, **terms}
        if original in self.keys and original != slug:
            self.keys[slug] |= {"translation_of": original, "language": "mn"}
        self.write(slug)

    @rule(slug=slugs, title=words, body=words)
    def edit(self, slug: str, title: str, body: str) -> None:
        self.bodies[slug] = f"{body}\n\n[{title}](https://example.org/)\n"
        self.change(slug, title=f'"{title}"')

    @rule(slug=slugs)
    def edit_for_readers(self, slug: str) -> None:
        self.change(slug, summary="Something else.", updated=self.now.isoformat())

    @rule(slug=slugs)
    def delete(self, slug: str) -> None:
        if len(self.keys) > 1 and slug in self.keys:
            del self.keys[slug]
            self.path(slug).unlink()

    @rule(slug=slugs, terms=terms)
    def recategorise(self, slug: str, terms: dict[str, str]) -> None:
        self.change(slug, **terms)

    @rule(slug=slugs, day=days)
    def redate(self, slug: str, day: str) -> None:
        self.change(slug, date=day, updated=None)

    @rule(slug=slugs, instant=st.sampled_from(["2026-10-30", None]))
    def withdraw(self, slug: str, instant: str | None) -> None:
        self.change(slug, withdrawn=instant)

    @rule(slug=slugs, is_draft=st.sampled_from(["true", None]))
    def draft(self, slug: str, is_draft: str | None) -> None:
        self.change(slug, draft=is_draft)

    @rule(slug=slugs)
    def break_a_file(self, slug: str) -> None:
        self.path(slug).write_bytes(b"---\ntitle: [\n")
        self.keys.setdefault(slug, {})

    @rule()
    def mend_all_files(self) -> None:
        for slug in self.keys:
            self.write(slug)

    @rule(one=slugs, other=slugs)
    def swap_bodies(self, one: str, other: str) -> None:
        """Equal sizes, and within one tick of the clock."""
        self.bodies[one], self.bodies[other] = "Some are up.", "Some are in."
        for slug in {one, other} & set(self.keys):
            self.write(slug)

    @rule(title=words, label=words, limit=st.integers(2, 3))
    def reconfigure(self, title: str, label: str, limit: int) -> None:
        self.settings |= {"title": f'"{title}"', "label": f'"{label}"', "limit": str(limit)}
        self.configure()

    @rule(change=st.sampled_from(CHOICES))
    def change_a_setting(self, change: tuple[str, str]) -> None:
        name, value = change
        self.settings[name] = value
        self.configure()

    @rule(word=st.sampled_from(["a", "b"]))
    def upgrade_the_tool(self, word: str) -> None:
        self.upgrade.to(self.upgrade.version + 1, word)

    @rule(data=st.data(), damage=st.sampled_from([b"", b"\xff", None]))
    def damage_the_output(self, data: st.DataObject, damage: bytes | None) -> None:
        known = sorted(files(self.output)) if self.output.exists() else []
        known = [path for path in known if path != "manifest.json"]
        if not known:
            return
        path = self.output / data.draw(st.sampled_from(known))
        if damage is None:
            path.unlink()
        else:
            stat = path.stat()
            path.write_bytes(damage + path.read_bytes()[len(damage) :] if damage else b"")
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    @rule()
    def forget(self) -> None:
        (self.folder / ".public.state").unlink(missing_ok=True)

    @rule(days=st.integers(0, 12))
    def let_time_pass(self, days: int) -> None:
        self.now += dt.timedelta(days=days)

    @rule(jobs=st.integers(1, 2))
    def use_processes(self, jobs: int) -> None:
        self.jobs = jobs

    @rule()
    def use_copies_or_not(self) -> None:
        self.precompress = not self.precompress

    @invariant()
    def warm_equals_fresh(self) -> None:
        if not self.keys:
            return
        self.now += dt.timedelta(seconds=1)
        before = publish.read_manifest(self.output) if self.output.exists() else None
        seen = files(self.output) if self.output.exists() else {}
        code = self.build()
        builds["refused" if code else "equal"] += 1
        if code:
            assert files(self.output) == seen if seen else not self.output.exists()
            return
        site, _ = check.check(read_office(self.folder), self.now)
        assert site is not None
        documents = chain.render_site(select(site, self.now, before))
        assert self.without_copies() == {document.path: document.data for document in documents}
        after = BuildOptions(Path("public"), allowed=ALLOWED, precompress=self.precompress)
        assert commands._nothing_to_do(self.folder, self.now, after, "text", strict=False) == 0

    def without_copies(self) -> dict[str, bytes]:
        """The output without compressed copies, which are those of their documents."""
        found, ledger = files(self.output), publish.read_manifest(self.output)
        copies = {path for path in found if path.endswith(".gz")}
        assert bool(copies) == self.precompress
        for path in copies:
            assert gzip.decompress(found.pop(path)) == found[path.removesuffix(".gz")]
        assert ledger is not None
        assert copies <= ledger.files
        found |= {MANIFEST: render_manifest(replace(ledger, files=ledger.files - copies)).data}
        return found

    def build(self) -> int:
        after = BuildOptions(
            Path("public"), allowed=ALLOWED, jobs=self.jobs, precompress=self.precompress
        )
        code = commands._nothing_to_do(self.folder, self.now, after, "text", strict=False)
        if code is None:
            code = commands._build(self.folder, self.now, after, "text", Progress(), strict=False)
        assert code in {0, 1, 5}
        return code


def test_a_warm_build_equals_a_fresh_one() -> None:
    """`TESTS=long` for a long look; `pytest -rP` shows how many builds it took."""
    builds.clear()
    run_state_machine_as_test(
        Office,
        settings=settings(
            max_examples=attempts(10, 200),
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"{builds.total()} builds: {dict(builds)}")  # noqa: T201  for who asks to see it
    assert builds["equal"] > builds["refused"]
