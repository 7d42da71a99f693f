"""Tracking before a camera that hangs still: what stands is one track, however often it is lost.

A tracker follows boxes from frame to frame; when a bus passes before a parked car it loses the car, or carries the
car's number off with the bus. Here what stands belongs to its spot of the image. A stay is founded by a track that
stood for some seconds; it goes on with every track that comes to life at the spot, and ends when the spot has lain open
for long. Nothing that drove there takes a stay over: the next car of a queue is a thing of its own.
"""

from __future__ import annotations

from typing import TypedDict

from streetaudit.structures.detections import Detections
from streetaudit.structures.taxonomy import GROUPS
from streetaudit.structures.track import Observation, Track
from streetaudit.track.bytetrack import Tracker, TrackerState, observed
from streetaudit.track.fitting import came_with_a_jump, first_there, stood_since, was_there_only
from streetaudit.track.spots import HIDDEN_S, Spots
from streetaudit.track.stay import PERSON, Drive, FollowedState, Stay, StayState

#: Who stands for less than this may have slowed down only.
FOUNDING_S = 3.0
#: A track that came to life at a spot belongs to its stay after this time there: oncoming cars all begin at one place.
_ADOPTED_S = 2.0
#: A longer pause between two frames was not looked at: it counts for nothing.
_LONGEST_STEP_S = 1.0
#: Of a scene in which nothing moves there are glances only, so far apart.
_GLANCE_S = 0.9


class FixedTrackerState(TypedDict):
    """A fixed camera's tracker as plain data, for the restart of an edge box."""

    inner: TrackerState
    image_size: list[int]
    min_frames: int
    next_id: int
    time_s: float | None
    drives: list[tuple[int, FollowedState]]
    stays: list[StayState]


