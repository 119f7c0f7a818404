"""Every example of the manual does what the page says; a block without a rule fails."""

from __future__ import annotations

import re
import shutil
import subprocess
import textwrap
from typing import TYPE_CHECKING

import pytest
import yaml
from tinyhtml5.parser import HTMLParser

from examples_shell import (
    ELSEWHERE,
    FEED,
    bash,
    shell,
    this_office,
    transcript,
    write_posts,
    write_tables,
)
from ilofeed.content.read import read_office
from ilofeed.content.schemas import EntryFields, OfficeFields, SiteFields
from ilofeed.content.site import check
from ilofeed.pages.embeds import SCRIPTS, script
from ilofeed.problems import CODES
from manual import BLOCKS, PAGES, Block, versions
from offices import DATA, NOW, OFFICE, ROOT, documents, entry, site, write_office
from serving import host
from test_architecture import PACKAGES
from test_workflows import linted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

pytestmark = pytest.mark.slow

FEEDS = "https://example.org/feeds/"  # where the examples have the office
PROBLEMS = "docs/reference/problems.md"
# pages whose steps need each other: test_tutorial.py, scaffold/test_hosts.py
STEPS = {
    "docs/tutorial.md",
    "docs/how-to/publish-on-a-server.md",
    "docs/how-to/publish-on-netlify-or-cloudflare.md",
}
PICTURE = (DATA / "gallery" / "entries" / "steppe.png").read_bytes()


def codes(folder: Path) -> list[str]:
    return [problem.code for problem in check(read_office(folder), NOW)[1]]


def without(text: str, keys: Iterable[str], indent: str = "") -> str:
    """A mapping without some of its keys and what is below them."""
    for key in keys:
        text = re.sub(rf"(?m)^{indent}{key}:.*\n(?:{indent} +.*\n)*", "", text)
    return text


def keys_of(fragment: str) -> list[str]:
    return re.findall(r"^(\w+):", fragment, re.MULTILINE)


def office_with(fragment: str) -> str:
    """A feeds.yaml with the keys of a fragment: those of `site` there, the others at the top."""
    fragment, text = textwrap.dedent(fragment), OFFICE.decode()
    keys = keys_of(fragment)
    if keys[0] in SiteFields.model_fields:
        text = without(text, keys, "  ")
        return text.replace("site:\n", "site:\n" + textwrap.indent(fragment, "  "))
    assert keys[0] in OfficeFields.model_fields, f"no rule for the key `{keys[0]}`"
    return without(text, keys) + fragment


def entry_with(fragment: str) -> str:
    """An entry with the keys of a fragment, or one that begins as the fragment does."""
    keys = keys_of(fragment)
    if fragment.startswith("---") and not keys:
        return fragment
    text = entry().decode().removeprefix("---\n").removesuffix("---\n")
    text = without(text, keys)
    if fragment.startswith("---"):
        return "---\n" + text + fragment.removeprefix("---\n")
    return f"---\n{text}{fragment}---\n"


# --- rules, by language ---


def check_yaml(block: Block, folder: Path) -> None:
    text = block.text
    if text.startswith("repos:"):
        (folder / "config.yaml").write_text(text, "utf-8")
        assert linted(folder, "pre-commit", "validate-config", "config.yaml").returncode == 0
        hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
        assert re.findall(r"- id: (.*)", text) == [hook["id"] for hook in hooks]
        return
    if "\njobs:" in f"\n{text}" or text.startswith("- "):
        workflow(text, folder)
        return
    if text.startswith("Цалин:"):
        office = write_tables(this_office(folder / "office"))
        (office / "map.yaml").write_text(text, "utf-8")
        done = bash(office, "ilofeed import news.xlsx --map-file map.yaml --write-terms")
        assert done.returncode == 0, done.stderr
        assert re.search(r"(?m)^  new-things: Шинэ$", (office / "feeds.yaml").read_text("utf-8"))
        return
    keys = set(keys_of(text)) - ({"aliases"} if "feeds-yaml" in block.page else set())
    if keys and keys <= set(EntryFields.model_fields) and not keys <= set(SiteFields.model_fields):
        office = write_office(folder / "office", example=entry_with(text).encode())
        write_mentioned(block, office)
        write_files(text, office)
        assert codes(office) == []
        return
    whole = re.search("^site:", text, re.MULTILINE)
    write_office(folder / "office", office=(text if whole else office_with(text)).encode())
    shutil.copytree(ROOT / "brand", folder / "office" / "brand")
    assert codes(folder / "office") == ["no-entries"]


