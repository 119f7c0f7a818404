"""Read the address of a target, and run rclone, which speaks its protocol: the only module that
starts it.

A file at a server gets its name when it is whole (`--partial-suffix`), as an object of
a store does. rclone dies with this program: one that went on alone might replace the files of a
later deployment by older ones.

The environment of rclone is that of ilofeed, so all its own variables work, for instance
`RCLONE_SFTP_KEY_FILE`. Nothing secret is ever on a command line, where other users of the machine
could read it.
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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from ilofeed.files import PublishError

REMOTE = "ilofeed"  # the name of the target for rclone
_STORES = {"s3": "s3", "gs": "google cloud storage", "az": "azureblob"}
_SERVERS = {"sftp": "sftp", "ftp": "ftp", "ftps": "ftp", "webdav": "webdav", "webdavs": "webdav"}
SCHEMES = (*_STORES, *_SERVERS, "rclone")
_NAME = re.compile(r"[\w.+@-][\w.+@ -]*")  # of a remote in rclone's configuration
# of each type: settings of rclone unless the environment has them
_DEFAULTS: Mapping[str, Mapping[str, str]] = {
    # without requests that ask for the bucket before, and for the object after each upload
    "s3": {
        "RCLONE_S3_ENV_AUTH": "true",
        "RCLONE_S3_NO_CHECK_BUCKET": "true",
        "RCLONE_S3_NO_HEAD": "true",
    },
    "google cloud storage": {"RCLONE_GCS_ENV_AUTH": "true", "RCLONE_GCS_NO_CHECK_BUCKET": "true"},
    "azureblob": {
        "RCLONE_AZUREBLOB_ENV_AUTH": "true",
        "RCLONE_AZUREBLOB_NO_CHECK_CONTAINER": "true",
    },
    # without a shell at the server, and with a check of who the server is
    "sftp": {
        "RCLONE_SFTP_SHELL_TYPE": "none",
        "RCLONE_SFTP_DISABLE_HASHCHECK": "true",
        "RCLONE_SFTP_KNOWN_HOSTS_FILE": str(Path("~/.ssh/known_hosts").expanduser()),
    },
    "ftp": {},
    "webdav": {},
}
# variables of others, and what they are for rclone
_SAME = {
    "AWS_ENDPOINT_URL": "RCLONE_S3_ENDPOINT",
    "AWS_ENDPOINT_URL_S3": "RCLONE_S3_ENDPOINT",
    "AWS_DEFAULT_REGION": "RCLONE_S3_REGION",
    "AWS_REGION": "RCLONE_S3_REGION",
    "AZURE_STORAGE_ACCOUNT": "RCLONE_AZUREBLOB_ACCOUNT",
    "AZURE_STORAGE_KEY": "RCLONE_AZUREBLOB_KEY",
}
OLDEST = (1, 68)
INSTALL = "install it with: python3 -m pip install 'ilofeed[deploy]'"
PARTIAL = ".ilofeed-partial"  # the end of the name of a file that is not whole
ABSENT = 3  # exit code of rclone: a folder does not exist
MAX_ASKED = 500  # files to ask for one by one; for more, everything at the target is listed
_TRANSFERS = {False: "4", True: "24"}  # at once; servers refuse too many connections
_OPTIONS = """
--use-json-log --stats 500ms --stats-log-level NOTICE --retries 1 --low-level-retries 3
--contimeout 20s --timeout 60s --no-update-modtime
""".split()
_SUMMARIES = ("Attempt ", "Failed to ")  # lines that repeat others
_MAX_ERRORS = 3  # to print
_GLOB = re.compile(r"[\\*?\[\]{}]")  # what means something in a pattern of rclone


class TargetError(ValueError):
    """The address of a target is wrong; the text says what to write."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to deploy: the address as it was given, and the same place for rclone.

    `settings` are environment variables. `has_headers` is whether files have a media type and a
    cache time of their own there, and `password` the one to set for rclone.
    """

    shown: str
    remote: str
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    has_headers: bool = False
    password: str | None = field(default=None, repr=False)


def read_target(text: str, environ: Mapping[str, str]) -> Target:
    """Read a URL or the absolute path of a folder; raise `TargetError` if it is wrong."""
    if Path(text).is_absolute():
        return Target(text, f"{text.rstrip('/')}/")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise TargetError(f"it is not a URL: {error}") from error
    if parts.scheme not in SCHEMES:
        known = ", ".join(f"{scheme}://" for scheme in SCHEMES)
        raise TargetError(f"write the path of a folder, or a URL that begins with one of {known}")
    if parts.password is not None:
        raise TargetError("leave the password out, and put it into the variable ILOFEED_PASSWORD")
    if not host or parts.query or parts.fragment or not unquote(parts.path).isprintable():
        raise TargetError(f"write {parts.scheme}://, a host or a bucket, and a path")
    if parts.scheme == "rclone":
        return _configured(text, parts)
    if parts.scheme in _STORES:
        return _store(text, parts, environ)
    return _server(text, parts, environ)


def _configured(text: str, parts: SplitResult) -> Target:
    """Return a remote of rclone's own configuration: `rclone://NAME/path`."""
    name = unquote(parts.netloc)
    if _NAME.fullmatch(name) is None:
        raise TargetError("write the name of a remote of rclone after rclone://")
    return Target(text, f"{name}:{_folder(parts.path)}", has_headers=True)


