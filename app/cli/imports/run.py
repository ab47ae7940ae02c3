"""One run of an import: the report on the live blogs of some files, and those that were chosen, brought.

The files are read twice: once for the report, in which everything is checked as the server will check it, and once to
bring what was found. So nothing is written of a file that turns out to be broken in its last line.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from app.cli.control import Refused, ask
from app.cli.imports.client import ImportOutcome, import_story, in_threads
from app.cli.imports.pictures import fetch_pictures, find_uploads, with_uploads
from app.importers.completion import complete_entries, complete_story, removed_ids, without_refused
from app.importers.foreign import ForeignStory, Problem, ReadOptions, Severity, SourceFile
from app.importers.report import Report, examine, pictures_of
from app.importers.sources import Source, read_source
from app.media.picture_fetcher import PictureFetcher
from app.newsroom.imports.checking import fingerprint_of, problems_of_story
from app.newsroom.imports.records import ImportedEntry, ImportedStory, ImportedStoryStatus

PLANNED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """The request of a person: which files, which live blogs of them, and how they are brought."""

    source: Source
    files: Sequence[SourceFile]
    options: ReadOptions
    stories: frozenset[str] = frozenset()
    """The ids of the live blogs to bring, as the other system has them."""
    takes_all: bool = False
    """Whether every live blog that is found is brought, if there are several."""
    title: str = ""
    site: str | None = None
    status: ImportedStoryStatus | None = None
    leaves_out: bool = False
    """Whether a story is brought though some of its entries cannot be."""
    does_it: bool = False


@dataclass(slots=True)
class ImportedResult:
    """The result of one story: its outcome, the entries that were unpublished, and the pictures."""

    outcome: ImportOutcome
    removed: int = 0
    pictures: int = 0
    not_fetched: dict[str, str] = field(default_factory=dict)
    """The reason for each address whose picture was not fetched: it is shown from there, as before."""


ShowReport = Callable[[Report], None]
ShowResult = Callable[[Report, ImportedResult], None]
ShowProgress = Callable[[str, int], None]


class ImportRun:
    """One run. `api` is the server's, None to read the files alone; `fetcher` is for pictures, None to leave them."""

    def __init__(
        self, request: ImportRequest, api: httpx.AsyncClient | None, *, fetcher: PictureFetcher | None = None
    ) -> None:
        self.request = request
        self.api = api
        self.fetcher = fetcher
        self.records: dict[str, ImportedStory] = {}
        self.reports: dict[str, Report] = {}
        self.new_slugs: set[str] = set()
        """The slugs of stories that are new."""

    async def report(self, show: ShowReport) -> None:
        """Read all files, and show the report on each live blog that was chosen. Raises FileBroken, Refused."""
        async for story in in_threads(self._stories()):
            found = _Fingerprints()
            # In a thread: where no server runs, this event loop is the application's.
            report = await asyncio.to_thread(examine, story, now=self.request.options.now, each=found.add)
            record, left = without_refused(self._record(report), now=self.request.options.now)
            report.problems.extend(
                Problem(Severity.NOTE, story.where, f"Of the story this is left out: {each}") for each in left
            )
            sentences = problems_of_story(record, now=self.request.options.now)
            report.problems.extend(Problem(Severity.BROKEN, story.where, sentence) for sentence in sentences)
            known = self.reports.get(story.id)
            if known is not None:
                sentence = f"Another live blog of these files has the id {story.id[:80]}, too: {known.story.where}."
                report.problems.append(Problem(Severity.BROKEN, story.where, sentence))
            if self.api is not None:
                # With the pictures that earlier runs have fetched, as those have written their entries.
                uploads = await find_uploads(self.api, report.pictures)
                fingerprints = await asyncio.to_thread(found.complete, uploads)
                report.plan, is_slug_taken = await self._plan(record, fingerprints, removed_ids(story))
                if is_slug_taken:
                    sentence = f"Another story has, or had, the slug {record.slug}: this one gets a longer one."
                    report.problems.append(Problem(Severity.NOTE, story.where, sentence))
            self.records[story.id], self.reports[story.id] = record, report
            show(report)
            story.entries.clear()  # what has been counted is not held while the next one is read
        self._check_choice()

    async def bring(self, show: ShowResult, *, progress: ShowProgress) -> None:
        """Bring what was reported. Raises Refused, for what is broken before anything is written."""
        if self.api is None:
            raise Refused("Nothing is brought without a server.")
        self._check_reports()
        async for story in in_threads(self._stories()):
            report = self.reports.get(story.id)
            if report is not None:
                show(report, await self._bring(self.api, story, report, progress))
                story.entries.clear()

    async def _bring(
        self, api: httpx.AsyncClient, story: ForeignStory, report: Report, progress: ShowProgress
    ) -> ImportedResult:
        record = self.records[story.id]
        addresses = [*report.pictures]
        uploads = await find_uploads(api, addresses)
        reasons: dict[str, str] = {}
        missing = [address for address in addresses if address not in uploads]
        if self.fetcher is not None and missing:
            fetched, reasons = await fetch_pictures(
                api, self.fetcher, missing, progress=lambda done, _: progress("pictures", done)
            )
            uploads |= fetched
        entries = self._entries(story, report, uploads)
        opens = self.request.status not in {None, "draft"}  # said, and not worked out from the files
        outcome = await import_story(api, record, entries, opens=opens, progress=progress)
        result = ImportedResult(outcome, not_fetched=reasons)
        result.pictures = len(uploads)
        gone = removed_ids(story)
        for first in range(0, len(gone), PLANNED_AT_ONCE):
            body = {"external_ids": gone[first : first + PLANNED_AT_ONCE]}
            taken = await ask(api, "POST", f"/control/imports/{result.outcome.story}/removals", body)
            result.removed += taken["changed"]
            result.outcome.left_alone += [(external_id, reason) for external_id, reason in taken["left_alone"]]
        return result

    def _entries(self, story: ForeignStory, report: Report, uploads: Mapping[str, str]) -> Iterator[ImportedEntry]:
        for entry in complete_entries(story, now=self.request.options.now):
            if not isinstance(entry, Problem) and entry.external_id not in report.left_out:
                yield with_uploads(entry, uploads)

    def _stories(self) -> Iterator[ForeignStory]:
        """Read the live blogs that were chosen."""
        request = self.request
        for story in read_source(request.source, request.files, request.options):
            if not request.stories or story.id in request.stories:
                story.title = request.title or story.title
                yield story

    def _record(self, report: Report) -> ImportedStory:
        now = self.request.options.now
        status = self.request.status or report.status(now)
        return complete_story(report.story, status=status, coverage_start=report.first, site=self.request.site)

    def _check_choice(self) -> None:
        request = self.request
        missing = request.stories - self.reports.keys()
        if missing:
            raise Refused(f"There is no live blog {min(missing)!r} in these files.")
        if not self.reports:
            raise Refused("There is no live blog in these files.")
        several = len(self.reports) > 1
        if several and request.title:
            raise Refused("A title is for one live blog: say which, with --story.")
        if several and request.does_it and not (request.takes_all or request.stories):
            raise Refused(f"There are {len(self.reports):,} live blogs: say --all, or which, with --story.")

    def _check_reports(self) -> None:
        broken = sum(report.count(Severity.BROKEN) for report in self.reports.values())
        left_out = sum(report.count(Severity.LEFT_OUT) for report in self.reports.values())
        if broken:
            raise Refused("Nothing was brought: what is broken cannot be.")
        if left_out and not self.request.leaves_out:
            ways = "Mend the files, or say --leave-out to bring the rest."
            raise Refused(f"Nothing was brought: {left_out:,} entries cannot be. {ways}")

    async def _plan(
        self, record: ImportedStory, fingerprints: Mapping[str, str], removed: Sequence[str]
    ) -> tuple[Counter[str], bool]:
        """Return what would become of the entries here, by number, and whether a new story's slug is taken."""
        assert self.api is not None  # noqa: S101 - the caller has looked
        plan: Counter[str] = Counter()
        entries, gone, slug = [*fingerprints.items()], list(removed), record.slug or ""
        while True:
            body = {
                "source": record.source,
                "external_id": record.external_id,
                "fingerprints": dict(entries[:PLANNED_AT_ONCE]),
                "removed": gone[:PLANNED_AT_ONCE],
                "slug": slug,
            }
            answer = await ask(self.api, "POST", "/control/imports/plan", body)
            plan.update(
                {name.replace("_", " "): answer[name] for name in ("new", "changed", "same", "removed", "edited_here")}
            )
            entries, gone = entries[PLANNED_AT_ONCE:], gone[PLANNED_AT_ONCE:]
            if not entries and not gone:
                break
        is_new = answer["story"] is None
        is_slug_taken = answer["is_slug_taken"] or (is_new and slug in self.new_slugs)
        if is_new and slug:
            self.new_slugs.add(slug)
        return +plan, is_slug_taken


class _Fingerprints:
    """The fingerprints of records by external id; of those with pictures once it is known which have been fetched."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.with_pictures: list[ImportedEntry] = []

    def add(self, entry: ImportedEntry) -> None:
        if any(pictures_of(entry)):
            self.with_pictures.append(entry)
        else:
            self.known[entry.external_id] = fingerprint_of(entry)

    def complete(self, uploads: Mapping[str, str]) -> dict[str, str]:
        shown = (with_uploads(entry, uploads) for entry in self.with_pictures)
        return self.known | {entry.external_id: fingerprint_of(entry) for entry in shown}
