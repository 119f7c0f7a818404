"""Debian's nginx, Apache and Caddy for tests: each serves a folder until the end."""

from __future__ import annotations

import contextlib
import getpass
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from serving import needs, wait_for_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NGINX = """\
user {user}; daemon off; pid {folder}/pid; error_log stderr; worker_processes 1;
events {{ }}
http {{
  access_log off; client_body_temp_path {folder}/1; proxy_temp_path {folder}/2;
  fastcgi_temp_path {folder}/3; uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  {site}
}}
"""
APACHE = """\
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/pid
ErrorLog /dev/stderr
TypesConfig /etc/mime.types
DocumentRoot {root}
<Directory {root}>
  AllowOverride All
</Directory>
"""
# what Debian's Apache loads by itself, and by `a2enmod headers rewrite`
MODULES = (
    "mpm_event authz_core mime dir deflate filter env setenvif autoindex headers rewrite".split()
)
PROGRAMS = [pytest.param(name, marks=needs(name)) for name in ("nginx", "apache2", "caddy")]


@contextlib.contextmanager
def serving(program: str, folder: Path, port: int, root: Path, site: str = "") -> Iterator[None]:
    """Run a server until the end; `site` is what it is told of the site, for Apache beyond the
    `.htaccess` in the root."""
    folder.chmod(0o755)
    config = folder / "server.conf"
    user = getpass.getuser()
    if program == "nginx":
        config.write_text(NGINX.format(folder=folder, user=user, site=site))
        command = ["-c", str(config)]
    elif program == "apache2":
        modules = "".join(
            f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in MODULES
        )
        config.write_text(modules + APACHE.format(folder=folder, port=port, root=root) + site)
        command = ["-f", str(config), "-X"]
    else:
        config.write_text("{\n\tadmin off\n\tauto_https off\n}\n" + site)
        command = ["run", "--adapter", "caddyfile", "--config", str(config)]
    home = {"HOME": str(folder), "PATH": "/usr/bin:/usr/sbin"}
    with (folder / "log").open("w+") as log:
        process = subprocess.Popen([str(shutil.which(program)), *command], stderr=log, env=home)
        try:
            wait_for_server(process, port, folder / "log")
            yield
        finally:
            process.terminate()
            process.wait(60)
