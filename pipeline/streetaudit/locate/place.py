"""From a track to its place: what a runner calls."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from streetaudit.locate.circle import radius_95_m
from streetaudit.locate.extent import Extent, extent_of
from streetaudit.locate.fit import Fit, fit_position
from streetaudit.locate.motion import FEWEST_VIEWS, SHORTEST_S, motion_of
from streetaudit.locate.noise import Noise
from streetaudit.locate.priors import PRIORS, SizePrior, prior_of
from streetaudit.locate.self_calibration import SelfCalibration
from streetaudit.locate.standing import standing
from streetaudit.locate.views import Views, views_of
from streetaudit.structures.camera import Camera
from streetaudit.structures.motion import Kind, Motion
from streetaudit.structures.place import NotPlaced, Place
from streetaudit.structures.trace import Pose
from streetaudit.structures.track import Observation, Track

PoseAt = Callable[[float], Pose | NotPlaced]
Size = tuple[int, int]

#: More views of one pass share the same mistakes and tell little more.
_MOST_VIEWS = 16
#: Whether it moves is told by views spread over the time in which it was not much smaller than when it was near: far
#: views repeat one mistake about its size, which then reads as a speed.
_MOST_MOTION_VIEWS = 32
_LARGE = 0.5
#: Bearings that differ by less do not make a triangle.
_PARALLAX_RAD = math.radians(6.0)
_BORDER_PX = 3.0
#: Of what moves more seldom than this, another box means that it grew.
_MOVES = 0.3
#: Beyond this the distance from a camera that nobody measured is a guess.
_UNCALIBRATED_M = 25.0


@dataclass(frozen=True, slots=True)
class Look:
    """What one track says: where its thing stands, or why that is not known, and whether it stands."""

    place: Place | NotPlaced
    motion: Motion


class Locator:
    """Places the tracks of one clip, told in the order in which they end.

    Of a camera that nobody measured it learns pitch and height on the way.

    Args:
        camera: What looked.
        pose_at: Where the carrier was at a clip time, or why that is not known.
        priors: Sizes by class name.
        noise: How wrong a measured camera and boxes usually are.
        max_error_m: A place less sure than this is refused.
        max_distance_m: So is one farther away than this.
    """

    def __init__(
        self,
        camera: Camera,
        pose_at: PoseAt,
        *,
        priors: Mapping[str, SizePrior] = PRIORS,
        noise: Noise | None = None,
        max_error_m: float = 25.0,
        max_distance_m: float = 80.0,
    ) -> None:
        self._camera = camera
        self._pose_at = pose_at
        self._priors = priors
        self._usual = noise or Noise()
        self._noise = self._usual.of(camera)
        self._max_error_m = max_error_m
        self._max_distance_m = max_distance_m if camera.is_calibrated else min(max_distance_m, _UNCALIBRATED_M)
        self._heard: set[int] = set()
        self._learning = None if camera.is_calibrated else SelfCalibration(camera, self._usual)

    @property
    def camera(self) -> Camera:
        """The camera as it is now known."""
        return self._camera

    @property
    def learnt_from(self) -> int:
        """From how many things that is known, beyond what was stated."""
        return self._learning.things if self._learning else 0

    def __call__(self, track: Track, image_size: Size) -> Place | NotPlaced:
        """Where the track's thing stands (a moving one: where it was seen nearest), or why that is not known."""
        return self.look(track, image_size).place

    def motion(self, track: Track, image_size: Size) -> Motion:
        """Whether the track's thing stands or moves; "unknown" where the views do not tell."""
        return self.look(track, image_size).motion

    def look(self, track: Track, image_size: Size) -> Look:
        """Place and motion of one track."""
        self.learn(track, image_size)
        prior = prior_of(track.class_id, self._priors)
        if self._camera.kind == "fixed":
            return self._look_from_mast(track, image_size, prior)
        return self._look_from_street(track, image_size, prior)

    def learn(self, track: Track, image_size: Size) -> None:
        """Let a track tell of the camera, where that was never measured; of things that are not placed too."""
        if self._learning is None or track.track_id in self._heard:  # a thing that stays tells the same again
            return
        self._heard.add(track.track_id)
        nowhere = [(seen, Pose(0.0, 0.0, 0.0, 0.0, 0.0)) for seen in _choose(track.observations, image_size)]
        views = self._views(nowhere, image_size, self._learning.stated)
        if len(views):
            self._learning.learn(views, prior_of(track.class_id, self._priors))
            self._camera = self._learning.camera()
            self._noise = self._usual.of(self._camera)

    def _look_from_mast(self, track: Track, image_size: Size, prior: SizePrior) -> Look:
        """What stays at one spot of the image stands there, whatever the pass and the place."""
        motion = standing(track, image_size, grows=prior.moves < _MOVES)
        if prior.on_wall:
            motion = replace(motion, kind="stationary", first_s=track.first_s, last_s=track.last_s)
        seen = [each for each in track.observations if motion.first_s <= each.time_s <= motion.last_s]
        views = self._posed(_choose(seen, image_size), image_size)
        if isinstance(views, NotPlaced):
            return Look(views, motion)
        extent = extent_of(views, prior, noise=self._noise)
        moving = motion.kind == "moving" and _can_tell_motion(views)
        return Look(self._placed(views, extent, prior, moving=moving), motion)

    def _look_from_street(self, track: Track, image_size: Size, prior: SizePrior) -> Look:
        unknown = Motion("stationary" if prior.on_wall else "unknown", track.first_s, track.last_s)
        views = self._posed(_choose(track.observations, image_size), image_size)
        if isinstance(views, NotPlaced):
            return Look(views, unknown)
        motion = unknown if prior.on_wall else replace(unknown, kind=self._kind(track, image_size, prior))
        extent = extent_of(views, prior, noise=self._noise)
        moving = motion.kind == "moving" and _can_tell_motion(views)
        return Look(self._placed(views, extent, prior, moving=moving), motion)

    def _kind(self, track: Track, image_size: Size, prior: SizePrior) -> Kind:
        views = self._posed(_choose_near(track.observations, image_size), image_size)
        if isinstance(views, NotPlaced) or not _can_tell_motion(views):
            return "unknown"
        extent = extent_of(views, prior, noise=self._noise)
        standing = fit_position(views, extent, noise=self._noise)
        moving = self._moving_fit(views, extent)
        if moving.views < len(views) / 2.0:  # a free velocity may fit the boxes of another thing and forget the rest
            return "unknown"
        return motion_of(standing, moving, street_rad=views.course_rad, moves=prior.moves)

    def _posed(self, chosen: Sequence[Observation], image_size: Size) -> Views | NotPlaced:
        posed = [(seen, self._pose_at(seen.time_s)) for seen in chosen]
        good = [(seen, pose) for seen, pose in posed if isinstance(pose, Pose)]
        if not good:
            return next(pose for _, pose in posed if isinstance(pose, NotPlaced))
        views = self._views(good, image_size, self._camera)
        return views if len(views) else _not_placed("it was seen straight below the camera only")

    def _views(self, posed: Sequence[tuple[Observation, Pose]], image_size: Size, camera: Camera) -> Views:
        return views_of(
            camera,
            [pose for _, pose in posed],
            boxes=[seen.xyxy for seen, _ in posed],
            times_s=[seen.time_s for seen, _ in posed],
            image_size=image_size,
            noise=self._noise,
        )

    def _placed(self, views: Views, extent: Extent, prior: SizePrior, *, moving: bool) -> Place | NotPlaced:
        if not prior.on_wall and bool((views.foot <= -2.0 * math.radians(self._camera.pitch_sd_deg)).all()):
            return _not_placed("the foot of the box lies at or above the horizon in every view")
        if moving:
            return self._place(views, self._moving_fit(views, extent), on_wall=False)
        fit = fit_position(views, extent, noise=self._noise, on_wall=prior.on_wall)
        return self._place(views, fit, on_wall=prior.on_wall)

    def _moving_fit(self, views: Views, extent: Extent) -> Fit:
        nearest_s = float(views.time_s[int(np.argmax(views.foot))])
        return fit_position(views, extent, noise=self._noise, moving=True, at_s=nearest_s)

    def _place(self, views: Views, fit: Fit, *, on_wall: bool) -> Place | NotPlaced:
        offsets = fit.position_m - views.camera_m
        distance = float(np.hypot(offsets[:, 0], offsets[:, 1]).min())
        if not math.isfinite(distance) or distance > self._max_distance_m:
            return _not_placed(f"it lies {distance:.0f} m away, beyond {self._max_distance_m:.0f} m{self._hint()}")
        covariance = fit.covariance_m2 * max(1.0, fit.surprise) + np.eye(2) * views.position_sd_m**2
        error_m = radius_95_m(covariance)
        if not error_m <= self._max_error_m:
            return _not_placed(f"its place is known to within {error_m:.0f} m only, more than {self._max_error_m:.0f}")
        lat, lon = views.frame.to_degrees(float(fit.position_m[0]), float(fit.position_m[1]))
        spread = (float(covariance[0, 0]), float(covariance[0, 1]), float(covariance[1, 1]))
        return Place(lat, lon, error_m, _method(offsets, on_wall=on_wall), fit.views, spread)

    def _hint(self) -> str:
        return " (the camera is not calibrated)" if self._learning else ""


