"""The form for editors without Git: made of the model, and what Decap saves with it in Chromium."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import re
import subprocess
from typing import TYPE_CHECKING, Any, get_args

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from browsing import GALLERY, page
from ilofeed.content.office import check_office
from ilofeed.content.read import read_office
from ilofeed.content.schemas import EntryFields
from ilofeed.content.site import check
from ilofeed.scaffold import cms
from ilofeed.scaffold.cms import entry_schema, feeds_schema
from offices import NOW, OFFICE, entry, write_office
from program import run
from serving import CHECKERS, free_port, host, needs, needs_checkers, wait_for_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from ilofeed.model import Entry, Office

TEXT = (
    "The training took **three days**:\n\n- a [site](https://example.org/)\n\n| a |\n|---|\n| 1 |\n"
)
FULL = entry(
    TEXT,
    title='"Photos: safer work"',
    date="2015-04-22T14:30:00+08:00",
    updated="2015-05-19T06:30:00Z",
    summary="A sentence long enough to be folded, with a colon’s friend, the dash – and more.",
    categories="[occupational-safety-and-health, wages]",
    countries="['NO', CN]",
    authors='[Bat Saran, {name: Li Wei, email: li@example.org, url: "https://example.org/li"}]',
    event="{start: 2015-04-22T09:00:00+09:00, end: 2015-04-22T18:00:00+09:00, place: Here}",
    image="{url: https://example.org/photo.jpg, alt: Two women at a machine, credit: Li}",
    attachments="[{url: https://example.org/all.pdf, length: 2097152, title: All photos}]",
    language="fr",
    id="former-name",
    link="https://example.org/item",
)
SLOW = 120_000  # milliseconds: how fast a machine is is not what is tested


def an_office(data: bytes = OFFICE) -> Office:
    office, problems = check_office(data, NOW)
    assert problems == []
    return office


def entries(folder: Path) -> dict[str, Entry]:
    site, problems = check(read_office(folder), NOW)
    assert problems == []
    assert site is not None
    return {made.path.removeprefix("entries/"): made for made in site.entries}


# the form and the model


def keys(model: type[BaseModel]) -> dict[str, Any]:
    """The keys of a model; of a key with keys of its own, those."""
    return {name: _inner(field.annotation) for name, field in model.model_fields.items()}


def _inner(annotation: Any) -> dict[str, Any] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return keys(annotation)
    return next((found for one in get_args(annotation) if (found := _inner(one))), None)


def shown(widgets: list[dict[str, Any]]) -> dict[str, Any]:
    return {one["name"]: shown(one["fields"]) if "fields" in one else None for one in widgets}


def test_every_key_of_the_model_has_one_widget() -> None:
    widgets = cms.fields(an_office())
    assert len({one["name"] for one in widgets}) == len(widgets)
    known = keys(EntryFields) | {"body": None}
    # names alone: what else an author has is kept, and written in the file
    assert known["authors"].keys() == {"name", "email", "url"}
    assert shown(widgets) == known | {"authors": None}


def test_widgets_say_what_the_schema_says() -> None:
    schema = entry_schema(an_office())
    for one in cms.fields(an_office())[:-1]:
        told = schema["properties"][one["name"]]
        assert one["hint"].startswith(told["description"])
        assert one["required"] == (one["name"] in schema["required"])
        if "pattern" in one and "pattern" in told:
            assert one["pattern"][0] == told["pattern"]


def test_in_what_may_be_left_out_nothing_is_required() -> None:
    by_name = {one["name"]: one for one in cms.fields(an_office())}
    inner = {one["name"]: one for one in by_name["image"]["fields"]}
    assert not any(one["required"] for one in inner.values())
    assert inner["alt"]["hint"].endswith(" (required)")
    # an item of a list is there because somebody added it
    (event,) = (one for one in by_name["event"]["fields"] if one["name"] == "start")
    assert " (required)" in event["hint"]
    documents = {one["name"]: one["widget"] for one in by_name["attachments"]["fields"]}
    assert (documents["file"], documents["url"]) == ("file", "string")


def test_a_schema_has_an_address_where_it_is_the_same_for_all_offices() -> None:
    store = "https://www.schemastore.org/ilofeed-"
    assert feeds_schema()["$id"] == f"{store}feeds.json"
    assert entry_schema(None)["$id"] == f"{store}entry.json"
    assert "$id" not in entry_schema(an_office())
    for schema in (feeds_schema(), entry_schema(None)):
        Draft202012Validator.check_schema(schema)
        assert schema["description"]
        assert (schema["type"], schema["additionalProperties"]) == ("object", False)


def test_a_key_of_a_new_kind_wants_a_widget(monkeypatch: pytest.MonkeyPatch) -> None:
    new = {"properties": {"weight": {"type": "number", "description": "…"}}, "required": []}
    monkeypatch.setattr(cms, "entry_schema", lambda _office: new | {"$defs": {}})
    with pytest.raises(NotImplementedError, match="weight"):
        cms.fields(an_office())


def test_what_can_be_chosen_passes_the_model() -> None:
    office = an_office()
    by_name = {one["name"]: one for one in cms.fields(office)}
    chosen: dict[str, Any] = {"title": "A title", "summary": "A summary.", "date": "2015-05-19"}
    for name, terms in (("categories", office.categories), ("countries", office.countries)):
        options = by_name[name]["options"]
        assert {one["value"]: one["label"] for one in options} == {
            key: term.label("en") for key, term in terms.items()
        }
        chosen[name] = [one["value"] for one in options]
    for draft in ("true", "false"):
        EntryFields.model_validate(chosen | {"draft": draft})
    defaults = {name: one["default"] for name, one in by_name.items() if "default" in one}
    assert defaults == {"date": "{{now}}"}  # the day, as `format` has it
    assert by_name["date"]["format"] == "YYYY-MM-DD"


def test_config_is_what_was_meant_to_readers_of_either_yaml() -> None:
    office = an_office(
        OFFICE.replace(b"Norway", b'"1e3"').replace(b"China\n", b'"Ch\\u201dina: #"\n', 1)
    )
    data = cms.config(office, "example/news", "main")
    made = yaml.safe_load(data)
    assert made["collections"][0]["fields"] == cms.fields(office)
    assert made["backend"] == {"name": "github", "repo": "example/news", "branch": "main"}
    text = data.decode()
    assert '"1e3"' in text  # a number to a reader of YAML 1.2
    assert '"NO"' in text or "'NO'" in text  # a false to one of YAML 1.1


@pytest.mark.slow
def test_files_are_named_by_the_day_where_titles_have_no_latin_letters() -> None:
    slugs = [
        yaml.safe_load(cms.config(an_office(data), "a/b", "main"))["collections"][0]["slug"]
        for data in (OFFICE, OFFICE.replace(b"Example Office", "Жишээ".encode()))
    ]
    assert slugs == ["{{slug}}", "entry-{{year}}-{{month}}-{{day}}"]


LANGUAGES = OFFICE.replace(b"  timezone:", b"  languages: [en, mn, zh-Hans]\n  timezone:")


def test_the_language_is_chosen_among_those_of_the_office() -> None:
    by_name = {one["name"]: one for one in cms.fields(an_office(LANGUAGES))}
    told = by_name["language"]
    assert (told["widget"], told["required"]) == ("select", False)
    assert {one["value"]: one["label"] for one in told["options"]} == {
        "en": "English", "mn": "Монгол", "zh-Hans": "简体中文"
    }  # fmt: skip
    made = yaml.safe_load(cms.config(an_office(LANGUAGES), "a/b", "main"))
    assert made["collections"][0]["slug"].startswith("entry-")


@pytest.mark.parametrize(
    ("office", "title", "is_taken"),
    [
        (OFFICE, "A title – and 世界", True),
        (OFFICE, "snake_case", False),
        (OFFICE, "~ 5", False),
        (OFFICE, "a" * 301, False),
        (LANGUAGES, "snake_case ~ 5", True),
    ],
)
def test_a_title_that_names_the_file_has_no_sign_that_no_name_has(
    office: bytes, title: str, *, is_taken: bool
) -> None:
    by_name = {one["name"]: one for one in cms.fields(an_office(office))}
    assert bool(re.search(by_name["title"]["pattern"][0], title)) == is_taken


# the command


def test_the_form_is_made_anew_and_the_page_is_left_alone(tmp_path: Path) -> None:
    folder = write_office(tmp_path / "office")
    done = run(folder, "cms", "--repo", "example/news")
    assert (done.returncode, done.stdout) == (0, "admin/config.yml\n")
    admin = folder / "admin"
    assert (admin / "index.html").read_bytes() == cms.page()
    first = (admin / "config.yml").read_text("utf-8")
    (admin / "index.html").write_text("ours")
    (folder / "feeds.yaml").write_bytes(OFFICE.replace(b"  MN:", b"  SE: Sweden\n  MN:"))
    assert run(folder, "cms", "--repo", "example/news", "--branch", "live").returncode == 0
    second = (admin / "config.yml").read_text("utf-8")
    assert ("Sweden" in first, "Sweden" in second) == (False, True)
    assert yaml.safe_load(second)["backend"]["branch"] == "live"
    assert (admin / "index.html").read_text() == "ours"


def test_what_somebody_else_wrote_is_not_replaced(tmp_path: Path) -> None:
    folder = write_office(tmp_path / "office")
    (folder / "admin").mkdir()
    (folder / "admin" / "config.yml").write_text("collections: []\n")
    done = run(folder, "cms", "--repo", "example/news")
    assert done.returncode == 2
    assert "choose another --output" in done.stderr
    assert (folder / "admin" / "config.yml").read_text() == "collections: []\n"
    assert run(folder, "cms", "--repo", "example/news", "--output", "form").returncode == 0
    assert (folder / "form" / "config.yml").exists()


def test_problems_of_the_office_are_reported_and_nothing_is_written(tmp_path: Path) -> None:
    folder = write_office(tmp_path / "office", office=OFFICE.replace(b"countries:", b"country:"))
    done = run(folder, "cms", "--repo", "example/news")
    assert done.returncode == 1
    assert "unknown-key" in done.stdout
    assert not (folder / "admin").exists()


def test_a_repository_is_owner_and_name(tmp_path: Path) -> None:
    done = run(write_office(tmp_path / "office"), "cms", "--repo", "news")
    assert done.returncode == 2
    assert "write OWNER/NAME" in done.stderr


# the form in a browser


@contextlib.contextmanager
def decap_server(folder: Path) -> Iterator[str]:
    """Decap's local backend for a folder; its address."""
    port = free_port()
    told = {"PORT": str(port), "BIND_HOST": "127.0.0.1", "GIT_REPO_DIRECTORY": str(folder)}
    log = folder.with_name("decap-server.log")
    with log.open("wb") as said:
        process = subprocess.Popen(
            ["node", str(CHECKERS / "decap-server" / "dist" / "index.js")],
            stdout=said,
            stderr=subprocess.STDOUT,
            env=os.environ | told,
            cwd=folder,
        )
    try:
        wait_for_server(process, port, log)
        yield f"http://127.0.0.1:{port}/api/v1"
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def desk(folder: Path, browser: Browser) -> Iterator[Page]:
    """The list of entries, as the CMS shows it to an editor who has logged in."""
    assert run(folder, "cms", "--repo", "example/news").returncode == 0
    files = {f"admin/{file.name}": file.read_bytes() for file in (folder / "admin").iterdir()}
    for file in (CHECKERS / "decap-cms" / "dist").glob("*decap-cms.js"):
        files[f"admin/{file.name}"] = file.read_bytes()
    with decap_server(folder) as server, host(files) as here, page(browser) as made:
        local = f"local_backend: {{url: {server}}}".encode()
        config = files["admin/config.yml"]
        assert b"\nlocal_backend: true\n" in config
        files["admin/config.yml"] = config.replace(b"local_backend: true", local)
        made.set_default_timeout(SLOW)
        asked: list[str] = []
        made.on("request", lambda request: asked.append(request.url))
        made.goto(f"{here.address}admin/")
        made.get_by_role("button", name="Login").click()
        made.get_by_text("Sort by").wait_for()
        yield made
        own = (f"{here.address}admin/", server, f"blob:{here.address}", "data:")
        assert [url for url in asked if not url.startswith(own) and "favicon" not in url] == []


