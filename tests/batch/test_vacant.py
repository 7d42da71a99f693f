"""A thing that is cleaned away: the passes that follow resolve its case, with a picture of the empty spot."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from scene import START, Thing, write_config, write_drive
from streetaudit.assemble import open_parts
from streetaudit.batch.clip import audit_clip
from streetaudit.commands.case_map import write_map
from streetaudit.commands.cases import show
from streetaudit.commands.explain import explain
from streetaudit.config import load_config
from streetaudit.locate.cells import cells_in_view
from streetaudit.structures.case import Case, CaseState
from streetaudit.structures.miss import Miss

GONE, STAYS = Thing("litter", 3.0, 30.0), Thing("litter", -4.0, 38.0)
#: Night by night what stands there.
NIGHTS = ((GONE, STAYS), (STAYS,), (STAYS,))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("nights")
    write_config(made)
    config = load_config(made / "streetaudit.toml")
    with open_parts(config, inference=False) as parts:
        for night, things in enumerate(NIGHTS):
            start = START + timedelta(days=night)
            clip = write_drive(made, things, name=f"drive-{night}", start=start)
            audit_clip(clip, parts, detections=clip.with_name(f"{clip.stem}.detections.csv"))
    return made


def cases(folder: Path) -> list[tuple[Case, list[Miss]]]:
    with open_parts(load_config(folder / "streetaudit.toml"), inference=False) as parts:
        found = sorted(parts.store.cases().cases, key=lambda case: case.state)
        return [(case, parts.store.misses(case.id)) for case in found]


def test_what_two_passes_did_not_see_is_resolved_and_what_stays_is_not(folder: Path) -> None:
    (there, missed), (gone, proof) = cases(folder)
    assert (there.state, there.passes, missed) == (CaseState.CANDIDATE, 3, [])
    assert (gone.state, gone.passes) == (CaseState.RESOLVED, 1)
    assert [miss.clip_name for miss in proof] == ["drive-1.mp4", "drive-2.mp4"]
    assert all(miss.looked.nearest_m < 10.0 for miss in proof)


def test_the_pass_that_settles_it_shows_the_empty_spot(folder: Path) -> None:
    first, last = cases(folder)[1][1]
    assert first.evidence is None
    assert last.evidence is not None
    x1, y1, x2, y2 = last.evidence.xyxy
    assert 0 <= x1 < x2 <= last.evidence.width_px
    assert 0 <= y1 < y2 <= last.evidence.height_px
    assert x1 > last.evidence.width_px / 2  # it stood on the right
    with open_parts(load_config(folder / "streetaudit.toml"), inference=False) as parts:
        assert parts.evidence.get(last.evidence.frame)
        assert parts.evidence.get(last.evidence.crop)


@pytest.mark.parametrize(
    ("thing", "when", "stages"),
    [
        pytest.param(GONE, None, ["case", "nothing detected", "nothing detected"], id="ever"),
        pytest.param(GONE, "2026-11-24", ["nothing detected"], id="a-night"),
        pytest.param(GONE, "2026-11-25T22:00", ["nothing detected"], id="a-moment"),
        pytest.param(GONE, "2026-12-25", [], id="nobody-was-there"),
        pytest.param(STAYS, "2026-11-24", ["case"], id="still-there"),
    ],
)
def test_explain_says_what_each_pass_made_of_a_spot(
    folder: Path, capsys: pytest.CaptureFixture[str], thing: Thing, when: str | None, stages: list[str]
) -> None:
    asked = {"config": folder / "streetaudit.toml", "radius_m": 3.0}
    explain(*thing.position, when, **asked, as_json=True)  # type: ignore[arg-type]
    told = json.loads(capsys.readouterr().out)
    assert [one["stage"] for one in told["passes"]] == stages
    assert [case["state"] for case in told["cases"]] == ["resolved" if thing is GONE else "candidate"]
    explain(*thing.position, when, **asked, as_json=False)  # type: ignore[arg-type]
    text = capsys.readouterr().out
    for one in told["passes"]:
        assert one["why"] in text
    assert stages or "was not looked at" in text


def test_a_case_is_shown_with_the_passes_that_missed_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gone = cases(folder)[1][0]
    show(str(gone.id), folder / "streetaudit.toml", as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert [(miss["clip"], bool(miss["evidence"])) for miss in told["missed_by"]] == [
        ("drive-1.mp4", False),
        ("drive-2.mp4", True),
    ]
    assert told["gone_at"].startswith("2026-11-25T22:00")
    assert told["comes_back_from"] is None


def test_the_map_shows_the_ground_that_was_in_view(folder: Path, tmp_path: Path) -> None:
    with open_parts(load_config(folder / "streetaudit.toml"), inference=False) as parts:
        assert write_map(tmp_path / "map.svg", parts) == 2
        cells = cells_in_view(stored.ground for stored in parts.store.grounds())
    assert len(cells) > 30
    assert cells.passes.max() == len(NIGHTS)
    drawn = (tmp_path / "map.svg").read_text()
    assert drawn.count("<title>") >= len(cells)
