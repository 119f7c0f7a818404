"""Find the pictures and documents of posts in the folder of their site, as its program does.

Files that it would not publish are not found: hidden ones, those in folders that begin with `_`,
links, and everything outside of the folder.
"""

import contextlib
import posixpath
import re
import urllib.parse
from pathlib import Path

from ilofeed.media import DOCUMENT_SUFFIXES, PICTURE_SUFFIXES, LocalFiles, OfficeFile, Unreadable
from ilofeed.urls import AddressError, is_absolute

FOLDER = "https://folder.invalid/"  # RFC 2606: leads nowhere; what follows is a path in the folder
_TOPS = ("static", "public", "content", "")  # where `/` is, of Hugo, Eleventy, Pelican and Jekyll


def find_beside(site: Path, page: str, element: str, written: str) -> str:
    """Return the address, below `FOLDER`, of a file in the folder `site`, or "" if there is none.

    `page` is the folder of the post in it, and `element` shows the file (`img`) or links to it
    (`a`). Raise `AddressError` if the file cannot be published.
    """
    path = re.sub(r"^\{(?:static|attach)\}", "", urllib.parse.unquote(written.strip()))  # Pelican
    if is_absolute(written) or written.startswith("//"):
        return ""
    path = re.sub(r"[?#].*", "", path, flags=re.DOTALL)
    suffix = posixpath.splitext(path)[1].lower()
    if suffix not in PICTURE_SUFFIXES | (DOCUMENT_SUFFIXES if element == "a" else frozenset()):
        return ""
    for folder in _TOPS if path.startswith("/") else (page,):
        address = FOLDER + urllib.parse.quote(
            posixpath.normpath(posixpath.join(folder, path.lstrip("/")))
        )
        if (file := file_in_folder(site, address)) is not None:
            _check(file, site, suffix, element)
            return address
    return ""


def file_in_folder(site: Path | None, address: str) -> Path | None:
    """Return the file at an address below `FOLDER`, if the site would publish it."""
    name = urllib.parse.unquote(address.removeprefix(FOLDER))
    if site is None or any(part[:1] in {"", ".", "_"} for part in name.split("/")):
        return None
    with contextlib.suppress(OSError, ValueError):  # no name of a file
        path = site.resolve() / name
        if path.resolve() == path and path.is_file():  # a link in the path may lead elsewhere
            return path
    return None


def _check(file: Path, site: Path, suffix: str, element: str) -> None:
    """Raise `AddressError` if a picture or a document could not be published."""
    one = {f"entries/x{suffix}": OfficeFile(site, f"entries/x{suffix}", str(file))}
    local = LocalFiles("entries/x.md", "x", one)
    name = f"x{suffix}"
    result = local.picture(name) if element == "img" else local.attachment(name, None)
    if isinstance(result, Unreadable):
        raise AddressError(result.message.removeprefix(f"`entries/{name}` ").partition("; ")[0])
