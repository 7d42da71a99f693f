import csv
import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import av
import numpy as np
import pytest
from defusedxml import ElementTree

from streetaudit.config import load_config
from streetaudit.errors import StreetauditError
from streetaudit.io.city_map import read_zones
from streetaudit.structures.geo import LocalFrame
from streetaudit_datasets.synthetic.drive import render_drive, scene_key
from streetaudit_datasets.synthetic.setting import Options

SHORT = Options(light="overcast", duration_s=4.0, fixed_s=1.0, fps=6, fixed_fps=4)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render_drive(tmp_path_factory.mktemp("synth") / "street-3", seed=3, options=SHORT, workers=1)


@pytest.fixture(scope="module")
def truth(scene: Path) -> dict[str, object]:
    return dict(json.loads((scene / "truth.json").read_text()))


def test_the_folder_holds_what_the_contract_names(scene: Path) -> None:
    names = {p.name for p in scene.iterdir()}
    assert {
        "drive-3.mp4", "drive-3.gpx", "fixed-3.mp4", "streetaudit.toml", "zones.geojson", "truth.json",
        "drive-3.truth.csv", "fixed-3.truth.csv", "scene.json",
    } == names  # fmt: skip


@pytest.mark.parametrize(
    ("name", "frames", "fps"),
    [pytest.param("drive-3.mp4", 24, 6, id="drive"), pytest.param("fixed-3.mp4", 4, 4, id="fixed")],
)
def test_clips_decode_with_true_timestamps(scene: Path, name: str, frames: int, fps: int) -> None:
    with av.open(str(scene / name)) as box:
        times = [float(f.time) for f in box.decode(video=0)]
        assert (box.streams.video[0].width, box.streams.video[0].height) == (1280, 720)
        assert box.streams.video[0].codec_context.name == "h264"
    assert times == pytest.approx(np.arange(frames) / fps, abs=1e-3)


def test_clips_say_when_they_were_made(scene: Path, truth: dict[str, list[dict[str, str]]]) -> None:
    for clip in truth["clips"]:
        with av.open(str(scene / clip["name"])) as box:
            made = datetime.fromisoformat(box.metadata["creation_time"])
        assert made == datetime.fromisoformat(clip["start"])


def test_the_trace_wanders_about_the_true_path(
    scene: Path, truth: dict[str, list[dict[str, list[list[float]]]]]
) -> None:
    path = np.array(truth["clips"][0]["path"])
    start = datetime.fromisoformat(str(truth["clips"][0]["start"]))
    frame = LocalFrame(float(path[0, 1]), float(path[0, 2]))
    errors = []
    for point in ElementTree.parse(scene / "drive-3.gpx").getroot().iter("{http://www.topografix.com/GPX/1/1}trkpt"):
        when = point.findtext("{http://www.topografix.com/GPX/1/1}time")
        seconds = (datetime.fromisoformat(str(when)) - start).total_seconds()
        if not 0 <= seconds <= SHORT.duration_s:
            continue
        there = frame.to_metres(*(float(np.interp(seconds, path[:, 0], path[:, k])) for k in (1, 2)))
        here = frame.to_metres(float(point.attrib["lat"]), float(point.attrib["lon"]))
        errors.append(np.hypot(here[0] - there[0], here[1] - there[1]))
    assert len(errors) >= 4
    assert 0.01 < float(np.sqrt(np.mean(np.square(errors)))) < 3.5 * SHORT.gps_error_m


def test_the_trace_reaches_beyond_both_ends_of_the_clip(scene: Path, truth: dict[str, list[dict[str, str]]]) -> None:
    times = [
        datetime.fromisoformat(str(t.text))
        for t in ElementTree.parse(scene / "drive-3.gpx").getroot().iter("{http://www.topografix.com/GPX/1/1}time")
    ]
    start = datetime.fromisoformat(truth["clips"][0]["start"])
    assert times[0] < start
    assert (times[-1] - start).total_seconds() > SHORT.duration_s


def test_the_configuration_and_the_map_are_ones_the_program_reads(scene: Path) -> None:
    config = load_config(scene / "streetaudit.toml")
    assert [c.name for c in config.camera] == ["patrol", "corner"]
    kinds = {z.kind for z in read_zones([scene / "zones.geojson"])}
    assert kinds == {"patrol_area", "no_parking", "parking_permitted", "vending_permitted", "ad_permitted"}


def test_boxes_in_the_csv_and_in_the_truth_agree(scene: Path, truth: dict[str, list[dict[str, object]]]) -> None:
    with (scene / "drive-3.truth.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert rows
    known = {
        (o["class"], *(int(v) for v in row[:5]))
        for o in truth["objects"]
        for row in dict(o["clips"]).get("drive-3.mp4", [])  # type: ignore[call-overload]
    }
    assert all((r["label"], *(int(r[k]) for k in ("frame", "x1", "y1", "x2", "y2"))) in known for r in rows)
    assert {int(r["frame"]) for r in rows} <= set(range(1, 25))


def test_a_second_call_changes_nothing_and_keeps_what_was_added(scene: Path) -> None:
    (scene / "cases.sqlite3").write_text("audited")
    before = (scene / "drive-3.mp4").stat().st_mtime_ns
    render_drive(scene, seed=3, options=SHORT)
    assert (scene / "drive-3.mp4").stat().st_mtime_ns == before
    (scene / "cases.sqlite3").unlink()


def test_other_options_are_another_scene() -> None:
    assert scene_key(3, SHORT) != scene_key(3, Options()) != scene_key(4, Options())


def _writes_a_file(folder: Path, **_: object) -> None:
    (folder / "drive-1.mp4").write_bytes(b"footage")


def test_an_audited_scene_of_another_version_is_moved_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streetaudit_datasets.synthetic.drive._render", _writes_a_file)
    render_drive(tmp_path / "scene", seed=1, options=SHORT)
    (tmp_path / "scene" / "cases.sqlite3").write_text("reviewed")
    render_drive(tmp_path / "scene", seed=1, options=Options())
    assert (tmp_path / "scene.old-1" / "cases.sqlite3").read_text() == "reviewed"
    assert sorted(p.name for p in (tmp_path / "scene").iterdir()) == ["drive-1.mp4", "scene.json"]


def test_a_folder_that_is_no_scene_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(StreetauditError, match="no rendered scene"):
        render_drive(tmp_path, seed=1, options=SHORT)
    assert (tmp_path / "thesis.txt").exists()


def test_what_a_killed_run_left_is_swept_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streetaudit_datasets.synthetic.drive._render", _writes_a_file)
    child = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
    (tmp_path / f".scene-{int(child.stdout)}-abc").mkdir()
    (tmp_path / f".scene-{os.getpid()}-abc").mkdir()
    render_drive(tmp_path / "scene", seed=1, options=SHORT)
    assert sorted(p.name for p in tmp_path.iterdir()) == [f".scene-{os.getpid()}-abc", "scene"]


def test_nothing_is_left_when_rendering_breaks_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("streetaudit_datasets.synthetic.drive._render", breaks)
    with pytest.raises(KeyboardInterrupt):
        render_drive(tmp_path / "scene", seed=1, options=SHORT)
    assert list(tmp_path.iterdir()) == []
