"""Render what other sites use to show a feed or an entry: scripts, code to copy, and oEmbed.

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

from ilofeed.model import Document, Entry, Feed, Office

# all released versions of each script, the newest last
SCRIPTS = {"ilo-feed": ("1.0.0", "1.1.0", "1.2.0", "1.3.0"), "ilo-frame": ("1.0.0", "1.1.0")}
LIMIT, WIDTH, HEIGHT = 5, 600, 480  # default number of items; frame size in pixels
OEMBED_LIMIT = 4  # items of a feed in at most 1,000 pixels, which WordPress gives to a frame
ENTRY_HEIGHT = 240  # of the frame of an entry
_CHOICES = "#theme={theme}&limit={limit}"
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
    """Return the code to copy, by kind, with placeholders: `{limit} {theme} {lang} {error}`."""
    page = html.escape(office.address(feed.path("index.html")))
    source = html.escape(office.address(feed.path("feed.json")))
    latest = html.escape(office.address("embed/ilo-feed.js"))
    return {
        "element": (
            f"{_script('module', 'ilo-feed', office)}\n"
            f'<ilo-feed src="{source}" limit="{{limit}}" heading-level="3"'
            f' lang="{{lang}}" theme="{{theme}}"\n  error="{{error}}">\n'
            f'  <a href="{page}">{html.escape(label)}</a>\n'
            "</ilo-feed>"
        ),
        "latest": f'<script type="module" src="{latest}"></script>',
        "frame": (
            f"{_frame(feed.title, office.address(feed.path('embed.html')) + _CHOICES)}\n"
            f"{_script('', 'ilo-frame', office)}"
        ),
        "fragment": office.address(feed.path("fragment.html")),
    }


def _script(kind: str, name: str, office: Office) -> str:
    address = html.escape(office.address(newest(name)))
    kind = f' type="{kind}"' if kind else ""
    return (
        f'<script{kind or " defer"} src="{address}"\n'
        f'  integrity="{integrity(name)}" crossorigin="anonymous"></script>'
    )


def _frame(title: str, address: str, height: int = HEIGHT, more: str = "") -> str:
    """Return the HTML of a sandboxed iframe, which may run its script and open links."""
    return (
        f'<iframe src="{html.escape(address)}" title="{html.escape(title)}"\n'
        f'  sandbox="{SANDBOX}"\n'
        f'  width="{WIDTH}" height="{height}"{more} loading="lazy"></iframe>'
    )


def render_oembed(shown: Feed | Entry, office: Office) -> Document:
    """Return the oEmbed response for the page of a feed or an entry (section 2.3.4), in JSON."""
    data = json.dumps(oembed(shown, office), ensure_ascii=False, indent=1).encode() + b"\n"
    if isinstance(shown, Feed):
        return Document(shown.path("oembed.json"), "embed", data, shown)
    return Document(beside(shown, "oembed.json"), "entry", data, entry=shown)


def beside(entry: Entry, name: str) -> str:
    """Return the output path of a file beside the page of an entry."""
    return entry.page.removesuffix("index.html") + name


def oembed(shown: Feed | Entry, office: Office) -> dict[str, Any]:
    """Return the fields of an oEmbed 1.0 response of type `rich` (section 2.3.4.4): a frame.

    WordPress drops the attributes of the quote, shows it until the frame has told its height, and
    loads a script that takes heights and clicks from `embed.js`. Elsewhere it stays hidden.
    """
    office = office.localized(shown.language)
    if isinstance(shown, Feed):
        page = office.address(shown.path("index.html"))
        address = f"{office.address(shown.path('embed.html'))}#limit={OEMBED_LIMIT}"
    else:
        page, address = shown.url, office.address(beside(shown, "embed.html"))
    height = HEIGHT if isinstance(shown, Feed) else ENTRY_HEIGHT
    link = f'<a href="{html.escape(page)}">{html.escape(shown.title)}</a>'
    return {
        "version": "1.0",
        "type": "rich",
        "title": shown.title,
        "author_name": office.author.name,
        "author_url": office.author.url or office.url,
        "provider_name": office.title,
        "provider_url": office.url,
        "cache_age": 86400,
        "width": WIDTH,
        "height": height,
        "html": f"<blockquote hidden>{link}</blockquote>"
        + _frame(shown.title, address, height, ' frameborder="0"'),
    }
