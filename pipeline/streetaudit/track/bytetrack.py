"""ByteTrack (Zhang et al. 2022): strong detections first, then weak ones for what would else be lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.detections import Detections
from streetaudit.structures.taxonomy import GROUPS
from streetaudit.structures.track import Observation, Track
from streetaudit.track.assign import assign, iou
from streetaudit.track.flicker import frames_of, is_flicker
from streetaudit.track.foreseen import Foresee, foreseen
from streetaudit.track.kalman import BoxStates, born, joined, predicted, updated
from streetaudit.track.life import MOST_OBSERVATIONS, Life, LifeState

#: A weak detection must lie this well on a track to continue it (the paper's limit of the second round). The paper
#: also keeps weak detections from tracks that were lost; with this limit they may find those again, which measured
#: better: an object that comes out from behind a lorry is weak at first.
WEAK_IOU = 0.5


class TrackerState(TypedDict):
    """A tracker as plain data, for the restart of an edge box."""

    settings: dict[str, Any]
    time_s: float | None
    next_id: int
    lives: list[LifeState]
    filter: list[list[list[float]]]


@dataclass(frozen=True, slots=True)
class _Settings:
    """The tracker's options, checked."""

    lost_after_s: float
    high_confidence: float
    low_confidence: float
    new_confidence: float
    match_iou: float
    min_frames: int
    groups: tuple[int, ...]
    thresholds: tuple[float, ...] | None
    flicker_frames: int = 0
    most_observations: int = MOST_OBSERVATIONS

    def __post_init__(self) -> None:
        if self.lost_after_s <= 0 or self.min_frames < 1:
            raise ValueError(f"want lost_after_s > 0, min_frames >= 1; got {self.lost_after_s}, {self.min_frames}")
        if not 0 < self.match_iou <= 1:
            raise ValueError(f"want match_iou in (0, 1]; got {self.match_iou}")
        if self.thresholds is not None and len(self.thresholds) != len(self.groups):
            raise ValueError(f"want a threshold for each of {len(self.groups)} classes; got {len(self.thresholds)}")


