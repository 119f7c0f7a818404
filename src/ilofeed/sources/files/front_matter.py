"""Read the front matter of posts (YAML, TOML, JSON, metadata of Pelican); clean their bodies."""

import datetime as dt
import json
import re
import tomllib
from collections import Counter
from typing import Any

from ilofeed.content import yaml_nodes
from ilofeed.sources.items import SourceError
from ilofeed.text import Source

_MAX = 50_000  # characters of keys, as in entries
_START = re.compile(r"\s*+(---|\+\+\+|\{(?=\s*[\"}]))[ \t]*(json|toml|yaml)?[ \t]*\n")
_ENDS = {"---": ("yaml", r"(?:---|\.\.\.)"), "+++": ("toml", r"\+\+\+"), "{": ("json", r"\}")}
_METADATA = re.compile(r"([A-Za-z][\w-]{0,40}):[ \t]*(.*)")
# searching takes linear time: a part that is not closed ends at the next brace or after the text
_TEMPLATES = re.compile(
    r"(?P<code>^ {0,3}(?P<fence>`{3,}+|~{3,}+)[^\n]*+(?:\n(?! {0,3}(?P=fence))[^\n]*+)*+(?:\n.*)?"
    r"|(?<!`)(?P<ticks>`++)[^`\n]*+(?P=ticks))"
    r"|\{%(?:[^{}%]|%(?!\}))*+%\}|\{\{(?:[^{}]|\}(?!\}))*+\}\}|\{:[^{}\n]*+\}",
    re.MULTILINE,
)
# what Liquid writes as an address: {{ "/assets/a.png" | relative_url }}
_ADDRESS = re.compile(
    r"""\{\{-?\s*(["'])([^"'\s{}]+)\1\s*\|\s*(?:relative_url|absolute_url|url)\s*-?\}\}"""
)


def read_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Return keys and body of a post; raise `SourceError` if it has none or they are invalid."""
    match = _START.match(text)
    if match is None:
        return _metadata(text.lstrip("\n"))
    form, mark = _ENDS[match[1]]
    closing = re.compile(rf"^{mark}[ \t]*(?:\n|\Z)", re.MULTILINE).search(text, match.end())
    if closing is None or closing.start() - match.end() > _MAX:
        raise SourceError(f"its front matter has no end, or more than {_MAX} characters")
    start, end = match.end(), closing.start()
    if form == "json":
        start, end = match.start(1), closing.end()
    keys = parse(match[2] or form, text, start, end)
    if not isinstance(keys, dict):
        raise SourceError("its front matter has no keys")
    params = keys.pop("params", None)  # the author's own keys (Hugo)
    return ({**params, **keys} if isinstance(params, dict) else keys), text[closing.end() :]


def parse(form: str, text: str, start: int, end: int) -> Any:
    """Return the values of a part of a text in YAML, TOML or JSON; raise `SourceError`."""
    try:
        if form != "yaml":
            return (tomllib if form == "toml" else json).loads(text[start:end])
    except (ValueError, RecursionError) as error:
        raise SourceError(f"invalid {form.upper()}: {error}") from error
    root, problems = yaml_nodes.compose(Source("", text), start, end)
    for problem in sorted(problems):
        raise SourceError(f"line {problem.line}, column {problem.column}: {problem.message}")
    return yaml_nodes.plain(root) if root is not None else {}


def _metadata(text: str) -> tuple[dict[str, Any], str]:
    """Read lines `Title: …` up to an empty one (Pelican); an indented line continues a value."""
    head, _, body = text.partition("\n\n")
    keys: dict[str, Any] = {}
    for line in re.sub(r"\n[ \t]+", " ", head.rstrip()).split("\n"):
        match = _METADATA.fullmatch(line)
        keys |= {match[1]: match[2].strip()} if match else {"": ""}
    if "" in keys or "title" not in map(str.lower, keys):
        raise SourceError("it has no front matter, so it is not a post")
    return keys, body


def text_of(value: Any) -> str:
    """Return a single value as text; "" for none, a list or a mapping."""
    if isinstance(value, bool | dt.date | dt.time):
        return str(value).lower()
    return "" if value is None or isinstance(value, list | dict) else str(value).strip()


def remove_templates(body: str) -> tuple[str, Counter[str]]:
    """Return a body without shortcodes, Liquid and attributes outside code; and how often each."""
    removed = Counter[str]()

    def replace(match: re.Match[str]) -> str:
        if address := _ADDRESS.fullmatch(match[0]):
            return address[2]
        removed[" ".join(match[0].split())] += match["code"] is None
        return match["code"] or ""

    return _TEMPLATES.sub(replace, body), +removed
