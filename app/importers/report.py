"""The report on a live blog that was found: what would be brought, what is not ours, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.content.media_addresses import MEDIA_MARK
from app.domain.clock import Micros, format_time
from app.importers.completion import complete_entries, duplicates_of, unique_entries
from app.importers.foreign import ForeignStory, Problem, Severity
from app.newsroom.imports.checking import problems_of_entry
from app.newsroom.imports.records import ImportedEntry, ImportedStoryStatus

LIVE_DAYS = 7
"""A live blog that nobody has ended there, and that has had nothing for so long, has ended here."""
SHOWN_PROBLEMS = 100
SHOWN_AUTHORS = 50


@dataclass(slots=True)
class Report:
    """The counts of one live blog, and the problems with it."""

    story: ForeignStory
    statuses: Counter[str] = field(default_factory=Counter)
    versions: int = 0
    key_events: int = 0
    pinned: int = 0
    aliases: int = 0
    authors: Counter[str] = field(default_factory=Counter)
    embeds: Counter[str] = field(default_factory=Counter)
    unknown_kinds: Counter[str] = field(default_factory=Counter)
    pictures: dict[str, int] = field(default_factory=dict)
    """The entries that show each picture by address, as often."""
    first: Micros | None = None
    last: Micros | None = None
    problems: list[Problem] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)
    """External ids of records that the server would refuse."""
    plan: Counter[str] = field(default_factory=Counter)
    """What would become of the entries here: new, changed, same, removed; empty where no server was asked."""

    def status(self, now: Micros) -> ImportedStoryStatus:
        """Return what the story is to be: live if it is there, and something came in the last LIVE_DAYS."""
        if self.story.is_draft:
            return "draft"
        is_recent = self.last is not None and self.last > now - LIVE_DAYS * 86_400_000_000
        return "live" if self.story.is_live and is_recent else "ended"

    def count(self, severity: Severity) -> int:
        """Return the number of problems of a severity."""
        return sum(problem.severity is severity for problem in self.problems)

    @property
    def entries(self) -> int:
        """Return the number of entries that would be brought."""
        return sum(count for status, count in self.statuses.items() if status != "removed")

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON's values."""
        story = self.story
        shown = {
            name: None if at is None else format_time(at) for name, at in (("first", self.first), ("last", self.last))
        }
        return {
            "story": {"id": story.id, "title": story.title, "where": story.where, "slug": story.slug or None},
            "entries": self.entries,
            "statuses": dict(self.statuses),
            "versions": self.versions,
            "key_events": self.key_events,
            "pinned": self.pinned,
            "aliases": self.aliases,
            **shown,
            "authors": dict(self.authors.most_common(SHOWN_AUTHORS)),
            "embeds": dict(self.embeds),
            "pictures": len(self.pictures),
            "unknown_kinds": dict(self.unknown_kinds),
            "plan": dict(self.plan),
            "problems": [_problem_json(problem) for problem in self.problems[:SHOWN_PROBLEMS]],
            "problem_counts": {str(each): self.count(each) for each in Severity if self.count(each)},
        }

    def lines(self) -> Iterator[str]:
        """Yield the report line by line, for a person."""
        story = self.story
        yield f"{story.title or 'Untitled'}  ({story.id}, {story.where})"
        listed = ", ".join(f"{count:,} {status}" for status, count in sorted(self.statuses.items()))
        yield f"  entries: {self.entries:,}" + (f" ({listed})" if listed else "")
        if self.first is not None and self.last is not None:
            yield f"  from {format_time(self.first)} to {format_time(self.last)}"
        counts = {"versions": self.versions, "key events": self.key_events, "pinned": self.pinned}
        counts |= {"old anchors": self.aliases, "pictures": len(self.pictures)}
        yield "  " + ", ".join(f"{name}: {count:,}" for name, count in counts.items())
        named = {"authors": self.authors, "embeds": self.embeds, "kinds that we have no block for": self.unknown_kinds}
        for name, counter in named.items():
            if counter:
                yield f"  {name}: {_listed(counter)}"
        if self.plan:
            yield f"  here: {_listed(self.plan)}"
        for problem in self.problems[:SHOWN_PROBLEMS]:
            yield f"  {problem.severity}: {problem.where}: {problem.sentence}"
        if len(self.problems) > SHOWN_PROBLEMS:
            yield f"  … and {len(self.problems) - SHOWN_PROBLEMS:,} more problems"


def _listed(counter: Counter[str]) -> str:
    shown = ", ".join(f"{name} {count:,}" for name, count in counter.most_common(20))
    return shown if len(counter) <= 20 else f"{shown} and {len(counter) - 20:,} more"


def _problem_json(problem: Problem) -> Mapping[str, str]:
    return {"severity": str(problem.severity), "where": problem.where, "sentence": problem.sentence}


def examine(story: ForeignStory, *, now: Micros, each: Callable[[ImportedEntry], None] = lambda entry: None) -> Report:
    """Read all of a story's entries, count what is in them, and hand on each record that can be brought."""
    report = Report(story, problems=[*story.problems, *duplicates_of(story)])
    if story.is_draft:
        sentence = "Not everybody can read it there: it comes as a draft, unless --status says otherwise."
        report.problems.append(Problem(Severity.NOTE, story.where, sentence))
    for entry in unique_entries(story):
        report.unknown_kinds.update(entry.unknown_kinds)
        report.statuses["removed"] += entry.status == "removed"
    for made in complete_entries(story, now=now):
        if isinstance(made, Problem):
            report.problems.append(made)
            continue
        refused = problems_of_entry(made, now=now)
        if refused:
            report.left_out.add(made.external_id)
            sentence = f"The entry {made.external_id[:80]} would be refused: {refused[0]}"
            report.problems.append(Problem(Severity.LEFT_OUT, story.where, sentence))
        else:
            _count(report, made)
            each(made)
    report.statuses = +report.statuses
    return report


def _count(report: Report, entry: ImportedEntry) -> None:
    report.statuses[entry.status] += 1
    report.versions += len(entry.versions)
    report.key_events += entry.key_event
    report.pinned += entry.pinned
    report.aliases += len(entry.aliases)
    report.authors.update({str(author["name"]) for author in entry.current.authors})
    at = entry.published_at
    if at is not None:
        report.first = at if report.first is None else min(report.first, at)
        report.last = at if report.last is None else max(report.last, at)
    for block in entry.current.body:
        if block["type"] == "embed":
            report.embeds[str(block["provider"])] += 1
    for address in pictures_of(entry):
        report.pictures[address] = report.pictures.get(address, 0) + 1


def pictures_of(entry: ImportedEntry) -> Iterator[str]:
    """Yield the address of each picture that a version of an entry shows from elsewhere."""
    for version in entry.versions:
        for block in version.body:
            if block["type"] == "image" and not str(block["url"]).startswith(MEDIA_MARK):
                yield str(block["url"])
