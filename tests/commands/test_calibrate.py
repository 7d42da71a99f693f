import math
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scene import HEIGHT, HFOV_DEG, ORIGIN, WIDTH, Thing, write_config, write_drive
from streetaudit.commands.app import app, mount
from streetaudit.structures.geo import distance_m

mount()


def test_calibrate_prints_camera_lines_and_draws_the_horizon(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    things = [Thing("person", 3.0, 12.0 + 4.0 * i, 1.7) for i in range(5)]
    clip = write_drive(tmp_path, things, seconds=4.0)
    boxes = tmp_path / "drive.detections.csv"
    run = CliRunner().invoke(app, ["calibrate", str(clip), "-c", str(config), "--detections", str(boxes)])
    assert run.exit_code == 0, run.output
    assert "[[camera]]" in run.output
    assert "pitch_deg = " in run.output
    assert (tmp_path / "drive.mp4.calibration.png").stat().st_size > 1000


def test_a_fixed_camera_is_calibrated_by_clicked_points(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    clip = write_drive(tmp_path, [], seconds=1.0)
    focal, centre = WIDTH / (2 * math.tan(math.radians(HFOV_DEG) / 2)), (WIDTH / 2, HEIGHT / 2)
    rows = ["u,v,lat,lon"]
    for east, north in ((-4.0, 10.0), (5.0, 9.0), (-8.0, 22.0), (7.0, 25.0), (0.0, 14.0), (2.0, 7.0)):
        lat, lon = ORIGIN.to_degrees(east, north)
        rows.append(f"{centre[0] + focal * east / north:.1f},{centre[1] + focal * 3.0 / north:.1f},{lat:.8f},{lon:.8f}")
    (tmp_path / "points.csv").write_text("\n".join(rows), encoding="utf-8")
    asked = ["calibrate", str(clip), "-c", str(config), "--points", str(tmp_path / "points.csv")]
    run = CliRunner().invoke(app, asked)
    assert run.exit_code == 0, run.output
    said = tomllib.loads(run.output)["camera"][0]
    assert said["kind"] == "fixed"
    assert said["height_m"] == pytest.approx(3.0, abs=0.4)
    assert said["heading_deg"] % 360.0 == pytest.approx(0.0, abs=2.0) or said["heading_deg"] > 358.0
    assert distance_m(said["lat"], said["lon"], *ORIGIN.to_degrees(0.0, 0.0)) < 1.5
    assert (tmp_path / "drive.mp4.calibration.png").stat().st_size > 1000


def test_too_few_points_say_what_to_do(tmp_path: Path) -> None:
    clip = write_drive(tmp_path, [], seconds=1.0)
    (tmp_path / "points.csv").write_text("u,v,lat,lon\n1,2,3,4\n", encoding="utf-8")
    run = CliRunner().invoke(
        app, ["calibrate", str(clip), "-c", str(write_config(tmp_path)), "--points", str(tmp_path / "points.csv")]
    )
    assert run.exit_code != 0
    assert "four are the least" in str(run.output) + str(run.exception)
