from __future__ import annotations

import pytest

from streetaudit_models.promote import compare


def scores(**ap50: float) -> dict[str, object]:
    rows = {
        name: {"ap50": value, "interval": (value - 0.05, value + 0.05), "truths": 40} for name, value in ap50.items()
    }
    return {"images": 10, "scores": {"all": rows}}


@pytest.mark.parametrize(
    ("candidate", "promoted"),
    [
        pytest.param(scores(bin=0.8, litter=0.6), True, id="the-same"),
        pytest.param(scores(bin=0.76, litter=0.9), True, id="within-the-interval"),
        pytest.param(scores(bin=0.7, litter=0.9), False, id="worse-beyond-it"),
        pytest.param(scores(litter=0.9), False, id="lost-a-class"),
    ],
)
def test_no_class_may_get_worse(candidate: dict[str, object], promoted: bool) -> None:
    verdict = compare(scores(bin=0.8, litter=0.6), candidate)
    assert verdict.promoted is promoted
    assert bool(verdict.reasons) is not promoted


@pytest.mark.parametrize(("truths", "promoted"), [(9, True), (10, False)])
def test_a_class_with_a_handful_of_truths_is_told_and_not_judged(truths: int, promoted: bool) -> None:
    def report(ap50: float) -> dict[str, object]:
        return {"images": 3, "scores": {"all": {"stall": {"ap50": ap50, "interval": (0.7, 1.0), "truths": truths}}}}

    verdict = compare(report(0.8), report(0.5))
    assert verdict.promoted is promoted
    assert len(verdict.unjudged) == promoted
