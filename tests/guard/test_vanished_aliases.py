"""What is published at a former address is not dropped by mistake."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from test_guard import Desk, code

from offices import SMALL, entry

if TYPE_CHECKING:
    from pathlib import Path

ALIASES = b"""\
aliases:
  feed.xml: all/rss.xml
  past/: all/
"""


def test_a_former_address_is_not_dropped(tmp_path: Path) -> None:
    wages = entry(aliases="[2015/05/wages/, цалин/, old.html]")
    desk = Desk(tmp_path, office=SMALL + ALIASES, wages=wages, jobs=entry())
    desk.file("wages").write_bytes(entry(aliases="[цалин/]"))
    (desk.folder / "feeds.yaml").write_bytes(SMALL)
    lines = desk.refused()
    advice = ["- 2015/05/wages/", "- old.html", "feed.xml: all/rss.xml", "past/: all/index.html"]
    assert [re.findall("write `([^`]*)`", line) for line in lines] == [[line] for line in advice]
    assert [line.split(": ")[0] for line in lines] == [
        "entries/wages.md:7:1", "entries/wages.md:7:1", "feeds.yaml:1:1", "feeds.yaml:1:1",
    ]  # fmt: skip
    assert set(code(lines)) == {"alias-vanished"}
    written = "aliases:\n" + "".join(f"  {line}\n" for line in advice[2:])
    (desk.folder / "feeds.yaml").write_bytes(SMALL + written.encode())
    kept = "".join(f"\n  {line}" for line in ["- цалин/", *advice[:2]])
    desk.file("wages").write_bytes(entry(aliases=kept))
    done = desk.build()
    assert (done.returncode, done.stdout) == (0, "")


def test_a_former_address_may_move_and_goes_with_its_entry(tmp_path: Path) -> None:
    old = "[old/, other/]"
    desk = Desk(tmp_path, wages=entry(aliases=old), jobs=entry(), pay=entry(aliases="[pay/]"))
    desk.file("wages").write_bytes(entry(withdrawn="2016-01-01", aliases="[other/]"))
    desk.file("jobs").write_bytes(entry(aliases="[old/]"))
    done = desk.build()
    assert done.returncode == 0, done.stdout
    desk.file("jobs").rename(desk.file("work"))
    desk.write("work", "id: jobs")
    desk.file("pay").unlink()
    assert code(desk.refused("--allow", "many-vanished")) == ["id-vanished"]
    done = desk.build("--allow", "id-vanished", "--allow", "many-vanished")
    assert done.returncode == 0, done.stdout
    assert b"entry/work/" in desk.published()["old/index.html"]
    desk.file("work").write_bytes(entry(id="jobs"))
    assert code(desk.refused()) == ["alias-vanished"]
    assert desk.build("--allow", "alias-vanished").returncode == 0
    assert "old/index.html" not in desk.published()
