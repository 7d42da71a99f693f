"""Renders a piece of a clip: an H.264 file and what each frame shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from streetaudit_datasets.synthetic.lens import Sensor
from streetaudit_datasets.synthetic.motion_blur import MotionBlur
from streetaudit_datasets.synthetic.route import LANE_RIGHT_M
from streetaudit_datasets.synthetic.scene import Studio
from streetaudit_datasets.synthetic.seen import Seen
from streetaudit_datasets.synthetic.setting import FIXED_AFTER_S, PATROL, Options, Setting, draw_setting
from streetaudit_datasets.synthetic.steady import SteadyCamera
from streetaudit_datasets.synthetic.textures import Image

CODEC = {"preset": "superfast", "crf": "25", "threads": "1", "bf": "0"}
KEY_EVERY_S = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of frames of one clip.

    Attributes:
        seed, options: the setting.
        kind: vehicle | fixed.
        first: number of its first frame, 0-based.
        count: how many.
        out: the file to write.
    """

    seed: int
    options: Options
    kind: str
    first: int
    count: int
    out: Path

    @property
    def fps(self) -> int:
        """Frames a second."""
        return self.options.fps if self.kind == "vehicle" else self.options.fixed_fps


Rows = list[tuple[int, Seen]]


@lru_cache(maxsize=2)
def _setting(seed: int, options: Options) -> Setting:
    return draw_setting(seed, options)


def render_piece(piece: Piece) -> Rows:
    """Write the piece; (0-based frame, what it shows) of all its frames."""
    cv2.setNumThreads(1)
    rows: Rows = []
    _encode(piece, _frames(piece, rows))
    return rows


def _frames(piece: Piece, rows: Rows) -> Iterator[Image]:
    setting = _setting(piece.seed, piece.options)
    world = setting.world
    studio = Studio(world, headlights=piece.kind == "vehicle")
    steady = SteadyCamera(studio, setting.corner_camera)
    sensor = Sensor(setting.lens, np.random.default_rng([piece.seed, piece.first, len(piece.kind)]))
    blur = MotionBlur(PATROL, (world.plan.wall_m + LANE_RIGHT_M, world.plan.wall_m - LANE_RIGHT_M))
    for index in range(piece.first, piece.first + piece.count):
        time_s = index / piece.fps
        if piece.kind == "vehicle":
            shot = studio.shoot(setting.patrol_camera(time_s), time_s=time_s)
            moved = setting.route.speed_m_s(time_s) * setting.lens.shutter_s
            image = blur.apply(shot.image, moved_m=moved)
        else:
            shot = steady.shoot(FIXED_AFTER_S + time_s)
            image = shot.image
        rows.extend((index, seen) for seen in shot.seen)
        yield sensor.expose(image)


def _encode(piece: Piece, frames: Iterator[Image]) -> None:
    import av

    with av.open(str(piece.out), "w") as box:
        stream = box.add_stream("libx264", rate=piece.fps, options=CODEC)
        stream.width, stream.height, stream.pix_fmt = PATROL.width_px, PATROL.height_px, "yuv420p"
        stream.codec_context.gop_size = KEY_EVERY_S * piece.fps
        stream.codec_context.time_base = Fraction(1, piece.fps)
        for number, image in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, piece.fps)
            box.mux(stream.encode(frame))
        box.mux(stream.encode(None))


def join(pieces: list[Piece], out: Path, *, created: str) -> None:
    """One file of the pieces' packets, each after the other, with the time of creation (ISO 8601, UTC)."""
    import av

    with av.open(str(out), "w", options={"movflags": "+faststart"}) as box:
        box.metadata["creation_time"] = created
        stream = None
        for piece in pieces:
            with av.open(str(piece.out)) as part:
                source = part.streams.video[0]
                if stream is None:
                    stream = box.add_stream_from_template(source)
                    stream.metadata["creation_time"] = created
                for packet in part.demux(source):
                    if packet.dts is None:
                        continue
                    shift = round(Fraction(piece.first, piece.fps) / packet.time_base)
                    packet.pts, packet.dts = (packet.pts or 0) + shift, packet.dts + shift
                    packet.stream = stream
                    box.mux(packet)
