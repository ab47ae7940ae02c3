"""`liveblog import --from` as a process: a report first, the stories when told, sentences and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

from tests.importers.files import wxr, wxr_comment, wxr_post
from tests.processes import Installation

ENTRIES = [
    wxr_comment(101, "2026-11-03 20:00:00", "Polls have closed."),
    wxr_comment(102, "2026-11-03 20:01:00", "/key First result."),
]


def _write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_report_comes_first_then_the_story_and_old_anchors_lead_to_its_entries(
    installation: Installation, free_port: int, tmp_path: Path
) -> None:
    file = _write(tmp_path, "site.xml", wxr(wxr_post(*ENTRIES)))
    with installation.serving(free_port) as server, server.client() as reader:
        dry = installation.run("import", "--from", "wordpress", file)
        assert dry.returncode == 0, dry.stderr
        assert dry.stdout.splitlines()[:2] == [
            "Election night  (harbour.example:10, site.xml, line 8)",
            "  entries: 2 (2 published)",
        ]
        assert "here: new 2" in dry.stdout
        assert "say --yes" in dry.stderr
        assert reader.get("/v1/stories/election-night").status_code == 404
        done = installation.run("import", "--from", "wordpress", file, "--yes")
        assert done.returncode == 0, done.stderr
        assert "Election night: 2 added. It is ended: /stories/election-night" in done.stdout
        found = reader.get("/v1/stories/election-night/entries", params={"alias": "#liveblog-entry-102"}).json()
        assert [item["body_html"] for item in found["items"]] == ["<p>First result.</p>"]
        again = installation.run("import", "--from", "wordpress", file, "--yes", "--format", "json")
        report, brought = map(json.loads, again.stdout.splitlines())
        assert report["plan"] == {"same": 2}
        assert {name: brought["brought"][name] for name in ("added", "changed", "same", "removed")} == {
            **{"added": 0, "changed": 0, "same": 2, "removed": 0},
        }


def test_what_cannot_be_is_one_sentence_and_nothing_is_written(installation: Installation, tmp_path: Path) -> None:
    cut = _write(tmp_path, "cut.xml", wxr(wxr_post(*ENTRIES))[:-40])
    before = (installation.data_dir / "liveblog.db").read_bytes()
    folder = tmp_path / "empty"
    folder.mkdir()
    sentences = {
        (cut,): "cut.xml, line 24: The file ends in the middle. Nothing was brought.",
        (folder,): "their names end in .xml, .wxr, .json.",
        (cut, "--time-zone", "Mars/Olympus"): "There is no time zone 'Mars/Olympus'.",
    }
    for arguments, sentence in sentences.items():
        done = installation.run("import", "--from", "wordpress", "--files-alone", *arguments)
        assert (done.returncode, done.stdout) == (1, ""), arguments
        assert sentence in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert (installation.data_dir / "liveblog.db").read_bytes() == before


def test_the_files_of_a_folder_are_reported_on_without_any_server(installation: Installation, tmp_path: Path) -> None:
    folder = tmp_path / "nights" / "2026"
    folder.mkdir(parents=True)
    for name in ("one", "two"):
        _write(folder, f"{name}.csv", "id,time,text\n1,2026-11-03T20:00:00Z,Hello\n2,never,Bye\n")
    _write(folder, "notes.md", "Not one of them.")
    done = installation.run("import", "--from", "csv", tmp_path / "nights", "--files-alone", "--format", "json")
    assert done.returncode == 0, done.stderr
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(report["story"]["title"], report["entries"], report["plan"]) for report in reports] == [
        ("One", 1, {}),
        ("Two", 1, {}),
    ]
    assert reports[0]["problems"][0]["where"] == "2026/one.csv, line 3"
