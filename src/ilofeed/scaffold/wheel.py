"""The program as a wheel, made of its own files: the same files give the same bytes."""

from __future__ import annotations

import base64
import hashlib
import io
import tomllib
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can hold
PROJECT, LICENCE = "data/program/pyproject.toml", "data/program/LICENSE"


def make_wheel(version: str, files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """Name and bytes of a wheel with these files of the package, by their paths in it.

    What it rests on is told by `pyproject.toml`, which is one of them.
    """
    info = f"ilofeed-{version}.dist-info"
    project = tomllib.loads(files[PROJECT].decode())["project"]
    held = {f"ilofeed/{path}": data for path, data in files.items()} | {
        f"{info}/METADATA": _metadata(version, project).encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: ilofeed\n"
        b"Root-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": _scripts(project["scripts"]).encode(),
        f"{info}/licenses/LICENSE": files[LICENCE],
    }
    record = "".join(f"{path},{_hash(data)},{len(data)}\n" for path, data in sorted(held.items()))
    held[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, data in sorted(held.items()):
            member = zipfile.ZipInfo(path, _EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # Unix, also where this is made on another system
            member.external_attr = 0o100644 << 16
            wheel.writestr(member, data)
    return f"ilofeed-{version}-py3-none-any.whl", out.getvalue()


def _metadata(version: str, project: Mapping[str, object]) -> str:
    needed = project["dependencies"]
    assert isinstance(needed, list)
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {project['name']}",
        f"Version: {version}",
        f"Summary: {project['description']}",
        f"License-Expression: {project['license']}",
        "License-File: LICENSE",
        f"Requires-Python: {project['requires-python']}",
        *(f"Requires-Dist: {one}" for one in needed),
    ]
    return "\n".join(lines) + "\n"


def _scripts(scripts: Mapping[str, str]) -> str:
    return "[console_scripts]\n" + "".join(f"{name} = {call}\n" for name, call in scripts.items())


def _hash(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
