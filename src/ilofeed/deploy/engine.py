"""Run rclone, which speaks the protocols of targets: the only module that starts it.

A file at a server gets its name when it is whole (`--partial-suffix`), as an object of
a store does. rclone dies with this program: one that went on alone might replace the files of a
later deployment by older ones.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ilofeed.deploy.target import REMOTE, Target
from ilofeed.files import PublishError

OLDEST = (1, 68)
INSTALL = "install it with: python3 -m pip install 'ilofeed[deploy]'"
PARTIAL = ".ilofeed-partial"  # the end of the name of a file that is not whole
ABSENT = 3  # exit code of rclone: a folder does not exist
_TRANSFERS = {False: "4", True: "24"}  # at once; servers refuse too many connections
_OPTIONS = """
--use-json-log --stats 500ms --stats-log-level NOTICE --retries 1 --low-level-retries 3
--contimeout 20s --timeout 60s --no-update-modtime
""".split()
_SUMMARIES = ("Attempt ", "Failed to ")  # lines that repeat others
_MAX_ERRORS = 3  # to print


@dataclass(frozen=True, slots=True)
class Engine:
    """rclone and its target: the path of the program, and its environment."""

    program: str
    target: Target
    environment: Mapping[str, str]

    def sizes(self, *, deep: bool = False, paths: Sequence[str] = ()) -> dict[str, int]:
        """Return the sizes of files at the target by path: those in its folder, with `deep` also
        those in the folders below; with `paths` only these."""
        command = ["lsjson", "--files-only", "--no-modtime", "--no-mimetype"]
        command += ["--recursive"] * deep
        with _listed(paths) as options:
            code, output = self._run([*command, self.target.remote, *options], absent=ABSENT)
        if code == ABSENT:
            return {}
        try:
            return {item["Path"]: int(item["Size"]) for item in json.loads(output)}
        except (ValueError, TypeError, KeyError) as error:
            raise PublishError(f"{self.target.shown}: rclone printed no list of files") from error

    def read(self, paths: Sequence[str]) -> dict[str, bytes]:
        """Return the bytes of files at the target by path; the caller knows their sizes."""
        with tempfile.TemporaryDirectory(prefix="ilofeed-") as name:
            self._copy(self.target.remote, f"{name}/", paths)
            return {
                path: (Path(name) / path).read_bytes()
                for path in paths
                if (Path(name) / path).is_file()
            }

    def write(self, path: str, data: bytes, headers: Mapping[str, str]) -> None:
        """Write a file in the target's folder."""
        with tempfile.TemporaryDirectory(prefix="ilofeed-") as name:
            (Path(name) / path).write_bytes(data)
            self.upload(Path(name), [path], headers)

    def upload(
        self,
        folder: Path,
        paths: Sequence[str],
        headers: Mapping[str, str],
        report: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Upload files of a folder, whatever is at the target; `report` gets the number done."""
        options = [f"--header-upload={name}: {value}" for name, value in headers.items()]
        done = self._copy(f"{folder}/", self.target.remote, paths, options, report)
        if done != len(paths):  # rclone is silent about a file that is not there any more
            raise PublishError(f"{done} of {len(paths)} files were uploaded; build, and try again")

    def delete(self, paths: Sequence[str]) -> None:
        """Delete files at the target; it is no error if they do not exist."""
        if not paths:  # without a list, rclone would delete everything
            return
        with _listed(paths) as options:
            self._run(["delete", self.target.remote, *options], absent=ABSENT)

    def delete_partial(self) -> None:
        """Delete what uploads that were killed have left."""
        self._run(["delete", self.target.remote, "--include", f"*{PARTIAL}"], absent=ABSENT)

    def _copy(
        self,
        source: str,
        place: str,
        paths: Sequence[str],
        options: Sequence[str] = (),
        report: Callable[[int], None] = lambda _: None,
    ) -> int:
        """Copy files; return the number of those that were copied."""
        done = 0

        def read(stats: Mapping[str, Any]) -> None:
            nonlocal done
            done = int(stats.get("transfers", done))
            report(done)

        command = ["copy", source, place, "--no-traverse", "--no-check-dest", *options]
        with _listed(paths) as listed:
            self._run([*command, "--partial-suffix", PARTIAL, *listed], read)
        return done

    def _run(
        self,
        command: Sequence[str],
        report: Callable[[Mapping[str, Any]], None] = lambda _: None,
        absent: int = 0,
    ) -> tuple[int, bytes]:
        """Run rclone; return its exit code, which is 0 or `absent`, and what it prints.

        Raise `PublishError` with its messages for another exit code.
        """
        transfers = _TRANSFERS[self.target.has_headers]
        options = [*_OPTIONS, "--transfers", transfers, "--checkers", transfers]
        errors: list[str] = []
        with (
            tempfile.TemporaryFile() as output,
            subprocess.Popen(  # noqa: S603  the program was found, and the shell has no part
                [self.program, *command, *options],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.PIPE,
                env=dict(self.environment), umask=0o022, preexec_fn=_die_together(),  # noqa: PLW1509
            ) as process,
        ):  # fmt: skip
            assert process.stderr is not None
            try:
                for line in process.stderr:
                    errors += _read_line(line, report)
            except BaseException:
                process.terminate()
                raise
            code = process.wait()
            output.seek(0)
            printed = output.read()
        if code not in {0, absent}:
            causes = [error for error in errors if not error.startswith(_SUMMARIES)] or errors
            named = "; ".join(dict.fromkeys(causes[:_MAX_ERRORS])) or f"rclone ended with {code}"
            raise PublishError(f"{self.target.shown}: {named}")
        return code, printed


def find_engine(target: Target, environment: Mapping[str, str]) -> Engine:
    """Find rclone, first the one that was installed with ilofeed; raise `PublishError` if there is
    none, or if it is too old."""
    program = shutil.which("rclone", path=sysconfig.get_path("scripts")) or shutil.which("rclone")
    if program is None:
        raise PublishError(f"rclone is not installed; {INSTALL}")
    plain = {"PATH": os.defpath, **environment}
    shown = subprocess.run(  # noqa: S603  as above
        [program, "version"], capture_output=True, env=plain, encoding="utf-8", check=False
    ).stdout
    version = re.match(r"rclone v(\d+)\.(\d+)", shown)
    if version is None or (int(version[1]), int(version[2])) < OLDEST:
        found = version[0] if version is not None else program
        raise PublishError(f"{found} is too old, or does not work; {INSTALL}")
    settings = {"RCLONE_ASK_PASSWORD": "false", **environment, **target.settings}
    if target.password is not None:
        obscured = subprocess.run(  # noqa: S603  as above
            [program, "obscure", "-"], input=target.password, capture_output=True, env=plain,
            encoding="utf-8", check=True,
        ).stdout.strip()  # fmt: skip
        settings[f"RCLONE_CONFIG_{REMOTE.upper()}_PASS"] = obscured
    return Engine(program, target, settings)


def _read_line(line: bytes, report: Callable[[Mapping[str, Any]], None]) -> Iterator[str]:
    """Report the numbers in a line of rclone's log; yield its message if it is an error."""
    try:
        entry = json.loads(line)
        if "stats" in entry:
            report(entry["stats"])
        elif entry["level"] in {"error", "critical"}:
            message = re.sub(r'^Failed to create file system for "[^"]*": ', "", str(entry["msg"]))
            yield f"{entry['object']}: {message}" if entry.get("object") else message
    except (ValueError, TypeError, KeyError):
        yield line.decode(errors="replace").strip()


@contextlib.contextmanager
def _listed(paths: Iterable[str]) -> Iterator[list[str]]:
    """Write paths to a file, and return the options that limit rclone to them; none for none."""
    paths = list(paths)
    if not paths:
        yield []
        return
    with tempfile.TemporaryDirectory(prefix="ilofeed-") as name:
        file = Path(name, "paths")  # closed: Windows lets no other program read an open one
        file.write_bytes(b"".join(path.encode() + b"\n" for path in paths))
        yield ["--files-from-raw", str(file)]


def _die_together() -> Callable[[], None] | None:
    """Return what makes a new process die when this one does, as far as the system can; elsewhere
    rclone dies half a second later, when nobody reads its log."""
    if sys.platform != "linux":
        return None
    import ctypes  # slow to load

    libc, parent = ctypes.CDLL(None), os.getpid()

    def call() -> None:
        libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:  # it is too late
            os.kill(os.getpid(), signal.SIGKILL)

    return call
