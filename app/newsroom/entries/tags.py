"""The slugs of tags that were sent with a label alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from app.domain.entry import EntryContent, JsonObject
from app.domain.slugs import slug_from_label
from app.domain.story import Story
from app.wire.requests.entries import EntryDraft, EntryPatch, ExternalEntry, WrittenTag

Written = TypeVar("Written", EntryDraft, ExternalEntry, EntryPatch)


def complete_tags(story: Story, written: Written, *, before: EntryContent | None = None) -> Written:
    """Return what was written with a slug for each tag: its label's in the entry before and in its story, else its own.

    So a label that is typed again goes on being filed where it was filed by hand, or by an earlier release.
    """
    if written.tags is None or all(tag.slug is not None for tag in written.tags):
        return written
    return written.model_copy(update={"tags": with_slugs(written.tags, known=known_tags(story, before))})


def known_tags(story: Story, before: EntryContent | None) -> list[JsonObject]:
    """List the tags that a label may mean: those of the entry before, then those of its story."""
    return [*(before.tags if before is not None else ()), *story.fields["tags"]]


def with_slugs(tags: Sequence[WrittenTag], *, known: Iterable[JsonObject]) -> list[WrittenTag]:
    """Return the tags with their slugs. A label whose tag is there already, however it is spelt, is left out."""
    filed: dict[str, str] = {}
    for label, slug in (*((tag.label, tag.slug) for tag in tags), *((tag["label"], tag["slug"]) for tag in known)):
        if slug is not None:
            filed.setdefault(slug_from_label(label), slug)
    completed = {slug_from_label(tag.label): tag for tag in reversed(tags) if tag.slug is not None}
    result = []
    for tag in tags:
        own = slug_from_label(tag.label)
        if tag.slug is not None:
            result.append(tag)
        elif own not in completed:
            completed[own] = WrittenTag.model_construct(slug=filed.get(own, own), label=tag.label)
            result.append(completed[own])
    return result
