"""Every way that is only shorter says what the long way says."""

from __future__ import annotations

import re
from unittest.mock import patch

from hypothesis import example, given
from hypothesis import strategies as st

from ilofeed import source

SUSPICIOUS = st.sampled_from(
    "aé \r\n\x00\x7f\x85ÂâÃô€™\u00a9\u2028\ue000\ufdd0\ufffd\U0001f600\U0001fffe"
)


@given(st.text(st.one_of(SUSPICIOUS, st.characters(codec="utf-8")), max_size=40))
@example("â€™ \U0010ffff")
def test_a_text_is_searched_as_if_all_were_suspect(text: str) -> None:
    quick = source.decode("x.md", text.encode()), source.find_unfit(text)
    with patch.object(source, "_SUSPECT", re.compile("")):
        (slow, problems), match = source.decode("x.md", text.encode()), source.find_unfit(text)
    assert quick[0] == (slow, problems)
    assert (quick[1] and quick[1].span()) == (match and match.span())


def test_unfit_are_what_html_takes_for_errors() -> None:
    found = {code for code in range(0x110000) if source.find_unfit(chr(code))}
    unfit = {code for code in range(0x110000) if code & 0xFFFE == 0xFFFE}
    unfit |= {*range(0x80, 0xA0), *range(0xD800, 0xE000), *range(0xFDD0, 0xFDF0), 0xFFFD}
    control = {*range(0x20), 0x7F} - {0x09, 0x0A, 0x0D}
    assert found == unfit | control
