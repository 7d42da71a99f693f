"""A thing in the world that stands somewhere, problem or not: what a pass is laid on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from streetaudit.structures.place import Place
from streetaudit.structures.sighting import Sighting

#: Classes that are one thing in two states.
_STATES_OF = {"overflowing_bin": "bin"}

#: For so long after it was last seen a thing that is no case is still expected where it stood. What is not named here
#: is expected for as long as it is a case: a pile or a poster that nobody minds is no landmark.
_STAYS = {"bin": timedelta(days=180), "street_stall": timedelta(days=7), "vehicle": timedelta(hours=12)}


@dataclass(frozen=True, slots=True)
class Spot:
    """One thing that stands somewhere; its cases say when it was a problem.

    Attributes:
        id: UUIDv5 of its first sighting.
        kind: What it is: a class of the taxonomy, or what several classes are states of.
        camera: Name of the camera that saw it first.
        place: From all that was seen of it, None where no camera could place it.
        last_seen: Aware UTC, None where the footage's clock is unknown.
        signatures: What it looked like, newest first; see casework/signature.py.
    """

    id: UUID
    kind: str
    camera: str
    place: Place | None
    last_seen: datetime | None = None
    signatures: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Around:
    """What is known around a pass before its sightings are told apart.

    Attributes:
        spots: That may be seen again.
        same_clip: Spot id to the sightings of this same clip that it already holds.
        decided: Sighting id to the spot that a person says it is.
    """

    spots: Sequence[Spot] = ()
    same_clip: Mapping[UUID, Sequence[Sighting]] = field(default_factory=dict)
    decided: Mapping[UUID, UUID] = field(default_factory=dict)


def kind_of(class_name: str) -> str:
    """What kind of thing a class is.

    >>> kind_of("overflowing_bin"), kind_of("vehicle")
    ('bin', 'vehicle')
    """
    return _STATES_OF.get(class_name, class_name)


def is_landmark(kind: str) -> bool:
    """True if a thing of this kind is worth remembering even where it is no problem."""
    return kind in _STAYS


def is_expected(kind: str, last_seen: datetime | None, now: datetime | None) -> bool:
    """True if a thing that is no case may still stand where it was last seen, as far as is known."""
    if last_seen is None or now is None or kind not in _STAYS:
        return False
    return abs(now - last_seen) <= _STAYS[kind]
