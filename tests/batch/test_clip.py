from __future__ import annotations

import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from scene import START, Thing, write_config, write_drive, write_rows
from streetaudit.assemble import open_parts
from streetaudit.batch.clip import audit_clip
from streetaudit.batch.outcome import ClipOutcome, NightProgress, Progress
from streetaudit.config import DetectorConfig, SamplingConfig, load_config
from streetaudit.io.runtimes import Runtime, installed_runtimes
from streetaudit.structures.geo import distance_m
from streetaudit.structures.place import NotPlaced

THINGS = (
    Thing("litter", 3.0, 30.0),
    Thing("litter", -4.0, 35.0),
    Thing("overflowing_bin", 3.2, 22.0, 1.0),
    Thing("bin", -3.0, 25.0, 1.0),
)


def audited(folder: Path, clip: Path, *, report: list[Progress | NightProgress] | None = None) -> ClipOutcome:
    config = load_config(folder / "streetaudit.toml")
    with open_parts(config, inference=False) as parts:
        detections = clip.with_name(f"{clip.stem}.detections.csv")
        return audit_clip(clip, parts, detections=detections, report=(report if report is not None else []).append)


def dump(folder: Path) -> list[str]:
    """The tables of cases and sightings, as text: what must not change when nothing new was seen."""
    with sqlite3.connect(folder / "cases.sqlite3") as db:
        lines = [line for line in db.iterdump() if line.startswith(('INSERT INTO "cases"', 'INSERT INTO "sightings"'))]
    assert lines
    return lines


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_config(tmp_path)
    return tmp_path


def test_things_become_cases_where_they_stand_and_a_fine_bin_does_not(folder: Path) -> None:
    outcome = audited(folder, write_drive(folder, THINGS))
    assert outcome.status == "complete"
    assert outcome.run is not None
    with open_parts(load_config(folder / "streetaudit.toml"), inference=False) as parts:
        cases = parts.store.cases().cases
        assert sorted(case.problem for case in cases) == ["litter", "litter", "overflowing_bin"]
        for case in cases:
            assert case.place is not None
            near = min(
                distance_m(case.place.lat, case.place.lon, *t.position) for t in THINGS if t.label == case.problem
            )
            assert near <= min(case.place.error_m, 2.0)
            assert case.first_seen is not None
            assert START <= case.first_seen <= START + timedelta(seconds=10)
            assert case.evidence is not None
            assert parts.evidence.get(case.evidence)
        path = parts.store.runs()[0].run.path
        assert len(path) == 2, "the drive is straight"
        assert distance_m(*path[0], *path[1]) == pytest.approx(outcome.run.coverage.distance_m, abs=8.0)
        dropped = [s for s in parts.store.clip_sightings(cases_clip(parts.store.runs())) if s.verdict.problem is None]
        assert [s.class_name for s in dropped] == ["bin"]
        assert dropped[0].evidence is None


def cases_clip(runs: list) -> str:  # type: ignore[type-arg]
    return str(runs[0].run.clip_sha256)


def test_the_same_clip_again_changes_nothing(folder: Path) -> None:
    clip = write_drive(folder, THINGS)
    audited(folder, clip)
    before = dump(folder)
    assert audited(folder, clip).status == "unchanged"
    copy = folder / "copy-of-drive.mp4"
    shutil.copy(clip, copy)
    for suffix in (".gpx", ".detections.csv"):
        shutil.copy(clip.with_suffix("").with_suffix(suffix), copy.with_suffix(suffix))
    assert audited(folder, copy).status == "unchanged"
    assert dump(folder) == before


def test_a_second_night_adds_sightings_and_no_case(folder: Path) -> None:
    audited(folder, write_drive(folder, THINGS))
    second = write_drive(folder, THINGS, name="drive2", start=START + timedelta(days=1))
    outcome = audited(folder, second)
    assert outcome.committed is not None
    assert outcome.committed.new_cases == ()
    assert len(set(outcome.committed.again)) == 3
    with open_parts(load_config(folder / "streetaudit.toml"), inference=False) as parts:
        assert {(case.passes, case.sightings) for case in parts.store.cases().cases} == {(2, 2)}


def test_other_detections_of_a_clip_replace_what_it_said(folder: Path) -> None:
    clip = write_drive(folder, THINGS)
    audited(folder, clip)
    rows = (folder / "drive.detections.csv").read_text().splitlines()[1:]
    write_rows(folder / "drive.detections.csv", [row for row in rows if row.endswith("overflowing_bin")])
    audited(folder, clip)
    with open_parts(load_config(folder / "streetaudit.toml"), inference=False) as parts:
        assert [case.problem for case in parts.store.cases().cases] == ["overflowing_bin"]


def test_another_calibration_moves_the_places(folder: Path) -> None:
    clip = write_drive(folder, THINGS)
    audited(folder, clip)
    before = dump(folder)
    path = folder / "streetaudit.toml"
    path.write_text(path.read_text().replace("pitch_deg = 0.0", "pitch_deg = -1.0"))
    assert audited(folder, clip).status == "complete"
    assert dump(folder) != before


def test_without_a_trace_a_sighting_is_kept_and_says_why_it_has_no_place(folder: Path) -> None:
    clip = write_drive(folder, THINGS)
    (folder / "drive.gpx").unlink()
    outcome = audited(folder, clip)
    assert outcome.run is not None
    assert "no trace" in outcome.run.trace_note
    with open_parts(load_config(folder / "streetaudit.toml"), inference=False) as parts:
        cases = parts.store.cases().cases
        assert cases
        assert all(case.place is None for case in cases)
        place = parts.store.sightings(cases[0].id)[0].place
        assert isinstance(place, NotPlaced)
        assert place.reason


def test_the_trace_of_another_day_is_not_believed(folder: Path) -> None:
    clip = write_drive(folder, THINGS)
    gpx = folder / "drive.gpx"
    gpx.write_text(gpx.read_text().replace("2026-11-23", "2026-11-21"))
    outcome = audited(folder, clip)
    assert outcome.status == "complete"
    with open_parts(load_config(folder / "streetaudit.toml"), inference=False) as parts:
        assert all(case.place is None for case in parts.store.cases().cases)


def test_half_a_clip_is_never_called_complete(folder: Path) -> None:
    clip = write_drive(folder, THINGS)
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    outcome = audited(folder, clip)
    assert outcome.status in ("partial", "failed")
    assert outcome.reason


def test_progress_is_told(folder: Path) -> None:
    told: list[Progress | NightProgress] = []
    audited(folder, write_drive(folder, THINGS), report=told)
    assert [p.clip for p in told if isinstance(p, Progress)] == ["drive.mp4"] * len(told)
    assert told


@pytest.mark.parametrize("runtime", installed_runtimes())
def test_the_record_names_what_ran_the_model(folder: Path, runtime: Runtime) -> None:
    clip = write_drive(folder, THINGS[:1])
    config = load_config(folder / "streetaudit.toml")
    wanted = config.model_copy(
        update={"detector": DetectorConfig(runtime=runtime), "sampling": SamplingConfig(max_fps=1)}
    )
    with open_parts(wanted) as parts:
        outcome = audit_clip(clip, parts)
        stored = parts.store.runs()[0].run
    assert outcome.run is not None
    assert stored.runtime == outcome.run.runtime
    assert stored.runtime.partition("-")[0] == runtime


def test_a_record_of_given_detections_names_no_runtime(folder: Path) -> None:
    outcome = audited(folder, write_drive(folder, THINGS[:1]))
    assert outcome.run is not None
    assert outcome.run.runtime == ""
