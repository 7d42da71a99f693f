"""A clip whose clock is not that of its trace, mended by what its images show."""

from __future__ import annotations

import math
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from scene import CAMERA_M, CONFIG, FPS, HEIGHT, HFOV_DEG, ORIGIN, SPEED_MPS, START, WIDTH, write_config, write_rows
from streetaudit.assemble import open_parts
from streetaudit.batch.look import look_at
from streetaudit.batch.outcome import Looked
from streetaudit.batch.replay import replay
from streetaudit.config import load_config
from streetaudit.structures.geo import distance_m
from streetaudit.structures.place import Place

SECONDS = 40
FOCAL = WIDTH / (2 * math.tan(math.radians(HFOV_DEG) / 2))
TIMES_S = np.arange(-8.0, SECONDS + 8.0, 1.0 / FPS)
HEADING = 0.5 * np.sin(TIMES_S / 3.1) + 0.35 * np.sin(TIMES_S / 1.9 + 1.0)
WAY_M = np.cumsum(np.stack([np.sin(HEADING), np.cos(HEADING)], axis=1) * SPEED_MPS / FPS, axis=0)
FIRST = int(np.searchsorted(TIMES_S, 0.0))
#: Litter beside the way, seen from the twentieth second on.
LITTER_M = WAY_M[FIRST + 22 * FPS] + [2.5, 6.0]


def write_weaving_drive(folder: Path, *, late_s: float) -> Path:
    """A clip of a drive in bends, with a trace whose clock is ahead by so much, and one thing seen."""
    clip = folder / "drive.mp4"
    noise = np.random.default_rng(0).integers(60, 200, (HEIGHT // 8, 4 * WIDTH // 8, 3), np.uint8)
    around = np.kron(noise, np.ones((8, 8, 1), np.uint8))
    with av.open(str(clip), "w") as out:
        out.metadata["creation_time"] = START.isoformat().replace("+00:00", "Z")
        stream = out.add_stream("libx264", rate=FPS, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.time_base = Fraction(1, FPS)
        for heading in HEADING[FIRST : FIRST + SECONDS * FPS].tolist():
            image = np.roll(around, -round(FOCAL * heading), axis=1)[:, :WIDTH]
            for packet in stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")):
                out.mux(packet)
        for packet in stream.encode():
            out.mux(packet)
    _write_gpx(folder / "drive.gpx", late_s)
    write_rows(folder / "drive.detections.csv", _rows())
    return clip


def _write_gpx(path: Path, late_s: float) -> None:
    points = []
    for time_s, (east, north) in zip(TIMES_S[::FPS].tolist(), WAY_M[::FPS].tolist(), strict=True):
        lat, lon = ORIGIN.to_degrees(east, north)
        at = (START + timedelta(seconds=time_s + late_s)).isoformat().replace("+00:00", "Z")
        points.append(f'<trkpt lat="{lat:.8f}" lon="{lon:.8f}"><time>{at}</time></trkpt>')
    path.write_text(
        '<gpx version="1.1" creator="tests" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
        + "".join(points)
        + "</trkseg></trk></gpx>",
        encoding="utf-8",
    )


def _rows() -> list[str]:
    rows = []
    for index in range(18 * FPS, 24 * FPS):
        offset, heading = LITTER_M - WAY_M[FIRST + index], HEADING[FIRST + index]
        ahead = offset[0] * math.sin(heading) + offset[1] * math.cos(heading)
        side = offset[0] * math.cos(heading) - offset[1] * math.sin(heading)
        if not 3.0 < ahead < 30.0 or abs(side) > 0.7 * ahead:
            continue
        x, foot = WIDTH / 2 + FOCAL * side / ahead, HEIGHT / 2 + FOCAL * CAMERA_M / ahead
        half, top = FOCAL * 0.3 / ahead, foot - FOCAL * 0.4 / ahead
        rows.append(f"{index + 1},{x - half:.2f},{top:.2f},{x + half:.2f},{foot:.2f},0.9,litter")
    return rows


def looked(folder: Path) -> Looked:
    with open_parts(load_config(folder / "streetaudit.toml"), inference=False) as parts:
        return look_at(folder / "drive.mp4", parts, detections=folder / "drive.detections.csv")


def miss_m(look: Looked) -> float:
    (sighting,) = look.sightings
    assert isinstance(sighting.place, Place)
    return distance_m(sighting.place.lat, sighting.place.lon, *ORIGIN.to_degrees(*LITTER_M.tolist()))


@pytest.mark.parametrize("late_s", [0.0, 4.0])
def test_the_clock_is_mended_where_the_images_are_sure(tmp_path: Path, late_s: float) -> None:
    write_config(tmp_path)
    write_weaving_drive(tmp_path, late_s=late_s)
    look = looked(tmp_path)
    assert miss_m(look) < 4.0
    assert look.run is not None
    assert ("is added to the clip's clock" in look.run.trace_note) == (late_s != 0.0)
    assert look.run.started_at is not None
    assert (look.run.started_at - START).total_seconds() == pytest.approx(late_s, abs=0.6)


def test_a_replay_mends_it_too_and_a_stated_offset_is_not_added_to_it(tmp_path: Path) -> None:
    write_config(tmp_path)
    write_weaving_drive(tmp_path, late_s=4.0)
    first = looked(tmp_path)
    assert first.run is not None
    key = first.run.look
    for stated in ("", "clock_offset_s = 4.0\n"):
        write_config(tmp_path, CONFIG + stated)
        with open_parts(load_config(tmp_path / "streetaudit.toml"), inference=False) as parts:
            kept = parts.looks.get(key)
            assert kept is not None
            again = replay(parts, kept)
        assert miss_m(again) == pytest.approx(miss_m(first), abs=0.01)


def test_a_crash_between_the_two_looks_does_not_keep_the_wrong_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_config(tmp_path)
    write_weaving_drive(tmp_path, late_s=4.0)

    def crash(*_: object) -> Looked:
        raise RuntimeError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr("streetaudit.batch.look._look_again", crash)
        with pytest.raises(RuntimeError):
            looked(tmp_path)
    assert miss_m(looked(tmp_path)) < 4.0


def test_it_can_be_switched_off(tmp_path: Path) -> None:
    write_config(tmp_path, CONFIG + "measure_clock = false\n")
    write_weaving_drive(tmp_path, late_s=4.0)
    look = looked(tmp_path)
    assert miss_m(look) > 6.0
    assert look.run is not None
    assert "clock" not in look.run.trace_note
