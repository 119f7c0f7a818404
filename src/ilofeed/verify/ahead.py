"""What reads feeds back, loaded by a second process while this one loads what makes them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ilofeed import helper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ilofeed.model import Format

# each has what parts of the proof are loaded for only when it is met
_SAMPLES: dict[Format, bytes] = {
    "atom": b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="html">'
    b"&lt;p&gt;x&lt;/p&gt;</content></entry></feed>",
    "rss": b"<rss version='2.0'><channel><item><description>&lt;p&gt;x&lt;/p&gt;</description>"
    b"</item></channel></rss>",
}


@contextlib.contextmanager
def helped(processes: int) -> Iterator[None]:
    """Have a helper within, where as many processes may work at once."""
    if processes > 1:
        helper.start(load)
    try:
        yield
    finally:
        helper.dismiss()


def load() -> None:
    """Load whatever `verify` needs for Atom and RSS."""
    import ilofeed.verify  # noqa: F401
    from ilofeed.verify.feed_reader import read_back
    from ilofeed.verify.grammar import match_grammar
    from ilofeed.verify.lint import lint

    for form, data in _SAMPLES.items():
        match_grammar(data, form)
        lint(data, form, "")
        with contextlib.suppress(ValueError):
            read_back(data, form)
