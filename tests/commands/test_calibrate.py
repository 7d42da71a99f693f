from pathlib import Path

from typer.testing import CliRunner

from scene import Thing, write_config, write_drive
from streetaudit.commands.app import app, mount

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
