from pathlib import Path

import pytest

from streetaudit.config import load_config
from streetaudit.errors import ConfigError

CONTRACT = """
[store]
url = "sqlite:///cases.sqlite3"
evidence = "evidence/"
[detector]
model = "nano"
runtime = "onnxruntime"
[city]
timezone = "Asia/Shanghai"
zones = ["zones.geojson"]
grid = "grid.geojson"
[[camera]]
name = "patrol"
match = "patrol-*"
kind = "vehicle"
hfov_deg = 80.0
height_m = 1.8
pitch_deg = -4.0
yaw_deg = 12.0
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "streetaudit.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_contract_s_example_is_read_and_paths_count_from_the_file(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, CONTRACT))
    assert config.camera[0].to_camera().pitch_deg == -4.0
    assert config.store_url == f"sqlite:///{tmp_path / 'cases.sqlite3'}"
    assert config.path(config.city.zones[0]) == tmp_path / "zones.geojson"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("[detektor]\nmodel='nano'", "did you mean 'detector'", id="section-misspelt"),
        pytest.param("[detector]\nmodle='nano'", "did you mean 'model'", id="key-misspelt"),
        pytest.param("[[camera]]\nname='a'\nheigth_m=2", "did you mean 'height_m'", id="camera-key-misspelt"),
        pytest.param(
            "[city]\ntimezone='Asia/Shangai'", "no time zone is called 'Asia/Shangai'", id="unknown-time-zone"
        ),
        pytest.param("[track]\nlost_after_s=-1", "track.lost_after_s", id="out-of-range"),
        pytest.param("[[camera]]\nname='a'\nkind='fixed'\nlat=1.0", "lat, lon and heading_deg", id="half-a-place"),
        pytest.param("store = [", "no valid TOML", id="no-toml"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_hint(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says.replace("(", r"\(")):
        load_config(written(tmp_path, text))


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--config"):
        load_config(tmp_path / "none.toml")


def test_without_a_file_the_defaults_hold() -> None:
    assert load_config(None).detector.model == "nano"


@pytest.mark.parametrize(
    ("keys", "measured"),
    [
        pytest.param("", False, id="nothing"),
        pytest.param("hfov_deg=80\nheight_m=1.6", False, id="no-pitch"),
        pytest.param("hfov_deg=80\nheight_m=1.6\npitch_deg=0", True, id="all-with-a-level-pitch"),
        pytest.param("focal_px=900\nheight_m=1.6\npitch_deg=-3", True, id="a-focal-length-instead"),
    ],
)
def test_a_camera_is_calibrated_when_all_was_measured(tmp_path: Path, keys: str, measured: bool) -> None:
    config = load_config(written(tmp_path, f"[[camera]]\nname='a'\n{keys}"))
    assert config.camera[0].to_camera().is_calibrated is measured


def test_zones_are_drawn_in_shares_of_a_fixed_cameras_image(tmp_path: Path) -> None:
    written = 'name = "a"\nkind = "fixed"\n[[camera.zones]]\nkind = "no_parking"\npolygon = [[0, 0], [1, 0], [1, {y}]]'
    path = tmp_path / "streetaudit.toml"
    path.write_text("[[camera]]\n" + written.format(y=0.5), encoding="utf-8")
    (zone,) = load_config(path).camera[0].zones
    assert zone.to_zone().polygons == ((((0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (0.0, 0.0)),),)
    path.write_text("[[camera]]\n" + written.format(y=360), encoding="utf-8")
    with pytest.raises(ConfigError, match="shares of the image"):
        load_config(path)
