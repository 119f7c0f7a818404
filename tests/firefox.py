"""Debian's Firefox, driven by Marionette, the protocol that it has built in (no other driver)."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import subprocess
import unicodedata
from typing import TYPE_CHECKING, Any

from waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Firefox:
    """One window. https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html"""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=300)
        self._read()  # the greeting
        self._ask("WebDriver:NewSession", {})
        self._ask("WebDriver:SetTimeouts", {"script": 300_000})  # milliseconds

    def _read(self) -> Any:
        """A message is its length in bytes, a colon, and JSON."""
        head = b""
        while not head.endswith(b":"):
            head += self._receive(1)
        data = b""
        while len(data) < int(head[:-1]):
            data += self._receive(65536)
        return json.loads(data)

    def _receive(self, most: int) -> bytes:
        received = self._socket.recv(most)
        assert received, "Firefox has ended"
        return received

    def _ask(self, command: str, values: dict[str, Any]) -> Any:
        message = json.dumps([0, 1, command, values]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self._read()
        assert error is None, error
        return result

    def close(self) -> None:
        self._socket.close()

    def open(self, address: str, size: tuple[int, int] = (1280, 900)) -> None:
        width, height = size
        self._ask("WebDriver:SetWindowRect", {"width": width, "height": height})
        self._ask("WebDriver:Navigate", {"url": address})

    def run(self, script: str) -> Any:
        """What a script returns."""
        return self._ask("WebDriver:ExecuteScript", {"script": script, "args": []})["value"]

    def print(self) -> bytes:
        """The page as a PDF, on A4 paper."""
        paper = {"page": {"width": 21.0, "height": 29.7}, "background": True}
        return base64.b64decode(self._ask("WebDriver:Print", paper)["value"])

    def picture(self) -> bytes:
        """The whole page as a PNG."""
        return base64.b64decode(self._ask("WebDriver:TakeScreenshot", {"full": True})["value"])


@contextlib.contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """Firefox with a profile in an empty folder, until the end."""
    (folder / "user.js").write_text('user_pref("marionette.port", 0);\n')  # any, which it writes
    port = folder / "MarionetteActivePort"
    process = subprocess.Popen(
        ["firefox-esr", "--headless", "--marionette", "--no-remote", "--profile", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        made = Firefox(int(until(lambda: port.exists() and port.read_text(), "started")))
        yield made
        made.close()
    finally:
        process.terminate()
        process.wait(300)


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page of a PDF, as poppler reads it."""
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    # without ligatures
    return unicodedata.normalize("NFKC", done.stdout.decode()).split("\f")[:-1]
