"""nginx and Apache accept the rules of an import, and redirect what they are for."""

from __future__ import annotations

import contextlib
import http.client
import shutil
from typing import TYPE_CHECKING

import pytest
from test_former_addresses import HOSTILE, SITE

from ilofeed.content import check_office
from ilofeed.importers.former import FormerAddresses, redirect_files
from offices import NOW, OFFICE
from serving import free_port
from waiting import LIMIT
from web_servers import PROGRAMS, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

NEW = f"{SITE}entry/{{}}/"
PLAIN = [
    f"{SITE}?p=1", f"{SITE}?p=12", f"{SITE}old.php", f"{SITE}old.php?id=1&lang=en",
    "https://example.org/?p=1", "https://example.org/blog/a-b_c/", "https://example.org/цалин/",
    "https://example.org/%e6%9c%80/x.aspx", "https://example.org/two%20words.htm",
    f"https://example.org/{'long/' * 100}", "https://example.org/a+b(c)'d,e;f=g@h!i*j~k",
]  # fmt: skip


def former() -> list[str]:
    """Every former address that can be redirected, plain and hostile ones."""
    office, _ = check_office(OFFICE, NOW)
    forms = (f"{SITE}?q={{}}", "https://example.org/{}")
    texts = [*PLAIN, *(form.format(text) for text in HOSTILE for form in forms)]
    return FormerAddresses(office, [], [], set()).find(texts, SITE, [])[1]


@contextlib.contextmanager
def redirecting(program: str, folder: Path) -> Iterator[int]:
    """Run a server with the rules of all addresses until the end; its port."""
    port, root = free_port(), folder / "www"
    office, _ = check_office(OFFICE, NOW)
    pages = {old: NEW.format(number) for number, old in enumerate(former())}
    for name, data in redirect_files(pages, office).items():
        (folder / name).write_bytes(data)
    page = root / "feeds" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("the office")
    shutil.copy(folder / "redirects.htaccess", root / ".htaccess")
    rules = f"{folder}/redirects.nginx.conf"
    site = f"server {{ listen 127.0.0.1:{port}; root {root}; include {rules}; }}"
    with serving(program, folder, port, root, site if program == "nginx" else ""):
        yield port


def ask(port: int, target: str) -> tuple[int, str | None]:
    """Return status and Location of the answer to a request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
    connection.request("GET", target)
    answer = connection.getresponse()
    connection.close()
    return answer.status, answer.getheader("Location")


@pytest.mark.parametrize("program", PROGRAMS[:2])
def test_each_former_address_leads_to_its_entry(program: str, tmp_path: Path) -> None:
    with redirecting(program, tmp_path) as port:
        answers = {old: ask(port, old.removeprefix("https://example.org")) for old in former()}
        expected: dict[str, tuple[int, str | None]] = {
            old: (301, NEW.format(number)) for number, old in enumerate(former())
        }
        expected["https://example.org/%0Aa"] = (404, None)  # a line break is in no rule
        assert answers == expected
        for target in ("/feeds/", "/feeds/?p=2", "/feeds/?p=1&q=1", "/feeds/?xp=1"):
            assert ask(port, target) == (200, None), target
        for target in ("/blog/a-b_c/more/", "/x/blog/a-b_c/", "/blog/a-bxc/", "/feeds/oldxphp"):
            assert ask(port, target) == (404, None), target
        assert ask(port, "/feeds/old.php?x=1") == ask(port, "/feeds/old.php")
