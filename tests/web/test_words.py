"""The words of the pages: every one in every language, the same for templates and scripts, and none in English left."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from app.domain.comments import REASONS
from app.domain.icons import ICONS
from app.web.assets import STATIC_FOLDER, Assets
from app.web.plural_rules import plural_categories, plural_category
from app.web.refusals import REFUSALS
from app.web.themes.theme_templates import PAGES_WITHOUT_THEME
from app.web.words import CATALOGUE_FOLDER, Catalogue, placeholders, read_catalogue
from app.wire.links import Site
from tests.needs import require
from tests.web import samples
from tests.web.site import FakeReading, client_of

NODE = shutil.which("node")
TEMPLATES = STATIC_FOLDER.parent / "templates"
LANGUAGES = ["en", "de", "fr", "es", "it", "pt", "nl", "nb", "pl", "uk", "ru", "tr", "ar", "he", "ja", "zh"]
CATALOGUE = read_catalogue()
ENGLISH = CATALOGUE["en"]
SAME_AS_IN_ENGLISH = {
    *(("de", key) for key in ("status.live", "list.live", "code")),
    *(("nl", key) for key in ("status.live", "list.live", "code")),
    *(("fr", key) for key in ("code", "severity.correction", "icon.vote", "icon.question")),
    *((language, "comma") for language in LANGUAGES),
    *((language, "date") for language in LANGUAGES),
}
"""Words that a language shares with English."""

NOT_OF_READERS = {"apply.js", "client.js", "docs.js", "preview.js"}
OF_READERS = sorted({path.name for path in STATIC_FOLDER.glob("*.js")} - NOT_OF_READERS) + sorted(
    path.relative_to(STATIC_FOLDER).as_posix()
    for each in ("embeds", "reading", "replies")
    for path in STATIC_FOLDER.glob(f"{each}/*.js")
)
OLD = samples.entry(1)["id"]
NUMBERS = [*range(210), 1_000, 1_000_000, 1_000_001, 2_000_000, 3_000_011, 10_000_000]


def in_node(script: str, given: Any) -> Any:
    """What a module that reads JSON and writes JSON says in Node."""
    require("node", found=NODE is not None, reason="install Node.js 18 or newer to test the browser's scripts")
    head = "let input = ''; for await (const piece of process.stdin) input += piece; const given = JSON.parse(input);"
    done = subprocess.run(
        [str(NODE), "--input-type=module", "-e", f"{script.partition('---')[0]}\n{head}\n{script.partition('---')[2]}"],
        input=json.dumps(given).encode(),
        capture_output=True,
        timeout=50,
        check=True,
    )
    return json.loads(done.stdout)


def texts(message: Any) -> list[str]:
    return [message] if isinstance(message, str) else list(message.values() if isinstance(message, dict) else message)


def test_there_are_words_in_these_languages() -> None:
    assert sorted(CATALOGUE) == sorted(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_is_in_every_language_with_its_placeholders(language: str) -> None:
    messages = CATALOGUE[language]
    assert list(messages) == list(ENGLISH)
    for key, message in messages.items():
        english = ENGLISH[key]
        assert type(message) is type(english), key
        assert all(text.strip() for text in texts(message)), key
        if isinstance(message, dict):
            assert tuple(message) == plural_categories(language), key
            assert all(placeholders(text) <= {"count"} for text in message.values()), key
            assert all("{count}" in message[each] for each in message if each not in {"zero", "one", "two"}), key
        elif isinstance(message, str) and isinstance(english, str):
            assert placeholders(message) == placeholders(english), key
        else:
            assert len(message) == 12


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_no_word_of_a_language_is_the_english_one(language: str) -> None:
    english = {text for key, message in ENGLISH.items() for text in texts(message)}
    for key, message in CATALOGUE[language].items():
        if key == "months" or (language, key) in SAME_AS_IN_ENGLISH:
            continue
        assert english.isdisjoint(texts(message)), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_take_the_forms_that_browsers_choose(language: str) -> None:
    script = """---
      const rules = new Intl.PluralRules(given.language);
      const categories = rules.resolvedOptions().pluralCategories;
      console.log(JSON.stringify({ categories, chosen: given.numbers.map((each) => rules.select(each)) }));
    """
    found = in_node(script, {"language": language, "numbers": NUMBERS})
    assert sorted(found["categories"]) == sorted(plural_categories(language))
    assert found["chosen"] == [plural_category(language, number) for number in NUMBERS]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_date_is_written_as_the_language_writes_it(language: str) -> None:
    days = [date(2026, month, day) for month in range(1, 13) for day in (1, 2, 11, 30 if month != 2 else 28)]
    script = """---
      const options = { dateStyle: "long", timeZone: "UTC", calendar: "gregory", numberingSystem: "latn" };
      const format = new Intl.DateTimeFormat(given.language === "en" ? "en-GB" : given.language, options);
      console.log(JSON.stringify(given.days.map((day) => format.format(new Date(day)))));
    """
    words = Catalogue().words_for(language)
    known = in_node(script, {"language": language, "days": [day.isoformat() for day in days]})
    assert [words.date(day) for day in days] == known


@pytest.mark.parametrize("language", [*LANGUAGES, "sw", "fa", "de-AT"])
def test_a_script_says_what_the_server_says(language: str) -> None:
    words = Catalogue().words_for(language)
    script = f"""
      import {{ say, sayCount, sayDate, saidAs, useWords }} from "{(STATIC_FOLDER / "words.js").as_uri()}";
      ---
      useWords(given.words);
      const values = {{ text: "“x” <b>", time: "T", place: "P", story: "S", sponsor: "B", day: 1, month: "M",
        year: 2026, update: "U", count: 3, provider: "V" }};
      const said = given.keys.map((key) => say(key, values));
      const counted = given.numbers.map((count) => sayCount("updates.new", count));
      const dates = given.months.map((month) => sayDate({{ day: 3, month, year: "2026" }}));
      console.log(JSON.stringify([said, counted, dates, saidAs("source")]));
    """
    values = {"text": "“x” <b>", "time": "T", "place": "P", "story": "S", "day": 1, "month": "M", "year": 2026}
    values |= {"sponsor": "B", "update": "U", "count": 3, "provider": "V"}
    sent = json.loads(words.json)["messages"]
    keys = [key for key, message in sent.items() if isinstance(message, str)]
    months = list(range(1, 13))
    given = {"words": json.loads(words.json), "keys": keys, "numbers": NUMBERS, "months": months}
    said, counted, dates, attributes = in_node(script, given)
    assert said == [words.say(key, **values).unescape() for key in keys]
    assert counted == [str(words.count("updates.new", number)) for number in NUMBERS]
    assert dates == [words.date(date(2026, month, 3)) for month in months]
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    assert written == words.said("source")


@pytest.mark.parametrize(
    ("language", "said_in"),
    [
        *(
            ("de-AT", "de"),
            ("pt-BR", "pt"),
            ("pt-PT", "pt"),
            ("EN-us", "en"),
            ("nn", "nb"),
            ("no", "nb"),
            ("nn-NO", "nb"),
        ),
        *(("zh-Hant", "zh"), ("zh-Hant-TW", "zh"), ("zh-HK", "zh"), ("iw", "he"), ("ar-EG", "ar"), ("ja-JP", "ja")),
        *(("sw", "en"), ("fa", "en"), ("ar-Latn", "en"), ("ru-Latn-RU", "en"), ("uk-Cyrl", "uk"), ("de-Latn", "de")),
    ],
)
def test_a_language_without_words_of_its_own_falls_back(language: str, said_in: str) -> None:
    words = Catalogue().words_for(language)
    assert words.said_in == said_in
    assert words.messages == CATALOGUE[said_in]
    is_foreign = said_in == "en" and not language.lower().startswith("en")
    assert bool(words.foreign) == (is_foreign or language.startswith("nn"))


def test_english_words_in_the_page_of_another_language_are_said_to_be_english() -> None:
    assert Catalogue().words_for("fa").said("source") == ' data-say="source" lang="en" dir="ltr"'
    assert Catalogue().words_for("ar").said("source") == ' data-say="source"'


@pytest.mark.anyio
async def test_the_words_are_also_a_file_for_scripts() -> None:
    async with client_of(FakeReading()) as client:
        address = Assets().url("words.js").replace("words.js", "words/pt-BR.json")
        answer = await client.get(address)
        assert answer.headers["content-type"] == "application/json"
        assert "immutable" in answer.headers["cache-control"]
        of_the_server = ("receipt.", "refused.", "back.")
        sent = {key: message for key, message in CATALOGUE["pt"].items() if not key.startswith(of_the_server)}
        assert answer.json()["messages"] == sent
        for wrong in ("words/.json", "words/../en.json", "words/x.json", "words/en"):
            assert (await client.get(address.replace("words/pt-BR.json", wrong))).status_code == 404


def every_state() -> Iterator[dict[str, Any]]:
    """A story in every status, with everything that its page can have, with nothing, and in the midst of it."""
    entries = samples.entries()
    corrected = samples.entry(2, corrections=[
        {"text": "x", "at": "2026-11-03T19:31:00Z", "severity": severity} for severity in ("clarification", "later")
    ])  # fmt: skip
    full = {
        "timeline": {"items": [*entries, corrected], "next": "https://x/?position=a", "prev": "https://x/?position=b"},
        "key_points": [{"text": "x", "entry": None}],
        "pinned": [{"entry": entries[0]["id"], "until": None}],
        "comments": {"mode": "moderated", "url": None},
        "comment_count": 3,
    }
    for status in ("upcoming", "live", "paused", "ended", "archived"):
        yield samples.story(status=status, entry_count=1, **full)
    elsewhere = {"mode": "external", "url": "https://talk.example/1"}
    yield samples.story(entry_count=0, timeline={"items": [], "next": None, "prev": None}, comments=elsewhere)


def every_reply() -> dict[str, Any]:
    """A page of replies with everything that it can have."""
    reply = {"id": "a", "entry": OLD, "parent": None, "name": "x", "text": "x", "time": "2026-11-03T21:04:05.000Z"}
    child = {**reply, "id": "b", "by_newsroom": True}
    item = {**reply, "by_newsroom": False, "children": [child], "child_count": 5}
    return {"items": [item], "next": "https://x/?position=n", "comment_count": 3}


def every_receipt(language: str) -> Iterator[dict[str, Any]]:
    """A receipt in every state, and for every reason."""
    plain = {"language": language, "story_page": "https://x/", "reason": None, "can_appeal": True}
    for status in ("pending", "approved", "rejected", "removed"):
        for appealed_at, is_open in ((None, False), ("x", True), ("x", False)):
            yield {**plain, "status": status, "appealed_at": appealed_at, "appeal_is_open": is_open}
    for reason in REASONS:
        yield {**plain, "status": "rejected", "reason": reason, "appealed_at": None, "appeal_is_open": False}


WRITTEN = re.compile(r'<meta name="liveblog-words"[^>]*>|<time[^>]*>|<bdi lang="en">[^<]*</bdi>')


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
@pytest.mark.anyio
async def test_no_english_is_left_on_any_page_of_a_language(language: str) -> None:
    english = {
        re.escape(part.strip(" :.,"))
        for key, message in ENGLISH.items()
        for text in texts(message)
        for part in re.split(r"\{[a-z]+\}", text)
        if len(part.strip(" :.,")) > 3 and (language, key) not in SAME_AS_IN_ENGLISH and key != "months"
    }
    shared = {re.escape(text) for each, key in SAME_AS_IN_ENGLISH if each == language for text in texts(ENGLISH[key])}
    own = {part for message in CATALOGUE[language].values() for text in texts(message) for part in text.split()}
    is_english = re.compile(rf"\b(?:{'|'.join(sorted(english - shared, key=len, reverse=True))})\b")
    reading = FakeReading()
    sites = Site(name="x", url="https://x.example", logo=None, terms_url="https://x/t", privacy_url="https://x/p")
    reading.replies = every_reply()
    async with client_of(reading, site=sites) as client:
        pages = []
        for code in (*REFUSALS, "?"):
            reading.state = samples.story(language=language, comments={"mode": "moderated", "url": None}, title="x")
            pages.append((await client.get(f"/stories/{samples.SLUG}?refused={code}&entry={OLD}")).text)
        pages.append((await client.get(f"/stories/{samples.SLUG}?reported=1")).text)
        for receipt in every_receipt(language):
            reading.receipts["secret"] = receipt
            pages.append((await client.get("/receipts/secret")).text)
        for state in every_state():
            reading.state = {**state, "language": language, "title": "x", "standfirst": "x"}
            pages.append((await client.get(f"/stories/{samples.SLUG}")).text)
            pages.append((await client.get("/")).text)
        pages.append((await client.get(f"/stories/{samples.SLUG}?position=not-a-position")).text)
        for missing in ("/stories/withdrawn", "/stories/nothing"):
            asked = {"accept": "text/html", "accept-language": f"{language};q=0.9, en;q=0.1"}
            pages.append((await client.get(missing, headers=asked)).text)
    for page in pages:
        assert re.search(r'<html lang="(\w+)"', page)[1] == language  # type: ignore[index]
        # What the newsroom has written is not ours: bodies, headlines, names.
        ours = re.sub(
            r'(?s)<div class="body">.*?</div>|<h2>.*?</h2>|<bdi>.*?</bdi>|<title>.*?</title>', "", WRITTEN.sub("", page)
        )
        seen = re.sub(r"<[^>]*>", "\n", ours) + "\n".join(re.findall(r'(?:aria-label|alt)="([^"]*)"', ours))
        found = [word for word in is_english.findall(seen) if word not in own]
        assert found == []


@pytest.mark.parametrize(
    ("accept_language", "language"),
    [
        *(("", "en"), ("de-CH, fr;q=0.9", "de"), ("sw, ar;q=0.5", "ar"), ("fr;q=0.2, he;q=0.8", "he"), ("*", "en")),
        *(("sw", "en"), ("sw, en;q=0.9, de;q=0.8", "en"), ("de;q=0", "en"), ("x" * 5_000, "en"), ("de;q=x", "en")),
    ],
)
def test_a_page_without_a_story_is_in_a_language_that_the_browser_asks_for(accept_language: str, language: str) -> None:
    assert Catalogue().choose(accept_language).said_in == language


@pytest.mark.anyio
async def test_the_list_is_in_the_language_that_its_stories_share() -> None:
    reading = FakeReading(samples.story(language="ar-EG", direction="rtl"))
    async with client_of(reading) as client:
        assert '<html lang="ar" dir="rtl">' in (await client.get("/")).text
        other = samples.story(language="de-AT", slug="other")
        reading.others = [other]
        page = (await client.get("/")).text
        assert '<html lang="en" dir="ltr">' in page
        assert '<p class="live" data-status="live" lang="ar" dir="rtl">مباشر</p>' in page


def test_no_template_has_a_sentence_outside_of_the_catalogue() -> None:
    for path in TEMPLATES.glob("*.html"):
        if path.name in PAGES_WITHOUT_THEME:  # which stay English
            continue
        written = re.sub(r"(?s)\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(encoding="utf-8"))
        seen = re.findall(r">([^<>]*)<", written) + re.findall(
            r'(?:aria-label|title|alt|placeholder)="([^"]*)"', written
        )
        assert [text for text in seen if re.search(r"[A-Za-z]{2}", text)] == [], path.name


NAMES = {"Flourish"}
"""Of providers, by which a script knows what their frames say; no reader sees them."""


def test_no_script_of_readers_has_a_sentence_outside_of_the_catalogue() -> None:
    for name in OF_READERS:
        lines = (STATIC_FOLDER / name).read_text(encoding="utf-8").splitlines()
        code = "\n".join(line for line in lines if not re.match(r"\s*(?://|/?\*)", line))
        written = [found[1] or found[2] or "" for found in re.finditer(r'"((?:[^"\\\n])*)"|`([^`]*)`', code)]
        sentences = [text for text in written if re.search(r"(?:^|\s)[A-Z][a-z]+(?:\s|$)|[a-z] [a-z]+ [a-z]", text)]
        assert [text for text in sentences if text not in NAMES] == [], name


def test_every_key_is_said_somewhere_and_no_other() -> None:
    sources = [
        path
        for folder, names in (
            (TEMPLATES, "*.html"),
            (STATIC_FOLDER, "*.js"),
            (STATIC_FOLDER, "reading/*.js"),
            (STATIC_FOLDER, "replies/*.js"),
            (STATIC_FOLDER, "embeds/*.js"),
            (STATIC_FOLDER.parent, "*.py"),
        )
        for path in folder.glob(names)
    ]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    families = ("status.", "severity.", "reason.", "back.", "icon.")
    assert {key for key in ENGLISH if key.startswith("icon.")} == {f"icon.{icon}" for icon in ICONS}
    assert {key.replace("back.", "refused.") for key in ENGLISH if key.startswith("back.")} <= {
        *REFUSALS.values(),
        "refused.unknown",
    }
    unused = [key for key in ENGLISH if f'"{key}"' not in code and not key.startswith(families)]
    assert unused == []
    said = re.findall(r'\b(?:say|count|sayCount|saidAs|words\.said)\("([a-z_.]+)"', code)
    said += re.findall(r'\b(?:said|pieces|text|order)\("\w+", "([a-z_.]+)"', code)
    said += REFUSALS.values()
    assert len(said) > len(ENGLISH)
    assert [key for key in said if key not in ENGLISH] == []


def test_the_catalogue_is_written_as_it_is_read() -> None:
    for path in CATALOGUE_FOLDER.iterdir():
        pairs: list[tuple[str, Any]] = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=list)
        assert len({key for key, _ in pairs}) == len(pairs), path.name
