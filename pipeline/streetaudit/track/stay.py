"""What stands before a fixed camera, and what has not been seen to stand yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypedDict

import numpy as np

from streetaudit.structures.boxes import Floats
from streetaudit.structures.taxonomy import CLASSES
from streetaudit.structures.track import Observation, Track
from streetaudit.track.life import observations_of, rows_of, thin

#: Enough of a thing that stands for a week to tell when it came, how sure it is and where: older ones are thinned.
MOST_OBSERVATIONS = 256
#: How long what was seen counts for the class of what stands there: a bin that has begun to overflow is reported soon.
_CLASS_MEMORY_S = 10.0
#: So much more must speak for another class before it takes over.
_CLASS_LEAD = 1.5
#: A steadily seen box moves by so little with each look.
_FOLLOW = 0.02

VEHICLE = CLASSES.index("vehicle")
PERSON = CLASSES.index("person")
STALL = CLASSES.index("street_stall")
LITTER = CLASSES.index("litter")


class FollowedState(TypedDict):
    """A drive as plain data."""

    track_id: int
    group: int
    observations: list[list[float]]
    candidate: int | None


class StayState(TypedDict):
    """A stay as plain data."""

    track_id: int
    group: int
    box: list[float]
    observations: list[list[float]]
    follows: int | None
    unseen_s: float
    unfit_s: float
    departed: bool
    founded: bool
    class_id: int
    votes: list[list[float]]


@dataclass(slots=True)
class Drive:
    """A followed thing that has not been seen to stand.

    Attributes:
        track_id: Its number outside.
        group: Of its class.
        observations: In time order.
        candidate: Number of the stay that it may be.
    """

    track_id: int
    group: int
    observations: list[Observation] = field(default_factory=list)
    candidate: int | None = None

    def boxes(self) -> Floats:
        """(N, 4) all its boxes."""
        return boxes_of(self.observations)

    def observe(self, seen: Observation) -> None:
        """Add what was seen now."""
        self.observations.append(seen)
        thin(self.observations, MOST_OBSERVATIONS)

    def state(self) -> FollowedState:
        """Everything, as plain data."""
        return {
            "track_id": self.track_id,
            "group": self.group,
            "observations": rows_of(self.observations),
            "candidate": self.candidate,
        }

    @staticmethod
    def from_state(state: FollowedState) -> Drive:
        """The drive that gave this state."""
        return Drive(state["track_id"], state["group"], observations_of(state["observations"]), state["candidate"])


@dataclass(slots=True)
class Stay:
    """Something that stands at one spot of the image, however often it is lost.

    Attributes:
        track_id: Its number outside.
        group: Of its class.
        box: Where it stands, pixels.
        observations: In time order, at least one, all of them there.
        follows: The inner track that shows it now, None while none does.
        unseen_s: For so long its spot has lain open and it was not there.
        unfit_s: For so long its inner track has shown another box.
        departed: Its inner track was seen to go elsewhere: it left, or that track jumped to something else.
        founded: It was seen to stand long enough to be a stay.
        class_id: What it is taken for.
        votes: Confidence by class, fading.
    """

    track_id: int
    group: int
    box: tuple[float, float, float, float]
    observations: list[Observation]
    follows: int | None = None
    unseen_s: float = 0.0
    unfit_s: float = 0.0
    departed: bool = False
    founded: bool = True
    class_id: int = -1
    votes: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.class_id < 0:
            for seen, before in zip(self.observations, [None, *self.observations], strict=False):
                self._vote(seen, before)
            self.class_id = max(self.votes, key=lambda name: self.votes[name])

    @property
    def came_s(self) -> float:
        """When it was first seen there."""
        return self.observations[0].time_s

    @property
    def last_s(self) -> float:
        """When it was seen last."""
        return self.observations[-1].time_s

    def observe(self, seen: Observation) -> None:
        """Add what was seen now; the box follows slowly."""
        self._vote(seen, self.observations[-1])
        self.observations.append(seen)
        thin(self.observations, MOST_OBSERVATIONS)
        self.unseen_s = self.unfit_s = 0.0
        self.departed = False
        pairs = zip(self.box, seen.xyxy, strict=True)
        x1, y1, x2, y2 = (old + _FOLLOW * (new - old) for old, new in pairs)
        self.box = x1, y1, x2, y2

    def turned(self) -> int | None:
        """The class that it has become, None while it is what it was."""
        leader = max(self.votes, key=lambda name: self.votes[name])
        leads = self.votes[leader] > _CLASS_LEAD * self.votes.get(self.class_id, 0.0)
        return leader if leader != self.class_id and leads else None

    def split(self, track_id: int, class_id: int) -> Stay:
        """What it has become, from the time at which it was first seen so; this one keeps the time before."""
        index = len(self.observations)
        while index > 1 and self.observations[index - 1].class_id == class_id:
            index -= 1
        index = min(index, len(self.observations) - 1)
        after, self.observations = self.observations[index:], self.observations[:index]
        made = Stay(track_id, self.group, self.box, after, self.follows, class_id=class_id, votes=dict(self.votes))
        self.follows = None
        return made

    def track(self) -> Track:
        """The value that goes on to the next stage."""
        return Track(self.track_id, tuple(self.observations))

    def _vote(self, seen: Observation, before: Observation | None) -> None:
        gap_s = 0.0 if before is None else min(seen.time_s - before.time_s, _CLASS_MEMORY_S)
        fade = 0.5 ** (gap_s / (_CLASS_MEMORY_S / 2.0))
        self.votes = {name: value * fade for name, value in self.votes.items()}
        self.votes[seen.class_id] = self.votes.get(seen.class_id, 0.0) + seen.confidence * max(gap_s, 0.05)

    def state(self) -> StayState:
        """Everything, as plain data."""
        return {
            "track_id": self.track_id,
            "group": self.group,
            "box": list(self.box),
            "observations": rows_of(self.observations),
            "follows": self.follows,
            "unseen_s": self.unseen_s,
            "unfit_s": self.unfit_s,
            "departed": self.departed,
            "founded": self.founded,
            "class_id": self.class_id,
            "votes": [[name, value] for name, value in self.votes.items()],
        }

    @staticmethod
    def from_state(state: StayState) -> Stay:
        """The stay that gave this state."""
        x1, y1, x2, y2 = state["box"]
        votes = {int(name): value for name, value in state["votes"]}
        plain = {**state, "box": (x1, y1, x2, y2), "votes": votes}
        return Stay(**{**plain, "observations": observations_of(state["observations"])})  # type: ignore[arg-type] # a TypedDict forgets its types when unpacked with others


def boxes_of(observations: Sequence[Observation]) -> Floats:
    """(N, 4) boxes of observations."""
    return np.array([seen.xyxy for seen in observations], np.float64).reshape(-1, 4)
