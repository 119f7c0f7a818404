"""Texts of calendars (RFC 5545, section 3.3.11), read from lines that no library wrote."""

from __future__ import annotations

import pytest

from ilofeed.verify.calendar_reader import read_calendar


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (r"C:\\New", r"C:\New"),
        (r"C:\\new\\north", r"C:\new\north"),
        (r"a\nb", "a\nb"),
        (r"a\Nb", "a\nb"),
        (r"a\\\nb", "a\\\nb"),
        (r"work\, pay\; hours", "work, pay; hours"),
        (r"a\\\, b\\", "a\\, b\\"),
    ],
)
def test_an_escaped_text_is_read_to_the_letter(written: str, text: str) -> None:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", f"NAME:{written}", "END:VCALENDAR", ""]
    about, events = read_calendar("\r\n".join(lines).encode())
    assert about["title"] == text
    assert events == []
