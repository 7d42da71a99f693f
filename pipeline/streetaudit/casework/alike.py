"""How much likelier looks and time make it that two sightings show one thing than two."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from streetaudit.casework.signature import apart
from streetaudit.casework.wander import Floats
from streetaudit.structures.spot import Spot

#: How far apart signatures of one thing and of two of a kind are, in layout and in colours, and how much that varies;
#: rendered drives under changed light. Layout keeps at night, colours less so: they vary more here than was measured.
_ONE, _TWO, _SD = np.array([0.20, 0.25]), np.array([0.31, 0.46]), np.array([0.08, 0.12])
#: Layout and colours err together, and the street is not the renderer: less is believed than they say...
_BELIEF = 0.8
#: ...of things that come in dozens still less...
_OF_KIND = {"bin": 0.4, "overflowing_bin": 0.4, "litter": 0.7}
#: ...and never more than this, as a logarithm.
_MOST_AGAINST, _MOST_FOR = -4.0, 2.0

#: Odds that what stands at the very place of a thing of this kind half a day later is another one: cars come and go,
#: so that their looks decide; the rest stays until it is cleaned away.
_REPLACED = {"vehicle": 1.5, "street_stall": 0.05, "bin": 0.005}
_REPLACED_ELSE = 0.02
_AFTER = timedelta(hours=12)


def likeness(one: Sequence[bytes], other: Sequence[bytes], kind: str) -> float:
    """Logarithm of how much likelier two looks are of one thing than of two, by their nearest signatures.

    Nothing is known, 0, where one of them has none.
    """
    if not one or not other:
        return 0.0
    told = max(_told(*apart(a, b)) for a in one for b in other)
    return min(_MOST_FOR, max(_MOST_AGAINST, _BELIEF * _OF_KIND.get(kind, 1.0) * told))


def _told(layout: float, colours: float) -> float:
    distance = np.array([layout, colours])
    return float((((distance - _TWO) ** 2 - (distance - _ONE) ** 2) / (2.0 * _SD**2)).sum())


def likenesses(seen: Sequence[Sequence[bytes]], kinds: Sequence[str], spots: Sequence[Spot]) -> Floats:
    """(N, M) the same of each thing seen and each known one; 0 across kinds."""
    out = np.zeros((len(seen), len(spots)))
    for i, (looks, kind) in enumerate(zip(seen, kinds, strict=True)):
        if looks:
            for j, spot in enumerate(spots):
                if spot.kind == kind:
                    out[i, j] = likeness(looks, spot.signatures, kind)
    return out


def replaced(seen_at: Sequence[datetime | None], kinds: Sequence[str], spots: Sequence[Spot]) -> Floats:
    """(N, M) odds that what is seen at the very place of a known thing has taken its place since."""
    chance = np.array([_REPLACED.get(kind, _REPLACED_ELSE) for kind in kinds]).reshape(-1, 1)
    late = [[_is_later(at, spot.last_seen) for spot in spots] for at in seen_at]
    return np.where(np.array(late, np.bool_).reshape(len(seen_at), len(spots)), chance, 0.0)


def _is_later(at: datetime | None, last_seen: datetime | None) -> bool:
    return at is not None and last_seen is not None and abs(at - last_seen) >= _AFTER
