"""Times builds of a made-up office, as ratios to `python -c pass` measured in the same run.

    python bench/build.py [ENTRIES]

Cold: into an empty folder. Warm: again, with nothing changed. Edit: one summary changed.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 5
TOPICS = ", ".join(f"topic-{number}: Topic {number}" for number in range(12))
FEEDS = f"""
site:
  url: https://example.org/feeds/
  authority: example.org,2015:bench
  title: Bench
  timezone: Asia/Ulaanbaatar
categories: {{{TOPICS}}}
countries: {{CN: China, MN: Mongolia, KZ: Kazakhstan, world: World}}
feeds: [all, {{per: category}}, {{per: country}}]
"""


def write_office(folder: Path, entries: int) -> None:
    (folder / "feeds.yaml").write_text(FEEDS)
    for number in range(entries):
        path = folder / "entries" / str(2000 + number % 15) / f"entry-{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        country = ("CN", "MN", "KZ", "world")[number % 4]
        path.write_text(
            f"---\ntitle: Entry number {number}\n"
            f"date: {2000 + number % 15}-{number % 12 + 1:02}-{number % 28 + 1:02}\n"
            f"summary: What happened in case {number}, in a sentence of the usual length.\n"
            f"categories: [topic-{number % 12}]\ncountries: [{country}]\n---\n\n"
            f"Some *body* with a [link](https://example.org/{number}).\n\n- one\n- two\n"
        )


def seconds(*command: str) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    names = ("python -c pass", "--help", "cold", "warm", "edit")
    rows: dict[str, list[float]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as place:
        office = Path(place)
        write_office(office, entries)
        for round_ in range(ROUNDS):
            program = (sys.executable, "-m", "ilofeed")
            build = (*program, "-C", place, "build", "--output", f"out{round_}")
            rows["python -c pass"].append(seconds(sys.executable, "-c", "pass"))
            rows["--help"].append(seconds(*program, "--help"))
            rows["cold"].append(seconds(*build))
            rows["warm"].append(seconds(*build))
            edited = office / "entries" / "2000" / "entry-0.md"
            text = edited.read_text().splitlines()
            text[3] = f"summary: Edit {round_}."
            edited.write_text("\n".join(text) + "\n")
            rows["edit"].append(seconds(*build))
    floor = statistics.median(rows["python -c pass"])
    print(f"{entries} entries, medians of {ROUNDS}")
    for name, times in rows.items():
        median = statistics.median(times)
        print(f"{name:<16} {median:8.3f} s {median / floor:8.1f} x python")


if __name__ == "__main__":
    main()
