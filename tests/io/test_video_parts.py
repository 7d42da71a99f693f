import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from streetaudit.io.video_container import missing_end
from streetaudit.io.video_link import Declared, Tally, Told, packed, unpacked
from streetaudit.io.video_ring import Ring
from streetaudit.io.video_times import Timeline
from streetaudit.io.video_upright import Turn, turn_of_matrix, upright


@pytest.mark.parametrize(
    ("stamps", "times", "jumps", "untimed"),
    [
        pytest.param([9.0, 9.1, 9.2], [0.0, 0.1, 0.2], 0, 0, id="counts-from-the-first"),
        pytest.param([0.0, 0.1, 0.05, 0.2], [0.0, 0.1, 0.101, 0.2], 1, 0, id="a-stray-step-back-is-nudged"),
        pytest.param([0.0, 5.0, 0.0, 0.1], [0.0, 5.0, 5.1, 5.2], 1, 0, id="a-reset-clock-goes-on"),
        pytest.param([0.0, 0.0, 0.0, 0.0, 0.1], [0.0, 0.001, 0.002, 0.102, 0.202], 3, 0, id="a-stuck-clock-goes-on"),
        pytest.param([0.0, 60.0], [0.0, 60.0], 1, 0, id="a-pause-is-kept-and-counted"),
        pytest.param([None, None, None], [0.0, 0.1, 0.2], 0, 3, id="no-stamps-at-all"),
        pytest.param([None, 7.0, 7.1], [0.0, 0.1, 0.2], 0, 1, id="first-one-missing"),
        pytest.param([1.0, None, 1.2], [0.0, 0.1, 0.2], 0, 1, id="one-missing"),
        pytest.param([-0.5, -0.4], [0.0, 0.1], 0, 0, id="negative-start"),
    ],
)
def test_timeline_gives_times_that_only_grow(
    stamps: list[float | None], times: list[float], jumps: int, untimed: int
) -> None:
    line = Timeline(usual_step_s=0.1)
    placed = [line.place(stamp) for stamp in stamps]
    assert placed == pytest.approx(times)
    assert all(a < b for a, b in pairwise(placed))
    assert (line.jumps, line.untimed) == (jumps, untimed)


@pytest.mark.parametrize("turn", [Turn(t, x, y) for t in (False, True) for x in (False, True) for y in (False, True)])
def test_all_eight_turns_put_pixels_where_the_matrix_says(turn: Turn) -> None:
    image = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    turned = upright(image, turn)
    sign_x, sign_y = (-1 if turn.mirrored_x else 1), (-1 if turn.mirrored_y else 1)
    a, b, c, d = (0, sign_y, sign_x, 0) if turn.transposed else (sign_x, 0, 0, sign_y)
    matrix = np.array([a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30], np.int32)
    assert turn_of_matrix(matrix) == turn
    for y in range(2):
        for x in range(4):  # negative positions count from the far edge: the matrix's translation
            new_x, new_y = a * x + c * y - (a + c < 0), b * x + d * y - (b + d < 0)
            assert turned[new_y, new_x].tolist() == image[y, x].tolist()


def box(kind: bytes, length: int, content: bytes = b"") -> bytes:
    return length.to_bytes(4, "big") + kind + content


TS = (b"G" + bytes(187)) * 3


@pytest.mark.parametrize(
    ("content", "missing"),
    [
        pytest.param(box(b"ftyp", 8) + box(b"mdat", 20, bytes(12)), False, id="mp4-whole"),
        pytest.param(box(b"ftyp", 8) + box(b"mdat", 99, bytes(12)), True, id="mp4-cut"),
        pytest.param(box(b"ftyp", 8) + box(b"mdat", 1, (40).to_bytes(8, "big") + bytes(9)), True, id="mp4-long-cut"),
        pytest.param(box(b"ftyp", 8) + box(b"mdat", 0, bytes(9)), False, id="mp4-to-the-end"),
        pytest.param(box(b"ftyp", 8) + bytes(50), False, id="mp4-trailer"),
        pytest.param(b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x84abcd", False, id="matroska-whole"),
        pytest.param(b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x85abcd", True, id="matroska-cut"),
        pytest.param(b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\xffabcd", False, id="matroska-live"),
        pytest.param(b"RIFF" + (8).to_bytes(4, "little") + b"AVI abcd", False, id="avi-whole"),
        pytest.param(b"RIFF" + (9).to_bytes(4, "little") + b"AVI abcd", True, id="avi-cut"),
        pytest.param(TS, False, id="ts-whole"),
        pytest.param(TS + b"Gab", True, id="ts-cut"),
        pytest.param(TS + b"xyz", False, id="ts-trailer"),
        pytest.param(b"anything else", False, id="unknown"),
    ],
)
def test_missing_end_is_what_the_lengths_say(content: bytes, missing: bool, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(content)
    descriptor = os.open(tmp_path / "a", os.O_RDONLY)
    try:
        assert (missing_end(descriptor) is not None) is missing
    finally:
        os.close(descriptor)


FACTS = Declared(640, 360, 90, 2.5, None, "2026-11-23T14:00:00Z", "h264")
FRAME = Told("frame", Tally(4, 3, 1, 0, 0, 0, 0, 0.12), slot=2, index=3, time_s=0.12)


@pytest.mark.parametrize("told", [FRAME, Told("facts", facts=FACTS), Told("end", reason="end")])
def test_what_the_child_says_arrives(told: Told) -> None:
    assert unpacked(packed(told)) == told


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"{}",
        b"[1,2]",
        b"\xff\xfe",
        packed(FRAME).replace(b'"frame"', b'"exec"'),
        packed(replace(FRAME, slot=-1)),
        packed(replace(FRAME, time_s=float("nan"))),
        packed(replace(FRAME, index=True)),
        packed(Told("facts", facts=replace(FACTS, width_px=-3))),
    ],
)
def test_what_a_child_gone_wrong_says_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpacked(message)


def test_a_ring_keeps_its_slots_apart() -> None:
    with Ring.new(3, size=(4, 2)) as ring:
        for slot in range(3):
            ring.write(slot, np.full((2, 4, 3), slot + 1, np.uint8)[:, ::-1])
        assert [int(ring.copy_out(slot).max()) for slot in range(3)] == [1, 2, 3]
        with pytest.raises(ValueError, match="below 3"):
            ring.copy_out(3)


def test_large_images_get_fewer_slots() -> None:
    with Ring.new(8, size=(7680, 4320)) as ring:
        assert ring.slots == 2
