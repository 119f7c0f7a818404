"""Every command, option, key, task, input and variable stands where a user looks for it."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

import click
import pytest
import yaml
from PIL import Image

from ilofeed.build import render_site
from ilofeed.cli import console
from ilofeed.cli.main import cli
from ilofeed.content.keys import PersonFields
from ilofeed.content.read import read_office
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
from ilofeed.content.site import check
from ilofeed.feeds import select
from ilofeed.media import files_of, render_files
from ilofeed.problems import RULES
from manual import PAGES, page_name
from offices import DATA, NOW, ROOT, SMALL, documents, entry, site
from picture_files import encode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydantic import BaseModel

_CONTEXT = click.Context(cli)
COMMANDS = {
    name: command
    for name in cli.list_commands(_CONTEXT)
    if (command := cli.get_command(_CONTEXT, name)) is not None
}
EXIT_CODES = "DONE WRONG_FILES USAGE NOT_VERIFIED BROKEN_DISK REFUSED STOPPED".split()
Rows = dict[str, list[str]]  # the cells of a table's rows, by the first cell


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def tables(page: str) -> Iterator[tuple[str, Rows]]:
    """Each table of a page, with the line above it."""
    for match in re.finditer(r"([^\n]*)\n\n((?:\|.*\n)+)", page):
        rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in match[2].splitlines()[2:]]
        yield match[1], {row[0].strip(): [cell.strip() for cell in row] for row in rows}


def table(page: str, above: str) -> Rows:
    (rows,) = (rows for line, rows in tables(page) if above in line)
    return rows


def named(rows: Rows) -> set[str]:
    return {name for cell in rows for name in re.findall(r"`([^`]+)`", cell)}


def paragraph(page: str, start: str) -> str:
    (found,) = (one for one in page.split("\n\n") if one.startswith(start))
    return found


# --- keys ---


def test_every_key_of_an_entry_has_its_row() -> None:
    page = text("docs/reference/entries.md")
    rows = table(page, "The first five keys are required")
    assert named(rows) == set(EntryFields.model_fields)
    required = [key for key, field in EntryFields.model_fields.items() if field.is_required()]
    assert [cell.strip("`") for cell in rows][:5] == required
    for heading, model in (
        ("## event", EventFields),
        ("## image", ImageFields),
        ("An item is the name of a file beside the entry, or has:", AttachmentFields),
    ):
        assert_rows(table(page, heading), model)
    assert_names(rows["`authors`"][1], PersonFields)


def test_every_key_of_an_office_has_its_row() -> None:
    page = text("docs/reference/feeds-yaml.md")
    rows = table(page, "are required")
    assert named(rows) == set(SiteFields.model_fields)
    assert_names(page.partition("## site")[2].partition("\n\n|")[0], SiteFields, required=True)
    assert_names(rows["`author`"][1], PersonFields)
    assert named(table(page, "value is a label, or a mapping:")) == set(TermFields.model_fields)
    for key in OfficeFields.model_fields:
        assert re.search(rf"(?m)^## (?:\w+ and )?{key}", page), key
    assert_names(paragraph(page, "`feeds` lists"), PerFields)


def assert_rows(rows: Rows, model: type[BaseModel]) -> None:
    """Each key has its row, which says whether it is required."""
    assert named(rows) == set(model.model_fields)
    for key, field in model.model_fields.items():
        says_required = rows[f"`{key}`"][1].endswith("required")
        assert says_required == field.is_required(), key


def assert_names(where: str, model: type[BaseModel], *, required: bool = False) -> None:
    for key, field in model.model_fields.items():
        if not required or field.is_required():
            assert f"`{key}`" in where, key


# --- commands ---


PAGE_OF_COMMANDS = "docs/reference/commands.md"


def written(option: click.Parameter) -> str:
    """Return how the manual writes an option and its value: `--output PATH`."""
    if getattr(option, "is_flag", False):
        return option.opts[0]
    choices = "|".join(getattr(option.type, "choices", ()))
    number = "N" if isinstance(option.type, click.IntRange) else ""
    value = option.metavar or choices or number or option.type.name.upper()
    return f"{option.opts[0]} {value}"


def sections() -> dict[str, str]:
    """Return what the page of commands says of each."""
    parts = re.split(r"(?m)^### (.*)\n", text(PAGE_OF_COMMANDS).partition("\n## Exit codes")[0])
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_command_has_its_section() -> None:
    assert set(sections()) == set(COMMANDS)
    above = text(PAGE_OF_COMMANDS).partition("\n## ")[0]
    assert set(re.findall(r"\]\(#(\w+)\)", above)) - {"environment"} == set(COMMANDS)
    for option in cli.params:
        assert re.search(rf"[`\[ ]{option.opts[0]}[` ]", above), option.opts


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_usage_and_each_option_with_its_default(name: str) -> None:
    command, section = COMMANDS[name], sections()[name]
    context = click.Context(command, info_name=name)
    usage = " ".join(["ilofeed", name, *command.collect_usage_pieces(context)])
    assert f"\n`{usage}`\n" in section
    options = [one for one in command.params if one.param_type_name == "option"]
    (rows,) = [rows for line, rows in tables(section) if line == f"`{usage}`"] or [{}]
    meanings = {cell.strip("`").replace(r"\|", "|"): cells[1] for cell, cells in rows.items()}
    assert list(meanings) == [written(option) for option in options]
    for option, meaning in zip(options, meanings.values(), strict=True):
        if isinstance(option.default, str | int) and not getattr(option, "is_flag", False):
            assert f"`{option.default}`" in meaning, option.opts
        assert not option.required or "required" in meaning, option.opts
        assert ("repeated" in meaning) == option.multiple, option.opts


def test_every_rule_of_the_guard_and_every_exit_code_is_named() -> None:
    (allow,) = re.findall(r"(?m)^\| `--allow RULE` .*$", sections()["build"])
    assert set(re.findall(r"`([a-z-]+)`", allow)) == set(RULES)
    rows = table(text(PAGE_OF_COMMANDS), "## Exit codes")
    codes = [getattr(console, name) for name in dir(console) if name in EXIT_CODES]
    assert sorted(map(int, rows)) == sorted(codes)


@pytest.mark.parametrize("path", PAGES, ids=page_name)
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


def test_every_task_is_in_the_help_and_in_the_manual() -> None:
    rows = table(text(PAGE_OF_COMMANDS), "`./run` alone lists the tasks")
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
    ("path", "page", "above"),
    [
        ("action.yml", "publish-elsewhere", "output: public"),
        ("office.yml", "publish-on-github", "office.yml@COMMIT"),
    ],
)
def test_every_input_has_its_row_with_its_default(path: str, page: str, above: str) -> None:
    page = re.sub(r"\n```\n", "\n", text(f"docs/how-to/{page}.md"))
    rows = table(page, above)
    known = inputs(path if path == "action.yml" else f".github/workflows/{path}")
    assert named(rows) == set(known)
    for name, one in known.items():
        default = one["default"]
        assert default in {"", "false"} or f"`{default}`" in rows[f"`{name}`"][1], name


def test_every_output_of_the_action_is_named() -> None:
    sentence = paragraph(text("docs/how-to/publish-elsewhere.md"), "Its outputs are")
    for name in yaml.load(text("action.yml"), yaml.BaseLoader)["outputs"]:
        assert f"`{name}`" in sentence


def test_every_variable_of_the_environment_is_named() -> None:
    pattern = r'"([A-Z_]+)" (?:not )?in os\.environ|environ(?:\.get\(|\[)"([A-Z_]+)"'
    code = "".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    read = {one or other for one, other in re.findall(pattern, code)}
    read |= set(re.findall(r"\$\{([A-Z]+):-", text("run")))
    rows = table(text(PAGE_OF_COMMANDS), "## Environment")
    assert {"SOURCE_DATE_EPOCH", "PYTHON"} <= read
    assert named(rows) == read


# --- the files of the output ---


@pytest.mark.slow  # Pagefind makes an index
def test_every_path_of_the_output_has_its_row_and_every_row_a_file() -> None:
    page = text("docs/reference/output-paths.md")
    rows = [name for _, rows in tables(page) for name in named({row: [] for row in rows})]
    pattern = {
        "feed": r"all|(?:category|country|language)/[^/]+(?:/(?:category|country|language)/[^/]+)?",
        "tag": "en|mn",
        "slug": "[a-z0-9-]+",
        "n": "[0-9]+",
        "year": "[0-9]{4}",
        "version": r"\d+\.\d+\.\d+",
        "type": "png|jpeg|gif|webp|jpg|svg",
        "name": r"[\w.-]+",
        "file": r"[\w-]+\.pdf",
        "language": "[a-z-]+",
        "width": "800|400",
        "side": "180|144|64|32",
    }
    parts = {row: re.split(r"<(\w+)>", row) for row in rows}
    expressions = {
        row: re.compile(
            "".join(
                f"(?:{pattern[part]})" if at % 2 else re.escape(part)
                for at, part in enumerate(parts[row])
            )
        )
        for row in rows
    }
    paths = {path for name in ("gallery", "languages") for path in output_of(DATA / name)}
    paths |= set(
        output_of(DATA / "gallery", archives="[atom, rss, json]", limit="1", search="true")
    )
    photo = encode(Image.effect_noise((1700, 900), 90), "JPEG")
    report = {"entries/report.pdf": b"%PDF-1.4", "entries/photo.jpg": photo}
    image = "{file: photo.jpg, alt: A photo}"
    made = site(files=report, wages=entry(attachments="[report.pdf]", image=image))
    paths |= {
        document.path
        for document in render_files(files_of(made.office, made.entries), made.files, {})
    }
    many: dict[str, Any] = {f"e{n}": entry() for n in range(40)}
    languages = SMALL.replace(b"  timezone", b"  languages: [en, mn]\n  timezone")
    paths |= set(documents(site(office=languages, **many)))
    for path in paths:
        assert [row for row in rows if expressions[row].fullmatch(path)], path
    for row in rows:
        assert any(expressions[row].fullmatch(path) for path in paths), row


def output_of(folder: Path, **settings: str) -> list[str]:
    """Return the paths that a build of an office publishes, with other settings of `site`."""
    sources = read_office(folder)
    office = (sources.office or b"").decode()
    for key, value in settings.items():
        office = re.sub(rf"(?m)^  {key}: .*\n", "", office)
        office = office.replace("site:\n", f"site:\n  {key}: {value}\n")
    checked, problems = check(dataclasses.replace(sources, office=office.encode()), NOW)
    assert checked is not None, problems
    selection = select(checked, NOW)
    files = render_files(files_of(checked.office, selection.entries), checked.files, {})
    return [document.path for document in (*render_site(selection), *files)]
