import json
from pathlib import Path
from uuid import uuid4

import pytest

from streetaudit.errors import MapError
from streetaudit.structures.case import Case, CaseState
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.place import Place
from streetaudit_datasets.scoring import CaseScore, TruthObject, score_cases
from streetaudit_datasets.truth_files import read_truth

HERE = LocalFrame(36.8, 118.05)


def case(
    east_m: float | None, problem: str = "litter", error_m: float = 2.0, state: CaseState = CaseState.CANDIDATE
) -> Case:
    place = None if east_m is None else Place(*HERE.to_degrees(east_m, 0.0), error_m)
    return Case(uuid4(), problem, state, place, 0.9, None, None, 1, 1, None, None, None, "r", "v", None, 1)


def thing(
    east_m: float, problem: str | None = "litter", *, seen_well: bool = True, gone: bool | None = None
) -> TruthObject:
    return TruthObject(
        f"t{east_m}", problem, *HERE.to_degrees(east_m, 0.0), is_asked=seen_well, is_gone=gone, why="because"
    )


def total(cases: list[Case], truth: list[TruthObject]) -> CaseScore:
    return score_cases(cases, truth).total


@pytest.mark.parametrize(
    ("cases", "truth", "expected"),
    [
        # truths, found, cases, right, duplicates, false, merges
        pytest.param([case(0.5)], [thing(0)], (1, 1, 1, 1, 0, 0, 0), id="found"),
        pytest.param([], [thing(0)], (1, 0, 0, 0, 0, 0, 0), id="missed"),
        pytest.param([case(0), case(1)], [thing(0)], (1, 1, 2, 1, 1, 0, 0), id="duplicate"),
        pytest.param([case(50)], [thing(0)], (1, 0, 1, 0, 0, 1, 0), id="false"),
        pytest.param([case(1)], [thing(0), thing(2.5)], (2, 1, 1, 1, 0, 0, 1), id="two-in-one-case"),
        pytest.param([case(0)], [thing(0), thing(5)], (2, 1, 1, 1, 0, 0, 0), id="the-other-is-missed-not-merged"),
        pytest.param([case(0.9), case(1.1)], [thing(0), thing(2)], (2, 2, 2, 2, 0, 0, 0), id="as-a-whole-not-greedily"),
        pytest.param([case(3), case(9)], [thing(0), thing(5)], (2, 2, 2, 2, 0, 0, 0), id="as-many-as-can-be"),
        pytest.param([case(None)], [thing(0)], (1, 0, 1, 0, 0, 1, 0), id="without-a-place-it-is-nothing"),
        pytest.param([case(0, "illegal_ad")], [thing(0)], (1, 0, 1, 0, 0, 1, 0), id="wrong-problem"),
        pytest.param([case(0)], [thing(0, seen_well=False)], (0, 0, 1, 1, 0, 0, 0), id="hardly-visible-is-no-mistake"),
        pytest.param([case(0)], [thing(0, problem=None)], (0, 0, 1, 0, 0, 1, 0), id="legal"),
    ],
)
def test_counts(cases: list[Case], truth: list[TruthObject], expected: tuple[int, ...]) -> None:
    score = total(cases, truth)
    got = (score.truths, score.found, score.cases, score.right, score.duplicates, score.false, score.merges)
    assert got == expected


def test_metres_and_the_share_inside_error_m() -> None:
    score = total([case(1.0, error_m=2.0), case(13.0, error_m=2.0)], [thing(0), thing(10)])
    assert score.median_m == pytest.approx(2.0, abs=0.01)
    assert score.within_error == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("state", "gone", "errors"),
    [
        pytest.param(CaseState.CANDIDATE, True, 1, id="still-open"),
        pytest.param(CaseState.CONFIRMED, True, 1, id="confirmed-and-still-open"),
        pytest.param(CaseState.RESOLVED, True, 0, id="rightly-resolved"),
        pytest.param(CaseState.RESOLVED, False, 1, id="wrongly-resolved"),
        pytest.param(CaseState.FILED, False, 0, id="rightly-filed"),
        pytest.param(CaseState.DISMISSED, True, 0, id="dismissed-is-no-open-case"),
        pytest.param(CaseState.RESOLVED, None, 0, id="a-scene-that-does-not-say"),
    ],
)
def test_states_are_judged_where_the_scene_tells_what_went(state: CaseState, gone: bool | None, errors: int) -> None:
    score = total([case(0.5, state=state)], [thing(0, gone=gone)])
    assert (score.state_errors, score.found) == (errors, 1)


