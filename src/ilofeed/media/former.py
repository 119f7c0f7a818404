"""Find the output paths of former addresses, and those that are in use."""

import itertools
import posixpath
import re
import unicodedata
import urllib.parse
from collections.abc import Collection, Iterator, Sequence

from ilofeed.model import FILE_NAMES, Office
from ilofeed.problems import Code, quote
from ilofeed.text import find_unfit, is_windows_name
from ilofeed.urls import UNSEEN, AddressError, is_absolute, is_inside

_UNUSABLE = re.compile(rf"[\s\\?#%\ufffd]|(?:^|/)\.|{UNSEEN.pattern}")
_SIMILAR = ({".html", ".htm"}, {".xml", ".rss", ".atom", ".rdf"})  # suffixes of one media type
_OF_SITE = (
    "404.html manifest.json sitemap.xml robots.txt feeds.opml feeds-main.opml assets embed".split()
)
_PAGES = "index.html events/index.html subscribe/index.html news/index.html".split()
_YEARS = range(1900, 2101)
_OF_FEED = "index.html calendar.ics embed.html fragment.html oembed.json archive".split()


def alias_path(text: str, target: str = "index.html") -> str:
    """Return the output path of a former address below `site.url`: `wages/index.html` for `wages/`.

    Escapes such as `%D1%86` are decoded, as servers decode requests. `target` is the output path
    that it leads to; what is not a page has a copy, with a similar suffix. Raise `AddressError` if
    static files cannot have the address.
    """
    if is_absolute(text) or text.startswith("//"):
        raise AddressError(f"{quote(text)} is an address; write only what follows `site.url` in it")
    if text.startswith("/"):
        raise AddressError(f"{quote(text)} begins with a slash; write what follows `site.url`")
    advice = "redirect it on the server instead"
    path = unicodedata.normalize("NFC", urllib.parse.unquote(text))
    if unusable := _UNUSABLE.search(path) or find_unfit(path):
        raise AddressError(f"no file can have {quote(unusable[0])} in its address; {advice}")
    wanted, suffix = (posixpath.splitext(name)[1].lower() for name in (target, path))
    if not wanted:
        example = "write one such as `all/rss.xml`"
        raise AddressError(f"{quote(target)} is no path of a page, feed or list; {example}")
    if wanted == ".html" and not suffix:
        path, suffix = f"{path.removesuffix('/')}/index.html", wanted
    if suffix != wanted and not any({suffix, wanted} <= group for group in _SIMILAR):
        end = f"{wanted} or /" if wanted == ".html" else wanted
        message = f"a server would not send {quote(text)} as what it is; end it in {end}, or"
        raise AddressError(f"{message} {advice}")
    if not is_inside(path):
        raise AddressError(f"{quote(text)} has a name that is empty or too long; {advice}")
    return path


def site_paths(office: Office) -> set[str]:
    """Return the files and folders of the site itself, without entries, that no alias may have."""
    names = [*FILE_NAMES.values(), *_OF_FEED]
    in_each_language = [
        *_PAGES,
        *(["search"] if office.search else ()),
        *(f"news/{year}/{name}" for year in _YEARS for name in ("index.html", "page")),
        *(f"{feed.path}/index.html" for feed in office.feeds if feed.language is None),
    ]
    return {
        *_OF_SITE,
        *(folder + path for folder in office.folders.values() for path in in_each_language),
        *(f"{feed.path}/{name}" for feed in office.feeds for name in names),
    }


def path_prefixes(path: str) -> Iterator[str]:
    """Yield the folders around a path, and the path; in lower case, as on many file systems."""
    return itertools.accumulate(path.casefold().split("/"), "{}/{}".format)


def check_aliases(
    aliases: Sequence[tuple[str, str]], taken: Collection[str]
) -> Iterator[tuple[int, Code, str]]:
    """Yield number, code and message for each alias (where it is written, and its output path) that
    is, or lies below, a path in `taken` or another alias, or that Windows cannot have."""
    first = {path.casefold(): n for n, (_, path) in reversed([*enumerate(aliases)])}
    for number, (_, path) in enumerate(aliases):
        for shared in path_prefixes(path):
            other = first.get(shared, number)
            if shared in taken or other != number:
                owner = "this site" if shared in taken else quote(aliases[other][0])
                message = f"{owner} already has {quote(shared)}; delete one of the two"
                yield number, "alias-taken", message
                break
        if name := next(filter(is_windows_name, path.split("/")), None):
            message = f"Windows cannot have a file {quote(name)}; redirect it on the server instead"
            yield number, "windows-name", message
