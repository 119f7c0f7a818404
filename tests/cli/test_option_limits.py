"""Options that take a number: the last one that is accepted, and the first that is not."""

from __future__ import annotations

import click
import pytest

from ilofeed.cli.remote import confirm
from ilofeed.cli.site import build, serve


@pytest.mark.parametrize(
    ("command", "option", "accepted", "refused"),
    [
        (confirm, "wait", ["0", "0.5", "3600"], ["-0.1", "3600.1", "3601"]),
        (build, "jobs", ["1", "64"], ["0", "-1", "1.5"]),
        (serve, "port", ["0", "65535"], ["-1", "65536"]),
    ],
)
def test_a_number_has_a_range(
    command: click.Command, option: str, accepted: list[str], refused: list[str]
) -> None:
    for number in accepted:
        context = command.make_context(str(command.name), [f"--{option}={number}"])
        assert context.params[option] == float(number)
    for number in refused:
        with pytest.raises(click.BadParameter):
            command.make_context(str(command.name), [f"--{option}={number}"])
