"""Read the address of a target, and set what rclone needs to know of it in its environment.

The environment of rclone is that of ilofeed, so all its own variables work, for instance
`RCLONE_SFTP_KEY_FILE`. Nothing secret is ever on a command line, where other users of the machine
could read it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

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
