"""Finish the text of a body: make links of addresses, and join lines of Chinese and Japanese.

comrak's own links of addresses read on through Chinese punctuation and text, up to the next space.

Between two Chinese or Japanese characters, a line break is not a space: between Han and kana with
their punctuation, full-width forms, and beside one of them the signs that Chinese shares with other
scripts, such as “ ” … —. Korean has spaces between words, so a line break is one.
"""

import html
import re
from collections.abc import Callable

from ilofeed.urls import AddressError, to_url

_TAG = re.compile(r'(<[^<>"]*+(?:"[^"]*+"[^<>"]*+)*+>)')
_NAME = re.compile("</?([a-z]+[1-6]?)")
_NOT_IN_ADDRESS = (  # also the characters of scripts that have no space after an address
    r"\s<>&\"“”‘’«»…—`{}|\\^\[\]"
    "\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
)
_ADDRESS = re.compile(
    rf"(?<![A-Za-z0-9./@:_-])(?:https?://|www\.)(?:[^{_NOT_IN_ADDRESS}]|&amp;)++"
    r"|(?<![A-Za-z0-9.%+/@_-])(?:mailto:)?(?P<mail>[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}"
    r"@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24})(?![A-Za-z0-9@_-])",
    re.IGNORECASE,
)
_ENDS = "?!.,:;*_~'،؛؟"  # at the end of an address these belong to the sentence
_OPAQUE = frozenset({"a", "code", "pre"})
_MARKUP = frozenset("b code del em i s strike strong".split())
_WIDE = (
    "[\u2e80-\u2fff\u3001-\u312f\u3190-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff9f\uffe0-\uffef"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
_SHARED = "[‘’“”…—·]"
_INLINE = r"(?:</?(?:a|code|em|s|strong)(?: [^<>]*)?>|<sup[^<>]*><a[^<>]*>[0-9]+</a></sup>)*+"
_PAIR = re.compile(f"{_WIDE}(?:{_WIDE}|{_SHARED})|{_SHARED}{_WIDE}")
_BREAK = re.compile(
    rf"(?<={_WIDE})[ \t]*+\n[ \t]*+(?={_WIDE}|{_SHARED})|(?<={_SHARED})[ \t]*+\n[ \t]*+(?={_WIDE})"
)
_BREAK_IN_HTML = re.compile(
    rf"({_WIDE}{_INLINE})\n(?={_INLINE}(?:{_WIDE}|{_SHARED}))"
    rf"|({_SHARED}{_INLINE})\n(?={_INLINE}{_WIDE})|<pre>(?s:.*?)</pre>"
)
_GAP = re.compile(r"(\s+)")


def link_addresses(
    body: str, resolve: Callable[[str], str | None] = lambda address: address
) -> str:
    """Return HTML in which each complete address outside of code is a link.

    `resolve` returns the address to link to; if it is None, the address is marked as code.
    """
    parts = _TAG.split(body)  # texts at even indexes, tags at odd ones
    depth = 0
    for index, part in enumerate(parts):
        if index % 2:
            name = _NAME.match(part)
            if name and name[1] in _OPAQUE:
                depth += -1 if part[1] == "/" else 1
        elif not depth and ("://" in part or "@" in part or "www." in part.lower()):
            parts[index] = _link(part, "".join(parts[index + 1 : index + 2]), resolve)
    return "".join(parts)


def _link(text: str, tag: str, resolve: Callable[[str], str | None]) -> str:
    """Return a text with links; `tag` follows it."""
    name = _NAME.match(tag)
    is_cut = name is not None and name[1] in _MARKUP and tag[1] != "/"

    def link(match: re.Match[str]) -> str:
        if is_cut and match.end() == len(text):  # signs of the address were read as Markdown
            return match[0]
        written = html.unescape(match[0])
        shown = written if match["mail"] else _without_end(written)
        try:
            complete = shown if "://" in shown else f"http://{shown}"
            address = f"mailto:{match['mail']}" if match["mail"] else to_url(complete)
        except AddressError:
            return match[0]
        inner, rest = (html.escape(text, quote=False) for text in (shown, written[len(shown) :]))
        target = resolve(address)
        if target is None:
            return f"<code>{inner}</code>{rest}"
        return f'<a href="{html.escape(target)}">{inner}</a>{rest}'

    return _ADDRESS.sub(link, text)


def _without_end(written: str) -> str:
    """Return an address without the punctuation of the sentence after it."""
    end, surplus = len(written), written.count(")") - written.count("(")
    while end and (written[end - 1] in _ENDS or (written[end - 1] == ")" and surplus > 0)):
        end -= 1
        surplus -= written[end] == ")"
    return written[:end]


def join_lines(text: str) -> str:
    """Return a text of several lines on one."""
    return " ".join(line.strip(" ") for line in _BREAK.sub("", text).split("\n"))


def join_html(body: str) -> str:
    """Remove line breaks between Chinese or Japanese characters from the HTML of a body."""
    if body.isascii():
        return body
    return _BREAK_IN_HTML.sub(lambda match: match[1] or match[2] or match[0], body)


def join_folded(value: str, written: str) -> str:
    """Remove the spaces from a value that YAML put between its lines, if they are not wanted.

    `written` is the value as it is in the file. A value with escapes stays as it is.
    """
    if value.isascii() or "\n" not in written:
        return value
    sources, parts = _GAP.split(written.strip("'\" \n")), _GAP.split(value.strip())
    if sources[0][:1] in ("|", ">"):  # the sign of a block
        del sources[:2]
    if sources[::2] != parts[::2]:
        return value
    for index in range(1, len(parts), 2):
        is_break = parts[index] == " " and "\n" in sources[index]
        if is_break and _PAIR.fullmatch(parts[index - 1][-1] + parts[index + 1][0]):
            parts[index] = ""
    return "".join(parts)
