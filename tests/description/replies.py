"""What readers write in that night, and what the newsroom does with it: every operation, and every member in it."""

from __future__ import annotations

from typing import Any

import httpx

from tests.description.recorder import Json, Recorder

QUESTION = {"name": "Ann", "email": "ann@mail.example", "text": "Which districts are still missing?"}
DECISIONS = ("approve_comment", "reject_comment", "mark_comment_as_spam", "remove_comment")


def play_replies(
    recorder: Recorder, admin: httpx.Client, reader: httpx.Client, reporter: httpx.Client, entry: Json
) -> None:
    """Leave replies to the story of an entry and to the entry, report them, object, and decide about them all."""
    call, story = recorder.call, {"story": entry["story"]}

    def send(**more: Any) -> Json:
        sent: Json = call(reader, "create_comment", path=story, json={**QUESTION, **more})
        return sent

    call(reader, "get_comment_form", path=story)
    call(reader, "create_comment", path=story, data={**QUESTION, "token": "none of ours"}, expect=303)
    shown, refused = send(entry=entry["id"]), send()
    call(admin, "set_hold_words", json={"words": ["lottery"]})
    call(admin, "read_hold_words")
    held = send(text="Win the lottery")
    for name, comment in zip(DECISIONS, (shown, refused, held, held), strict=True):
        decided = {"reason": "off_topic", "note": "Seen."} if name != "approve_comment" else {}
        call(admin, name, path={"comment": comment["id"]}, json=decided)
    child = send(parent=shown["id"])
    batch = {"action": "approve", "comments": [child["id"], shown["id"], story["story"]], "versions": {shown["id"]: 1}}
    call(admin, "moderate_comments", json=batch)
    call(admin, "answer_comment", path={"comment": shown["id"]}, json={"text": "Two are."})
    call(admin, "make_entry_of_comment", path={"comment": shown["id"]}, json={"status": "draft"})
    notice = {"category": "illegal", "text": "It names a witness.", "name": "Bo", "email": "bo@mail.example"}
    reported = call(reader, "report_comment", path={**story, "comment": shown["id"]}, json=notice)
    call(reader, "get_report", path={"report": reported["id"]})
    call(reader, "list_comments", path=story, params={"limit": 1})
    call(reader, "list_comments", path=story, params={"parent": shown["id"]})
    call(reader, "get_entry", path={**story, "entry": entry["id"]})
    for sent in (shown, refused, held):
        receipt = {"receipt": sent["receipt"].rpartition("/")[2]}
        call(reader, "get_receipt", path=receipt)
        if sent is not shown:
            call(reader, "appeal", path=receipt, json={"text": "It is about the story."})
    send(text="Is it over?")
    for client in (admin, reporter):
        call(client, "list_newsroom_comments", params={"limit": 2})
        call(client, "read_newsroom_comment", path={"comment": shown["id"]})
    block = call(admin, "block_network", json={"network": "198.51.100.0/24", "note": "A flood."})
    call(admin, "list_comment_blocks")
    call(admin, "lift_block", path={"block": block["id"]})
    call(admin, "erase_person", json={"email": "nobody@mail.example", "comments": True})
    prepared = call(admin, "prepare_purge", json={"comment": held["id"]})
    call(admin, "confirm_purge", json={"confirm": prepared["confirm"]})
