"""nginx and Apache accept the rules of an import, and redirect what they are for."""

from __future__ import annotations

import contextlib
import getpass
import http.client
import shutil
import socket
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from test_former_addresses import HOSTILE, SITE

from ilofeed.content import check_office
from ilofeed.importers.former import FormerAddresses, redirect_files
from offices import NOW, OFFICE
from serving import needs

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
NGINX = """\
user {user}; daemon off; pid {folder}/pid; error_log stderr; worker_processes 1;
events {{ }}
http {{
  access_log off; client_body_temp_path {folder}/1; proxy_temp_path {folder}/2;
  fastcgi_temp_path {folder}/3; uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{
    listen 127.0.0.1:{port}; root {folder}/www;
    include {folder}/redirects.nginx.conf;
  }}
}}
"""
APACHE = """\
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/pid
ErrorLog /dev/stderr
DocumentRoot {folder}/www
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
LoadModule rewrite_module /usr/lib/apache2/modules/mod_rewrite.so
<Directory {folder}/www>
  AllowOverride All
</Directory>
"""


def former() -> list[str]:
    """Every former address that can be redirected, plain and hostile ones."""
    office, _ = check_office(OFFICE, NOW)
    forms = (f"{SITE}?q={{}}", "https://example.org/{}")
    texts = [*PLAIN, *(form.format(text) for text in HOSTILE for form in forms)]
    return FormerAddresses(office, [], [], set()).find(texts, SITE, [])[1]


@contextlib.contextmanager
def serving(program: str, folder: Path) -> Iterator[int]:
    """Run a server with the rules of all addresses until the end; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    office, _ = check_office(OFFICE, NOW)
    pages = {old: NEW.format(number) for number, old in enumerate(former())}
    for name, data in redirect_files(pages, office).items():
        (folder / name).write_bytes(data)
    page = folder / "www" / "feeds" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("the office")
    folder.chmod(0o755)
    shutil.copy(folder / "redirects.htaccess", folder / "www" / ".htaccess")
    config = folder / "server.conf"
    config.write_text(
        (NGINX if program == "nginx" else APACHE).format(
            folder=folder, port=port, user=getpass.getuser()
        )
    )
    option = ["-c", str(config)] if program == "nginx" else ["-f", str(config), "-X"]
    with subprocess.Popen([str(shutil.which(program)), *option], stderr=subprocess.PIPE) as server:
        try:
            for _ in range(200):
                assert server.poll() is None, server.stderr and server.stderr.read().decode()
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.05)
            yield port
        finally:
            server.terminate()


def ask(port: int, target: str) -> tuple[int, str | None]:
    """Return status and Location of the answer to a request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", target)
    answer = connection.getresponse()
    connection.close()
    return answer.status, answer.getheader("Location")


@pytest.mark.parametrize(
    "program", [pytest.param(name, marks=needs(name)) for name in ("nginx", "apache2")]
)
def test_each_former_address_leads_to_its_entry(program: str, tmp_path: Path) -> None:
    with serving(program, tmp_path) as port:
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