def _store(text: str, parts: SplitResult, environ: Mapping[str, str]) -> Target:
    if parts.netloc != parts.hostname:
        raise TargetError(f"write {parts.scheme}://, the name of a bucket, and a path")
    kind = _STORES[parts.scheme]
    settings = dict(_DEFAULTS[kind])
    settings |= {ours: environ[name] for name, ours in _SAME.items() if environ.get(name)}
    if kind == "s3":
        settings["RCLONE_S3_PROVIDER"] = "Other" if "RCLONE_S3_ENDPOINT" in settings else "AWS"
    remote = f"{REMOTE}:{parts.netloc}/{_folder(parts.path)}"
    return Target(text, remote, _with_type(kind, settings, {}, environ), has_headers=True)


def _server(text: str, parts: SplitResult, environ: Mapping[str, str]) -> Target:
    kind, path = _SERVERS[parts.scheme], _folder(parts.path)
    here = {"USER": unquote(parts.username or "")}
    if kind == "webdav":
        host = parts.netloc.rpartition("@")[2]
        here |= {"URL": f"http{parts.scheme[6:]}://{host}/", "VENDOR": "other"}
    else:
        here |= {"HOST": parts.hostname or "", "PORT": str(parts.port or "")}
        here |= {"EXPLICIT_TLS": "true"} if parts.scheme == "ftps" else {}
    if kind == "sftp":  # `~` is the folder of the user, as for other programs
        path = path.removeprefix("~/") if path.startswith("~/") else f"/{path}"
    settings = _with_type(kind, _DEFAULTS[kind], here, environ)
    return Target(text, f"{REMOTE}:{path}", settings, password=environ.get("ILOFEED_PASSWORD"))


def _folder(path: str) -> str:
    """Return the path of a URL without the first slash, ending in one unless it is empty."""
    path = unquote(path).strip("/")
    if ".." in path.split("/"):
        raise TargetError("write a path without ..")
    return f"{path}/" if path else ""


def _with_type(
    kind: str, settings: Mapping[str, str], here: Mapping[str, str], environ: Mapping[str, str]
) -> dict[str, str]:
    """Return the variables of a target: those of its address, and others that are not set yet."""
    given = {name: value for name, value in settings.items() if name not in environ}
    prefix = f"RCLONE_CONFIG_{REMOTE.upper()}_"
    return (
        given
        | {f"{prefix}{name}": value for name, value in here.items() if value}
        | {f"{prefix}TYPE": kind}
    )


# --- rclone ---


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
        command += ["--no-traverse"] * (0 < len(paths) <= MAX_ASKED)
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

    def delete_empty(self, folders: Iterable[str]) -> None:
        """Delete those of these folders that are empty. Others stay, also folders in them."""
        rules = ["+ /" + _GLOB.sub(r"\\\g<0>", folder) + "/*" for folder in folders]
        if not rules or self.target.has_headers:  # a store has no folders
            return
        # an error is that a folder is not empty, or one that the next request meets too
        with (
            contextlib.suppress(PublishError),
            _listed([*rules, "- *"], "--filter-from") as options,
        ):
            self._run(["rmdirs", "--leave-root", self.target.remote, *options])

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
def _listed(lines: Sequence[str], option: str = "--files-from-raw") -> Iterator[list[str]]:
    """Write paths to a file, and return the options that limit rclone to them; none for none."""
    if not lines:
        yield []
        return
    with tempfile.TemporaryDirectory(prefix="ilofeed-") as name:
        file = Path(name, "lines")  # closed: Windows lets no other program read an open one
        file.write_bytes(b"".join(line.encode() + b"\n" for line in lines))
        yield [option, str(file)]


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
