"""Which characters no feed can carry."""

from __future__ import annotations

from ilofeed.text import find_unfit


def test_unfit_are_what_html_takes_for_errors() -> None:
    found = {code for code in range(0x110000) if find_unfit(chr(code))}
    unfit = {code for code in range(0x110000) if code & 0xFFFE == 0xFFFE}
    unfit |= {*range(0x80, 0xA0), *range(0xD800, 0xE000), *range(0xFDD0, 0xFDF0), 0xFFFD}
    control = {*range(0x20), 0x7F, 0xFEFF} - {0x09, 0x0A, 0x0D}
    assert found == unfit | control