class FixedTracker:
    """Joins the detections of one fixed camera into tracks; ids count from 1 and belong to this object.

    Args:
        inner: Follows boxes from frame to frame.
        image_size: (width, height) in pixels.
        min_frames: Shorter tracks are flicker and are never returned.
    """

    def __init__(self, inner: Tracker, image_size: tuple[int, int], *, min_frames: int = 3) -> None:
        self._inner = inner
        self.image_size = image_size
        self._min_frames = min_frames
        self._next_id = 1
        self._time_s: float | None = None
        self._drives: dict[int, Drive] = {}
        self._spots = Spots(image_size)
        self._current: list[tuple[int, Observation]] = []

    def update(self, frame_index: int, time_s: float, detections: Detections) -> list[Track]:
        """The tracks that ended with this frame."""
        ended = self.flush() if self._time_s is not None and time_s < self._time_s else []
        gap_s = 0.0 if self._time_s is None else time_s - self._time_s
        step_s = min(gap_s, _LONGEST_STEP_S)
        self._time_s = time_s
        self._inner.update(frame_index, time_s, detections)
        seen = dict(self._inner.current())
        self._current = []
        ended += self._lose()
        if gap_s >= _GLANCE_S:  # too long for following boxes, and nothing has moved: what is there stands there
            seen |= {-1 - row: one for row, one in enumerate(observed(frame_index, time_s, detections))}
        self._stand(seen, step_s)
        seen = {name: one for name, one in seen.items() if name > 0}
        self._follow(seen)
        ended += self._found()
        self._turn()
        return ended + self._long_enough([stay.track() for stay in self._spots.expired(time_s)])

    def flush(self) -> list[Track]:
        """The tracks that are still alive, at the end of the clip; the tracker is then empty."""
        self._inner.flush()
        for drive in self._drives.values():
            self._merge(drive)
        tracks = [stay.track() for stay in self._stays] + [
            Track(drive.track_id, tuple(drive.observations)) for drive in self._drives.values() if drive.observations
        ]
        self._drives, self._spots.stays, self._current = {}, [], []
        return self._long_enough(tracks)

    def current(self) -> list[tuple[int, Observation]]:
        """Track id and observation of everything that the last update saw."""
        return list(self._current)

    def ongoing(self) -> list[Track]:
        """The tracks so far of what stands there now: a parked car need not leave to be reported."""
        return self._long_enough([stay.track() for stay in self._stays if stay.founded])

    def alive_ids(self) -> frozenset[int]:
        """Ids that may still be returned; whoever keeps views of tracks may drop those of all others."""
        return frozenset([stay.track_id for stay in self._stays] + [d.track_id for d in self._drives.values()])

    def state(self) -> FixedTrackerState:
        """Everything, as plain data that JSON can hold."""
        return {
            "inner": self._inner.state(),
            "image_size": list(self.image_size),
            "min_frames": self._min_frames,
            "next_id": self._next_id,
            "time_s": self._time_s,
            "drives": [(inner, drive.state()) for inner, drive in self._drives.items()],
            "stays": [stay.state() for stay in self._stays],
        }

    @classmethod
    def from_state(cls, state: FixedTrackerState) -> FixedTracker:
        """The tracker that gave this state: it goes on exactly as that one would have."""
        width, height = state["image_size"]
        tracker = cls(Tracker.from_state(state["inner"]), (width, height), min_frames=state["min_frames"])
        tracker._next_id, tracker._time_s = state["next_id"], state["time_s"]
        tracker._drives = {inner: Drive.from_state(drive) for inner, drive in state["drives"]}
        tracker._spots.stays = [Stay.from_state(stay) for stay in state["stays"]]
        return tracker

    @property
    def _stays(self) -> list[Stay]:
        return self._spots.stays

    def _long_enough(self, tracks: list[Track]) -> list[Track]:
        return [track for track in tracks if len(track.observations) >= self._min_frames]

    def _new_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1

    def _lose(self) -> list[Track]:
        """The drives whose inner track is gone; those that stood all their life wait at their spot."""
        alive = self._inner.alive_ids()
        ended = []
        for inner in [inner for inner in self._drives if inner not in alive]:
            drive = self._drives.pop(inner)
            if self._merge(drive):
                continue
            box = was_there_only(drive, self.image_size) if drive.group != PERSON else None
            if box is None:
                ended.append(Track(drive.track_id, tuple(drive.observations)))
            else:
                self._stays.append(Stay(drive.track_id, drive.group, box, drive.observations, founded=False))
        for stay in self._stays:
            stay.follows = stay.follows if stay.follows in alive else None
        return self._long_enough(ended)

    def _merge(self, drive: Drive) -> bool:
        """True if a drive was a part of the stay that it may have been, and has become one."""
        stay = next((stay for stay in self._stays if stay.track_id == drive.candidate), None)
        if stay is None or was_there_only(drive, self.image_size) is None:
            return False
        for seen in drive.observations:
            if seen.time_s > stay.last_s:
                stay.observe(seen)
        drive.observations = []
        return True

    def _stand(self, seen: dict[int, Observation], step_s: float) -> None:
        """Let each stay see its own track or one that came to life at its spot; the others wait."""
        if not self._stays:
            return
        at = self._spots.shown_by(seen, self._drives)
        for row, stay in enumerate(self._stays):
            name = at.get(row)
            if name is None or (name > 0 and name != stay.follows and not self._adopt(stay, name, seen[name])):
                continue
            stay.observe(seen[name])
            stay.founded = stay.founded or stay.last_s - stay.observations[0].time_s >= FOUNDING_S
            self._current.append((stay.track_id, stay.observations[-1]))
        unseen = [stay for row, stay in enumerate(self._stays) if row not in at]
        self._spots.wait(unseen, seen, matched=set(at.values()), step_s=step_s)
        owned = {stay.follows for stay in self._stays}
        for name in owned & set(seen):
            del seen[name]  # type: ignore[arg-type] # None is no key of `seen`

    def _adopt(self, stay: Stay, name: int, seen: Observation) -> bool:
        """True once the inner track has been at the spot for long enough to be what stands there."""
        drive = self._drives[name]
        drive.candidate = stay.track_id
        stay.unseen_s = 0.0
        since_s = first_there(drive, stay.box, self.image_size)
        if since_s is None or seen.time_s - since_s < _ADOPTED_S:
            return False
        for earlier in drive.observations:
            if earlier.time_s >= since_s and earlier.time_s > stay.last_s:
                stay.observe(earlier)
        del self._drives[name]
        stay.follows = name
        return True

    def _follow(self, seen: dict[int, Observation]) -> None:
        """Add what no stay has taken to its drive."""
        for name, observation in seen.items():
            if name not in self._drives:
                self._drives[name] = Drive(self._new_id(), GROUPS[observation.class_id])
            self._drives[name].observe(observation)
            self._current.append((self._drives[name].track_id, observation))

    def _found(self) -> list[Track]:
        """Make stays of the drives that have come to stand; the ways that led there have ended."""
        ended = []
        for name, drive in list(self._drives.items()):
            since = None if drive.group == PERSON else stood_since(drive, self.image_size, for_s=FOUNDING_S)
            if since is None:
                continue
            index, box = since
            way, there = drive.observations[:index], drive.observations[index:]
            del self._drives[name]
            before = self._spots.unseen_at(box, drive.group)
            if before is not None and came_with_a_jump(way, box, self.image_size, there[0].time_s):
                for observation in there:
                    if observation.time_s > before.last_s:
                        before.observe(observation)
                before.follows = name
            else:
                if before is not None:  # the spot was taken: who stood there had left
                    before.unseen_s = HIDDEN_S
                self._stays.append(self._spots.grown(Stay(drive.track_id, drive.group, box, there, name)))
            if way:
                ended.append(Track(self._new_id(), tuple(way)))
        return self._long_enough(ended)

    def _turn(self) -> None:
        """A bin that has filled up is reported as what it has become."""
        for stay in list(self._stays):
            turned = stay.turned() if stay.founded else None
            if turned is not None:
                self._stays.append(stay.split(self._new_id(), turned))
                stay.unseen_s = HIDDEN_S
