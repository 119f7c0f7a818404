"""Every command, option, key, task, input and variable stands where a user looks for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click
import pytest
import yaml

from ilofeed.cli.main import cli
from ilofeed.content.keys import PersonFields
from ilofeed.content.schemas import (
    AttachmentFields,
    EntryFields,
    EventFields,
    ImageFields,
    OfficeFields,
    PerFields,
    SiteFields,
    TermFields,
)
from ilofeed.problems import RULES
from manual import PAGES
from offices import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

_CONTEXT = click.Context(cli)
COMMANDS = {
    name: command
    for name in cli.list_commands(_CONTEXT)
    if (command := cli.get_command(_CONTEXT, name)) is not None
}
Rows = dict[str, list[str]]  # the cells of a table's rows, by the first cell


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def tables(page: str) -> Iterator[tuple[str, Rows]]:
    """Each table of a page, with the line above it."""
    for match in re.finditer(r"([^\n]*)\n\n((?:\|.*\n)+)", page):
        rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in match[2].splitlines()[2:]]
        yield match[1], {row[0].strip(): [cell.strip() for cell in row] for row in rows}


def table(page: str, above: str) -> Rows:
    (found,) = (rows for line, rows in tables(page) if above in line)
    return found


def named(rows: Rows) -> set[str]:
    return {name for cell in rows for name in re.findall(r"`([^`]+)`", cell)}


def paragraph(page: str, start: str) -> str:
    (found,) = (one for one in page.split("\n\n") if one.startswith(start))
    return found


# --- keys ---


def test_every_key_of_an_entry_has_its_row() -> None:
    page = text("docs/reference/entries.md")
    rows = table(page, "The first five are needed")
    assert named(rows) == set(EntryFields.model_fields)
    for key, model in (
        ("event", EventFields),
        ("image", ImageFields),
        ("attachments", AttachmentFields),
    ):
        assert_names(paragraph(page, f"`{key}`"), model)
    assert_names(rows["`authors`"][1], PersonFields)


def test_every_key_of_an_office_has_its_row() -> None:
    page = text("docs/reference/feeds-yaml.md")
    rows = table(page, "`site` (")
    assert named(rows) == set(SiteFields.model_fields)
    assert_names(rows["`author`"][1], PersonFields)
    assert named(table(page, "The value is a label, or:")) == set(TermFields.model_fields)
    for key in OfficeFields.model_fields:
        assert re.search(rf"(?m)^(?:`\w+` and )?`{key}`", page), key
    assert_names(paragraph(page, "`feeds` lists"), PerFields)


def assert_names(where: str, model: type[BaseModel]) -> None:
    for key in model.model_fields:
        assert f"`{key}`" in where, key


# --- commands ---


def written(command: click.Command) -> Iterator[str]:
    """How the parameters of a command are written."""
    for parameter in command.params:
        choices = getattr(parameter.type, "choices", ())
        if parameter.param_type_name == "argument":
            yield r"\|".join(choices) or parameter.metavar or (parameter.name or "").upper()
        elif choices and parameter.metavar is None and parameter.opts != ["--as"]:
            yield parameter.opts[0] + " " + r"\|".join(choices)
        else:
            yield parameter.opts[0]


def test_every_command_has_its_row_with_its_options_and_no_other() -> None:
    page = text("README.md")
    rows = table(page, "Problems go to standard output")
    commands = {cell.strip("`").split()[1]: cells for cell, cells in rows.items()}
    assert set(commands) == set(COMMANDS)
    for name, (cell, _) in commands.items():
        wanted = list(written(COMMANDS[name]))
        for one in wanted:
            assert one in cell, (name, one)
        options = {one.split()[0] for one in wanted if one.startswith("--")}
        assert set(re.findall(r"--[a-z-]+", cell)) == options, name
    for rule in RULES:
        assert f"`{rule}`" in commands["build"][1]
    above = page[page.index("## Commands") : page.index("| command |")]
    for parameter in cli.params:
        assert f"`{parameter.opts[0]}" in above or f"[{parameter.opts[0]} " in above, parameter.opts


def test_every_option_of_import_has_its_row() -> None:
    rows = table(text("docs/how-to/import.md"), "## Options")
    command = COMMANDS["import"]
    options = {option for one in command.params for option in one.opts if option.startswith("--")}
    assert {name.split()[0] for name in named(rows)} == options
    (kinds,) = (one.type for one in command.params if one.name == "kind")
    for kind in getattr(kinds, "choices", ("no choices",)):
        assert f"`{kind}`" in rows["`--as KIND`"][1]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_commands_in_the_text_exist(path: object) -> None:
    page = re.sub(r"(?ms)^ *```.*?^ *```", "", text(str(path)))
    for code in re.findall(r"`([^`\n]+)`", page):
        if match := re.match(r"(?:\./run )?ilofeed (?:-C \S+ )?([a-z]+)(.*)", code):
            command = COMMANDS[match[1]]
            known = {option for one in command.params for option in one.opts}
            assert set(re.findall(r"--[a-z-]+", match[2])) <= known, code
        elif match := re.match(r"\./run ([a-z]+)", code):
            assert match[1] in tasks(), code


# --- the script, the workflows, the environment ---


def tasks() -> dict[str, str]:
    """Each task of `run`, and how it is written."""
    found = re.findall(r"(?m)^task_(\w+)\(\) \{(?: # ([^:]+):)?", text("run"))
    return dict(found)


def test_every_task_is_in_the_help_and_in_the_readme() -> None:
    rows = table(text("README.md"), "runs one file")
    for name, help_text in tasks().items():
        assert help_text.split()[0] == name
    assert named(rows) == {f"./run {task.replace(' …', '')}" for task in tasks().values()}


def inputs(path: str) -> dict[str, dict[str, str]]:
    made = yaml.load(text(path), yaml.BaseLoader)
    found: dict[str, dict[str, str]] = (made["on"]["workflow_call"] if "on" in made else made)[
        "inputs"
    ]
    return found


@pytest.mark.parametrize(
    ("path", "above"), [("action.yml", "output: public"), ("office.yml", "office.yml@COMMIT")]
)
def test_every_input_has_its_row_with_its_default(path: str, above: str) -> None:
    page = re.sub(r"\n```\n", "\n", text("docs/how-to/publish-on-github.md"))
    rows = table(page, above)
    known = inputs(path if path == "action.yml" else f".github/workflows/{path}")
    assert named(rows) == set(known)
    for name, one in known.items():
        default = one["default"]
        assert default in {"", "false"} or f"`{default}`" in rows[f"`{name}`"][1], name


def test_every_output_of_the_action_is_named() -> None:
    sentence = paragraph(text("docs/how-to/publish-on-github.md"), "Its outputs are")
    for name in yaml.load(text("action.yml"), yaml.BaseLoader)["outputs"]:
        assert f"`{name}`" in sentence


def test_every_variable_of_the_environment_is_named() -> None:
    pattern = r'"([A-Z_]+)" (?:not )?in os\.environ|environ(?:\.get\(|\[)"([A-Z_]+)"'
    code = "".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    read = {one or other for one, other in re.findall(pattern, code)}
    read |= set(re.findall(r"\$\{([A-Z]+):-", text("run")))
    rows = table(text("README.md"), "From the environment")
    assert {"SOURCE_DATE_EPOCH", "PYTHON"} <= read
    assert named(rows) == read
