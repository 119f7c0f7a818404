"""Render what other sites use to show a feed: scripts, code to copy, and oEmbed.

Pages of other sites contain the address and the hash of a script. Therefore a released version
never changes: add a new file to `assets/` and its version to `SCRIPTS`, and keep the old file.
"""

import base64
import functools
import hashlib
import html
import json
from importlib import resources
from typing import Any

from ilofeed.model import Document, Feed, Office

# all released versions of each script, the newest last
SCRIPTS = {"ilo-feed": ("1.0.0", "1.1.0"), "ilo-frame": ("1.0.0",)}
LIMIT, WIDTH, HEIGHT = 5, 600, 480  # default number of items; frame size in pixels
SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox"


def render_scripts() -> list[Document]:
    """Return each version of each script, and the newest also at a path without a version."""
    return [
        Document(f"embed/{name}{suffix}.js", "asset", script(name, version))
        for name, versions in SCRIPTS.items()
        for version, suffix in [*((v, f"-{v}") for v in versions), (versions[-1], "")]
    ]


@functools.cache
def script(name: str, version: str) -> bytes:
    """Return the bytes of one version of a script."""
    return (resources.files("ilofeed") / "assets" / f"{name}-{version}.js").read_bytes()


def integrity(name: str) -> str:
    """Return the SHA-384 of the newest version of a script (W3C Subresource Integrity)."""
    digest = hashlib.sha384(script(name, SCRIPTS[name][-1])).digest()
    return f"sha384-{base64.b64encode(digest).decode()}"


def newest(name: str) -> str:
    """Return the path of the newest version of a script."""
    return f"embed/{name}-{SCRIPTS[name][-1]}.js"


def snippets(feed: Feed, office: Office, label: str) -> dict[str, str]:
    """Return the code to copy, by kind, with the placeholders `{limit}`, `{theme}`, `{lang}`."""
    page = html.escape(office.address(feed.path("index.html")))
    source = html.escape(office.address(feed.path("feed.json")))
    latest = html.escape(office.address("embed/ilo-feed.js"))
    return {
        "element": (
            f"{_script('module', 'ilo-feed', office)}\n"
            f'<ilo-feed src="{source}" limit="{{limit}}" heading-level="3"'
            f' lang="{{lang}}" theme="{{theme}}">\n'
            f'  <a href="{page}">{html.escape(label)}</a>\n'
            "</ilo-feed>"
        ),
        "latest": f'<script type="module" src="{latest}"></script>',
        "frame": f"{frame(feed, office, '#theme={theme}&limit={limit}')}\n"
        f"{_script('', 'ilo-frame', office)}",
        "fragment": office.address(feed.path("fragment.html")),
    }


def _script(kind: str, name: str, office: Office) -> str:
    address = html.escape(office.address(newest(name)))
    kind = f' type="{kind}"' if kind else ""
    return (
        f'<script{kind or " defer"} src="{address}"\n'
        f'  integrity="{integrity(name)}" crossorigin="anonymous"></script>'
    )


def frame(feed: Feed, office: Office, fragment: str = "") -> str:
    """Return the HTML of a sandboxed iframe for a feed; it may run its script and open links."""
    address = html.escape(office.address(feed.path("embed.html")) + fragment)
    return (
        f'<iframe src="{address}" title="{html.escape(feed.title)}" sandbox="{SANDBOX}"'
        f' width="{WIDTH}" height="{HEIGHT}" style="border: 0; max-width: 100%"'
        f' loading="lazy"></iframe>'
    )


def render_oembed(feed: Feed, office: Office) -> Document:
    """Return the oEmbed response for the page of a feed (oEmbed 1.0, section 2.3.4), in JSON."""
    data = json.dumps(oembed(feed, office), ensure_ascii=False, indent=1).encode() + b"\n"
    return Document(feed.path("oembed.json"), "embed", data, feed)


def oembed(feed: Feed, office: Office) -> dict[str, Any]:
    """Return the fields of the oEmbed response (type `rich`, section 2.3.4.4): a frame."""
    office = office.localized(feed.language)
    return {
        "version": "1.0",
        "type": "rich",
        "title": feed.title,
        "author_name": office.author.name,
        "author_url": office.author.url or office.url,
        "provider_name": office.title,
        "provider_url": office.url,
        "cache_age": 86400,
        "width": WIDTH,
        "height": HEIGHT,
        "html": frame(feed, office),
    }
