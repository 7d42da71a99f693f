"""The gate between a candidate and the champion: no class may get worse beyond its interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a candidate may replace the champion.

    Attributes:
        reasons: One sentence for each class that stands against it.
    """

    promoted: bool
    reasons: tuple[str, ...]


def compare(champion: Mapping[str, Any], candidate: Mapping[str, Any]) -> Verdict:
    """The verdict on two reports of `evaluate.report` over the same frozen set."""
    if champion["images"] != candidate["images"]:
        raise ValueError(f"want reports on one set; got {champion['images']} and {candidate['images']} images")
    old, new = champion["scores"]["all"], candidate["scores"]["all"]
    reasons = [_regression(name, old[name], new.get(name)) for name in sorted(old)]
    against = tuple(reason for reason in reasons if reason)
    return Verdict(not against, against)


def _regression(name: str, old: Mapping[str, Any], new: Mapping[str, Any] | None) -> str | None:
    if new is None:
        return f"{name}: the candidate does not know it"
    low = old["interval"][0]
    if new["ap50"] < low:
        return (
            f"{name}: AP50 {new['ap50']:.3f} is below the champion's interval ({low:.3f} to {old['interval'][1]:.3f})"
        )
    return None
