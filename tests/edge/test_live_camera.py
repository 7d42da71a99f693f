"""Live cameras that stall, break, lie and come back; one decoder's death is nobody else's."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bad_footage.children import children, is_alive
from bad_footage.clips import Make, write_clip
from edge.rtsp import Rtsp, coded, served
from streetaudit.errors import ConfigError
from streetaudit.io.camera_health import Playing
from streetaudit.io.live_address import LiveAddress, live_address
from streetaudit.io.live_camera import LiveCamera
from streetaudit.io.live_limits import LiveLimits
from streetaudit.structures.frame import Frame

HASTY = LiveLimits(silent_s=2.0, frameless_s=2.5, open_s=1.0, read_s=1.0, retry_s=(0.1, 0.4), refused_s=0.4)
SYSTEM_PYTHON = "/usr/bin/python3"
#: A real RTSP server, run by the system's Python with PORT WIDTH HEIGHT.
GST_SERVER = """\
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer

Gst.init(None)
port, width, height = sys.argv[1:4]
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(
    f"( videotestsrc is-live=true pattern=ball ! video/x-raw,width={width},height={height},framerate=10/1 "
    "! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10 ! rtph264pay name=pay0 pt=96 )"
)
factory.set_shared(True)
server = GstRtspServer.RTSPServer()
server.set_service(port)
server.get_mount_points().add_factory("/live", factory)
server.attach(None)
print("ready", flush=True)
GLib.MainLoop().run()
"""


@dataclass
class Watched:
    camera: LiveCamera
    frames: list[Frame] = field(default_factory=list)

    def until(self, holds: Callable[[Watched], bool], within_s: float = 30.0) -> float:
        """Seconds until something holds."""
        began_s = time.monotonic()
        while not holds(self):
            assert time.monotonic() - began_s < within_s, self.camera.health
            time.sleep(0.01)
        return time.monotonic() - began_s

    def until_more(self) -> float:
        before = len(self.frames)
        return self.until(lambda watched: len(watched.frames) > before)


@contextmanager
def watched(address: LiveAddress, playing: Playing | None = None, limits: LiveLimits = HASTY) -> Iterator[Watched]:
    frames: list[Frame] = []
    camera = LiveCamera(address, frames.append, playing=playing or Playing(0.0), limits=limits)
    camera.start()
    try:
        yield Watched(camera, frames)
    finally:
        assert camera.stop()
        assert camera.child_pid is None


def at(url: str) -> LiveAddress:
    return live_address(url, Path("/"))


@pytest.fixture(scope="module")
def picture() -> list[list[bytes]]:
    return coded((160, 120))


@pytest.fixture
def rtsp(picture: list[list[bytes]]) -> Iterator[Rtsp]:
    with served(picture) as server:
        yield server


def test_frames_of_a_stream_carry_the_monotonic_clock(rtsp: Rtsp) -> None:
    with watched(at(rtsp.url)) as camera:
        camera.until(lambda seen: len(seen.frames) >= 10)
        health = camera.camera.health
        assert (health.state, health.why, health.starts, health.kills) == ("live", "", 1, 0)
        times = [frame.time_s for frame in camera.frames]
        assert times == sorted(times)
        assert abs(times[-1] - time.monotonic()) < 2.0
        assert camera.frames[0].size == (160, 120)


def test_every_picture_is_counted(rtsp: Rtsp) -> None:
    with watched(at(rtsp.url), Playing(every_s=0.5)) as camera:
        camera.until(lambda seen: len(seen.frames) >= 4)
        health = camera.camera.health
        assert health.pictures == health.handed_on + health.rate + health.damaged
        assert health.rate > health.handed_on


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param("stall", id="sends-nothing"),
        pytest.param("garbage", id="sends-noise"),
        pytest.param("reset", id="cuts-the-connection"),
    ],
)
def test_a_camera_that_fails_is_seen_soon_and_taken_up_again(rtsp: Rtsp, fault: str) -> None:
    with watched(at(rtsp.url)) as camera:
        camera.until_more()
        setattr(rtsp.faults, fault, True)
        assert camera.until(lambda seen: seen.camera.health.state != "live") < 6.0
        setattr(rtsp.faults, fault, False)
        assert camera.until_more() < 8.0
        assert camera.camera.health.state == "live"


def test_a_host_that_takes_connections_and_says_nothing_holds_nobody_up(rtsp: Rtsp) -> None:
    rtsp.faults.mute = True
    with watched(at(rtsp.url)) as camera:
        camera.until(lambda seen: seen.camera.health.why not in ("", "not connected yet"), within_s=15.0)
        rtsp.faults.mute = False
        camera.until_more()


def test_a_refused_password_is_said_and_not_tried_at_once_again(rtsp: Rtsp) -> None:
    rtsp.faults.refuse = 401
    with watched(at(rtsp.url)) as camera:
        camera.until(lambda seen: "refuses user and password" in seen.camera.health.why)
        before = rtsp.connections
        time.sleep(HASTY.refused_s / 2.0)
        assert rtsp.connections - before <= 1


def test_a_camera_that_is_away_is_found_when_it_comes(picture: list[list[bytes]]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with watched(at(f"rtsp://127.0.0.1:{port}/live")) as camera:
        camera.until(lambda seen: "refused" in seen.camera.health.why.lower())
        assert camera.camera.health.state == "waiting"
        with served(picture, port=port):
            assert camera.until_more() < 8.0


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL, signal.SIGSEGV], ids=lambda number: number.name)
def test_a_decoder_that_stands_still_or_dies_is_replaced(rtsp: Rtsp, number: signal.Signals) -> None:
    with watched(at(rtsp.url)) as camera, watched(at(rtsp.url)) as other:
        camera.until_more()
        other.until_more()
        pid = camera.camera.child_pid
        assert pid is not None
        os.kill(pid, number)
        camera.until(lambda seen: seen.camera.child_pid not in (pid, None))
        camera.until_more()
        assert not is_alive(pid)
        assert camera.camera.health.starts == 2
        assert other.camera.health.starts == 1
    assert not children()


@pytest.mark.parametrize("after_s", [0.0, 0.3, 1.5], ids=["at-once", "while-it-starts", "while-it-runs"])
def test_it_can_be_stopped_from_every_state(rtsp: Rtsp, after_s: float) -> None:
    for fault in ("mute", "stall", "garbage"):
        setattr(rtsp.faults, fault, True)
        with watched(at(rtsp.url)) as camera:
            time.sleep(after_s)
            began_s = time.monotonic()
            assert camera.camera.stop()
            assert time.monotonic() - began_s < 2.0
        setattr(rtsp.faults, fault, False)
    assert not children()


def test_another_size_of_picture_starts_a_new_decoder(rtsp: Rtsp) -> None:
    with watched(at(rtsp.url)) as camera:
        camera.until_more()
        rtsp.frames = coded((320, 240))
        rtsp.faults.reset = True
        time.sleep(0.3)
        rtsp.faults.reset = False
        camera.until(lambda seen: seen.frames[-1].size == (320, 240))


def test_a_file_is_played_once_in_its_own_time_without_leaving_a_frame_out(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", Make(frames=50))
    with watched(at(str(clip)), Playing(0.0, paced=False)) as camera:
        assert camera.camera.join(30.0)
        assert len(camera.frames) == 50
        assert [frame.index for frame in camera.frames] == list(range(50))
        assert camera.frames[0].time_s == 0.0
        assert camera.camera.health.state == "ended"


def test_a_file_that_is_looped_goes_on(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", Make(frames=10))
    with watched(at(str(clip)), Playing(0.0, loop=True)) as camera:
        camera.until(lambda seen: len(seen.frames) > 25)


def test_a_file_that_is_missing_is_waited_for(tmp_path: Path) -> None:
    with watched(at(str(tmp_path / "clip.mp4")), Playing(0.0, loop=True)) as camera:
        camera.until(lambda seen: "there is no such file" in seen.camera.health.why)
        made = write_clip(tmp_path / "other.mp4", Make(frames=10))
        made.rename(tmp_path / "clip.mp4")
        camera.until_more()


@pytest.mark.parametrize(
    ("source", "scheme", "shown"),
    [
        pytest.param("rtsp://u:${CAMERA_KEY}@h:554/a?b=1", "rtsp", "rtsp://***@h:554/a?b=1", id="secret-from-outside"),
        pytest.param("rtsps://h/a", "rtsp", "rtsps://h/a", id="tls"),
        pytest.param("/dev/video0", "usb", "/dev/video0", id="usb"),
        pytest.param("clips/a.mp4", "file", "/base/clips/a.mp4", id="file"),
        pytest.param("file:///b/a.mp4", "file", "/b/a.mp4", id="file-url"),
    ],
)
def test_addresses(source: str, scheme: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMERA_KEY", "hunter2")
    address = live_address(source, Path("/base"))
    assert (address.scheme, address.shown) == (scheme, shown)
    assert "hunter2" not in repr(address)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        pytest.param("http://h/a", "a camera is rtsp", id="other-scheme"),
        pytest.param("rtsp:///a", "names no host", id="no-host"),
        pytest.param("rtsp://${NOT_SET_ANYWHERE}@h/a", "NOT_SET_ANYWHERE", id="no-secret"),
    ],
)
def test_addresses_that_cannot_be_meant(source: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        live_address(source, Path("/"))


def _gstreamer() -> bool:
    code = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
    return (
        shutil.which(SYSTEM_PYTHON) is not None
        and subprocess.run([SYSTEM_PYTHON, "-c", code], capture_output=True).returncode == 0
    )


@pytest.mark.skipif(not _gstreamer(), reason="needs Debian's gir1.2-gst-rtsp-server-1.0 and its plugins")
def test_a_real_rtsp_server_that_is_stopped_and_goes_on() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [SYSTEM_PYTHON, "-c", GST_SERVER, str(port), "160", "120"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        with watched(at(f"rtsp://127.0.0.1:{port}/live")) as camera:
            camera.until_more()
            server.send_signal(signal.SIGSTOP)
            assert camera.until(lambda seen: seen.camera.health.state != "live") < 6.0
            server.send_signal(signal.SIGCONT)
            assert camera.until_more() < 8.0
    finally:
        server.kill()
        server.wait()
        if server.stdout is not None:
            server.stdout.close()
