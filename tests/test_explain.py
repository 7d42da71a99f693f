from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from casework.builders import sighting
from grounds import HOME, ground
from streetaudit.explain import Pass, Stage, explain_pass
from streetaudit.structures.case import Case, CaseState
from streetaudit.structures.city import Verdict
from streetaudit.structures.detections import Detections
from streetaudit.structures.ground import COLUMNS, sight_of
from streetaudit.structures.place import NotPlaced, Place
from streetaudit.structures.sighting import Sighting

SPOT = HOME.to_degrees(3.0, 8.0)
THERE = Place(*HOME.to_degrees(3.5, 8.0), 1.5)
FAR = Place(*HOME.to_degrees(3.0, 30.0), 1.5)
NO_PROBLEM = Verdict(None, "litter", "r1", "Litter seen with confidence 0.21 only; 0.30 is needed.")
RAISED = UUID(int=7)

Seen = Sequence[tuple[Sighting, UUID | None]]


def seen_at(place: Place | NotPlaced, case_id: UUID | None = None, **values: Any) -> Seen:
    return [(sighting(place, **values), case_id)]


def feet_at_spot(confidence: float) -> list[tuple[float, Detections]]:
    """A box in every frame whose foot is where the spot lies."""
    looks = ground()
    sight = sight_of(looks, *SPOT)
    frames = []
    for row, (x, y) in zip(sight.rows.tolist(), sight.pixel.tolist(), strict=True):
        box = np.array([[x - 20, y - 30, x + 20, y]], np.float32)
        seen = Detections(box, np.array([confidence], np.float32), np.zeros(1, np.int32))
        frames.append((float(looks.time_s[row]), seen))
    return frames


@pytest.mark.parametrize(
    ("looks", "seen", "detections", "stage", "words"),
    [
        pytest.param({"norths_m": [40.0]}, [], [], Stage.NOT_IN_VIEW, "never in its image", id="behind"),
        pytest.param({"hidden": range(COLUMNS)}, [], [], Stage.HIDDEN, "18 hidden by something", id="hidden"),
        pytest.param({"light": 5}, [], [], Stage.HIDDEN, "18 dark", id="dark"),
        pytest.param({}, [], [], Stage.NOTHING, "from 5.0 m, for 7.2 s, in 72 frames", id="clean"),
        pytest.param({}, [], feet_at_spot(0.2), Stage.TOO_WEAK, "litter was detected near it in 18 frames", id="weak"),
        pytest.param({}, seen_at(FAR), [], Stage.NOTHING, "nothing was detected", id="placed-elsewhere"),
        pytest.param(
            {},
            seen_at(NotPlaced("its place is known to within 40 m only", carrier_known=True)),
            [],
            Stage.NOT_PLACED,
            "within 40 m only",
            id="refused",
        ),
        pytest.param(
            {}, seen_at(THERE, verdict=NO_PROBLEM), [], Stage.NO_PROBLEM, "0.30 is needed", id="below-the-rule"
        ),
        pytest.param({}, seen_at(THERE, RAISED), [], Stage.CASE, "it is case 00000000 (candidate", id="a-case"),
    ],
)
def test_the_stage_that_dropped_it_is_named(
    looks: dict[str, Any], seen: Seen, detections: list[tuple[float, Detections]], stage: Stage, words: str
) -> None:
    one = Pass(ground(**looks), seen, detections)
    [step] = explain_pass(one, SPOT, radius_m=2.0, cases={RAISED: _case()}, reasons={})
    assert step.stage is stage
    assert words in step.why


def _case(state: CaseState = CaseState.CANDIDATE) -> Case:
    return Case(RAISED, "litter", state, THERE, 0.8, None, None, 1, 1, None, None, None, "litter", "r1", None, 1)


def test_a_fixture_is_suppressed_and_says_so() -> None:
    one = Pass(ground(), seen_at(THERE, RAISED))
    dismissed = {RAISED: _case(CaseState.DISMISSED)}
    [step] = explain_pass(one, SPOT, radius_m=2.0, cases=dismissed, reasons={RAISED: "permanent fixture"})
    assert (step.stage, step.case_id) == (Stage.SUPPRESSED, RAISED)
    assert "permanent fixture" in step.why


def test_each_thing_seen_there_has_its_line() -> None:
    both = [*seen_at(THERE, RAISED), *seen_at(THERE, verdict=NO_PROBLEM)]
    steps = explain_pass(Pass(ground(), both), SPOT, radius_m=2.0, cases={RAISED: _case()}, reasons={})
    assert [step.stage for step in steps] == [Stage.CASE, Stage.NO_PROBLEM]
