"""`streetaudit calibrate`: how a camera hangs, from a clip of its drive or from points clicked in its image."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import typer
from numpy.typing import NDArray

from streetaudit.assemble import Parts, detector_of, open_parts, tracker_of
from streetaudit.audit import Detector
from streetaudit.commands.calibrate_points import calibrated_by_points
from streetaudit.commands.options import ConfigFile, DetectionsFile
from streetaudit.config import CameraConfig, load_config
from streetaudit.errors import ClipError
from streetaudit.io.detections_file import read_detections
from streetaudit.io.video import open_clip
from streetaudit.locate.calibrate import Calibration, calibrate, picture
from streetaudit.locate.moved import moved_points, small_grey
from streetaudit.locate.rays import Floats
from streetaudit.locate.vanishing import vanishing_point
from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame
from streetaudit.structures.track import Track

#: Images at least so far apart show the way, at most so far apart their points are found again; pairs that begin closer
#: in time than the last repeat each other.
_PAIR_S, _BETWEEN_S = (0.14, 0.45), 0.4
#: Points are followed in images of this width.
_WIDTH_PX, _MOST_POINTS = 640, 300


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("calibrate")(calibrate_clip)


def calibrate_clip(
    clip: Annotated[
        Path,
        typer.Argument(
            help="A straight drive on a level street; with --points a clip of the fixed camera.", metavar="CLIP"
        ),
    ],
    config: ConfigFile = None,
    detections: DetectionsFile = None,
    hfov_deg: Annotated[
        float | None, typer.Option(help="Horizontal field of view; else the configuration's.", min=5.0, max=175.0)
    ] = None,
    points: Annotated[
        Path | None,
        typer.Option(help="A fixed camera's clicked points: CSV or JSON of u, v (pixels), lat, lon.", metavar="FILE"),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The picture to check; else CLIP.calibration.png.")
    ] = None,
) -> None:
    r"""Estimate how a camera hangs: prints the \[\[camera]] lines and draws a picture to check them by."""
    with open_parts(load_config(config), inference=detections is None and points is None) as parts:
        asked = parts.camera_of(clip)
        if hfov_deg is not None:
            asked = asked.model_copy(update={"hfov_deg": hfov_deg})
        if points is not None:
            lines, drawn = calibrated_by_points(clip, points, asked)
            remark = "circles are the clicks, crosses where the camera sees the map's points"
        else:
            asked = asked.model_copy(update={"pitch_deg": None, "height_m": None})
            found, image = _found(clip, parts, asked, detections)
            lines, drawn = _lines(asked, found), picture(image, found.camera)
            remark = "red is the horizon and the vehicle's way, yellow lines lie on the street"
    path = output or clip.with_name(f"{clip.name}.calibration.png")
    if not cv2.imwrite(str(path), np.ascontiguousarray(drawn[:, :, ::-1])):
        raise ClipError(f"cannot write {path}; name another picture with --output")
    typer.echo("\n".join([*lines, f"# Check {path}: {remark}."]))


def _found(
    clip: Path, parts: Parts, camera: CameraConfig, detections: Path | None
) -> tuple[Calibration, NDArray[np.uint8]]:
    with open_clip(clip, clock=parts.clock) as reader:
        size = reader.facts.width_px, reader.facts.height_px
        moved, tracks, image = _watched(reader, parts, detections)
    if image is None:
        raise ClipError(f"{clip}: not one frame could be decoded")
    asked = camera.to_camera()
    vanishing = vanishing_point(moved, asked, image_size=size)
    return calibrate(asked, vanishing, tuple(tracks), image_size=size), image


def _watched(
    frames: Iterable[Frame], parts: Parts, detections: Path | None
) -> tuple[list[Floats], list[Track], NDArray[np.uint8] | None]:
    """Moved points of pairs of frames, all tracks, and the frame in the middle of the first minute."""
    detect, tracker = _detector(parts, detections), tracker_of(parts.config, None)
    moved: list[Floats] = []
    tracks: list[Track] = []
    image, first, begun_s = None, None, -_BETWEEN_S
    for frame in frames:
        tracks += tracker.update(frame.index, frame.time_s, detect(frame))
        if first is not None and frame.time_s - first[0] >= _PAIR_S[0]:
            if frame.time_s - first[0] <= _PAIR_S[1]:
                grey = small_grey(frame.image, _WIDTH_PX)
                moved.append(moved_points(first[1], grey, most=_MOST_POINTS) * (frame.image.shape[1] / _WIDTH_PX))
            first = None
        if first is None and frame.time_s >= begun_s + _BETWEEN_S:
            first, begun_s = (frame.time_s, small_grey(frame.image, _WIDTH_PX)), frame.time_s
        image = frame.image if image is None or frame.time_s < 30.0 else image
    return moved, tracks + tracker.flush(), image


def _detector(parts: Parts, detections: Path | None) -> Detector:
    if detections is None:
        return detector_of(parts)
    stored, nothing = read_detections(detections).by_frame, Detections.empty()
    return lambda frame: stored.get(frame.index, nothing)


def _lines(asked: CameraConfig, found: Calibration) -> list[str]:
    camera, way = found.camera, found.vanishing
    how = f"vanishing point of {way.pairs} pairs of frames" if way else "cars and persons only, hardly drove"
    turned = f"± {camera.pitch_sd_deg:.1f}, {how}"
    yaw = f"yaw_deg = {camera.yaw_deg:.1f}  # ± {camera.yaw_sd_deg:.1f}"
    height = f"± {camera.height_sd_share * camera.height_m:.2f}, from {found.things} cars and persons"
    unsure = "" if found.things >= 5 else ": measure it with a tape"
    stated = asked.hfov_deg is not None or asked.focal_px is not None
    return [
        "[[camera]]",
        f'name = "{asked.name}"',
        f'match = "{asked.match}"',
        f"hfov_deg = {camera.hfov_deg:.1f}" + ("" if stated else "  # a guess: look it up in the camera's manual"),
        f"pitch_deg = {camera.pitch_deg:.1f}  # {turned}",
        yaw if way else f"# {yaw}, not found",
        f"height_m = {camera.height_m:.2f}  # {height}{unsure}",
    ]
