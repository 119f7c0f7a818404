"""What other sites show of a feed: the scripts they load, the code they copy, and oEmbed.

A released version of a script keeps its address and its bytes forever, because other sites name
both. A change is a new file in `assets/` and a new version here; the old file stays.
"""

import base64
import functools
import hashlib
import html
import json
from importlib import resources
from typing import Any

from ilofeed.model import Document, Feed, Office

# every version that was ever released, the newest last
SCRIPTS = {"ilo-feed": ("1.0.0", "1.1.0"), "ilo-frame": ("1.0.0",)}
LIMIT, WIDTH, HEIGHT = 5, 600, 480  # items shown unless other sites choose; pixels of a frame
SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox"


def render_scripts() -> list[Document]:
    """Return each version of each script, and the newest at an address without a version."""
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
    """Return the hash of the newest version (W3C Subresource Integrity)."""
    digest = hashlib.sha384(script(name, SCRIPTS[name][-1])).digest()
    return f"sha384-{base64.b64encode(digest).decode()}"


def newest(name: str) -> str:
    """Return the path of the newest version of a script."""
    return f"embed/{name}-{SCRIPTS[name][-1]}.js"


def snippets(feed: Feed, office: Office, label: str) -> dict[str, str]:
    """Return the code to copy, by kind, with the fields `{limit}`, `{theme}` and `{lang}`."""
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


def frame(feed: Feed, office: Office, choices: str = "") -> str:
    """Return the frame that shows a feed: it may run its own script and open links."""
    address = html.escape(office.address(feed.path("embed.html")) + choices)
    return (
        f'<iframe src="{address}" title="{html.escape(feed.title)}" sandbox="{SANDBOX}"'
        f' width="{WIDTH}" height="{HEIGHT}" style="border: 0; max-width: 100%"'
        f' loading="lazy"></iframe>'
    )


def render_oembed(feed: Feed, office: Office) -> Document:
    """Return the oEmbed response for the address of the feed's page (oEmbed 1.0, section 2.3.4)."""
    data = json.dumps(oembed(feed, office), ensure_ascii=False, indent=1).encode() + b"\n"
    return Document(feed.path("oembed.json"), "embed", data, feed)


def oembed(feed: Feed, office: Office) -> dict[str, Any]:
    """Return the fields of the oEmbed response: the frame as rich content."""
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
