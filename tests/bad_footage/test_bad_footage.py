"""None hangs, none leaves a process behind, none is called complete when it is not."""

import time
from itertools import pairwise
from pathlib import Path

import pytest

from bad_footage.children import children
from bad_footage.kinds import KINDS, Kind
from streetaudit.errors import ClipError
from streetaudit.io.video import open_clip
from streetaudit.structures.clip import DecodeRecord
from streetaudit.structures.frame import Frame

#: Far above what any of them takes, far below a hang.
_PATIENCE_S = 30.0


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_of_footage_ends_as_it_should(kind: Kind, tmp_path: Path, originals: dict[str, bytes]) -> None:
    clip = kind.make(tmp_path, originals)
    before = children()
    began_s = time.monotonic()
    if kind.outcome == "refused":
        with pytest.raises(ClipError, match=kind.words):
            read(clip, kind)
    else:
        frames, record = read(clip, kind)
        check(kind, frames, record)
    assert children() == before
    assert time.monotonic() - began_s < _PATIENCE_S


def read(clip: Path, kind: Kind) -> tuple[list[Frame], DecodeRecord]:
    with open_clip(clip, limits=kind.limits) as reader:
        frames = list(reader)
        assert all(frame.size == (reader.facts.width_px, reader.facts.height_px) for frame in frames)
        return frames, reader.record


def check(kind: Kind, frames: list[Frame], record: DecodeRecord) -> None:
    assert kind.words in record.ended
    assert len(frames) == record.decoded_frames
    assert record.time_jumps >= kind.jumps
    assert record.resolution_changes >= kind.resizes
    assert kind.frames in (None, len(frames))
    assert all(a.index < b.index and a.time_s < b.time_s for a, b in pairwise(frames))
    if record.is_complete:
        assert kind.outcome != "partial"
        assert record.decoded_share is None or record.decoded_share >= 0.99
    else:
        assert kind.outcome != "complete", record


def test_there_are_enough_kinds() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS) >= 45
