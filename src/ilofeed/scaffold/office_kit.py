"""Return the files of a new office besides feeds.yaml and entries: workflows, the program, editor
settings, a README. They differ between offices only in title, address and time zone.

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
from pathlib import Path
from typing import Any

from ilofeed import __version__
from ilofeed.model import Office
from ilofeed.scaffold.cms import feeds_schema

PROGRAM = ".github/ilofeed/"  # where the wheel and its lock are
_COPIED = {  # folder in the package: paths in the office of the files copied from it
    "data/office": ".editorconfig .gitattributes .github/dependabot.yml .github/scripts/install "
    ".github/workflows/check.yml .github/workflows/publish.yml .gitignore .vscode/extensions.json "
    ".vscode/settings.json .vscode/tasks.json docs/how-to/publish-on-github.md",
    "data/program": ".github/scripts/issue.py .github/scripts/office.py "
    ".github/workflows/office.yml",
}
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#&])")
PACKAGE = Path(__file__).parents[1]
CHECKOUT = Path(__file__).parents[3]
PROJECT, LICENCE = "data/program/pyproject.toml", "data/program/LICENSE"
SHIPPED = {  # path in the package: path in a checkout
    "data/problems.md": "docs/reference/problems.md",
    LICENCE: "LICENSE",
    PROJECT: "pyproject.toml",
    "data/program/requirements.txt": "requirements.txt",
    "data/program/office.yml": ".github/workflows/office.yml",
    "data/program/office.py": ".github/scripts/office.py",
    "data/program/issue.py": ".github/scripts/issue.py",
}
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file can hold


def kit(office: Office, program: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files by path; `program` holds the program's files (`program_files`)."""
    name, wheel = make_wheel(__version__, program)
    line = f"./{name} --hash=sha256:{hashlib.sha256(wheel).hexdigest()}\n"
    schema = json.dumps(feeds_schema(), ensure_ascii=False, indent=2) + "\n"
    readme = {"@TITLE@": _MARKDOWN.sub(r"\\\1", office.title), "@URL@": office.url}
    schedule = {"@ZONE@": str(office.timezone)}
    return {
        **{
            path: program[f"{folder}/{path.rpartition('/')[2].removeprefix('.')}"]
            for folder, paths in _COPIED.items()
            for path in paths.split()
        },
        f"{PROGRAM}{name}": wheel,
        f"{PROGRAM}requirements.txt": program["data/program/requirements.txt"] + line.encode(),
        ".github/workflows/scheduled.yml": _fill(program["data/office/scheduled.yml"], schedule),
        ".vscode/feeds.schema.json": schema.encode(),
        "README.md": _fill(program["data/office/README.md"], readme),
    }


def _fill(template: bytes, values: Mapping[str, str]) -> bytes:
    # in one pass, so that @URL@ in a title is kept
    return re.sub(r"@[A-Z]+@", lambda match: values[match[0]], template.decode()).encode()


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
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {project['name']}",
        f"Version: {version}",
        f"Summary: {project['description']}",
        f"License-Expression: {project['license']}",
        "License-File: LICENSE",
        f"Requires-Python: {project['requires-python']}",
        *(f"Requires-Dist: {dependency}" for dependency in project["dependencies"]),
    ]
    return "\n".join(lines) + "\n"


def _hash(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
    return f"sha256={digest.rstrip(b'=').decode()}"
