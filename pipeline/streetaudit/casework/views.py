"""The few best views of every live track, kept in bounded memory until the track ends."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame
from streetaudit.structures.track import Observation, View

#: A new view must be better by this factor: else frames would be swapped for nothing at every step.
_HYSTERESIS = 1.15
#: An object this large (root of its area over the frame's height) is as good as a larger one.
_ENOUGH_SIZE = 0.33
#: Within these pixels of the frame's edge an object may be cut off.
_EDGE_PX = 2.0
#: Mean step between neighbouring pixels at which sharpness counts half.
_SHARP_STEP = 6.0
_PATCH_PX = 96


@dataclass(frozen=True, slots=True)
class _Kept:
    view: View
    score: float

    @property
    def time_s(self) -> float:
        return self.view.observation.time_s

    @property
    def frame_index(self) -> int:
        return self.view.frame.index


class BestViews:
    """Keeps `keep` views of each track: large, sure, sharp, whole, central, and apart in time.

    Frames are shared: a frame that shows ten tracks is held once. Where the frames together would take more than
    `max_bytes`, the frame that is missed least goes first, a track's only view last.
    """

    def __init__(
        self,
        keep: int = 3,
        *,
        classes: Collection[int] | None = None,
        min_gap_s: float = 0.5,
        forget_after_s: float = 60.0,
        max_bytes: int = 512 * 1024 * 1024,
    ) -> None:
        """Makes an empty keeper.

        Args:
            keep: Views of one track.
            classes: Ids of the classes whose tracks are kept; None keeps all.
            min_gap_s: Views closer in time than this show the same; the better one is enough.
            forget_after_s: A track not seen for so long was dropped as flicker and is never taken.
            max_bytes: Of all frames held.
        """
        if keep < 1:
            raise ValueError(f"want keep >= 1; got {keep}")
        self._keep = keep
        self._classes = None if classes is None else frozenset(classes)
        self._min_gap_s = min_gap_s
        self._max_bytes = max_bytes
        self._forget_after_s = forget_after_s
        self._kept: dict[int, list[_Kept]] = {}
        self._seen_s: dict[int, float] = {}

    def offer(self, frame: Frame, detections: Detections, current: Sequence[tuple[int, Observation]]) -> None:
        """Keep this frame for the tracks that it shows better than what is kept.

        Args:
            frame: Just looked at.
            detections: Everything seen in it, weak ones too: they are blurred in the evidence.
            current: (track id, observation) of every track seen in it.
        """
        added = False
        for track_id, seen in current:
            if self._classes is None or seen.class_id in self._classes:
                self._seen_s[track_id] = seen.time_s
                added |= self._offer_one(track_id, View(frame, detections, seen))
        self._forget(frame.time_s)
        if added:
            self._shrink()

    def take(self, track_id: int) -> tuple[View, ...]:
        """The views of a track that ended, the best one first; they are no longer kept here."""
        kept = self._kept.pop(track_id, [])
        self._seen_s.pop(track_id, None)
        return tuple(k.view for k in sorted(kept, key=lambda k: -k.score))

    def best(self, track_id: int) -> tuple[View, ...]:
        """The views of a track that goes on, the best one first; they stay here."""
        return tuple(k.view for k in sorted(self._kept.get(track_id, []), key=lambda k: -k.score))

    @property
    def held_bytes(self) -> int:
        """Of all frames held, each counted once."""
        return sum(self._frame_bytes().values())

    def _forget(self, now_s: float) -> None:
        for track_id in [t for t, seen_s in self._seen_s.items() if now_s - seen_s > self._forget_after_s]:
            self.take(track_id)

    def _offer_one(self, track_id: int, view: View) -> bool:
        kept = self._kept.setdefault(track_id, [])
        rough = rough_score(view.observation, view.frame.size)
        to_beat = self._to_beat(kept, view.observation.time_s)
        if rough <= to_beat:
            return False  # not even perfect sharpness would do
        score = rough * (0.6 + 0.4 * sharpness(view.image, view.observation.xyxy))
        if score <= to_beat:
            return False
        kept.append(_Kept(view, score))
        if len(kept) > self._keep:
            kept.remove(self._least(kept))
        return True

    def _to_beat(self, kept: Sequence[_Kept], time_s: float) -> float:
        near = [k.score for k in kept if abs(k.time_s - time_s) < self._min_gap_s]
        if near:
            return max(near) * _HYSTERESIS
        return min(k.score for k in kept) * _HYSTERESIS if len(kept) >= self._keep else 0.0

    def _least(self, kept: Sequence[_Kept]) -> _Kept:
        """The worst of those that have a neighbour in time, else the worst of all."""
        crowded = [k for k in kept if any(o is not k and abs(o.time_s - k.time_s) < self._min_gap_s for o in kept)]
        return min(crowded or kept, key=lambda k: k.score)

    def _frame_bytes(self) -> dict[int, int]:
        return {k.frame_index: k.view.image.nbytes for kept in self._kept.values() for k in kept}

    def _shrink(self) -> None:
        held = self._frame_bytes()
        while len(held) > 1 and sum(held.values()) > self._max_bytes:
            loss = dict.fromkeys(held, 0.0)
            for kept in self._kept.values():
                for k in kept:
                    loss[k.frame_index] += k.score * (10.0 if len(kept) == 1 else 1.0)
            worst = min(loss, key=lambda index: (loss[index], index))
            for track_id, kept in self._kept.items():
                self._kept[track_id] = [k for k in kept if k.frame_index != worst]
            del held[worst]


def rough_score(seen: Observation, size: tuple[int, int]) -> float:
    """How good a view is before its pixels are looked at, 0 to 1.

    Args:
        seen: The object.
        size: (width, height) of the frame.
    """
    width, height = size
    x1, y1, x2, y2 = seen.xyxy
    area = max(0.0, x2 - x1) * max(0.0, y2 - y1)
    large = min(1.0, math.sqrt(area) / (_ENOUGH_SIZE * height))
    is_cut = x1 <= _EDGE_PX or y1 <= _EDGE_PX or x2 >= width - _EDGE_PX or y2 >= height - _EDGE_PX
    off_x, off_y = (x1 + x2) / width - 1.0, (y1 + y2) / height - 1.0
    central = 1.0 - 0.3 * min(1.0, math.hypot(off_x, off_y) / math.sqrt(2.0))
    return large * seen.confidence * central * (0.3 if is_cut else 1.0)


def sharpness(image: NDArray[np.uint8], xyxy: tuple[float, float, float, float]) -> float:
    """How sharp the middle of a box is, 0 (flat or blurred) to 1.

    Args:
        image: uint8 (H, W, 3).
        xyxy: Pixels.
    """
    height, width = image.shape[:2]
    x, y = (xyxy[0] + xyxy[2]) / 2.0, (xyxy[1] + xyxy[3]) / 2.0
    half_x = min(_PATCH_PX, max(4.0, xyxy[2] - xyxy[0])) / 2.0
    half_y = min(_PATCH_PX, max(4.0, xyxy[3] - xyxy[1])) / 2.0
    left, right = max(0, int(x - half_x)), min(width, int(x + half_x))
    top, bottom = max(0, int(y - half_y)), min(height, int(y + half_y))
    green = image[top:bottom, left:right, 1].astype(np.int16)
    if min(green.shape) < 2:
        return 0.0
    step = float(np.abs(np.diff(green, axis=0)).mean() + np.abs(np.diff(green, axis=1)).mean()) / 2.0
    return step / (step + _SHARP_STEP)
