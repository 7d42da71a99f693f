"""The whole gateway: real decoder, real model, real outbox; and how light it is."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bad_footage.clips import Make, write_clip
from edge.ingest_server import TOKEN, ingesting
from streetaudit.assemble import open_parts
from streetaudit.commands.app import app, mount
from streetaudit.config import load_config
from streetaudit.edge.doctor import examine
from streetaudit.edge.gateway import TOKEN as TOKEN_NAME
from streetaudit.edge.gateway import Gateway
from streetaudit.errors import ConfigError

CAMERA = '[[camera]]\nname = "corner"\nkind = "fixed"\nsource = "clip.mp4"\n'


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", Make(frames=20))


def configured(folder: Path, clip: Path, *, edge: str = "", camera: str = CAMERA) -> Path:
    (folder / "clip.mp4").write_bytes(clip.read_bytes())
    path = folder / "streetaudit.toml"
    path.write_text(f'[edge]\nname = "box"\nlisten = "127.0.0.1:0"\nmin_fps = 2.0\n{edge}\n{camera}', encoding="utf-8")
    return path


def until(holds: Callable[[], bool], within_s: float = 60.0) -> None:
    end_s = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end_s
        time.sleep(0.05)


def asked(gateway: Gateway, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{gateway.port}{path}", timeout=10.0) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_recording_is_looked_at_once_and_every_picture_is_accounted_for(tmp_path: Path, clip: Path) -> None:
    path = configured(tmp_path, clip, edge="max_fps = 60")
    with open_parts(load_config(path)) as parts, Gateway(parts, once=True) as gateway:
        gateway.start()
        gateway.run()
        (camera,) = gateway.cameras
        assert not camera.watch.failed
        counted = camera.watch.coverage.frames + camera.live.health.rate + camera.live.health.damaged
        assert counted == camera.live.health.pictures == 20
        assert gateway.port is None


def test_a_live_camera_its_health_and_its_restart(tmp_path: Path, clip: Path) -> None:
    path = configured(tmp_path, clip)
    sessions = []
    for _ in range(2):
        with open_parts(load_config(path)) as parts, Gateway(parts) as gateway:
            (camera,) = gateway.cameras
            assert asked(gateway, "/readyz")[0] == 503
            gateway.start()
            until(lambda camera=camera: camera.watch.coverage.looked_at >= 3)  # type: ignore[misc] # bound now
            assert asked(gateway, "/healthz")[0] == 200
            assert asked(gateway, "/readyz") == (200, '{"status": "ok", "checks": {}}\n')
            text = asked(gateway, "/metrics")[1]
            assert 'streetaudit_edge_camera_up{camera="corner",state="live"} 1' in text
            assert "streetaudit_edge_report_seconds_count" in text
            assert asked(gateway, "/")[0] == 404
        saved = json.loads(_state(tmp_path))
        sessions.append(saved["session"])
        assert saved["tracker"]["image_size"] == list(camera.watch._tracker.image_size)  # type: ignore[union-attr]
    assert sessions[0] == sessions[1]


def _state(folder: Path) -> str:
    connection = sqlite3.connect(folder / "edge" / "outbox.sqlite3")
    (body,) = connection.execute("SELECT body FROM states WHERE name = 'camera corner'").fetchone()
    connection.close()
    return str(body)


def test_a_server_hears_of_the_box_and_sets_its_clock(
    tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ingesting() as ingest:
        path = configured(tmp_path, clip, edge=f'server = "{ingest.url}"')
        with open_parts(load_config(path)) as parts, pytest.raises(ConfigError, match=TOKEN_NAME):
            Gateway(parts)
        monkeypatch.setenv(TOKEN_NAME, TOKEN)
        with open_parts(load_config(path)) as parts, Gateway(parts) as gateway:
            gateway.start()
            until(lambda: bool(ingest.beats))
            beat = ingest.beats[0]
            assert (beat["gateway"], beat["cameras"][0]["name"], beat["disk"]["stage"]) == ("box", "corner", "all")
            until(lambda: gateway.clock_off_s is not None)
            assert gateway.line.quality in ("synced", "server")


def test_the_doctor_says_what_to_do(tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    camera = CAMERA + '[[camera]]\nname = "gone"\nkind = "vehicle"\nsource = "rtsp://127.0.0.1:9/live"\n'
    path = configured(tmp_path, clip, edge='server = "http://127.0.0.1:9"\nfloor_mb = 1e9', camera=camera)
    monkeypatch.setenv(TOKEN_NAME, TOKEN)
    with open_parts(load_config(path)) as parts:
        found = {finding.what: finding for finding in examine(parts)}
    assert found["camera corner"].ok
    assert "zones" in found["camera corner"].todo
    assert not found["camera gone"].ok
    assert not found["disk"].ok
    assert not found["server"].ok
    assert all(finding.ok or finding.todo for finding in found.values())


def test_a_view_is_accepted_by_name(tmp_path: Path, clip: Path) -> None:
    path = configured(tmp_path, clip)
    if not app.registered_groups:
        mount()
    result = CliRunner().invoke(app, ["edge", "accept-view", "corner", "--config", str(path)])
    assert isinstance(result.exception, ConfigError)
    assert "corner" in str(result.exception)


@pytest.mark.parametrize(
    ("camera", "says"),
    [
        pytest.param('[[camera]]\nname = "a"\nkind = "fixed"\n', "no .*camera.* has a source", id="none"),
        pytest.param(CAMERA.replace("fixed", "vehicle"), "fixed", id="on-a-vehicle"),
        pytest.param(CAMERA + CAMERA, "one name", id="twice"),
    ],
)
def test_cameras_that_cannot_be_watched(tmp_path: Path, clip: Path, camera: str, says: str) -> None:
    path = configured(tmp_path, clip, camera=camera)
    with open_parts(load_config(path)) as parts, pytest.raises(ConfigError, match=says):
        Gateway(parts)


def test_the_gateway_is_light_before_its_model() -> None:
    code = (
        "import sys, time\n"
        "import streetaudit.edge.gateway, streetaudit.edge.doctor\n"
        "heavy = {'torch', 'torchvision', 'ultralytics', 'pyarrow', 'alembic', 'fastapi', 'av', 'onnxruntime'}\n"
        "memory = open('/proc/self/status').read().split('VmRSS:')[1].split()[0]\n"
        "print(time.process_time(), memory, *heavy & set(sys.modules))\n"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert told[2:] == []
    assert float(told[1]) < 150 * 1024  # KiB
    assert float(told[0]) < 3.0  # seconds of processor time; 0.8 on an idle core, and machines differ