def test_problems_are_scored_apart_and_together() -> None:
    found = score_cases([case(0), case(30, "illegal_ad")], [thing(0), thing(30, "illegal_ad"), thing(60, "illegal_ad")])
    assert [(s.problem, s.truths, s.found) for s in found.scores] == [
        ("illegal_ad", 2, 1), ("litter", 1, 1), ("all", 3, 2),
    ]  # fmt: skip


def test_every_mistake_is_named() -> None:
    lone = case(50)
    found = score_cases([lone, case(20), case(21)], [thing(0), thing(20)])
    told = [str(mistake) for mistake in found.mistakes]
    assert told[0] == "missed t0 (because)"
    assert any(line.startswith(f"false litter {str(lone.id)[:8]} at 36.8") for line in told)
    assert any(line.startswith("duplicate litter") and line.endswith("by t20") for line in told)
    assert [pair.thing.id for pair in found.pairs] == ["t20"]


def scene(folder: Path, truth: object) -> Path:
    (folder / "truth.json").write_text(json.dumps(truth))
    return folder / "truth.json"


def test_a_rendered_scene_asks_for_what_one_clip_showed_well(tmp_path: Path) -> None:
    well, small = [[i, 0, 0, 40, 40, 1.0] for i in range(8)], [[i, 0, 0, 9, 40, 1.0] for i in range(20)]
    thing_ = {"id": "litter-1", "class": "litter", "problem": "litter", "lat": 1.0, "lon": 2.0, "why": "on the ground"}
    path = scene(tmp_path, {"objects": [
        {**thing_, "clips": {"a.mp4": well, "b.mp4": []}}, {**thing_, "id": "far", "clips": {"a.mp4": small}},
    ]})  # fmt: skip
    assert [(o.id, o.is_asked, o.is_gone) for o in read_truth(path)] == [("litter-1", True, None), ("far", False, None)]
    assert [o.is_asked for o in read_truth(path, clips=["b.mp4"])] == [False, False]


def test_a_world_knows_what_is_gone_and_what_stands_at_a_border(tmp_path: Path) -> None:
    seen = {"clip": "patrol-night01", "night": 1, "frames": 9, "border_m": 50.0}
    here = {"lat": 1.0, "lon": 2.0}
    path = scene(tmp_path, {"nights": 2, "objects": [
        {**here, "id": "a", "spot": "a", "class": "litter", "nights": [1], "passes": [{**seen, "problem": "litter"}]},
        {**here, "id": "b", "spot": "b", "class": "litter", "nights": [1], "passes": [{**seen, "problem": "litter"}]},
        {**here, "id": "b-again", "spot": "b", "class": "litter", "nights": [2], "passes": []},
        {**here, "id": "c", "spot": "c", "class": "vehicle", "nights": [1, 2],
         "passes": [{**seen, "problem": None, "border_m": 2.0}]},
        {**here, "id": "d", "spot": "d", "class": "vehicle", "nights": [1, 2], "passes": [{**seen, "problem": None}]},
    ]})  # fmt: skip
    told = {o.id: (o.problem, o.is_asked, o.is_gone) for o in read_truth(path)}
    assert told == {
        "a": ("litter", True, True),
        "b": ("litter", True, False),
        "c": ("mis_parked_vehicle", False, False),
    }


@pytest.mark.parametrize("text", ["", "{}", '{"objects": [{"id": 1}]}', '{"nights": 1, "objects": [{}]}'])
def test_what_is_no_truth_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "truth.json").write_text(text)
    with pytest.raises(MapError, match="data synth"):
        read_truth(tmp_path / "truth.json")