def _not_placed(reason: str) -> NotPlaced:
    return NotPlaced(reason, carrier_known=True)


def _whole(observations: Sequence[Observation], image_size: Size) -> list[Observation]:
    """Views not cut by the sides or the bottom; all where there are no others."""
    width, height = image_size
    whole = [
        seen
        for seen in observations
        if seen.xyxy[0] > _BORDER_PX
        and seen.xyxy[2] < width - 1 - _BORDER_PX
        and seen.xyxy[3] < height - 1 - _BORDER_PX
    ]
    return whole or list(observations)


def _choose(observations: Sequence[Observation], image_size: Size) -> list[Observation]:
    """Views spread over the track, denser where it is near; those cut by the border only where there are no others."""
    pool = _whole(observations, image_size)
    if len(pool) <= _MOST_VIEWS:
        return pool
    seen = np.cumsum([each.xyxy[3] - each.xyxy[1] for each in pool])
    rows = np.searchsorted(seen, np.linspace(seen[0], seen[-1], _MOST_VIEWS))
    return [pool[row] for row in np.unique(np.minimum(rows, len(pool) - 1)).tolist()]


def _choose_near(observations: Sequence[Observation], image_size: Size) -> list[Observation]:
    """Views spread over the time in which it was seen large."""
    pool = _whole(observations, image_size)
    tall = np.array([each.xyxy[3] - each.xyxy[1] for each in pool])
    large = np.flatnonzero(tall >= _LARGE * np.percentile(tall, 75))
    rows = large[np.unique(np.linspace(0, len(large) - 1, _MOST_MOTION_VIEWS).astype(np.int64))]
    return [pool[row] for row in rows.tolist()]


def _can_tell_motion(views: Views) -> bool:
    return len(views) >= FEWEST_VIEWS and float(views.time_s[-1] - views.time_s[0]) >= SHORTEST_S


def _method(offsets: np.ndarray[tuple[int, ...], np.dtype[np.float64]], *, on_wall: bool) -> str:
    if not on_wall:
        return "ground_plane"
    bearings = np.unwrap(np.arctan2(offsets[:, 0], offsets[:, 1]))
    return "triangulation" if float(np.ptp(bearings)) >= _PARALLAX_RAD else "size"
