"""Find the former addresses of items, and what leads from them to entries: aliases or rules."""

import contextlib
import csv
import io
import re
import urllib.parse
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ilofeed.content import keys
from ilofeed.media import alias_path, path_prefixes, site_paths
from ilofeed.model import Entry, Office
from ilofeed.problems import quote
from ilofeed.sources import Item
from ilofeed.urls import AddressError, is_absolute, to_url

TABLE = "redirects.csv"
MAX_HOSTS = 20  # that get files of rules
_HOST = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}")
_NGINX = "# Include this file at the top of the block `server` of the host.\n"
_APACHE = "# Put this at the top of .htaccess in the root folder of the host.\nRewriteEngine On\n"


class FormerAddresses:
    """The former addresses of items; each leads to one entry. `pages` are those that aliases may
    have, `feeds` the addresses that lead to a feed of the site."""

    def __init__(
        self,
        office: Office,
        entries: Iterable[Entry],
        items: Iterable[Item],
        feeds: Collection[str],
    ) -> None:
        self._office, self._feeds = office, feeds
        aliases = [*office.aliases, *(path for entry in entries for path in entry.aliases)]
        self._taken = {"entry", *site_paths(office), *map(str.casefold, aliases)}
        self._folders = {folder for path in aliases for folder in path_prefixes(path)}
        self.pages: set[str] = set()
        for text in (text for item in items for text in (*item.aliases, item.link)):
            with contextlib.suppress(AddressError):
                path = alias_path(self._canonical(text).removeprefix(office.url))
                self.pages.add(office.address(path))

    def _canonical(self, text: str) -> str:
        """Return an address, with the scheme of `site.url` if it has its host; "" if invalid. Paths
        are relative to the site, also with a slash at the start, as in posts of Hugo."""
        text = re.sub("^/(?!/)", "", text)
        site = urllib.parse.urlsplit(self._office.url)
        try:
            parts = urllib.parse.urlsplit(to_url(urllib.parse.urljoin(self._office.url, text)))
        except ValueError:
            return ""
        scheme = site.scheme if parts.netloc == site.netloc else parts.scheme
        return parts._replace(scheme=scheme).geturl()

    def is_former(self, text: str) -> bool:
        """Return whether a link or an id is an address below the site that is not a feed's."""
        address = self._canonical(text) if is_absolute(text) else ""
        return address.startswith(self._office.url) and address not in self._feeds

    def find(self, texts: Iterable[str], page: str, lost: list[str]) -> tuple[list[str], list[str]]:
        """Return the aliases of an entry at the address `page`, and former addresses of it that no
        page can have; append messages about those that lead nowhere to `lost`."""
        aliases: list[str] = []
        others: list[str] = []
        files: set[str] = set()  # of these aliases, without case: `Old/` and `old/` are one file
        for text in dict.fromkeys(texts):
            address = self._canonical(text)
            rest = address.removeprefix(self._office.url)
            try:
                path = alias_path(rest)
                value = path.removesuffix("index.html")
                is_alias = path.casefold() not in files and len(aliases) < keys.MAX_ALIASES
            except AddressError:  # it has a query or another suffix, or is not below the site
                path, value, is_alias = urllib.parse.unquote(rest), address, False
            if address == page or value in aliases or address in others:
                continue
            if not address or "#" in address:
                why = "servers never see what follows #" if address else "it is not valid"
            elif not rest or self._is_taken(path, address, files if is_alias else set()):
                why = "another page has it"
            else:
                if is_alias:
                    aliases.append(value)
                    files.add(path.casefold())
                else:
                    others.append(address)
                continue
            lost.append(f"the former address {quote(text)}: {why}")
        self._taken.update(others, files)
        self._folders.update(folder for file in files for folder in path_prefixes(file))
        return aliases, others

    def _is_taken(self, path: str, address: str, own: Collection[str]) -> bool:
        """Return whether a path is, is below or has below it another one."""
        above = {address, *path_prefixes(path)}
        is_free = self._taken.isdisjoint(above) and above.isdisjoint(own)
        folder = path.casefold() + "/"
        below = path.casefold() in self._folders or any(file.startswith(folder) for file in own)
        return not is_free or below


