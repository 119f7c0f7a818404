"""Make the ids in a body, and the links to them.

An id is `slug--name`. A slug never contains two hyphens, so it is unique among all entries and the
other ids of a page, wherever a body is shown. Links are complete addresses of the entry's page, so
that they also work in feed readers.
"""

import html
import re
from collections import Counter

from ilofeed.problems import did_you_mean, quote

_TAG = re.compile(r"<[^<>]*>")
_REFERENCE = re.compile(r"<sup[^<>]*>.*?</sup>")
_NOT_IN_NAME = re.compile(r"[^\w\- ]")
_BACK = re.compile(r' ?<a href="([^"]*)">↩(?:<sup>[0-9]+</sup>)?</a>')


class Anchors:
    """The headings, sections that links name, footnotes and references of one body."""

    def __init__(self, permalink: str) -> None:
        self.sections: list[tuple[int, str]] = []  # offset and name of each link to a section
        self._prefix = permalink.rstrip("/").rpartition("/")[2] + "--"
        self._address = f"{permalink}#{self._prefix}"
        self._names: dict[str, str] = {}  # of headings, with their texts
        self._repeated: Counter[str] = Counter()
        self._notes: list[str] = []  # comrak's names of the footnotes
        self._uses: Counter[str] = Counter()  # of footnotes, by number

    def heading(self, content: str) -> str:
        """Return the id of a heading with this HTML, as GitHub names it."""
        text = html.unescape(_TAG.sub("", _REFERENCE.sub("", content)))
        plain = _NOT_IN_NAME.sub("", " ".join(text.split()).lower()).replace(" ", "-")
        name = plain = plain or "section"
        while name in self._names:
            self._repeated[plain] += 1
            name = f"{plain}-{self._repeated[plain]}"
        self._names[name] = text
        return html.escape(self._prefix + name)

    def section(self, written: str, name: str, offset: int) -> str:
        """Return the address of a section; `written` is its name, percent-encoded."""
        if name in {"", "top"}:  # both lead to the beginning of any page
            return f"{self._address.partition('#')[0]}#{name}"
        self.sections.append((offset, name))
        return self._address + written

    def unknown_sections(self) -> list[tuple[int, str]]:
        """Return offset and message for each link to a section that the body does not have."""
        unknown = []
        for offset, name in self.sections:
            example = f"; write one, such as ## {name.replace('-', ' ').capitalize()}"
            advice = did_you_mean(name, self._names) if self._names else example
            if name not in self._names:
                message = f"the body has no heading for {quote(f'#{name}')}{advice}"
                unknown.append((offset, message))
        return unknown

    def reference(self, number: str, *, is_linked: bool) -> str:
        """Return a reference to a footnote; without a link if it is within a link."""
        self._uses[number] += 1
        name = self._use(number, self._uses[number])
        href = f"{html.escape(self._address)}fn:{number}"
        shown = number if is_linked else f'<a href="{href}">{number}</a>'
        return f'<sup id="{html.escape(self._prefix)}{name}">{shown}</sup>'

    def note(self, name: str) -> str | None:
        """Return the id of the next footnote; None if there was one with the same name."""
        if name in self._notes:
            return None
        self._notes.append(name)
        return html.escape(f"{self._prefix}fn:{len(self._notes)}")

    def back(self, index: str) -> str:
        """Return a link from a footnote to a reference: `2-3` is the third one to footnote 2."""
        number, _, use = index.partition("-")
        href = html.escape(self._address) + self._use(number, int(use or 1))
        return f'<a href="{href}">↩{f"<sup>{use}</sup>" if use else ""}</a>'

    def without_dead_ends(self, body: str) -> str:
        """Remove the links back to references that are not shown, as in the text of a picture."""
        numbers, start = self._uses.items(), html.escape(self._address)
        shown = {start + self._use(n, use + 1) for n, count in numbers for use in range(count)}

        def keep(link: re.Match[str]) -> str:
            is_dead = link[1].startswith(f"{start}fnref:") and link[1] not in shown
            return "" if is_dead else link[0]

        return _BACK.sub(keep, body) if self._notes else body

    @staticmethod
    def _use(number: str, use: int) -> str:
        return f"fnref:{number}" + (f"-{use}" if use > 1 else "")
