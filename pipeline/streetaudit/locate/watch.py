"""What ground a clip has in view, noted every few metres while its frames go by."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from streetaudit.locate.light import LightIn, Lit, light_in
from streetaudit.locate.place import Locator
from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.ground import BLURRED, COLUMNS, DARK, Ground
from streetaudit.structures.place import NotPlaced
from streetaudit.structures.taxonomy import CLASSES
from streetaudit.structures.trace import Pose

#: A new look after so many metres, or after so long while standing: what passes by hides the ground for a moment only.
STEP_M, STEP_S = 2.0, 2.0
#: Distances are sums of floats.
_EPSILON_M = 1e-3
#: What hides the ground behind it.
_IN_THE_WAY = frozenset(CLASSES.index(name) for name in ("vehicle", "street_stall", "person"))
#: Nothing else comes between two frames for so long; beyond it the clip was not looked at.
_LONGEST_FRAME_S = 2.0


@dataclass(slots=True)
class _Look:
    time_s: float
    place_m: tuple[float, float]
    heading_deg: float
    error_m: float
    light: int
    sharp: int
    hidden: NDArray[np.uint8]
    frames: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class GroundWatch:
    """Notes a clip's looks; fed with every frame that was looked at, in order.

    Attributes:
        locator: Places the clip's things, and knows the camera as it is known by then.
        pose_at: Where the carrier was at a clip time, or why that is not known.
        image_size: (width, height) of the clip.
        light: Says how bright and sharp a frame is.
        on_look: Told of every new look, its frame and what was seen in it.
        blind: Reason to number of frames that were looked at and yet show no ground.
    """

    locator: Locator
    pose_at: Callable[[float], Pose | NotPlaced]
    image_size: tuple[int, int]
    light: LightIn = light_in
    on_look: Callable[[Ground, Frame, Detections], None] | None = None
    blind: dict[str, int] = field(default_factory=dict)
    _frame: LocalFrame | None = None
    _looks: list[_Look] = field(default_factory=list)
    _last_s: float | None = None

    def see(self, frame: Frame, detections: Detections) -> bool:
        """True if the frame is a new look; what it shows is noted."""
        pose = self.pose_at(frame.time_s)
        since_s = 0.0 if self._last_s is None else frame.time_s - self._last_s
        self._last_s = frame.time_s
        if isinstance(pose, NotPlaced):
            self._count("no position")
            return False
        self._frame = self._frame or LocalFrame(pose.lat, pose.lon)
        here = self._frame.to_metres(pose.lat, pose.lon)
        is_new = self._is_new(here, frame.time_s)
        if is_new:
            self._looks.append(self._look(frame, pose, here))
        look = self._looks[-1]
        look.frames += 1
        # A detector loses what stands there for single frames: all frames of a look tell what hides its ground.
        np.maximum(look.hidden, hidden_by(detections, self.image_size), out=look.hidden)
        look.seconds += min(max(since_s, 0.0), _LONGEST_FRAME_S)
        if look.light < DARK or look.sharp < BLURRED:
            self._count("dark" if look.light < DARK else "blurred")
        elif is_new and self.on_look is not None:
            self.on_look(self._ground(self._frame, [look]), frame, detections)
        return is_new

    @property
    def lights(self) -> tuple[Lit, ...]:
        """Clip time, light and sharpness of every look."""
        return tuple((look.time_s, look.light, look.sharp) for look in self._looks)

    def ground(self) -> Ground | None:
        """All looks so far, None where no frame had a position."""
        if self._frame is None or not self._looks:
            return None
        return self._ground(self._frame, self._looks)

    def _ground(self, frame: LocalFrame, looks: Sequence[_Look]) -> Ground:
        return Ground(
            camera=self.locator.camera,
            image_size=self.image_size,
            frame=frame,
            time_s=np.array([look.time_s for look in looks]),
            place_m=np.array([look.place_m for look in looks], np.float32),
            heading_deg=np.array([look.heading_deg for look in looks], np.float32),
            error_m=np.array([look.error_m for look in looks], np.float32),
            frames=np.array([look.frames for look in looks], np.int32),
            seconds=np.array([look.seconds for look in looks], np.float32),
            light=np.array([look.light for look in looks], np.uint8),
            sharp=np.array([look.sharp for look in looks], np.uint8),
            hidden=np.stack([look.hidden for look in looks]),
        )

    def _is_new(self, here: tuple[float, float], time_s: float) -> bool:
        if not self._looks:
            return True
        last = self._looks[-1]
        moved_m = math.hypot(here[0] - last.place_m[0], here[1] - last.place_m[1])
        return moved_m >= STEP_M - _EPSILON_M or time_s - last.time_s >= STEP_S

    def _look(self, frame: Frame, pose: Pose, here: tuple[float, float]) -> _Look:
        light, sharp = self.light(frame)
        return _Look(frame.time_s, here, pose.heading_deg, pose.error_m, light, sharp, np.zeros(COLUMNS, np.uint8))

    def _count(self, reason: str) -> None:
        self.blind[reason] = self.blind.get(reason, 0) + 1


def hidden_by(detections: Detections, image_size: tuple[int, int]) -> NDArray[np.uint8]:
    """(COLUMNS,) the lower edge of what stands in each column of the image, of 255 a height; 0 where nothing does.

    Ground above the lower edge lies behind the thing. What looks over a low thing is counted as hidden too: not to have
    looked is the safe mistake.
    """
    width, height = image_size
    hidden = np.zeros(COLUMNS, np.uint8)
    for xyxy, class_id in zip(detections.xyxy.tolist(), detections.class_id.tolist(), strict=True):
        if class_id not in _IN_THE_WAY:
            continue
        first = max(0, math.floor(xyxy[0] * COLUMNS / width))
        last = min(COLUMNS, math.ceil(xyxy[2] * COLUMNS / width))
        edge = int(min(max(255.0 * xyxy[3] / height, 0.0), 255.0))
        hidden[first:last] = np.maximum(hidden[first:last], edge)
    return hidden