def workflow(text: str, folder: Path) -> None:
    """Judged by actionlint beside our own action and workflows, so that their inputs are known."""
    if text.startswith("- "):
        text = "jobs:\n  job:\n    runs-on: ubuntu-24.04\n    steps:\n" + textwrap.indent(
            text, " " * 6
        )
    if "\non:" not in f"\n{text}":
        text = "on: push\n" + text
    text = text.replace(
        "OWNER/ilofeed/.github/workflows/office.yml@COMMIT", "./.github/workflows/office.yml"
    )
    text = text.replace("OWNER/ilofeed@COMMIT", "./").replace("@COMMIT", "@v6")
    assert "COMMIT" not in text
    shutil.copytree(ROOT / ".github", folder / ".github")
    shutil.copy(ROOT / "action.yml", folder)
    (folder / ".github" / "workflows" / "example.yml").write_text(text, "utf-8")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    done = linted(folder, "actionlint", ".github/workflows/example.yml")
    assert done.returncode == 0, done.stdout
    assert set(yaml.safe_load(text)) <= {"name", True, "permissions", "concurrency", "jobs"}


def check_markdown(block: Block, folder: Path) -> None:
    office = this_office(folder / "office")
    (office / "entries" / "example.md").write_text(block.text, "utf-8")
    assert codes(office) == []


def check_html(block: Block, folder: Path) -> None:
    """Valid, of addresses that an office has, with attributes and choices that the scripts know."""
    parser = HTMLParser(namespace_html_elements=False)
    tree = parser.parse_fragment(block.text)
    assert parser.errors == []
    known = {"all/index.html", *documents(site(wages=entry()))}
    for path in re.findall(rf"{FEEDS}([^\s\"#]*)", block.text):
        assert (path + "index.html" if path.endswith("/") else path) in known, path
    widget = script("ilo-feed", SCRIPTS["ilo-feed"][-1]).decode()
    for one in tree.iter("ilo-feed"):
        for name in one.attrib:
            assert f"'{name}'" in widget or f"[{name}" in widget, name
    choices = (ROOT / "src" / "ilofeed" / "assets" / "embed.js").read_text("utf-8")
    for one in tree.iter("iframe"):
        for name in re.findall(r"[#&](\w+)=", one.attrib["src"]):
            assert f"choices.get('{name}')" in choices, name


def check_css(block: Block, _folder: Path) -> None:
    widget = script("ilo-feed", SCRIPTS["ilo-feed"][-1]).decode()
    for name in re.findall(r"--[\w-]+", block.text):
        assert f"var({name}" in widget, name
    for name in re.findall(r"::part\((\w+)\)", block.text):
        assert f"[part={name}]" in widget or f"'{name}'" in widget, name
    assert block.text.count("{") == block.text.count("}") > 0


def check_text(block: Block, folder: Path) -> None:
    """Compare with what the program prints, with `…` for a part that is left out."""
    if ": error: " in block.text:
        path, found = re.findall(r"^(\S+?):\d+:\d+: error: invalid date `(.*?)`", block.text)[0]
        office = this_office(folder / "office")
        (documented,) = (
            one.text for one in BLOCKS if one.page == block.page and "draft" in one.text
        )
        (office / path).write_text(re.sub("(?m)^date: .*$", f"date: {found}", documented), "utf-8")
        said = bash(office, "ilofeed check || true").stdout
    elif block.text.startswith("item "):
        office = this_office(folder / "office")
        with host({"feed.xml": FEED}) as here:
            done = bash(office, f"ilofeed import {here.address}feed.xml --country MN --write-terms")
            said = done.stderr.replace(here.address, ELSEWHERE)
    elif block.text.startswith("key of posts"):
        office = this_office(folder / "office")
        write_posts(folder / "old-site")
        said = bash(office, "ilofeed import ../old-site --country MN --dry-run").stderr
    elif block.text.startswith(("Цалин: ", "news.csv ")):
        office = write_tables(this_office(folder / "office"))
        name = "news.xlsx" if block.text.startswith("Ц") else "news.csv"
        done = bash(office, f"ilofeed import {name} || true")
        said = done.stdout + done.stderr
    elif block.text.startswith("left out "):
        office = this_office(folder / "office")
        shutil.copy(DATA / "exports" / "wordpress.xml", office)
        said = bash(office, "ilofeed import wordpress.xml --country MN --dry-run").stderr
    elif block.text.startswith("$ "):
        transcript(block, folder)
        return
    elif block.text.lstrip().startswith("entries/  feeds.yaml"):
        drawing(block.text)
        return
    else:
        table(block.text, this_office(folder / "office"))
        return
    for line in block.text.splitlines():
        wanted = re.escape(line).replace("…", ".*")
        assert re.search(f"^{wanted}$", said, re.MULTILINE), (line, said)