def opened(made: Page, label: str) -> None:
    """The keys of a key, which are folded at first."""
    block = made.locator('[aria-label="object field"]').filter(has_text=label)
    block.get_by_test_id("expand-button").click()


def field(made: Page, name: str, within: str = "") -> Any:
    return made.locator(f"{within} [id^={name}-field]".strip()).first


def choose(made: Page, name: str, *labels: str) -> None:
    for label in labels:
        field(made, name).fill(label)
        made.get_by_role("option", name=label, exact=True).click()


def save(made: Page) -> None:
    made.get_by_role("button", name="Publish").click()
    made.get_by_text("Publish now").click()
    made.get_by_text("Entry saved").wait_for()


def in_a_browser(test: Any) -> Any:
    return needs("chromium", "node")(needs_checkers()(test))


@in_a_browser
def test_an_entry_is_written_in_the_form(tmp_path: Path, browser: Browser) -> None:
    folder = write_office(tmp_path / "office", wages=entry())
    title, summary = "A “day” of #work: Ünited, 50% & more", 'One: with a # and\n"two" lines.'
    with desk(folder, browser) as made:
        made.get_by_role("link", name="Entry").last.click()
        field(made, "title").fill(title)
        field(made, "date").fill("2015-06-02")
        field(made, "summary").fill(summary)
        choose(made, "categories", "Wages", "Employment")
        choose(made, "countries", "Norway", "China")
        field(made, "link").fill("https://example.org/")
        field(made, "link").fill("")  # typed, and thought better of
        opened(made, "Event")
        field(made, "start").fill("2015-06-10")
        field(made, "place").fill("Oslo")
        opened(made, "Image")
        made.get_by_role("button", name="Choose an image").click()
        picture = GALLERY / "entries" / "steppe.png"
        made.locator("input[type=file]").set_input_files(picture)
        made.get_by_role("button", name="Choose selected").click()
        field(made, "alt").fill("The steppe")
        made.get_by_role("button", name="Add author").click()
        field(made, "name").fill("Bat Saran")
        made.get_by_role("button", name="Add attachment").click()
        field(made, "url", '[aria-label="list field"]').fill("https://example.org/a.pdf")
        field(made, "language").fill("fr")
        made.locator("[data-slate-editor=true]").click()
        made.keyboard.type("A body with a * star and a _line_.")
        save(made)
    done = run(folder, "check", "--strict")
    assert done.returncode == 0, done.stdout
    found = entries(folder)["2015/a-day-of-work-united-50-more.md"]
    assert (found.title, found.summary) == (title, 'One: with a # and "two" lines.')
    assert found.published.date().isoformat() == "2015-06-02"
    assert (found.categories, found.countries) == (("wages", "employment"), ("NO", "CN"))
    assert found.event is not None
    assert (str(found.event.start), found.event.place) == ("2015-06-10", "Oslo")
    assert found.image is not None
    assert found.image.alt == "The steppe"
    assert found.files[0].digest == hashlib.sha256(picture.read_bytes()).hexdigest()
    assert [person.name for person in found.authors] == ["Bat Saran"]
    assert [one.url for one in found.attachments] == ["https://example.org/a.pdf"]
    assert (found.link, found.language) == (None, "fr")
    assert found.html == "<p>A body with a * star and a _line_.</p>"


