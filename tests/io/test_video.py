import hashlib
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bad_footage.clips import FRAMES, HEIGHT, RATE, WIDTH, Make, picture, write_clip
from streetaudit.io.video import open_clip, probe
from streetaudit.structures.frame import Frame


def frames_of(clip: Path, every_s: float = 0.0) -> list[Frame]:
    with open_clip(clip, every_s=every_s) as reader:
        return list(reader)


def test_frames_are_the_pictures_that_were_written(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", Make(seed=None, codec_options={"qp": "4"}))
    frames = frames_of(clip)
    assert [frame.index for frame in frames] == list(range(FRAMES))
    assert [frame.time_s for frame in frames] == pytest.approx([i / RATE for i in range(FRAMES)])
    for frame in frames[:: FRAMES // 5]:
        assert mean_error(frame.image, picture(frame.index)) < 6.0


def mean_error(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.abs(one.astype(int) - other).mean())


def test_images_stay_when_the_next_frames_come(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", Make(seed=None))
    with open_clip(clip) as reader:
        kept = [(frame, frame.image.copy()) for frame in reader]
    assert all(np.array_equal(frame.image, copy) for frame, copy in kept)


def test_facts_are_those_of_the_container(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", Make(metadata={"creation_time": "2026-11-23T14:00:00Z"}))
    facts = probe(clip)
    assert facts.path == clip
    assert facts.sha256 == hashlib.sha256(clip.read_bytes()).hexdigest()
    assert (facts.width_px, facts.height_px, facts.rotation_deg) == (WIDTH, HEIGHT, 0)
    assert (facts.duration_s, facts.declared_frames, facts.codec) == (FRAMES / RATE, FRAMES, "h264")
    assert facts.started_at == datetime(2026, 11, 23, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    "created", ["1904-01-01T00:00:00Z", "1970-01-01T00:00:10Z", "2140-01-01T00:00:00Z", "", "yesterday"]
)
def test_an_implausible_clock_is_no_start(created: str, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mkv", Make(frames=2, metadata={"creation_time": created} if created else {}))
    assert probe(clip).started_at is None


@pytest.mark.parametrize(
    ("rotation_deg", "mirrored", "corner", "clockwise_deg"),
    [
        pytest.param(0, False, "green-top-red-left", 0, id="upright"),
        pytest.param(-90, False, "green-right-red-top", 90, id="90-clockwise"),
        pytest.param(180, False, "green-bottom-red-right", 180, id="upside-down"),
        pytest.param(90, False, "green-left-red-bottom", 270, id="90-counter-clockwise"),
        pytest.param(0, True, "green-top-red-right", 0, id="mirrored"),
    ],
)
def test_pictures_stand_upright(
    rotation_deg: int, mirrored: bool, corner: str, clockwise_deg: int, tmp_path: Path
) -> None:
    make = Make(rotation_deg=rotation_deg, mirrored=mirrored, frames=3, seed=None)
    clip = write_clip(tmp_path / "a.mp4", make)
    with open_clip(clip) as reader:
        facts, frames = reader.facts, list(reader)
    assert facts.rotation_deg == clockwise_deg
    turned = clockwise_deg in (90, 270)
    assert (facts.width_px, facts.height_px) == ((HEIGHT, WIDTH) if turned else (WIDTH, HEIGHT))
    assert all(frame.size == (facts.width_px, facts.height_px) for frame in frames)
    assert sides(frames[0].image) == corner


def sides(image: NDArray[np.uint8]) -> str:
    """Where the green bar and the red bar of the test picture are."""
    middle_y, middle_x = image.shape[0] // 2, image.shape[1] // 2
    edges = {
        "top": image[4, middle_x],
        "bottom": image[-4, middle_x],
        "left": image[middle_y, 4],
        "right": image[middle_y, -4],
    }
    green = next(name for name, pixel in edges.items() if pixel[1] > 150 and pixel[0] < 100)
    red = next(name for name, pixel in edges.items() if pixel[0] > 150 and pixel[1] < 100)
    return f"green-{green}-red-{red}"


def test_times_are_those_of_the_frames_and_not_of_the_rate(tmp_path: Path) -> None:
    stamps = (0, 40, 90, 500, 520, 1333, 2000)
    clip = write_clip(tmp_path / "a.mp4", Make(stamps=stamps))
    assert [frame.time_s for frame in frames_of(clip)] == pytest.approx([s / 1000 for s in stamps], abs=0.001)


def test_the_first_frame_is_at_zero_whatever_its_stamp(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.ts", Make(stamps=(5000, 5040, 5080)))
    assert [frame.time_s for frame in frames_of(clip)] == pytest.approx([0.0, 0.04, 0.08], abs=0.001)


def test_frames_nearer_than_asked_for_stay_in_the_child_and_are_counted(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4")
    with open_clip(clip, every_s=0.2) as reader:
        frames = list(reader)
    assert [frame.index for frame in frames] == list(range(0, FRAMES, 5))
    assert all(b.time_s - a.time_s >= 0.199 for a, b in pairwise(frames))
    assert reader.record.skipped_frames == FRAMES - len(frames)
    assert reader.record.decoded_frames == FRAMES
    assert reader.record.is_complete


def test_the_record_is_final_after_the_end(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4")
    with open_clip(clip) as reader:
        assert not reader.record.is_complete
        list(reader)
    record = reader.record
    assert (record.decoded_frames, record.declared_frames, record.ended) == (FRAMES, FRAMES, "end")
    assert record.first_s == 0.0
    assert record.last_s == pytest.approx((FRAMES - 1) / RATE)


def test_a_clip_is_read_once(tmp_path: Path) -> None:
    with open_clip(write_clip(tmp_path / "a.mp4", Make(frames=2))) as reader:
        list(reader)
        with pytest.raises(ValueError, match="open it again"):
            list(reader)


def test_a_negative_distance_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="every_s >= 0"):
        open_clip(tmp_path / "a.mp4", every_s=-1.0)