def drawing(text: str) -> None:
    """Compare the drawing of the packages with those that there are, in the order of imports."""
    boxes = re.findall(r"\| (\w+) +\|", text)
    *_, order = text.rstrip().splitlines()
    assert re.findall(r"\w+", order) == PACKAGES[:-1]
    assert boxes == PACKAGES[4:10]
    named = set(re.findall(r"(?m)^([a-z]+)(?:\.py)?  ", text))
    assert named == {
        "build", "text", "media", "bodies", "sources", "importers", "scaffold", "preview", "deploy",
        "cli",
    }  # fmt: skip


def table(text: str, office: Path) -> None:
    assert text.splitlines()[0].startswith("title;date;"), "no rule for this text"
    (office / "table.csv").write_text(text, "utf-8")
    done = bash(office, "ilofeed import table.csv && ilofeed check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 entry written" in done.stderr


# --- the examples of the problems ---


def write_mentioned(block: Block, office: Path) -> None:
    """The entries that an example says are there."""
    for name in re.findall(r"(entries/\S+\.md) (?:still )?exists", block.text):
        (office / name).write_bytes(entry())
    for name, link in re.findall(r"(entries/\S+\.md) links to (\S+)", block.text):
        (office / name).write_bytes(entry(link=link))
    for name, original in re.findall(r"(entries/\S+\.md) translates (\S+)", block.text):
        (office / name).write_bytes(entry(translation_of=original, language="zh-Hans"))


def problem_office(block: Block, text: str, folder: Path) -> Path:
    """An office with a reading of an example of a problem, in the place it is for."""
    office = write_office(folder, wages_act=entry())
    write_mentioned(block, office)
    if block.language == "text":
        for name in text.split("\n"):
            if name.endswith("/"):
                (office / name).mkdir(parents=True)
            elif " -> " in name:
                link, target = name.split(" -> ")
                (office / link).symlink_to(target)
                place = office / "entries" / target
                place.parent.mkdir(exist_ok=True)
                place.write_bytes(entry())
            elif name:
                (office / name).parent.mkdir(exist_ok=True)
                (office / name).write_bytes(entry())
        return office
    of_office = block.chapter == "feeds.yaml" or block.section in {
        "bad-choice", "second-document", "feed-vanished", "authority-changed", "unknown-language",
    }  # fmt: skip
    if of_office or text.startswith("site:"):
        made = text if text.startswith("site:") else office_with(text)
        (office / "feeds.yaml").write_text(made, "utf-8")
        (office / "entries" / "wages-act.md").unlink()
    else:
        write_files(text, office)
        body = block.language == "markdown"
        made = entry(text).decode() if body else entry_with(text)
        (office / "entries" / "example.md").write_text(made, "utf-8")
    return office


def write_files(text: str, office: Path) -> None:
    """The files beside an entry that its keys name, without comments and addresses."""
    keys = re.sub(r"#.*|https?:\S+", "", text)
    for name in set(re.findall(r"[\w-]+\.(?:png|jpg|pdf|xlsx)\b", keys)):
        kinds = {"pdf": b"%PDF-1.4", "xlsx": b"PK\x03\x04"}
        data = kinds.get(name.rpartition(".")[2], PICTURE)
        (office / "entries" / name).write_bytes(data)


def check_problem(block: Block, folder: Path) -> None:
    """A wrong line gives the code of its section; what is left without gives no problem at all."""
    wrong, right = versions(block.text)
    for number, text in enumerate(wrong):
        found = codes(problem_office(block, text, folder / f"wrong{number}"))
        assert block.section in found, (text, found)
    for number, text in enumerate(right):
        office = problem_office(block, text, folder / f"right{number}")
        found = codes(office)
        assert found in ([], ["no-entries"]), (text, found)
        if block.section == "not-utf-8":
            path = office / "entries" / "example.md"
            path.write_bytes(path.read_text("utf-8").encode("latin-1"))
            assert codes(office) == ["not-utf-8"]


RULES = {
    "sh": shell,
    "yaml": check_yaml,
    "markdown": check_markdown,
    "html": check_html,
    "css": check_css,
    "text": check_text,
}


def judge(block: Block, folder: Path) -> None:
    if block.section in CODES and block.language != "sh":
        check_problem(block, folder)
        return
    assert block.language in RULES, f"no rule for blocks of `{block.language}`"
    RULES[block.language](block, folder)


@pytest.mark.parametrize(
    "block", [one for one in BLOCKS if one.page not in STEPS], ids=lambda block: block.place
)
def test_example(block: Block, tmp_path: Path) -> None:
    judge(block, tmp_path)


def test_no_block_escapes() -> None:
    fences = sum(
        line.strip().startswith("```") for path in PAGES for line in path.read_text().splitlines()
    )
    assert fences == 2 * len(BLOCKS)
    assert {block.section for block in BLOCKS if block.page == PROBLEMS} == set(CODES)


def example(language: str, text: str, page: str = "page.md", section: str = "") -> Block:
    return Block(page, 1, language, textwrap.dedent(text), "", section)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (example("", "some words\n"), "no rule for blocks of ``"),
        (example("toml", "a = 1\n"), "no rule for blocks of `toml`"),
        (example("sh", "rm -r public\n"), "no rule for `rm"),
        (example("sh", "./run tset\n"), "no rule for the task `tset`"),
        (example("sh", "./run bench --huge\n"), "takes no"),
        (example("sh", "python3 -m pip install ilofeed-99.whl\n"), "no rule for `python3"),
        (example("sh", "git statis\n"), "statis"),
        (example("sh", "./run ilofeed chekc\n"), "chekc"),
        (example("sh", "ilofeed check --strcit\n"), "strcit"),
        (example("sh", "cp public/nothing.json before.json\n"), "nothing.json"),
        (example("sh", "ilofeed ping # and no hub is told\nfalse\n"), "no rule for `false`"),
        (example("yaml", "site: {title: Office}\n"), "missing-key"),
        (example("yaml", "publish_time: 9am\n"), "bad-time"),
        (example("yaml", "hubb: https://hub.example.org/\n"), "no rule for the key `hubb`"),
        (example("yaml", "- uses: OWNER/ilofeed@COMMIT\n  with: {confg: .}\n"), "confg"),
        (
            example(
                "yaml",
                """\
                jobs:
                  office:
                    uses: OWNER/ilofeed/.github/workflows/office.yml@COMMIT
                    with: {frist: true}
                """,
            ),
            "frist",
        ),
        (example("markdown", "---\ntitle: Wages rise\n---\n"), "missing-key"),
        (example("html", '<ilo-feed sorce="x"></ilo-feed>\n'), "sorce"),
        (example("html", f'<a href="{FEEDS}al/">All</a>\n'), "al/"),
        (example("html", f'<iframe src="{FEEDS}all/embed.html#them=auto"></iframe>\n'), "them"),
        (example("html", "<a href=x><a href=y>\n"), ""),
        (example("css", "ilo-feed { --ilo-feed-lnik: red }\n"), "lnik"),
        (example("css", "ilo-feed::part(haeding) { color: red }\n"), "haeding"),
        (example("text", "item 2: something else\n"), "something else"),
        (example("text", "$ ilofeed explain tab\nnothing\n"), "YAML wants spaces"),
        (example("text", "$ rm feeds.yaml\n"), "no rule for `rm"),
        (example("text", "title;summary\nWages;More.\n"), "no rule for this text"),
        (example("text", "entries/  feeds.yaml\n| content |\nbase -> feeds\n"), "'feeds'"),
        (example("text", "title;date;summary\nWages;someday;More.\n"), "date"),
        (
            example(
                "text",
                "entries/2015/a.md:3:7: error: invalid date `2 June 2015`; write 3 [bad-date]\n",
                "README.md",
            ),
            "2 June 2015",
        ),
        (example("yaml", "title: Fine   # wrong\n", section="tab"), "tab"),
        (example("yaml", "link: no   # right\n", section="tab"), "bad-url"),
        (example("text", "entries/wages.md   wrong\n", section="bad-file-name"), "bad-file-name"),
    ],
    ids=lambda value: value.text[:24] if isinstance(value, Block) else None,
)
def test_a_wrong_example_is_seen(wrong: Block, said: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError) as caught:
        judge(wrong, tmp_path)
    assert said in str(caught.value)
