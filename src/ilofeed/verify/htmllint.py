"""What a strict parser or a cautious reader has to say of an entry's HTML in a feed."""

from __future__ import annotations

import re

from ilofeed.content import TAGS, is_clean
from ilofeed.remember import Once
from ilofeed.text import find_unfit

_WHOLE = re.compile(r"(?:https?|mailto|tel):")
_ADDRESS = re.compile(r"(?:href|src)=\"([^\"]*)")


def html_findings(text: str) -> tuple[tuple[str, str], ...]:
    """Rule and finding for HTML that a strict parser or a cautious reader would not take."""
    return _judge_html(text) if _has_markup(text) else ()


def _has_markup(text: str) -> bool:
    return "<" in text or "&" in text


@Once
def _judge_html(text: str) -> tuple[tuple[str, str], ...]:
    if _is_whole(text):
        return ()
    return _judge_strictly(text)


def _is_whole(text: str) -> bool:
    """Whether HTML is what an HTML5 parser, asked to keep our elements alone, writes of it again:
    it had nothing to mend and nothing to drop, so a strict one has nothing to say. Addresses are
    whole, too. Where that is not so, as of HTML in references, a strict parser has to judge."""
    return (
        find_unfit(text) is None
        and all(map(_WHOLE.match, _ADDRESS.findall(text)))
        and is_clean(text)
    )


def _judge_strictly(text: str) -> tuple[tuple[str, str], ...]:
    import html5lib

    try:
        tree = html5lib.HTMLParser(strict=True).parseFragment(text)
    except html5lib.html5parser.ParseError as error:
        return (("NotHtml", str(error)),)
    findings = []
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag == "DOCUMENT_FRAGMENT":
            continue
        if (name := element.tag.partition("}")[2]) not in TAGS:
            findings.append(("SecurityRisk", name))
        for attribute, value in element.attrib.items():
            if str(attribute).startswith("on"):
                findings.append(("SecurityRiskAttr", str(attribute)))
            if attribute == "style":
                findings.append(("DangerousStyleAttr", value))
            if attribute in {"href", "src"} and not _WHOLE.match(value):
                findings.append(("ContainsRelRef", value))
    return tuple(findings)