def redirect_files(redirects: Mapping[str, str], office: Office) -> dict[str, bytes]:
    """Return, by file name, a table of old and new addresses, and rules for nginx and Apache.

    The rules of the site's host are in `redirects.…`, those of another in files of its name. Old
    addresses are canonical, but come from outside.
    """
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([("old", "new"), *redirects.items()])
    site = urllib.parse.urlsplit(office.url).netloc
    by_host: dict[str, dict[str, str]] = {site: {}}
    for old, new in sorted(redirects.items(), key=lambda pair: "?" not in pair[0]):
        host = urllib.parse.urlsplit(old).netloc
        if host == site or _HOST.fullmatch(host):
            by_host.setdefault(host, {})[old] = new
    texts = {TABLE: table.getvalue()}
    for host, rules in [*by_host.items()][:MAX_HOSTS]:
        name = "redirects" if host == site else host
        texts[f"{name}.nginx.conf"], texts[f"{name}.htaccess"] = _rules(rules)
    return {name: text.encode("utf-8", "surrogateescape") for name, text in texts.items()}


def _rules(redirects: Mapping[str, str]) -> tuple[str, str]:
    """Return the rules for nginx and Apache that redirect the addresses of one host."""
    nginx, apache = [_NGINX], [_APACHE]
    for old, new in redirects.items():
        parts = urllib.parse.urlsplit(old)
        path = urllib.parse.unquote(parts.path, errors="surrogateescape")
        if re.search(r"[\x00-\x1f\x7f]", path):
            continue
        if parts.query:
            request = _pattern(f"{parts.path}?{parts.query}")
            test = f'if ($request_uri ~ "^{request}$")'
            apache.append(f'RewriteCond "%{{QUERY_STRING}}" "^{_pattern(parts.query)}$"\n')
        else:  # a location that is compared exactly has at most 255 bytes
            test = f'location ~ "^{_pattern(path)}$"'
        nginx.append(f'{test} {{ return 301 "{new.replace("$", "%24")}"; }}\n')
        target = re.sub(r"([%$])", r"\\\1", new)
        apache.append(f'RewriteCond "%{{REQUEST_URI}}" "^{_pattern(path)}$"\n')
        apache.append(f'RewriteRule "^" "{target}" [R=301,L,NE,QSD]\n')
    return "".join(nginx), "".join(apache)


def _pattern(text: str) -> str:
    """Return a regular expression for a text, in which only letters, digits and `/_-` are bare."""
    data = text.encode("utf-8", "surrogateescape")
    return re.sub(rb"[^A-Za-z0-9/_-]", lambda sign: b"\\x%02x" % ord(sign[0]), data).decode()


@dataclass(frozen=True, slots=True)
class OldSite:
    """The host of the pages of more than half of the items that have one; "" if there is none.

    Links of a feed may lead to any site. Only those to this host are addresses of the items
    themselves.
    """

    host: str = ""

    @classmethod
    def of(cls, items: Iterable[Item]) -> "OldSite":
        """Return the site of the items of a source."""
        hosts = Counter(host for item in items if (host := _host(item.page or item.link)))
        (host, count) = max(hosts.items(), key=lambda pair: pair[1], default=("", 0))
        return cls(host if 2 * count > hosts.total() else "")

    def has(self, url: str) -> bool:
        """Return whether an address is on the site."""
        return bool(self.host) and _host(url) == self.host

    def addresses(self, item: Item) -> list[str]:
        """Return the addresses of an item's page on the site."""
        return list(filter(self.has, (item.page or item.link, item.id, *item.aliases)))


def address_key(url: str) -> str:
    """Return what the addresses of one page share: all but the scheme, `www.`, a slash at the end
    and the fragment."""
    try:
        parts = urllib.parse.urlsplit(to_url(url))
    except AddressError:
        return ""
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"


def _host(url: str) -> str:
    return address_key(url).partition("/")[0].partition("?")[0]
