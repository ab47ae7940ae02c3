"""A purge takes the uploads that nothing else uses, by their target or by id; a legal hold keeps those it needs."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text

from app.domain.errors import Conflict, NotFound
from app.media.converted import ConvertedMedia, OfferedWords, Rendition
from app.media.formats import MediaKind
from app.newsroom.erasure.purge import confirm_purge
from app.newsroom.media.library import delete_unused, show_media
from app.newsroom.media.unused import delete_unused_media
from app.newsroom.media.upload import ReceivedFile, keep_upload
from app.newsroom.people.people import add_person, show_people
from app.newsroom.queries.lists import show_entry, show_story
from app.storage.database import schema
from app.wire.requests.media import MediaUpload
from app.wire.requests.people import PersonDraft
from tests.newsroom.driver import NewsroomDriver, body
from tests.storage.dumps import find_in, read_all_bytes

WORD = "xylophone"


def _upload(driver: NewsroomDriver, number: int = 0, **words: str) -> dict[str, Any]:
    """Keep an upload whose words have the word, and whose answer is stored for a retry."""
    converted = ConvertedMedia(
        kind=MediaKind.IMAGE, content_type="image/jpeg", width=640, height=480, animated=False, duration_ms=None,
        placeholder="#7d8a94", renditions=(Rendition("640.jpg", "image/jpeg", 640, 480, 4),),
        offered=OfferedWords("", "", ""),
    )  # fmt: skip
    written = MediaUpload.model_validate({"alt": f"The {WORD}", "caption": WORD, "rights": f"Of {WORD}", **words})
    call = driver.call(idempotency_key=f"upload-{number}", fingerprint=f"digest {number}")
    received = ReceivedFile(f"{number:064d}", 4)
    kept = keep_upload(driver.newsroom, call, written, received, name=_name(number), converted=converted)
    return body(kept.reply)


def _name(number: int) -> str:
    return f"Picture{number:017d}"


def _address(number: int) -> str:
    return f"https://live.example/media/{_name(number)}/640.jpg"


def _image(media: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"type": "image", "media": media["id"], **fields}


def _counts(done: dict[str, Any]) -> dict[str, int]:
    return {each["place"]: each["count"] for each in done["places"]}


def _left(driver: NewsroomDriver, url: str, *texts: str) -> dict[str, list[str]]:
    assert driver.database.scrub()
    return find_in(read_all_bytes(url), texts)


def _public_names(driver: NewsroomDriver) -> set[str]:
    with driver.database.snapshot() as tx:
        return set(tx.connection.execute(select(schema.public_media.c.name)).scalars())


def test_an_entry_takes_the_uploads_that_nothing_else_uses(driver: NewsroomDriver, database_url: str) -> None:
    own, earlier, shared = (_upload(driver, number) for number in range(3))
    story = driver.story()["id"]
    entry = driver.post(story, text=None, blocks=[_image(own), _image(earlier), _image(shared)])
    driver.patch(entry, blocks=[_image(own), _image(shared)])
    other = driver.post(story, text=None, blocks=[_image(shared)])
    done = driver.purge(story=story, entry=entry["id"])
    assert _counts(done)["uploads"] == 2
    uses = [{"story": story, "entry": other["id"], "current": True}]
    assert [each["media"] for each in done["kept"]] == [shared["id"]]
    assert [{name: use[name] for name in uses[0]} for use in done["kept"][0]["uses"]] == uses
    assert driver.deleted_files == [_name(0), _name(1)]
    assert _tables_with(driver, own["id"], _name(0), _name(1)) == {"audit"}, "the id, which is no text"
    assert _public_names(driver) == {_name(2)}
    with pytest.raises(NotFound, match="media_not_found"):
        show_media(driver.newsroom, driver.call(), own["id"])
    places = body(show_media(driver.newsroom, driver.call(), shared["id"]))["uses"]
    assert [use["entry"] for use in places] == [other["id"]]
    again = driver.prepare_purge(story=story, entry=entry["id"])
    assert (again["places"], again["kept"]) == ([], [])


def _tables_with(driver: NewsroomDriver, *texts: str) -> set[str]:
    """Name the tables in which one of these is, whatever the column."""
    found = set()
    with driver.database.snapshot() as tx:
        for table in (*schema.metadata.tables.values(), *schema.derived.tables.values()):
            rows = tx.connection.execute(select(table)).all()
            if any(each in str(tuple(row)) for row in rows for each in texts):
                found.add(table.name)
    return found


def test_the_words_of_an_upload_go_from_everywhere_with_its_story(driver: NewsroomDriver, database_url: str) -> None:
    lead, shown, shared = (_upload(driver, number) for number in range(3))
    story, other = driver.story("Night", image={"media": lead["id"]})["id"], driver.story("Other")["id"]
    driver.post(story, text=None, blocks=[_image(shown), _image(shared, alt="Another", caption="Other")])
    kept = driver.post(other, text=None, blocks=[_image(shared, alt="Plain", caption="Plain")])
    done = driver.purge(story=story)
    assert _counts(done)["uploads"] == 2
    assert [(each["media"], each["uses"][0]["entry"]) for each in done["kept"]] == [(shared["id"], kept["id"])]
    assert driver.deleted_files == [_name(0), _name(1)]
    assert _public_names(driver) == {_name(2)}
    driver.purge(media=shared["id"])
    assert _left(driver, database_url, WORD) == {}, "neither in tables, nor in answers kept for retries"


def test_an_upload_goes_by_its_id_out_of_all_that_shows_it(driver: NewsroomDriver, database_url: str) -> None:
    media, beside = _upload(driver, 0), _upload(driver, 1, alt="Harmless", caption="Harmless", rights="")
    person = PersonDraft.model_validate({"name": "Ada", "role": "reporter", "avatar_media": media["id"]})
    ada = body(add_person(driver.newsroom, driver.call(), person))
    avatar = {"id": ada["id"], "name": "Ada", "avatar": _address(0)}
    words = {"type": "paragraph", "html": "<p>Counted.</p>"}
    image = {"media": media["id"]}
    story = driver.story(
        "Night", image=image, seo={"title": "Night", "image": image}, authors=[avatar],
        intro={"blocks": [words, _image(media), _image(beside)]},
    )["id"]  # fmt: skip
    other = driver.story("Other", seo={"image": image}, intro={"blocks": [_image(media)]}, status="draft")["id"]
    driver.patch_story(other, status="live", intro=None, seo=None)
    public = driver.post(story, text=None, blocks=[words, _image(media), _image(beside)], authors=[avatar])
    edited = driver.post(story, text="Only an edit shows it.")
    driver.patch(edited, blocks=[_image(media)], publish=False)
    draft = driver.post(other, text=None, blocks=[_image(media)], status="draft")
    earlier = driver.post(other, text=None, blocks=[_image(media)])
    driver.patch(earlier, blocks=[words])
    removed = driver.post(other, text=None, blocks=[_image(media), words])
    driver.act("remove", removed)
    before = len(driver.events())
    shown = driver.prepare_purge(media=media["id"])
    assert _counts(shown)["uploads"] == 1
    assert _counts(shown)["uploads in entries"] == 4
    done = driver.purge(media=media["id"])
    assert (done["media"], done["story"], done["person"], done["kept"]) == (media["id"], None, None, [])
    sent = {event["type"]: event["changed"] for event in driver.events()[before:]}
    assert sent == {"story.updated": ["intro", "authors", "seo", "image"], "entry.updated": ["authors", "body"]}
    assert len(driver.events()) == before + 2, "what readers did not see sends nothing"
    entry = body(show_entry(driver.newsroom, driver.call(), story, public["id"]))
    assert [block["type"] for block in entry["blocks"]] == ["paragraph", "image"]
    assert entry["authors"] == [{"id": ada["id"], "name": "Ada"}]
    for each in (edited, draft, earlier, removed):
        seen = body(show_entry(driver.newsroom, driver.call(), each["story"], each["id"]))
        assert "image" not in str(seen["blocks"]) + str(seen["working"])
    seen = body(show_story(driver.newsroom, driver.call(), story))
    assert (seen["image"], seen["seo"]) == (None, {"title": "Night", "description": None, "image": None})
    assert [block["type"] for block in seen["intro"]["blocks"]] == ["paragraph", "image"]
    assert seen["authors"] == [{"id": ada["id"], "name": "Ada"}]
    assert [each["avatar"] for each in body(show_people(driver.newsroom, driver.call()))["items"]] == [None]
    assert driver.deleted_files == [_name(0)]
    assert _public_names(driver) == {_name(1)}
    assert _left(driver, database_url, WORD, _name(0)) == {}
    with pytest.raises(NotFound, match="media_not_found"):
        driver.prepare_purge(media=media["id"])
    assert driver.audited()[-1] == "purge"


def test_what_nothing_uses_is_purged_by_its_id_too(driver: NewsroomDriver, database_url: str) -> None:
    media = _upload(driver)
    assert _counts(driver.purge(media=media["id"])) == {"stored replies": 1, "uploads": 1, "audit": 1}
    assert _left(driver, database_url, WORD, _name(0)) == {}
    assert driver.deleted_files == [_name(0)]


def test_a_person_takes_their_avatar_where_nothing_else_shows_it(driver: NewsroomDriver, database_url: str) -> None:
    media, alone = _upload(driver, 0), _upload(driver, 1)
    story = driver.story()["id"]
    for number, each in enumerate((media, alone)):
        draft = PersonDraft.model_validate({"name": f"Ada {number}", "role": "reporter", "avatar_media": each["id"]})
        add_person(driver.newsroom, driver.call(), draft)
    people = {each["name"]: each for each in body(show_people(driver.newsroom, driver.call()))["items"]}
    ada = people["Ada 0"]
    assert _name(0) in ada["avatar"]
    entry = driver.post(story, authors=[{"id": ada["id"], "name": "Ada 0", "avatar": _address(0)}])
    done = driver.purge(person=people["Ada 1"]["id"])
    assert (_counts(done)["uploads"], done["kept"], driver.deleted_files) == (1, [], [_name(1)])
    done = driver.purge(person=ada["id"])
    assert [each["uses"][0]["entry"] for each in done["kept"]] == [entry["id"]], "a byline still shows it"
    assert driver.deleted_files == [_name(1)]
    done = driver.purge(media=media["id"])
    assert _left(driver, database_url, WORD, _name(0), _name(1)) == {}


def test_an_avatar_goes_with_the_bylines_that_show_it(driver: NewsroomDriver, database_url: str) -> None:
    media = _upload(driver)
    draft = PersonDraft.model_validate({"name": "Ada", "role": "reporter", "avatar_media": media["id"]})
    ada = body(add_person(driver.newsroom, driver.call(), draft))
    story = driver.story()["id"]
    driver.post(story, authors=[{"id": ada["id"], "name": "Ada", "avatar": _address(0)}])
    done = driver.purge(person=ada["id"], bylines=True)
    assert (done["kept"], driver.deleted_files) == ([], [_name(0)])
    assert _left(driver, database_url, WORD, _name(0)) == {}


@pytest.mark.parametrize("whole", [False, True], ids=["entry", "story"])
def test_what_is_held_keeps_the_uploads_it_uses_and_has_used(driver: NewsroomDriver, whole: bool) -> None:
    now, earlier = _upload(driver, 0), _upload(driver, 1)
    story, other = driver.story()["id"], driver.story("Other")["id"]
    entry = driver.post(story, text=None, blocks=[_image(now), _image(earlier)])
    driver.patch(entry, blocks=[_image(now)])
    beside = driver.post(other, text=None, blocks=[_image(now)])
    confirm = driver.prepare_purge(media=now["id"])["confirm"]
    driver.hold(story, None if whole else entry["id"])
    for media in (now, earlier):
        shown = driver.prepare_purge(media=media["id"])
        assert shown["held"] == [{"story": story, "entry": None if whole else entry["id"]}]
        assert shown["confirm"] is None
        with pytest.raises(Conflict, match="legal_hold"):
            delete_unused(driver.newsroom, driver.call(), media["id"])
    with pytest.raises(Conflict, match="legal_hold"):
        confirm_purge(driver.newsroom, driver.call(), confirm)
    kept = driver.purge(story=other, entry=beside["id"])["kept"]
    assert [each["media"] for each in kept] == [now["id"]]
    driver.now += 10**15
    assert delete_unused_media(driver.newsroom, before=driver.newsroom.clock(), limit=10) == []
    driver.hold(story, None if whole else entry["id"], held=False)
    assert delete_unused(driver.newsroom, driver.call(), earlier["id"]).name == _name(1)
    driver.purge(media=now["id"])
    with driver.database.snapshot() as tx:
        assert tx.connection.execute(text("SELECT count(*) FROM media")).scalar_one() == 0


def test_more_uploads_than_go_at_once_go_with_their_story(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    media = [_upload(driver, number) for number in range(120)]
    for start in range(0, 120, 30):
        driver.post(story, text=None, blocks=[_image(each) for each in media[start : start + 30]])
    assert _counts(driver.purge(story=story))["uploads"] == 120
    assert driver.deleted_files == [_name(number) for number in range(120)]
