"""The gate between a candidate and the champion: no class may get worse beyond its interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Fewer than this and the interval of a bootstrap is that of chance: such a class is told and not judged.
FEWEST_TRUTHS = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a candidate may replace the champion.

    Attributes:
        reasons: One sentence for each class that stands against it.
        unjudged: One for each class with too few truths to say anything.
    """

    promoted: bool
    reasons: tuple[str, ...]
    unjudged: tuple[str, ...] = ()


def compare(champion: Mapping[str, Any], candidate: Mapping[str, Any]) -> Verdict:
    """The verdict on two reports of `evaluate.report` over the same frozen set."""
    if champion["images"] != candidate["images"]:
        raise ValueError(f"want reports on one set; got {champion['images']} and {candidate['images']} images")
    old, new = champion["scores"]["all"], candidate["scores"]["all"]
    judged = [name for name in sorted(old) if old[name]["truths"] >= FEWEST_TRUTHS or name not in new]
    reasons = [_regression(name, old[name], new.get(name)) for name in judged]
    against = tuple(reason for reason in reasons if reason)
    unjudged = tuple(_too_few(name, old[name], new[name]) for name in sorted(old) if name not in judged)
    return Verdict(not against, against, unjudged)


def _too_few(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    change = f"AP50 {old['ap50']:.3f} to {new['ap50']:.3f}"
    return f"{name}: {change} on {old['truths']} truths, of which nothing follows: label at least {FEWEST_TRUTHS}"


def _regression(name: str, old: Mapping[str, Any], new: Mapping[str, Any] | None) -> str | None:
    if new is None:
        return f"{name}: the candidate does not know it"
    low = old["interval"][0]
    if new["ap50"] < low:
        return (
            f"{name}: AP50 {new['ap50']:.3f} is below the champion's interval ({low:.3f} to {old['interval'][1]:.3f})"
        )
    return None