class Tracker:
    """Joins the detections of one clip into tracks; ids count from 1 and belong to this object.

    Args:
        lost_after_s: How long an object may go unseen; longer than the time between two frames.
        high_confidence: From here a detection is strong: it may continue any track.
        low_confidence: From here a detection is weak: it may continue a track that no strong one does.
        new_confidence: From here a strong detection that continues nothing starts a track.
        match_iou: Least IoU of a detection and the box predicted for a track.
        min_frames: Shorter tracks are flicker and are never returned. Above 1, the first detection alone is tentative.
        groups: Group of each class id; a track keeps to its group. Default: GROUPS.
        thresholds: By class id, in place of new_confidence. A detection that may start a track counts as strong.
        flicker_frames: A track of at most so many frames that lies where a much longer one is, is its flicker and never
            returned; 0 returns all.
        most_observations: Of one track that are remembered.
        foresee: Where a box seen before is at a time if its thing stands still: for cameras that move far between two
            looks. What fits either that or the box's own motion may continue a track. Not part of the state.
    """

    def __init__(
        self,
        *,
        lost_after_s: float = 1.0,
        high_confidence: float = 0.5,
        low_confidence: float = 0.1,
        new_confidence: float = 0.6,
        match_iou: float = 0.1,
        min_frames: int = 3,
        groups: Sequence[int] | None = None,
        thresholds: NDArray[np.float32] | Sequence[float] | None = None,
        flicker_frames: int = 0,
        most_observations: int = MOST_OBSERVATIONS,
        foresee: Foresee | None = None,
    ) -> None:
        own_groups = GROUPS if groups is None else tuple(int(group) for group in groups)
        births = None if thresholds is None else tuple(float(limit) for limit in thresholds)
        self._settings = _Settings(
            lost_after_s,
            high_confidence,
            low_confidence,
            new_confidence,
            match_iou,
            min_frames,
            own_groups,
            births,
            flicker_frames,
            most_observations,
        )
        self._groups = np.array(own_groups, np.intp)
        self._births = np.full(len(own_groups), new_confidence) if births is None else np.array(births)
        self._strong = np.full_like(self._births, high_confidence)
        if births is not None:
            self._strong = np.minimum(self._strong, self._births)
        self._foresee = foresee
        self._lives: list[Life] = []
        self._states = born(np.zeros((0, 4), np.float32))
        self._next_id = 1
        self._time_s: float | None = None

    def update(self, frame_index: int, time_s: float, detections: Detections) -> list[Track]:
        """The tracks that ended with this frame.

        A time before the last one is a cut in the footage: every track ends and tracking begins anew.
        """
        ended = self._advance(time_s)
        strong = detections.confidence >= self._strong[detections.class_id]
        weak = ~strong & (detections.confidence >= self._settings.low_confidence)
        pairs = self._associate(self._similarity(detections), strong, weak)
        seen = observed(frame_index, time_s, detections)
        self._continue(pairs, seen, detections)
        strong[pairs[:, 1]] = False
        births = np.flatnonzero(strong & (detections.confidence >= self._births[detections.class_id]))
        self._begin(births, seen, detections)
        return ended

    def flush(self) -> list[Track]:
        """The tracks that are still alive, at the end of the clip; the tracker is then empty."""
        return self._end(np.ones(len(self._lives), bool))

    def current(self) -> list[tuple[int, Observation]]:
        """Track id and observation of each confirmed object that the last update saw."""
        return [(life.track_id, life.observations[-1]) for life in self._lives if life.confirmed and life.seen]

    def ongoing(self) -> list[Track]:
        """The tracks so far of the objects still followed: a parked car need not leave to be reported."""
        return [life.track() for life in self._lives if self._counts(life)]

    def alive_ids(self) -> frozenset[int]:
        """Ids that may still be returned; whoever keeps views of tracks may drop those of all others."""
        return frozenset(life.track_id for life in self._lives if life.confirmed)

    def state(self) -> TrackerState:
        """Everything, as plain data that JSON can hold."""
        return {
            "settings": asdict(self._settings),
            "time_s": self._time_s,
            "next_id": self._next_id,
            "lives": [life.state() for life in self._lives],
            "filter": [part.tolist() for part in self._states.parts()],
        }

    @classmethod
    def from_state(cls, state: TrackerState) -> Tracker:
        """The tracker that gave this state: it goes on exactly as that one would have."""
        tracker = cls(**state["settings"])
        tracker._time_s, tracker._next_id = state["time_s"], state["next_id"]
        tracker._lives = [Life.from_state(life, tracker._settings.most_observations) for life in state["lives"]]
        tracker._states = BoxStates(*(np.array(part, np.float64).reshape(-1, 4) for part in state["filter"]))
        return tracker

    def _advance(self, time_s: float) -> list[Track]:
        """Move every box to time_s; the tracks that were unseen for too long by then."""
        if self._time_s is not None and time_s < self._time_s:
            ended = self.flush()
        else:
            latest = time_s - self._settings.lost_after_s
            ended = self._end(np.array([life.last_s < latest for life in self._lives], bool))
            self._states = predicted(self._states, time_s - (time_s if self._time_s is None else self._time_s))
        self._time_s = time_s
        return ended

    def _similarity(self, detections: Detections) -> NDArray[np.float64]:
        """IoU of each life's predicted box with each detection, 0 across groups."""
        if not self._lives or not len(detections):
            return np.zeros((len(self._lives), len(detections)))
        groups = np.array([life.group for life in self._lives], np.intp)
        same = groups[:, None] == self._groups[detections.class_id][None, :]
        fits = iou(self._states.xyxy, detections.xyxy)
        if self._foresee is not None and self._time_s is not None:
            last = [life.observations[-1] for life in self._lives]
            fits = np.maximum(fits, foreseen(last, detections.xyxy, self._time_s, foresee=self._foresee))
        return np.where(same, fits, 0.0)

    def _associate(
        self, similarity: NDArray[np.float64], strong: NDArray[np.bool_], weak: NDArray[np.bool_]
    ) -> NDArray[np.intp]:
        """Pairs (life, detection) of the three rounds, intp (K, 2)."""
        confirmed = np.array([life.confirmed for life in self._lives], bool)
        free = np.ones(len(self._lives), bool)
        strong, least = strong.copy(), self._settings.match_iou
        # Tentative tracks come last, so that a flicker never takes the detection of an object.
        rounds = ((confirmed, strong, least), (confirmed, weak, max(least, WEAK_IOU)), (~confirmed, strong, least))
        found = [np.zeros((0, 2), np.intp)]
        for lives, boxes, enough in rounds:
            rows, columns = np.flatnonzero(lives & free), np.flatnonzero(boxes)
            if not len(rows) or not len(columns):  # most rounds of most frames
                continue
            local = assign(similarity[np.ix_(rows, columns)], least=enough)
            found.append(np.stack([rows[local[:, 0]], columns[local[:, 1]]], axis=1))
            free[found[-1][:, 0]] = False
            boxes[found[-1][:, 1]] = False
        return np.concatenate(found)

    def _continue(self, pairs: NDArray[np.intp], seen: list[Observation], detections: Detections) -> None:
        """Give each life its detection; tentative lives without one are forgotten."""
        for life in self._lives:
            life.seen = False
        for row, column in pairs.tolist():
            self._lives[row].observe(seen[column])
            self._confirm(self._lives[row])
        if len(pairs):
            self._measure(pairs[:, 0], detections.xyxy[pairs[:, 1]])
        self._end(np.array([not life.confirmed and not life.seen for life in self._lives], bool))

    def _measure(self, rows: NDArray[np.intp], xyxy: NDArray[np.float32]) -> None:
        """Let the filter of these lives take what was measured."""
        after = updated(self._states.take(rows), xyxy)
        for whole, part in zip(self._states.parts(), after.parts(), strict=True):
            whole[rows] = part

    def _begin(self, births: NDArray[np.intp], seen: list[Observation], detections: Detections) -> None:
        """Start a life at each of these detections."""
        for column in births.tolist():
            group = int(self._groups[seen[column].class_id])
            life = Life(group, observations=[seen[column]], most=self._settings.most_observations)
            self._confirm(life)
            self._lives.append(life)
        if len(births):
            self._states = joined(self._states, born(detections.xyxy[births]))

    def _confirm(self, life: Life) -> None:
        """Number a life that was seen twice (or once, if one frame is all that is asked for)."""
        if not life.confirmed and len(life.observations) >= min(2, self._settings.min_frames):
            life.track_id = self._next_id
            self._next_id += 1

    def _beside(self, life: Life) -> frozenset[int]:
        """Ids of the other objects that were seen in one frame with this one."""
        frames = frames_of(life)
        others = (other for other in self._lives if other is not life and other.confirmed)
        return frozenset(other.track_id for other in others if frames & frames_of(other))

    def _is_flicker(self, life: Life) -> bool:
        others = (other for other in self._lives if other is not life)
        return is_flicker(life, others, most_frames=self._settings.flicker_frames)

    def _counts(self, life: Life) -> bool:
        """Whether a life is long enough to be returned."""
        return life.confirmed and len(life.observations) >= self._settings.min_frames

    def _end(self, gone: NDArray[np.bool_]) -> list[Track]:
        """Forget the lives marked; the tracks of those that count."""
        if not gone.any():
            return []
        over = [life for life, is_gone in zip(self._lives, gone, strict=True) if is_gone and self._counts(life)]
        ended = [life.track(self._beside(life)) for life in over if not self._is_flicker(life)]
        self._lives = [life for life, is_gone in zip(self._lives, gone, strict=True) if not is_gone]
        self._states = self._states.take(~gone)
        return ended


def observed(frame_index: int, time_s: float, detections: Detections) -> list[Observation]:
    """Each detection as an observation of this frame."""
    rows = zip(detections.xyxy.tolist(), detections.confidence.tolist(), detections.class_id.tolist(), strict=True)
    return [Observation(frame_index, time_s, tuple(xyxy), confidence, class_id) for xyxy, confidence, class_id in rows]
