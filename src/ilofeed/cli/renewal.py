"""`ilofeed init --renew`: an office made by another version gets the program of this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ilofeed import build as chain
from ilofeed.cli import console, options
from ilofeed.content import read
from ilofeed.files import is_same
from ilofeed.scaffold import PROGRAM, kit, program

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

# what belongs to the program and not to the office
_RENEWED = (PROGRAM, ".github/scripts/", ".github/workflows/", ".vscode/feeds.schema.json")


def renew(folder: Path, clock: dt.datetime) -> int:
    """Write the program, its lock and the workflows anew, and print the paths that changed."""
    if not (folder / PROGRAM).is_dir():
        raise options.OptionError(f"{folder} has no {PROGRAM}, so `ilofeed init` did not make it")
    office, _, problems = chain.read_settings(folder, clock)
    if office is None:
        return console.report(folder, problems, (), "auto", strict=False)
    made = kit(office, program.files(), clock)
    wanted = {path: data for path, data in made.items() if path.startswith(_RENEWED)}
    changed = [path for path in wanted if not _has(folder, path, wanted[path])]
    old = {f"{PROGRAM}{path.name}" for path in (folder / PROGRAM).glob("*.whl")} - wanted.keys()
    # the lock names the wheel, so it comes after it
    for path in sorted(changed, key=lambda path: not path.endswith(".whl")):
        write = read.replace if (folder / path).exists() else read.create
        write(folder / path, wanted[path])
    for path in old:
        (folder / path).unlink()
    for path in sorted({*changed, *old}):
        console.answer(path)
    console.say(
        "git diff shows what is new; then run bash .github/scripts/install, and commit"
        if changed
        else "this office has the program of this version already"
    )
    return console.DONE


def _has(folder: Path, path: str, data: bytes) -> bool:
    return is_same(str(folder / path), data)
