from uuid import UUID, uuid4

import pytest

from streetaudit.structures.case import Case, CaseState
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.place import Place
from streetaudit_datasets.scoring import CaseScore, TruthObject, score_cases

HERE = LocalFrame(36.8, 118.05)


def case(east_m: float, problem: str = "litter", error_m: float = 2.0) -> Case:
    place = Place(*HERE.to_degrees(east_m, 0.0), error_m)
    return Case(
        uuid4(), problem, CaseState.CANDIDATE, place, 0.9, None, None, 1, 1, None, None, None, "r", "v", None, 1
    )


def thing(east_m: float, problem: str | None = "litter", frames: int = 20) -> TruthObject:
    return TruthObject(f"t{east_m}", "litter", problem, *HERE.to_degrees(east_m, 0.0), frames, "because")


def total(cases: list[Case], truth: list[TruthObject]) -> CaseScore:
    return score_cases(cases, truth)[0][-1]


@pytest.mark.parametrize(
    ("cases", "truth", "expected"),
    [
        # truths, found, cases, right, duplicates, false, merges
        pytest.param([case(0.5)], [thing(0)], (1, 1, 1, 1, 0, 0, 0), id="found"),
        pytest.param([], [thing(0)], (1, 0, 0, 0, 0, 0, 0), id="missed"),
        pytest.param([case(0), case(1)], [thing(0)], (1, 1, 2, 1, 1, 0, 0), id="duplicate"),
        pytest.param([case(50)], [thing(0)], (1, 0, 1, 0, 0, 1, 0), id="false"),
        pytest.param([case(2.5)], [thing(0), thing(5)], (2, 1, 1, 1, 0, 0, 1), id="two-in-one-case"),
        pytest.param([case(0, "illegal_ad")], [thing(0)], (1, 0, 1, 0, 0, 1, 0), id="wrong-problem"),
        pytest.param([case(0)], [thing(0, frames=3)], (0, 0, 1, 1, 0, 0, 0), id="hardly-visible-is-not-held-against"),
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


def test_every_miss_is_named() -> None:
    _, remarks = score_cases([case(50)], [thing(0)])
    assert remarks[0] == "missed t0 (because)"
    assert remarks[1].startswith("false litter")


def test_uuid_fields_are_printed_short() -> None:
    lone = case(50)
    _, remarks = score_cases([lone], [])
    assert str(UUID(str(lone.id)))[:8] in remarks[0]
