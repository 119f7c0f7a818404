"""Builds the same made-up site by ilofeed and by other generators, and prints a table of ratios.

    python bench/compare.py [--full] [ENTRIES ...]

Each case of ilofeed's stands beside a cold build by Hugo of the same entries, run in turn with it.
ilofeed checks its input, reads everything back and writes archives, calendars and widgets beside
the pages and feeds that the others make. Where /dev/shm is, everything lies in memory.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import corpus
from measure import Run, median, run

HERE = Path(__file__).parent
PEERS = HERE / "peers"
TOOLS = PEERS / ".venv" / "bin"
OWN = HERE / ".venv"
PROGRAM = (OWN / "bin" / "python", "-m", "ilofeed")
# what is to be reached, as a share of Hugo's time of the clock: cold, nothing changed, one edit
REACH = {
    13: (4, None, None),
    1_000: (2, None, None),
    10_000: (0.5, 0.035, 0.15),
    100_000: (0.45, 0.02, 0.04),
}


def install(folder: Path, lock: Path) -> None:
    """An environment of what a lock file names, by hash, unless it is there already."""
    stamp = folder / "stamp"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = [folder / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", lock], check=True)
    stamp.write_bytes(lock.read_bytes())


def install_all() -> None:
    """What this checkout needs and no more, since lxml loads more where a tool for developers is;
    Hugo, Pelican and Eleventy beside it."""
    install(OWN, HERE.parent / "requirements.txt")
    (packages,) = OWN.glob("lib/python*/site-packages")
    (packages / "ilofeed.pth").write_text(f"{HERE.parent / 'src'}\n")
    install(PEERS / ".venv", PEERS / "requirements.txt")
    if shutil.which("npm") and not (PEERS / "eleventy" / "node_modules").exists():
        subprocess.run(["npm", "ci", "--silent"], cwd=PEERS / "eleventy", check=True)


def hugo(place: Path) -> Run:
    shutil.rmtree(place / "hugo" / "public", ignore_errors=True)
    cache = place / "hugo-cache"
    return run(TOOLS / "hugo", "--quiet", "--cacheDir", cache, "--source", place / "hugo")


def pelican(place: Path) -> Run:
    shutil.rmtree(place / "pelican" / "output", ignore_errors=True)
    return run(TOOLS / "pelican", "--quiet", "-s", "pelicanconf.py", cwd=place / "pelican")


def eleventy(place: Path) -> Run:
    site = place / "eleventy"
    shutil.rmtree(site / "_site", ignore_errors=True)
    return run("node", site / "node_modules/@11ty/eleventy/cmd.cjs", "--quiet", cwd=site)


def ilofeed(place: Path, output: str) -> Run:
    return run(*PROGRAM, "-C", place / "office", "build", "--output", place / output)


def check_equal_work(place: Path, entries: int) -> None:
    """All have made a page for each entry and 17 feeds in two formats, or no ratio is fair."""
    for name, pages, feeds in (
        ("hugo/public", "entry/*/*/index.html", "**/*.xml"),
        ("pelican/output", "entry/*/index.html", "**/*.xml"),
        ("eleventy/_site", "entry/*/*/index.html", "**/*.xml"),
        ("out", "entry/*/index.html", "**/[ar][ts][os]*.xml"),
    ):
        folder = place / name
        if not folder.exists():
            continue
        found = len(list(folder.glob(pages)))
        made = sum("archive" not in path.parts for path in folder.glob(feeds))
        if found != entries or made < 2 * 17:
            raise SystemExit(f"{name}: {found} pages of {entries}, {made} feeds of 34")


def measure(place: Path, entries: int, rounds: int, *, slow: bool) -> None:
    corpus.write_office(place / "office", entries)
    corpus.write_for_hugo(place / "hugo", entries, PEERS)
    times: dict[str, list[Run]] = {}
    for step in range(rounds):
        shutil.rmtree(place / "out", ignore_errors=True)
        for path in place.glob(".out.*"):
            path.unlink()
        times.setdefault("Hugo, cold", []).append(hugo(place))
        times.setdefault("cold", []).append(ilofeed(place, "out"))
        times.setdefault("nothing changed", []).append(ilofeed(place, "out"))
        corpus.edit(place / "office", step)
        times.setdefault("one edit", []).append(ilofeed(place, "out"))
    if slow:
        corpus.write_for_pelican(place / "pelican", entries, PEERS)
        times["Pelican, cold"] = [pelican(place)]
        if (PEERS / "eleventy" / "node_modules").exists():
            corpus.write_for_eleventy(place / "eleventy", entries, PEERS)
            times["Eleventy, cold"] = [eleventy(place)]
    check_equal_work(place, entries)
    reach = dict(
        zip(("cold", "nothing changed", "one edit"), REACH.get(entries, (None,) * 3), strict=True)
    )
    floor = median(times["Hugo, cold"])
    for case, runs in times.items():
        one, wanted = median(runs), reach.get(case)
        row(
            f"{entries:,} {case}",
            one,
            one.wall / floor.wall,
            one.cpu / floor.cpu,
            wanted,
            len(runs),
            entries,
        )


def row(
    case: str,
    one: Run,
    wall: float,
    cpu: float | None,
    wanted: float | None,
    rounds: int,
    entries: int | None = None,
) -> None:
    cpu_ratio = "" if cpu is None else f"{cpu:.2f}"
    each = "" if entries is None else f"{one.cpu / entries * 1000:.2f} ms"
    print(
        f"| {case} | {one.wall:.2f} s | {one.cpu:.2f} s | {each} | {one.peak:.0f} MiB |"
        f" {wall:.3f} | {cpu_ratio} | {wanted or ''} | {rounds} |",
        flush=True,
    )


def main() -> None:
    is_full = "--full" in sys.argv
    given = [int(word) for word in sys.argv[1:] if word != "--full"]
    sizes = given or ([13, 1_000, 10_000, 100_000] if is_full else [13, 1_000])
    install_all()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{cores} cores; medians, largest process\n")
    print("| case | wall | cpu | cpu an entry | memory | x Hugo | x its cpu | reach | runs |")
    print("|---|---|---|---|---|---|---|---|---|")
    nothing = median([run(sys.executable, "-c", "pass") for _ in range(10)])
    helped = median([run(*PROGRAM, "--help") for _ in range(10)])
    row("`--help` (x `python -c pass`)", helped, helped.wall / nothing.wall, None, 4, 10)
    memory = Path("/dev/shm")
    for entries in sizes:
        with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as place:
            rounds = 5 if entries <= 1_000 else 3 if entries <= 10_000 else 1
            slow = entries == 1_000 or (is_full and entries == 10_000)
            measure(Path(place), entries, rounds, slow=slow)


if __name__ == "__main__":
    main()
