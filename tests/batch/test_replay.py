from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scene import CONFIG, Thing, write_config, write_drive
from streetaudit.assemble import open_parts
from streetaudit.batch.look import look_at
from streetaudit.batch.outcome import Looked
from streetaudit.batch.replay import replay
from streetaudit.config import load_config
from streetaudit.errors import DetectionsError
from streetaudit.io.detections_file import read_detections
from streetaudit.io.looks import KeptLook
from streetaudit.structures.place import Place

THINGS = (Thing("litter", 3.0, 30.0), Thing("overflowing_bin", 3.2, 22.0, 1.0), Thing("bin", -3.0, 25.0, 1.0))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_config(tmp_path)
    return tmp_path


def looked(folder: Path) -> Looked:
    clip = write_drive(folder, THINGS)
    with open_parts(load_config(folder / "streetaudit.toml"), inference=False) as parts:
        return look_at(clip, parts, detections=clip.with_name("drive.detections.csv"))


def kept(folder: Path, key: str) -> KeptLook:
    with open_parts(load_config(folder / "streetaudit.toml"), inference=False) as parts:
        found = parts.looks.get(key)
    assert found is not None
    return found


def replayed(folder: Path, key: str) -> Looked:
    with open_parts(load_config(folder / "streetaudit.toml"), inference=False) as parts:
        found = parts.looks.get(key)
        assert found is not None
        return replay(parts, found)


def key_of(look: Looked) -> str:
    assert look.run is not None
    return look.run.look


def test_a_replay_without_the_footage_gives_exactly_what_the_look_gave(folder: Path) -> None:
    first = looked(folder)
    for path in folder.glob("drive.*"):
        path.unlink()
    assert len(first.sightings) == 3
    assert replayed(folder, key_of(first)) == first


def test_another_calibration_moves_the_places_and_keeps_the_pictures(folder: Path) -> None:
    first = looked(folder)
    write_config(folder, CONFIG.replace("pitch_deg = 0.0", "pitch_deg = -1.0"))
    again = replayed(folder, key_of(first))
    assert again.run is not None
    assert first.run is not None
    assert again.run.work_key != first.run.work_key
    for before, after in zip(first.sightings, again.sightings, strict=True):
        assert isinstance(before.place, Place)
        assert isinstance(after.place, Place)
        assert before.place != after.place
        assert before.evidence == after.evidence
    assert sum(s.evidence is not None for s in again.sightings) == 2


def test_a_batch_after_a_replay_knows_its_work(folder: Path) -> None:
    first = looked(folder)
    write_config(folder, CONFIG.replace("pitch_deg = 0.0", "pitch_deg = -1.0"))
    again = replayed(folder, key_of(first))
    anew = looked(folder)
    assert again.run is not None
    assert anew.run is not None
    assert anew.run.work_key == again.run.work_key
    assert anew.sightings == again.sightings


def test_the_file_knows_its_clip_and_serves_as_detections(folder: Path) -> None:
    first = looked(folder)
    found = kept(folder, key_of(first))
    assert found.record.facts.path == folder / "drive.mp4"
    assert found.record.trace is not None
    assert found.record.coverage.looked_at == 50
    frames = list(found.table.frames())
    assert np.allclose([time_s for _, time_s, _ in frames], np.arange(50) / 5)
    assert read_detections(folder / "detections" / found.key).by_frame.keys() == {
        index for index, _, seen in frames if len(seen)
    }


def test_a_look_that_was_never_committed_is_not_looked_at_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = looked(folder)
    monkeypatch.setattr("streetaudit.batch.look._look", None)
    assert looked(folder) == first


def test_a_damaged_file_is_named_in_a_replay_and_written_anew_by_a_look(folder: Path) -> None:
    first = looked(folder)
    path = folder / "detections" / key_of(first)
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    with pytest.raises(DetectionsError, match="parquet"):
        kept(folder, key_of(first))
    assert looked(folder) == first
    assert path.read_bytes() == whole


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "ab/x.parquet"])
def test_a_key_leads_nowhere_else(folder: Path, key: str) -> None:
    with open_parts(load_config(folder / "streetaudit.toml"), inference=False) as parts:
        assert parts.looks.get(key) is None


def test_new_rules_look_with_the_detections_of_before_and_take_new_pictures(folder: Path) -> None:
    write_config(folder, CONFIG + '[rules]\ncatalogue = "few.toml"\n')
    (folder / "few.toml").write_text(
        '[[problem]]\nname = "litter"\nclasses = ["litter"]\nmin_confidence = 0.99\n', encoding="utf-8"
    )
    first = looked(folder)
    assert all(sighting.evidence is None for sighting in first.sightings)
    write_config(folder)
    again = looked(folder)
    assert [s.evidence is not None for s in again.sightings].count(True) == 2
    assert [(s.track_id, s.place, s.seen_at) for s in again.sightings] == [
        (s.track_id, s.place, s.seen_at) for s in first.sightings
    ]
