"""Return the files of a new office besides feeds.yaml and entries: what publishes it, the program,
editor settings, a README. On each host they differ only in title, address and time zone.

The program is a wheel made of its own files. Those from outside `src/` are copied into the package
when it is built (see pyproject.toml); in a checkout they are read from where they are.
"""

import base64
import hashlib
import io
import json
import re
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ilofeed import __version__
from ilofeed.model import Office
from ilofeed.scaffold.cms import feeds_schema


@dataclass(frozen=True)
class Host:
    """What an office has for its host.

    `folder` holds the program with its lock and the scripts; `page` explains publishing; `files`
    are copied, each as a path in the office and one in the package.
    """

    folder: str
    page: str
    files: Mapping[str, str]

    @property
    def program(self) -> str:
        """The folder of the wheel and its lock."""
        return f"{self.folder}ilofeed/"

    @property
    def install(self) -> str:
        """The script that makes `.venv` from them."""
        return f"{self.folder}scripts/install"


HOSTS = {
    "github": Host(
        ".github/",
        "docs/how-to/publish-on-github.md",
        {
            ".github/dependabot.yml": "office/dependabot.yml",
            ".github/scripts/issue.py": "program/issue.py",
            ".github/scripts/office.py": "program/office.py",
            ".github/workflows/check.yml": "office/check.yml",
            ".github/workflows/office.yml": "program/office.yml",
            ".github/workflows/publish.yml": "office/publish.yml",
            ".github/workflows/scheduled.yml": "office/scheduled.yml",
            ".github/workflows/update.yml": "office/update.yml",
            "docs/how-to/publish-on-github.md": "office/publish-on-github.md",
        },
    ),
    "gitlab": Host(
        ".gitlab/",
        "docs/how-to/publish-on-gitlab.md",
        {
            ".gitlab-ci.yml": "office/gitlab-ci.yml",
            ".gitlab/scripts/confirm": "office/confirm-gitlab",
            ".gitlab/scripts/publish": "office/publish-gitlab",
            "docs/how-to/publish-on-gitlab.md": "program/publish-on-gitlab.md",
        },
    ),
    "server": Host(
        "server/",
        "docs/how-to/publish-on-a-server.md",
        {
            "docs/how-to/publish-on-a-server.md": "program/publish-on-a-server.md",
            "server/ilofeed-failed@.service": "office/ilofeed-failed@.service",
            "server/ilofeed@.service": "office/ilofeed@.service",
            "server/ilofeed@.timer": "office/ilofeed@.timer",
            "server/scripts/publish": "office/publish-server",
            "server/scripts/report-failure": "office/report-failure",
        },
    ),
}
_COPIED = (  # for every host
    ".editorconfig .gitattributes .gitignore .vscode/extensions.json .vscode/settings.json "
    ".vscode/tasks.json"
)
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#&])")
PACKAGE = Path(__file__).parents[1]
CHECKOUT = Path(__file__).parents[3]
PROJECT, LICENCE = "data/program/pyproject.toml", "data/program/LICENSE"
SHIPPED = {  # path in the package: path in a checkout
    "data/problems.md": "docs/reference/problems.md",
    LICENCE: "LICENSE",
    PROJECT: "pyproject.toml",
    "data/program/requirements.txt": "requirements.txt",
    "data/program/keep-up-to-date.md": "docs/how-to/keep-up-to-date.md",
    "data/program/publish-on-a-server.md": "docs/how-to/publish-on-a-server.md",
    "data/program/publish-on-gitlab.md": "docs/how-to/publish-on-gitlab.md",
    "data/program/office.yml": ".github/workflows/office.yml",
    "data/program/office.py": ".github/scripts/office.py",
    "data/program/issue.py": ".github/scripts/issue.py",
    "data/program/update.py": ".github/scripts/update.py",
}
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file can hold


def kit(office: Office, host: Host, program: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files by path; `program` holds the program's files (`program_files`)."""
    name, wheel = make_wheel(__version__, program)
    line = f"./{name} --hash=sha256:{hashlib.sha256(wheel).hexdigest()}\n"
    schema = json.dumps(feeds_schema(), ensure_ascii=False, indent=2) + "\n"
    values = {
        "@TITLE@": _MARKDOWN.sub(r"\\\1", office.title),
        "@URL@": office.url,
        "@INSTALL@": host.install,
        "@PAGE@": host.page,
        "@ZONE@": str(office.timezone),
    }
    files = {
        **{path: f"office/{path.rpartition('/')[2].removeprefix('.')}" for path in _COPIED.split()},
        **host.files,
        host.install: "office/install",
        f"{host.folder}scripts/update.py": "program/update.py",
        "docs/how-to/keep-up-to-date.md": "program/keep-up-to-date.md",
        f"{host.program}uv.txt": "office/uv.txt",
        "README.md": "office/README.md",
    }
    return {
        **{path: _fill(program[f"data/{source}"], values) for path, source in files.items()},
        f"{host.program}{name}": wheel,
        f"{host.program}requirements.txt": program["data/program/requirements.txt"] + line.encode(),
        ".vscode/feeds.schema.json": schema.encode(),
    }


def _fill(template: bytes, values: Mapping[str, str]) -> bytes:
    # in one pass, so that @URL@ in a title is kept
    filled = re.sub(r"@[A-Z]+@", lambda name: values.get(name[0], name[0]), template.decode())
    return filled.encode()


# --- the program ---


def program_files() -> dict[str, bytes]:
    """Return all files of the package, except Python's caches, by path in the package."""
    files = {
        path.relative_to(PACKAGE).as_posix(): path.read_bytes()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    missing = SHIPPED.keys() - files.keys()
    return files | {name: (CHECKOUT / SHIPPED[name]).read_bytes() for name in missing}


def make_wheel(version: str, files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """Return name and bytes of a wheel with the package's files; equal files give equal bytes.

    The dependencies come from `pyproject.toml`, which is one of the files.
    """
    info = f"ilofeed-{version}.dist-info"
    project = tomllib.loads(files[PROJECT].decode())["project"]
    scripts = "".join(f"{name} = {function}\n" for name, function in project["scripts"].items())
    members = {f"ilofeed/{path}": data for path, data in files.items()} | {
        f"{info}/METADATA": _metadata(version, project).encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: ilofeed\n"
        b"Root-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{scripts}".encode(),
        f"{info}/licenses/LICENSE": files[LICENCE],
    }
    record = "".join(
        f"{path},{_hash(data)},{len(data)}\n" for path, data in sorted(members.items())
    )
    members[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, data in sorted(members.items()):
            member = zipfile.ZipInfo(path, _EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # Unix, so that all systems give the same bytes
            member.external_attr = 0o100644 << 16
            wheel.writestr(member, data)
    return f"ilofeed-{version}-py3-none-any.whl", out.getvalue()


def _metadata(version: str, project: Mapping[str, Any]) -> str:
    extras = project["optional-dependencies"]
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {project['name']}",
        f"Version: {version}",
        f"Summary: {project['description']}",
        f"License-Expression: {project['license']}",
        "License-File: LICENSE",
        f"Requires-Python: {project['requires-python']}",
        *(f"Requires-Dist: {dependency}" for dependency in project["dependencies"]),
        *(f"Provides-Extra: {extra}" for extra in extras),
        *(f"Requires-Dist: {one}; extra == '{extra}'" for extra in extras for one in extras[extra]),
    ]
    return "\n".join(lines) + "\n"


def _hash(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
    return f"sha256={digest.rstrip(b'=').decode()}"
