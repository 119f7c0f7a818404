"""The programs that are timed: this checkout, an earlier one, Hugo, Pelican and Eleventy."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from measure import run

if TYPE_CHECKING:
    from measure import Run

HERE = Path(__file__).resolve().parent
PEERS = HERE / "peers"
TOOLS = PEERS / ".venv" / "bin"


@dataclass(frozen=True)
class Ilofeed:
    """ilofeed as a checkout has it; `name` tells its outputs from those of another."""

    name: str
    checkout: Path

    @property
    def environment(self) -> Path:
        return self.checkout / "bench" / ".venv"

    def run(self, *words: str | Path) -> Run:
        return run(self.environment / "bin" / "python", "-m", "ilofeed", *words)

    def output(self, place: Path) -> Path:
        return place / f"output-{self.name}"

    def build(self, place: Path) -> Run:
        """Build the office of a folder after what was built there before."""
        return self.run("-C", place / "office", "build", "--output", self.output(place))

    def clear(self, place: Path) -> None:
        """Remove the output and the state beside it, so that the next build is a cold one."""
        shutil.rmtree(self.output(place), ignore_errors=True)
        for path in place.glob(f".{self.output(place).name}.*"):
            path.unlink()

    def install(self) -> None:
        """Make an environment without tools for developers: lxml loads more where there are any."""
        _install(self.environment, self.checkout / "requirements.txt")
        (packages,) = self.environment.glob("lib/python*/site-packages")
        (packages / "ilofeed.pth").write_text(f"{self.checkout / 'src'}\n")


def install_peers() -> None:
    """Install what the locks of bench/peers name; Eleventy only if npm is there."""
    _install(PEERS / ".venv", PEERS / "requirements.txt")
    if shutil.which("npm") and not (PEERS / "eleventy" / "node_modules").exists():
        subprocess.run(["npm", "ci", "--silent"], cwd=PEERS / "eleventy", check=True)


def _install(folder: Path, lock: Path) -> None:
    """Make an environment of what a lock names by hash, unless it is there already."""
    stamp = folder / "stamp"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    options = "--quiet --disable-pip-version-check --require-hashes -r".split()
    subprocess.run([python, "-m", "pip", "install", *options, lock], check=True)
    stamp.write_bytes(lock.read_bytes())


def hugo(place: Path) -> Run:
    shutil.rmtree(place / "hugo" / "public", ignore_errors=True)
    cache = place / "hugo-cache"
    return run(TOOLS / "hugo", "--quiet", "--cacheDir", cache, "--source", place / "hugo")


def pelican(place: Path) -> Run:
    shutil.rmtree(place / "pelican" / "output", ignore_errors=True)
    return run(TOOLS / "pelican", "--quiet", "-s", "pelicanconf.py", cwd=place / "pelican")


def has_eleventy() -> bool:
    return (PEERS / "eleventy" / "node_modules").exists()


def eleventy(place: Path) -> Run:
    site = place / "eleventy"
    shutil.rmtree(site / "_site", ignore_errors=True)
    return run("node", site / "node_modules/@11ty/eleventy/cmd.cjs", "--quiet", cwd=site)
