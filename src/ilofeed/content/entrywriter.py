"""An entry file from its keys, in the order of the manual, as YAML reads them back."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from ilofeed import dates
from ilofeed.content import yamldoc
from ilofeed.text import Source, find_unfit

if TYPE_CHECKING:
    from collections.abc import Mapping

_ORDER = (
    "title date summary categories countries link updated event authors image attachments "
    "language translation_of id"
).split()


def written(keys: Mapping[str, Any]) -> bytes:
    """The bytes of an entry file; keys without a value are left out, `body` stands below."""
    lines = ["---"]
    for key in _ORDER:
        value = keys.get(key)
        if isinstance(value, dict) and value:
            lines += [f"{key}:", *(f"  {name}: {_value(one)}" for name, one in value.items())]
        elif key in {"categories", "countries"}:
            lines.append(f"{key}: [{', '.join(value or ())}]")
        elif isinstance(value, list) and value:
            lines += [f"{key}:", *(line for one in value for line in _listed(one))]
        elif value:
            lines.append(f"{key}: {_value(value)}")
    body = keys.get("body")
    return "\n".join([*lines, "---", *(["", body] if body else []), ""]).encode()


def _listed(pairs: Mapping[str, str]) -> list[str]:
    if pairs.keys() == {"name"}:
        return [f"  - {scalar(pairs['name'])}"]
    begin = ["  - ", *["    "] * (len(pairs) - 1)]
    return [
        f"{indent}{name}: {_value(one)}"
        for indent, (name, one) in zip(begin, pairs.items(), strict=True)
    ]


def _value(value: Any) -> str:
    return dates.write_moment(value) if isinstance(value, dt.date) else scalar(str(value))


def scalar(text: str) -> str:
    """A text as YAML reads it back: plain where that is safe, else between double quotes."""
    if find_unfit(text):  # which YAML may not hold as it is, and the check refuses
        return json.dumps(text)
    line = Source("", f"key: {text}\n")
    root, problems = yamldoc.compose(line, 0, len(line.text))
    value = root.get("key") if root is not None and not problems else None
    is_plain = (
        isinstance(value, yamldoc.Scalar)
        and not value.style
        and value.value == text
        and " #" not in text
        and text not in {"", "~", "null"}
    )
    return text if is_plain else json.dumps(text, ensure_ascii=False)
