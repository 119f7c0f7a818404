"""A build waits as long as another process holds the lock of its output, and says for which."""

from __future__ import annotations

import functools
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from ilofeed.files import PublishError
from ilofeed.publish import beside, output
from ilofeed.publish.output import locked
from offices import SMALL, entry, write_office
from serving import needs
from waiting import until

pytestmark = [pytest.mark.slow, needs("flock")]
BUILD = [sys.executable, "-m", "ilofeed", "build", "--now", "2026-11-01"]
STARTED = r"started \d{4}-\d\d-\d\d \d\d:\d\d:\d\d"


def hold(lock: Path, kind: str = "--exclusive") -> subprocess.Popen[str]:
    """Hold a lock by another program until its stdin is closed; wait until it does."""
    holder = subprocess.Popen(
        ["flock", kind, str(lock), "sh", "-c", "echo held; cat"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def wait_for_line(build: subprocess.Popen[str]) -> str:
    assert build.stderr is not None
    return build.stderr.readline()


@pytest.fixture
def office(tmp_path: Path) -> Path:
    return write_office(tmp_path / "office", office=SMALL, wages=entry())


def start(office: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        BUILD, cwd=office, stderr=subprocess.PIPE, text=True,
        # tests that a shell runs in the background ignore Ctrl-C; what they start must not
        preexec_fn=functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )  # fmt: skip


def test_a_build_waits_until_the_lock_is_released_and_says_for_whom(office: Path) -> None:
    holder = hold(office / ".public.lock")
    build = start(office)
    said = wait_for_line(build)
    assert re.fullmatch(
        rf"waiting until process {holder.pid} \(flock, {STARTED}\) releases "
        rf"{re.escape(str(office))}/\.public\.lock; stop with Ctrl-C\n",
        said,
    )
    assert build.poll() is None
    assert not (office / "public").exists()
    holder.communicate()
    rest = build.communicate(timeout=60)[1]
    assert build.returncode == 0
    assert "1 entry" in rest
    assert "waiting" not in rest


def test_ctrl_c_ends_the_wait(office: Path) -> None:
    holder = hold(office / ".public.lock")
    build = start(office)
    assert wait_for_line(build).startswith("waiting until process")
    build.send_signal(signal.SIGINT)
    rest = build.communicate(timeout=60)[1]
    assert (build.returncode, rest.strip()) == (130, "stopped")
    assert {path.name for path in office.iterdir()} == {"feeds.yaml", "entries", ".public.lock"}
    assert holder.poll() is None
    holder.communicate()


def test_the_lock_of_a_killed_process_is_free(office: Path) -> None:
    holder = subprocess.Popen(["flock", "--no-fork", str(office / ".public.lock"), "sleep", "600"])
    name = Path(f"/proc/{holder.pid}/comm")
    until(lambda: name.read_text() == "sleep\n", "held")  # what flock becomes when it has the lock
    build = start(office)
    assert re.match(rf"waiting until process {holder.pid} \(sleep, ", wait_for_line(build))
    holder.kill()
    holder.wait()
    build.communicate(timeout=60)
    assert build.returncode == 0


def is_held(lock: Path) -> bool:
    return subprocess.run(["flock", "--nonblock", lock, "true"], check=False).returncode == 1


def test_each_process_that_is_waited_for_is_named_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "PAUSE", 0.05)
    lines: list[str] = []
    lock, entered = tmp_path / ".public.lock", threading.Event()
    # two that share the lock: it passes from one to the other without being free in between
    holders = {str(one.pid): one for one in (hold(lock, "--shared"), hold(lock, "--shared"))}

    def enter() -> None:
        with locked(tmp_path / "public", lines.append):
            entered.set()

    thread = threading.Thread(target=enter, daemon=True)
    thread.start()
    for number in (1, 2):
        until(lambda number=number: len(lines) >= number, "waiting")  # type: ignore[misc]
        named = re.findall(r"process (\d+) \(flock, ", lines[-1])
        assert not entered.is_set()
        holders.pop(named[0]).communicate()
    thread.join(60)
    assert entered.is_set()
    assert len(lines) == 2


def test_a_build_that_its_parent_would_wait_for_is_refused(office: Path) -> None:
    command = ["flock", ".public.lock", *BUILD]
    done = subprocess.run(command, cwd=office, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert re.search(r"process \d+ \(flock\) holds \S+ and waits for this build", done.stderr)
    with (
        FileLock(office / ".public.lock"),
        pytest.raises(PublishError, match=f"process {os.getpid()} "),
        locked(office / "public"),
    ):
        pass


def test_a_process_that_left_the_lock_to_a_child_is_not_named(tmp_path: Path) -> None:
    lock, (read, write) = tmp_path / ".public.lock", os.pipe()
    script = f"exec 9>>{lock}; flock 9; cat <&{read} >/dev/null &"
    subprocess.run(["bash", "-c", script], pass_fds=[read], check=True)
    os.close(read)
    assert is_held(lock)
    assert beside.describe_holder(lock) == "another process"
    os.close(write)  # ends the child


def test_without_a_list_of_locks_the_process_is_not_named(tmp_path: Path) -> None:
    (tmp_path / "free").touch()
    assert beside.describe_holder(tmp_path / "free") == "another process"
    assert beside.describe_holder(tmp_path / "missing") == "another process"
