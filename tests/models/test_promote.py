from __future__ import annotations

import pytest

from streetaudit_models.promote import compare


def scores(**ap50: float) -> dict[str, object]:
    rows = {name: {"ap50": value, "interval": (value - 0.05, value + 0.05)} for name, value in ap50.items()}
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
