"""From a track to its place: what a runner calls."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from streetaudit.locate.circle import radius_95_m
from streetaudit.locate.extent import Extent, extent_of
from streetaudit.locate.fit import Fit, fit_position
from streetaudit.locate.motion import FEWEST_VIEWS, SHORTEST_S, Motion, motion_of
from streetaudit.locate.noise import Noise
from streetaudit.locate.priors import PRIORS, SizePrior, prior_of
from streetaudit.locate.views import Views, views_of
from streetaudit.structures.camera import Camera
from streetaudit.structures.place import NotPlaced, Place
from streetaudit.structures.trace import Pose
from streetaudit.structures.track import Observation, Track

PoseAt = Callable[[float], Pose | NotPlaced]

#: More views of one pass share the same mistakes and tell little more.
_MOST_VIEWS = 16
#: Bearings that differ by less do not make a triangle.
_PARALLAX_RAD = math.radians(6.0)
_BORDER_PX = 3.0
#: Views that agree this well (mean squared residual in standard deviations) need no motion to explain them.
_AGREED = 2.0
#: Boxes that are no cuboids, mistakes that are not normal: what the model leaves out, as a factor of its variance.
_MISFIT_VAR = 1.25


class Locator:
    """Places the tracks of one clip.

    Args:
        camera: What looked.
        pose_at: Where the carrier was at a clip time, or why that is not known.
        priors: Sizes by class name.
        noise: How wrong camera and boxes usually are.
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
        self._noise = noise or Noise()
        self._max_error_m = max_error_m
        self._max_distance_m = max_distance_m

    def __call__(self, track: Track, image_size: tuple[int, int]) -> Place | NotPlaced:
        """Where the track's thing stands (a moving one: where it was seen nearest), or why that is not known."""
        prior = prior_of(track.class_id, self._priors)
        views = self._views(track, image_size)
        if isinstance(views, NotPlaced):
            return views
        if not prior.on_wall and bool((views.foot <= 0.0).all()):
            return NotPlaced("the foot of the box lies at or above the horizon in every view")
        fit = self._fit(views, prior)
        return self._place(views, fit, on_wall=prior.on_wall)

    def motion(self, track: Track, image_size: tuple[int, int]) -> Motion:
        """Whether the track's thing stands or moves; "unknown" where the views do not tell."""
        prior = prior_of(track.class_id, self._priors)
        if prior.on_wall:
            return "stationary"
        views = self._views(track, image_size)
        if isinstance(views, NotPlaced) or not _can_tell_motion(views):
            return "unknown"
        return motion_of(self._moving_fit(views, extent_of(views, prior, noise=self._noise)))

    def _views(self, track: Track, image_size: tuple[int, int]) -> Views | NotPlaced:
        chosen = _choose(track.observations, image_size)
        posed = [(seen, self._pose_at(seen.time_s)) for seen in chosen]
        good = [(seen, pose) for seen, pose in posed if isinstance(pose, Pose)]
        if not good:
            return next(pose for _, pose in posed if isinstance(pose, NotPlaced))
        views = views_of(
            self._camera,
            [pose for _, pose in good],
            boxes=[seen.xyxy for seen, _ in good],
            times_s=[seen.time_s for seen, _ in good],
            image_size=image_size,
            noise=self._noise,
        )
        return views if len(views) else NotPlaced("it was seen straight below the camera only")

    def _fit(self, views: Views, prior: SizePrior) -> Fit:
        extent = extent_of(views, prior, noise=self._noise)
        standing = fit_position(views, extent, noise=self._noise, on_wall=prior.on_wall)
        if prior.on_wall or standing.surprise < _AGREED or not _can_tell_motion(views):
            return standing
        moving = self._moving_fit(views, extent)
        return moving if motion_of(moving) == "moving" else standing

    def _moving_fit(self, views: Views, extent: Extent) -> Fit:
        nearest_s = float(views.time_s[int(np.argmax(views.foot))])
        return fit_position(views, extent, noise=self._noise, moving=True, at_s=nearest_s)

    def _place(self, views: Views, fit: Fit, *, on_wall: bool) -> Place | NotPlaced:
        offsets = fit.position_m - views.camera_m
        distance = float(np.hypot(offsets[:, 0], offsets[:, 1]).min())
        if not math.isfinite(distance) or distance > self._max_distance_m:
            return NotPlaced(f"it lies {distance:.0f} m away, beyond {self._max_distance_m:.0f} m")
        covariance = fit.covariance_m2 * _MISFIT_VAR * max(1.0, fit.surprise) + np.eye(2) * views.position_sd_m**2
        error_m = radius_95_m(covariance)
        if not error_m <= self._max_error_m:
            return NotPlaced(f"its place is known to within {error_m:.0f} m only, more than {self._max_error_m:.0f} m")
        lat, lon = views.frame.to_degrees(float(fit.position_m[0]), float(fit.position_m[1]))
        spread = (float(covariance[0, 0]), float(covariance[0, 1]), float(covariance[1, 1]))
        return Place(lat, lon, error_m, _method(offsets, on_wall=on_wall), fit.views, spread)


def _choose(observations: tuple[Observation, ...], image_size: tuple[int, int]) -> list[Observation]:
    """Views spread over the track, denser where it is near; those cut by the border only where there are no others."""
    width, height = image_size
    whole = [
        seen
        for seen in observations
        if seen.xyxy[0] > _BORDER_PX
        and seen.xyxy[2] < width - 1 - _BORDER_PX
        and seen.xyxy[3] < height - 1 - _BORDER_PX
    ]
    pool = whole or list(observations)
    if len(pool) <= _MOST_VIEWS:
        return pool
    seen = np.cumsum([each.xyxy[3] - each.xyxy[1] for each in pool])
    rows = np.searchsorted(seen, np.linspace(seen[0], seen[-1], _MOST_VIEWS))
    return [pool[row] for row in np.unique(np.minimum(rows, len(pool) - 1)).tolist()]


def _can_tell_motion(views: Views) -> bool:
    return len(views) >= FEWEST_VIEWS and float(views.time_s[-1] - views.time_s[0]) >= SHORTEST_S


def _method(offsets: np.ndarray[tuple[int, ...], np.dtype[np.float64]], *, on_wall: bool) -> str:
    if not on_wall:
        return "ground_plane"
    bearings = np.unwrap(np.arctan2(offsets[:, 0], offsets[:, 1]))
    return "triangulation" if float(np.ptp(bearings)) >= _PARALLAX_RAD else "size"
