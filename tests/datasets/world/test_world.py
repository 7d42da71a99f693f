"""The simulated world: the same seed is the same world, and its files say what its truth says."""

import json
from pathlib import Path

import pytest

from streetaudit.config import load_config
from streetaudit.io.city_map import read_zones
from streetaudit.io.detections_file import read_detections
from streetaudit.io.traces.find import find_trace
from streetaudit.io.video import open_clip
from streetaudit.structures.geo import LocalFrame, distance_m
from streetaudit_datasets.truth_files import read_truth
from streetaudit_datasets.world.simulate import simulate

HOME = LocalFrame(36.8, 118.05)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate(tmp_path_factory.mktemp("world"), seed=5, nights=2, length_m=260.0, per_km=120.0)


def test_the_same_seed_is_the_same_world(world: Path, tmp_path: Path) -> None:
    again = simulate(tmp_path, seed=5, nights=2, length_m=260.0, per_km=120.0, video=False)
    for file in sorted(again.iterdir()):
        assert file.read_bytes() == (world / file.name).read_bytes(), file.name


def test_the_files_are_those_of_the_contract(world: Path) -> None:
    config = load_config(world / "streetaudit.toml")
    assert {camera.name for camera in config.camera} == {"patrol", "sweeper"}
    assert read_zones([world / "zones.geojson"])
    clips = sorted(world.glob("*.mp4"))
    assert [clip.stem for clip in clips] == [f"{v}-night0{n}" for v in ("patrol", "sweeper") for n in (1, 2)]
    for clip in clips:
        assert clip.stat().st_size < 400_000
        detections = read_detections(clip.with_suffix(".detections.csv"))
        trace, _ = find_trace(clip, explicit=clip.with_suffix(".gpx"))
        with open_clip(clip) as reader:
            assert reader.facts.started_at is not None
            frames = reader.facts.declared_frames
        assert frames is not None
        assert max(detections.by_frame) < frames
        assert trace is not None
        assert trace.fixes[0].at is not None


def test_the_truth_says_in_which_nights_each_thing_is_there(world: Path) -> None:
    things = json.loads((world / "truth.json").read_text())["objects"]
    assert len(things) >= 0.06 * 260.0
    for thing in things:
        assert {row["night"] for row in thing["passes"]} == set(thing["nights"])
    assert any(row["frames"] >= 8 for thing in things for row in thing["passes"])


def test_what_is_not_there_is_not_detected(world: Path) -> None:
    things = json.loads((world / "truth.json").read_text())["objects"]
    for path in world.glob("*.origins.csv"):
        night = int(path.name.split("night")[1][:2])
        there = {thing["id"] for thing in things if night in thing["nights"]}
        assert set(path.read_text().split()[1:]) <= there


def test_exact_gps_lies_on_the_path(tmp_path: Path) -> None:
    world = simulate(tmp_path, seed=5, nights=1, length_m=200.0, exact_gps=True, video=False)
    trace, _ = find_trace(world / "patrol-night01.mp4", explicit=world / "patrol-night01.gpx")
    rows = [line.split(",") for line in (world / "patrol-night01.path.csv").read_text().splitlines()[1:]]
    assert trace is not None
    for fix, row in zip(trace.fixes, rows, strict=False):
        assert distance_m(fix.lat, fix.lon, float(row[1]), float(row[2])) < 0.01


def test_a_thing_that_comes_back_is_one_spot(world: Path) -> None:
    spots = read_truth(world / "truth.json")
    assert len({(s.id, s.problem) for s in spots}) == len(spots)
