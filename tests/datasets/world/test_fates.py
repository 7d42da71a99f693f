"""States of cases against a truth written by hand."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from streetaudit.errors import MapError
from streetaudit.structures.case import Case, CaseState
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.place import Place
from streetaudit_datasets.world.fates import read_lives, score_fates

HOME = LocalFrame(36.8, 118.05)
FIRST_DAY = datetime(2026, 11, 2, tzinfo=UTC)
NIGHTS = 4


def truth(folder: Path, *things: dict[str, Any]) -> Path:
    path = folder / "truth.json"
    path.write_text(json.dumps({"seed": 1, "nights": NIGHTS, "objects": things}))
    return path


def thing(
    name: str, nights: list[int], *, north_m: float = 0.0, looks: int = 1, spot: str = "", problem: str = "litter"
) -> dict[str, Any]:
    """Something seen well once in each of its nights, and so many looks at its empty spot in each other one."""
    lat, lon = HOME.to_degrees(0.0, north_m)
    return {
        "id": name,
        "spot": spot or name,
        "class": "litter",
        "lat": lat,
        "lon": lon,
        "nights": nights,
        "passes": [{"night": n, "frames": 20, "problem": problem, "border_m": 9.0} for n in nights],
        "empty_passes": [
            {"night": n, "frames": 20} for n in range(1, NIGHTS + 1) if n not in nights for _ in range(looks)
        ],
    }


def case(
    number: int,
    nights: tuple[int, int],
    state: CaseState = CaseState.CANDIDATE,
    *,
    north_m: float = 0.5,
    recurs: int | None = None,
) -> Case:
    lat, lon = HOME.to_degrees(0.0, north_m)
    first, last = (FIRST_DAY + timedelta(days=night - 1, hours=14) for night in nights)
    return Case(
        UUID(int=number), "litter", state, Place(lat, lon, 2.0), 0.8, first, last, 1, 1, None, None, None, "litter",
        "r1", None, 1, recurs=None if recurs is None else UUID(int=recurs),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("nights", "looks", "found", "kind", "right"),
    [
        pytest.param([1, 2, 3, 4], 0, CaseState.CANDIDATE, "there", 1, id="there"),
        pytest.param([1, 2, 3, 4], 0, CaseState.RESOLVED, "there", 0, id="there-but-resolved"),
        pytest.param([1, 2], 1, CaseState.RESOLVED, "gone", 1, id="gone"),
        pytest.param([1, 2], 1, CaseState.CANDIDATE, "gone", 0, id="gone-but-open"),
        pytest.param([1, 2, 3], 0, CaseState.CANDIDATE, "unseen", 1, id="nobody-looked"),
        pytest.param([1, 2, 3], 0, CaseState.RESOLVED, "unseen", 0, id="nobody-looked-but-resolved"),
        pytest.param([1, 2, 3], 1, CaseState.RESOLVED, None, 0, id="one-look-is-not-asked"),
    ],
)
def test_states_are_counted_by_what_could_be_known(
    tmp_path: Path, nights: list[int], looks: int, found: CaseState, kind: str | None, right: int
) -> None:
    lives = read_lives(truth(tmp_path, thing("a", nights, looks=looks)))
    score = score_fates([case(1, (1, 2), found)], lives, first_day=FIRST_DAY)
    counts = {name: getattr(score, name) for name in ("there", "gone", "unseen", "back")}
    assert counts == {name: (right, 1) if name == kind else (0, 0) for name in counts}
    assert len(score.remarks) == (0 if right or kind is None else 1)


@pytest.mark.parametrize(("recurs", "right"), [pytest.param(1, 1, id="linked"), pytest.param(None, 0, id="not-linked")])
def test_what_comes_back_is_a_case_of_its_own_linked_to_the_first(
    tmp_path: Path, recurs: int | None, right: int
) -> None:
    lives = read_lives(truth(tmp_path, thing("a", [1]), thing("b", [4], spot="a")))
    cases = [case(1, (1, 1), CaseState.RESOLVED), case(2, (4, 4), recurs=recurs)]
    score = score_fates(cases, lives, first_day=FIRST_DAY)
    assert (score.gone, score.there, score.back) == ((1, 1), (1, 1), (right, 1))


def test_one_thing_with_a_pause_lives_twice(tmp_path: Path) -> None:
    lives = read_lives(truth(tmp_path, thing("a", [1, 4])))
    assert [(life.nights, life.looks, life.is_over) for life in lives] == [((1, 1), 2, True), ((4, 4), 0, False)]


def test_neighbours_of_one_kind_do_not_stand_alone(tmp_path: Path) -> None:
    near = read_lives(truth(tmp_path, thing("a", [1]), thing("b", [1], north_m=2.0), thing("c", [1], north_m=20.0)))
    assert [life.alone for life in near] == [False, False, True]


def test_no_truth_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MapError, match="data synth --world"):
        read_lives(tmp_path / "truth.json")
