from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from batch.nights import tables
from scene import CONFIG, ORIGIN, START, Thing, write_config, write_drive
from streetaudit.assemble import Parts, open_parts
from streetaudit.batch.clip import audit_clip
from streetaudit.batch.difference import Difference, difference, trial
from streetaudit.batch.outcome import ClipOutcome
from streetaudit.batch.reaudit import reaudit
from streetaudit.config import load_config
from streetaudit.structures.case import CaseState, Decision

THINGS = (Thing("litter", 3.0, 30.0), Thing("litter", -4.0, 35.0), Thing("overflowing_bin", 3.2, 22.0, 1.0))
PARKED = (*THINGS, Thing("vehicle", -3.5, 28.0, 1.6))
NO_PARKING = CONFIG.replace("[city]\n", '[city]\nzones = ["zones.geojson"]\n')


def parts_of(folder: Path) -> Parts:
    return open_parts(load_config(folder / "streetaudit.toml"), inference=False)


def audited(folder: Path, things: Sequence[Thing], *, nights: int = 1) -> None:
    write_config(folder)
    with parts_of(folder) as parts:
        for night in range(nights):
            clip = write_drive(folder, things, name=f"drive{night}", start=START + timedelta(days=night))
            audit_clip(clip, parts, detections=clip.with_name(f"drive{night}.detections.csv"))


def again(folder: Path, *, pictures: bool = False) -> list[ClipOutcome]:
    with parts_of(folder) as parts:
        return list(reaudit(parts.store.current_runs(), parts, pictures=pictures))


