"""Find lines with a hyphen among lines without one, in a section of a YAML text."""

import re
from dataclasses import dataclass

from ilofeed.problems import quote

_KEY = re.compile(r"(?:- +)?([\w-]+)[ \t]*:(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Mixture:
    """A section of a list if `is_list`, else of keys, with lines of the other form.

    `odd` holds the offsets at which the text of these lines begins; the first line of the section
    decides if there are as many of both.
    """

    is_list: bool
    is_inside: bool  # the first odd line is a key of the item above it
    odd: tuple[int, ...]

    def message(self, text: str) -> str:
        """Return what to write instead of the first odd line."""
        line = text[self.odd[0] :].partition("\n")[0].strip()
        if self.is_inside:
            return f"{quote(line)} belongs to the item above; begin it two columns further right"
        if self.is_list:
            return (
                f"the other lines of this section begin with a hyphen; write {quote(f'- {line}')}"
            )
        if _KEY.match(line):
            shown = line.removeprefix("-").strip()
            return f"the other lines of this section have no hyphen; write {quote(shown)}"
        return (
            "the other lines of this section are keys with values; write this one in the same way"
        )

    def corrected(self, text: str) -> tuple[str, list[int]]:
        """Return a text of equal length in which these lines fit, and the offsets of their values.

        The values are masked: they are not what the editor wrote.
        """
        masked: list[int] = []
        parts, done = [], 0
        column = self.odd[0] - text.rfind("\n", 0, self.odd[0]) - 1
        block = re.compile(rf".*+(?:\n {{{column + 1},}}+.*+)*+")
        for at in self.odd:
            match = block.match(text, at)
            assert match is not None  # it matches any line
            line, *below = match[0].split("\n")
            key = None if self.is_list else _KEY.match(line)
            begin = f"{key[1]}: " if key else "#"
            if self.is_list and not self.is_inside and len(line) > 2:
                begin = "- "
            if begin != "#":
                masked.append(at + len(begin))
            lines = [begin + "x" * (len(line) - len(begin)), *("#" * len(inner) for inner in below)]
            parts += [text[done:at], "\n".join(lines)]
            done = match.end()
        return "".join([*parts, text[done:]]), masked


def find_mixture(text: str, offset: int) -> Mixture | None:
    """Return the mixture of the section that a line is in, if that line is indented; else None."""
    start = text.rfind("\n", 0, offset) + 1
    indent = re.compile(r"[ ]*").match(text, start)[0]  # type: ignore[index]  # it always matches
    if not indent:
        return None
    outer = re.compile(rf"^ {{0,{len(indent) - 1}}}[^\s#]", re.MULTILINE)
    first = max((match.start() for match in outer.finditer(text, 0, start)), default=0)
    below = outer.search(text, start)
    lines = re.compile(rf"^{indent}([^\s#].*)$", re.MULTILINE)
    found = list(lines.finditer(text, first, below.start() if below else len(text)))
    with_hyphen = [match for match in found if match[1].startswith("- ")]
    without = [match for match in found if not match[1].startswith("- ")]
    if not with_hyphen or not without:
        return None
    more = len(with_hyphen) - len(without)
    is_list = (
        more > 0
        or (more == 0 and found[0] is with_hyphen[0])
        or not any(_KEY.match(match[1]) for match in without)
    )
    odd = without if is_list else with_hyphen
    keys = {key[1] for match in with_hyphen if (key := _KEY.match(match[1]))}
    key = _KEY.match(odd[0][1])
    is_inside = bool(keys) and key is not None and key[1] not in keys and odd[0] is not found[0]
    return Mixture(is_list, is_list and is_inside, tuple(match.start(1) for match in odd))
