"""`streetaudit calibrate CLIP --points FILE`: place and pose of a fixed camera from points clicked in it."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streetaudit.config import CameraConfig
from streetaudit.errors import ClipError
from streetaudit.io.points_file import read_points
from streetaudit.io.video import open_clip
from streetaudit.locate.calibrate import points_picture
from streetaudit.locate.points import PointsFit, fit_points


def calibrated_by_points(clip: Path, points_file: Path, camera: CameraConfig) -> tuple[list[str], NDArray[np.uint8]]:
    """The [[camera]] lines with the points' misses as comments, and the first frame with both drawn.

    Raises:
        ClipError: If no frame can be decoded.
        ConfigError: If the points cannot be read or do not fix a pose.
    """
    points = read_points(points_file)
    with open_clip(clip) as reader:
        frame = next(iter(reader), None)
    if frame is None:
        raise ClipError(f"{clip}: not one frame could be decoded")
    size = (frame.image.shape[1], frame.image.shape[0])
    stated = camera.hfov_deg is not None or camera.focal_px is not None
    fit = fit_points(points, camera.to_camera(), image_size=size, hfov_stated=stated)
    return _lines(camera, fit), points_picture(frame.image, points, fit)


def _lines(asked: CameraConfig, fit: PointsFit) -> list[str]:
    camera = fit.camera
    misses = ", ".join(f"{miss:.1f}" for miss in fit.miss_m.tolist())
    few = " Four points fit nearly any pose: click six or more to see mistakes." if len(fit.miss_m) < 6 else ""
    return [
        "[[camera]]",
        f'name = "{asked.name}"',
        f'match = "{asked.match}"',
        'kind = "fixed"',
        f"hfov_deg = {camera.hfov_deg:.1f}",
        f"height_m = {camera.height_m:.2f}",
        f"pitch_deg = {camera.pitch_deg:.2f}",
        f"roll_deg = {camera.roll_deg:.2f}",
        f"lat = {camera.lat:.7f}",
        f"lon = {camera.lon:.7f}",
        f"heading_deg = {camera.heading_deg:.1f}",
        f"position_error_m = {camera.position_error_m:.1f}",
        f"# The points lie {misses} m from where the clicks meet the ground.{few}",
    ]