def forbid_parking(folder: Path) -> None:
    corners = [ORIGIN.to_degrees(east, north) for east, north in ((-9, 0), (9, 0), (9, 90), (-9, 90), (-9, 0))]
    ring = [[lon, lat] for lat, lon in corners]
    zone = {"type": "Feature", "properties": {"kind": "no_parking", "hours": "24/7", "name": "school"},
            "geometry": {"type": "Polygon", "coordinates": [ring]}}  # fmt: skip
    (folder / "zones.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [zone]}))
    write_config(folder, NO_PARKING)


def problems(folder: Path) -> list[str]:
    with parts_of(folder) as parts:
        return sorted(case.problem for case in parts.store.seen_cases().values())


@pytest.mark.parametrize("nights", [1, 5], ids=["here", "by-workers"])
def test_nothing_new_changes_nothing(tmp_path: Path, nights: int) -> None:
    audited(tmp_path, THINGS, nights=nights)
    before = tables(tmp_path)
    assert [outcome.status for outcome in again(tmp_path)] == ["unchanged"] * nights
    assert tables(tmp_path) == before


@pytest.mark.parametrize("nights", [1, 5], ids=["here", "by-workers"])
def test_another_calibration_moves_the_cases_and_opens_none(tmp_path: Path, nights: int) -> None:
    audited(tmp_path, THINGS, nights=nights)
    with parts_of(tmp_path) as parts:
        before = parts.store.seen_cases()
    write_config(tmp_path, CONFIG.replace("pitch_deg = 0.0", "pitch_deg = -0.5"))
    for path in tmp_path.glob("drive*"):
        path.unlink()
    assert [outcome.status for outcome in again(tmp_path)] == ["complete"] * nights
    with parts_of(tmp_path) as parts:
        after = parts.store.seen_cases()
    assert before.keys() == after.keys()
    assert all(before[key].place != after[key].place for key in before)
    assert all(before[key].evidence == after[key].evidence for key in before)


def test_a_new_zone_makes_cases_of_what_was_seen_and_takes_their_pictures_if_asked(tmp_path: Path) -> None:
    audited(tmp_path, PARKED)
    assert "mis_parked_vehicle" not in problems(tmp_path)
    forbid_parking(tmp_path)
    (outcome,) = again(tmp_path)
    assert "mis_parked_vehicle" in problems(tmp_path)
    assert outcome.unpictured == 1

    shutil.rmtree(tmp_path / "evidence")
    for file in tmp_path.glob("cases.sqlite3*"):
        file.unlink()
    audited(tmp_path, PARKED)
    forbid_parking(tmp_path)
    (outcome,) = again(tmp_path, pictures=True)
    assert outcome.unpictured == 0
    with parts_of(tmp_path) as parts:
        (case,) = [case for case in parts.store.seen_cases().values() if case.problem == "mis_parked_vehicle"]
        assert case.evidence is not None
        assert parts.evidence.has(case.evidence)


@pytest.mark.parametrize(
    ("decision", "reason", "state"),
    [
        pytest.param(Decision.CONFIRM, None, CaseState.CONFIRMED, id="confirmed"),
        pytest.param(Decision.DISMISS, "not_there", CaseState.DISMISSED, id="dismissed-for-that-night-alone"),
        pytest.param(Decision.DEFER, None, CaseState.DEFERRED, id="deferred"),
    ],
)
def test_what_was_decided_holds(tmp_path: Path, decision: Decision, reason: str | None, state: CaseState) -> None:
    audited(tmp_path, THINGS)
    with parts_of(tmp_path) as parts:
        for case in parts.store.cases().cases:
            parts.store.decide(
                case.id, reviewer="wang", decision=decision, reason=reason, note="", expected_version=case.version
            )
        before = set(parts.store.seen_cases())
    write_config(tmp_path, CONFIG.replace("pitch_deg = 0.0", "pitch_deg = -0.5"))
    again(tmp_path)
    with parts_of(tmp_path) as parts:
        after = parts.store.seen_cases()
    assert set(after) == before
    assert {case.state for case in after.values()} == {state}


def test_a_clip_without_kept_detections_says_what_to_do(tmp_path: Path) -> None:
    audited(tmp_path, THINGS, nights=2)
    write_config(tmp_path, CONFIG.replace("pitch_deg = 0.0", "pitch_deg = -0.5"))
    with parts_of(tmp_path) as parts:
        first, _ = parts.store.current_runs()
        (tmp_path / "detections" / first.look).unlink()
    outcomes = again(tmp_path)
    assert [outcome.status for outcome in outcomes] == ["failed", "complete"]
    assert "run batch" in outcomes[0].reason


def tried(folder: Path) -> Difference:
    with trial(load_config(folder / "streetaudit.toml")) as copy, open_parts(copy, inference=False) as parts:
        before = parts.store.seen_cases()
        list(reaudit(parts.store.current_runs(), parts))
        return difference(before, parts.store.seen_cases())


def test_a_trial_tells_what_is_new_and_moved_and_writes_nothing(tmp_path: Path) -> None:
    audited(tmp_path, PARKED)
    forbid_parking(tmp_path)
    everything = {
        path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and "sqlite" not in path.name
    }
    before = tables(tmp_path)
    found = tried(tmp_path)
    assert ([case.problem for case in found.new], found.lost, found.moved, found.kept) == (
        ["mis_parked_vehicle"], (), (), 3,
    )  # fmt: skip
    assert tables(tmp_path) == before
    assert {path: path.read_bytes() for path in everything} == everything


def test_a_trial_tells_what_is_lost_and_by_how_much_things_move(tmp_path: Path) -> None:
    audited(tmp_path, THINGS)
    few = '[[problem]]\nname = "overflowing_bin"\nclasses = ["overflowing_bin"]\n'
    (tmp_path / "few.toml").write_text(few, encoding="utf-8")
    write_config(tmp_path, CONFIG + "clock_offset_s = 1.0\n" + '[rules]\ncatalogue = "few.toml"\n')
    found = tried(tmp_path)
    assert sorted(case.problem for case in found.lost) == ["litter", "litter"]
    assert [moved.before.problem for moved in found.moved] == ["overflowing_bin"]
    assert found.moved[0].by_m == pytest.approx(5.0, abs=0.5), "a second at 5 m/s"
    assert (found.new, found.kept) == ((), 0)
