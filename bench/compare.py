"""Time ilofeed beside other generators, and beside an earlier checkout, and print a table.

Each case of ilofeed's is measured in turn with a cold build by Hugo of the same entries, and with
the same case of the checkout of `--before`. ilofeed checks its input, reads everything back and
writes archives, calendars and widgets beside the pages and feeds that the others write. Where
/dev/shm is, everything lies in memory.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import corpus
import programs
import realistic
from measure import Run, median, run
from programs import Ilofeed

if TYPE_CHECKING:
    from collections.abc import Callable

AFTER = Ilofeed("after", programs.HERE.parent)
FEEDS = 17  # of the office that all programs build, each in two formats
HELP = "`--help` (x `python -c pass`)"
# what is to be reached, as a share of Hugo's time of the clock
REACH = {
    HELP: 8,
    "13 entries, cold": 5,
    "1,000 entries, cold": 4,
    "10,000 entries, cold": 2.6,
    "10,000 entries, nothing changed": 0.06,
    "10,000 entries, one edit": 0.35,
    "100,000 entries, cold": 2.6,
    "100,000 entries, one edit": 0.25,
}


@dataclass(frozen=True)
class Case:
    """What is timed: `prepare` is given the folder and the round, and is not timed itself."""

    name: str
    prepare: Callable[[Path, int], None] | None = None
    is_cold: bool = False


COLD = Case("cold", is_cold=True)
CASES = [
    COLD,
    Case("nothing changed"),
    Case("one edit", lambda place, step: corpus.edit_entry(place / "office", step)),
]
REALISTIC_CASES = [
    COLD,
    Case("one edit", lambda place, step: realistic.edit_entry(place / "office", step)),
    Case("a new entry", lambda place, step: realistic.add_entry(place / "office", step)),
    Case("a label", lambda place, step: realistic.change_label(place / "office", step)),
]
NEW_ENTRY = Case("a new entry", lambda place, step: corpus.add_entry(place / "office", step))


@dataclass
class Bench:
    """The checkouts that are compared, and the table that is printed while they are timed."""

    before: Ilofeed | None
    _runs: dict[tuple[str, str], list[Run]] = field(default_factory=dict)

    @property
    def checkouts(self) -> list[Ilofeed]:
        return [AFTER] if self.before is None else [self.before, AFTER]

    def time_cases(self, place: Path, cases: list[Case], step: int) -> None:
        """Time each case once for each checkout, one after the other."""
        for case in cases:
            if case.prepare is not None:
                case.prepare(place, step)
            for checkout in self.checkouts:
                if case.is_cold:
                    checkout.clear(place)
                self.add(case.name, checkout.build(place), checkout.name)

    def add(self, case: str, timed: Run, checkout: str = AFTER.name) -> None:
        self._runs.setdefault((case, checkout), []).append(timed)

    def print_head(self) -> None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        print(f"{cores} cores; medians, largest process\n")
        names = ["case", "wall", "cpu", "memory", "x Hugo", "x its cpu", "reach", "runs"]
        if self.before is not None:
            names[1:4] = "wall before|wall|x|cpu before|cpu|x|memory before|memory".split("|")
        print(f"| {' | '.join(names)} |")
        print(f"|{'---|' * len(names)}", flush=True)

    def print_rows(self, office: str, unit: Run | None) -> None:
        """Print a row for each case and forget its runs; `unit` is what "x Hugo" divides by."""
        for case in dict.fromkeys(case for case, _ in self._runs):
            self._print_row(office, case, unit)
        self._runs.clear()

    def _print_row(self, office: str, case: str, unit: Run | None) -> None:
        name = f"{office}, {case}" if office else case
        runs = self._runs[case, AFTER.name]
        after = median(runs)
        if self.before is None:
            cells = [f"{after.wall:.2f} s", f"{after.cpu:.2f} s", f"{after.peak:.0f} MiB"]
        elif earlier := self._runs.get((case, self.before.name)):
            cells = _compared(median(earlier), after)
        else:  # another generator
            cells = ["", f"{after.wall:.2f} s", "", "", f"{after.cpu:.2f} s", "", ""]
            cells.append(f"{after.peak:.0f} MiB")
        if unit is None:
            cells += ["", ""]
        else:
            cells += [f"{after.wall / unit.wall:.3f}", f"{after.cpu / unit.cpu:.3f}"]
        cells += [str(REACH.get(name, "")), str(len(runs))]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def _compared(before: Run, after: Run) -> list[str]:
    """Return time of the clock, time of processors and memory, each before and after."""
    return [
        f"{before.wall:.2f} s",
        f"{after.wall:.2f} s",
        f"{after.wall / before.wall:.2f}",
        f"{before.cpu:.2f} s",
        f"{after.cpu:.2f} s",
        f"{after.cpu / before.cpu:.2f}",
        f"{before.peak:.0f} MiB",
        f"{after.peak:.0f} MiB",
    ]


def time_help(bench: Bench) -> None:
    """`ilofeed --help` beside a Python that does nothing."""
    nothing = []
    for _ in range(10):
        nothing.append(run(sys.executable, "-c", "pass"))
        for checkout in bench.checkouts:
            bench.add(HELP, checkout.run("--help"), checkout.name)
    bench.print_rows("", median(nothing))


def time_corpus(bench: Bench, place: Path, entries: int, *, with_peers: bool) -> None:
    """The office that Hugo builds too; with the slow peers, once, if they are asked for."""
    corpus.write_office(place / "office", entries)
    corpus.write_for_hugo(place / "hugo", entries, programs.PEERS)
    hugo = []
    for step in range(_rounds(entries)):
        hugo.append(programs.hugo(place))
        bench.add("Hugo cold", hugo[-1])
        bench.time_cases(place, CASES, step)
    if with_peers:
        corpus.write_for_pelican(place / "pelican", entries, programs.PEERS)
        bench.add("Pelican cold", programs.pelican(place))
    if with_peers and programs.has_eleventy():
        corpus.write_for_eleventy(place / "eleventy", entries, programs.PEERS)
        bench.add("Eleventy cold", programs.eleventy(place))
    check_equal_work(place, bench.checkouts, entries)
    bench.print_rows(f"{entries:,} entries", median(hugo))


def check_equal_work(place: Path, checkouts: list[Ilofeed], entries: int) -> None:
    """End the benchmark unless all wrote a page for each entry and 17 feeds in two formats."""
    outputs = {
        place / "hugo/public": ("entry/*/*/index.html", "**/*.xml"),
        place / "pelican/output": ("entry/*/index.html", "**/*.xml"),
        place / "eleventy/_site": ("entry/*/*/index.html", "**/*.xml"),
    }
    for checkout in checkouts:
        outputs[checkout.output(place)] = ("entry/*/index.html", "**/[ar][ts][os]*.xml")
    for folder, (page_pattern, feed_pattern) in outputs.items():
        if not folder.exists():
            continue
        pages = len(list(folder.glob(page_pattern)))
        feeds = sum("archive" not in path.parts for path in folder.glob(feed_pattern))
        if pages != entries or feeds < 2 * FEEDS:
            raise SystemExit(
                f"{folder.name}: {pages} pages of {entries}, {feeds} feeds of {2 * FEEDS}"
            )


def time_realistic(bench: Bench, place: Path, entries: int) -> None:
    """A realistic office, which no other generator could build."""
    realistic.write_office(place / "office", entries)
    for step in range(_rounds(entries)):
        bench.time_cases(place, REALISTIC_CASES, step)
    bench.print_rows(f"{entries:,} realistic entries", None)


def time_growth(bench: Bench, place: Path, categories: int) -> None:
    """One new entry in an office of 500 entries and ever more categories, each with a feed."""
    corpus.write_office(place / "office", 500, categories)
    for checkout in bench.checkouts:
        checkout.build(place)
    for step in range(3):
        bench.time_cases(place, [NEW_ENTRY], step)
    bench.print_rows(f"{categories:,} categories", None)


def _rounds(entries: int) -> int:
    return 5 if entries <= 1_000 else 3 if entries <= 10_000 else 1


def in_folder(time: Callable[[Path], None]) -> None:
    """Give a folder of its own to what is timed, in memory where that is possible."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as place:
        time(Path(place))


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument(
        "entries", nargs="*", type=int, metavar="ENTRIES", help="sizes of the office (13 1000)"
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="10,000 and 100,000 entries, a realistic office of 10,000, and growth, too",
    )
    parser.add_argument(
        "--before",
        type=Path,
        metavar="DIR",
        help="a checkout of an earlier commit, to time in turn with this one",
    )
    return parser.parse_args()


def main() -> None:
    given = options()
    sizes = given.entries or ([13, 1_000, 10_000, 100_000] if given.full else [13, 1_000])
    bench = Bench(None if given.before is None else Ilofeed("before", given.before.resolve()))
    for checkout in bench.checkouts:
        checkout.install()
    programs.install_peers()
    bench.print_head()
    time_help(bench)
    for entries in sizes:
        with_peers = entries == 1_000 or (given.full and entries == 10_000)
        in_folder(partial(time_corpus, bench, entries=entries, with_peers=with_peers))
    if given.entries and not given.full:
        return
    for entries in [400, 10_000] if given.full else [400]:
        in_folder(partial(time_realistic, bench, entries=entries))
    for categories in [250, 500, 1_000, 2_000] if given.full else []:
        in_folder(partial(time_growth, bench, categories=categories))


if __name__ == "__main__":
    main()