@in_a_browser
def test_an_entry_is_changed_and_nothing_else_of_it(tmp_path: Path, browser: Browser) -> None:
    folder = write_office(tmp_path / "office", wages=entry())
    (folder / "entries" / "2015").mkdir()
    file = folder / "entries" / "2015" / "photos.md"
    file.write_bytes(FULL)
    before = entries(folder)
    with desk(folder, browser) as made:
        made.get_by_role("link", name="Photos: safer work").click()
        field(made, "title").fill("Photos: much safer work")
        save(made)
    done = run(folder, "check", "--strict")
    assert done.returncode == 0, done.stdout
    old, new = before.pop("2015/photos.md"), entries(folder).pop("2015/photos.md")
    assert new.title == "Photos: much safer work"
    assert dataclasses.replace(new, title=old.title) == old
    assert file.read_text("utf-8").endswith(TEXT)


@in_a_browser
def test_what_is_missing_is_said_in_the_form(tmp_path: Path, browser: Browser) -> None:
    folder = write_office(tmp_path / "office", wages=entry())
    with desk(folder, browser) as made:
        made.get_by_role("link", name="Entry").last.click()
        field(made, "title").fill("Only a title")
        field(made, "link").fill("example.org")
        made.get_by_role("button", name="Publish").click()
        made.get_by_text("Publish now").click()
        made.get_by_text("Summary is required").wait_for()
        made.get_by_text("begins with https://").wait_for()
    assert entries(folder).keys() == {"wages.md"}


@in_a_browser
def test_an_entry_in_another_language_is_written_in_the_form(
    tmp_path: Path, browser: Browser
) -> None:
    folder = write_office(tmp_path / "office", office=LANGUAGES, wages=entry())
    with desk(folder, browser) as made:
        made.get_by_role("link", name="Entry").last.click()
        field(made, "title").fill("Цалин_нэмэгдэв ~ 5%")
        field(made, "date").fill("2015-06-02")
        field(made, "summary").fill("Нэг өгүүлбэр.")
        choose(made, "categories", "Wages")
        choose(made, "countries", "Mongolia")
        choose(made, "language", "Монгол")
        field(made, "translation_of").fill("wages")
        save(made)
    done = run(folder, "check", "--strict")
    assert done.returncode == 0, done.stdout
    found = entries(folder)["2015/entry-2015-06-02.md"]
    assert (found.language, found.translates) == ("mn", "wages")
