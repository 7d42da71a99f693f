"""Decoders that stand still, die or are left alone, and files that change under the reader."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import pytest

from bad_footage.children import children, is_alive
from bad_footage.clips import Make, write_clip
from streetaudit.errors import ClipError
from streetaudit.io.jail import JailLimits
from streetaudit.io.video import NOT_READ, open_clip
from streetaudit.io.video_limits import DecodeLimits

_HASTY = DecodeLimits(no_progress_s=2.0)


@pytest.fixture(scope="session")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip of more frames than the ring has slots, so that its decoder has to wait."""
    return write_clip(tmp_path_factory.mktemp("long") / "long.mp4", Make(frames=200))


@pytest.mark.parametrize(
    ("signal_number", "words"),
    [
        pytest.param(signal.SIGSTOP, "no progress for 2 s", id="stands-still"),
        pytest.param(signal.SIGKILL, "SIGKILL", id="killed"),
        pytest.param(signal.SIGSEGV, "SIGSEGV", id="crashed"),
    ],
)
def test_a_decoder_that_fails_ends_the_iteration_with_the_reason(
    signal_number: signal.Signals, words: str, long_clip: Path
) -> None:
    with open_clip(long_clip, limits=_HASTY) as reader:
        for frame in reader:
            if frame.index == 5:
                os.kill(reader.child_pid, signal_number)
        record = reader.record
        assert not is_alive(reader.child_pid)
    assert 6 <= record.decoded_frames < 200
    assert words in record.ended
    assert not record.is_complete


def test_a_decoder_that_stands_still_before_the_first_frame_is_an_error(
    long_clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streetaudit.io.video._sha256", lambda _: _stop_children())
    with pytest.raises(ClipError, match="no progress for 1 s"):
        open_clip(long_clip, limits=DecodeLimits(start_s=1.0))
    assert not children()


def _stop_children() -> str:
    for child in children():
        os.kill(child, signal.SIGSTOP)
    return ""


def test_a_slow_reader_is_no_hang(long_clip: Path) -> None:
    with open_clip(long_clip, limits=_HASTY) as reader:
        for frame in reader:
            if frame.index == 3:
                time.sleep(2.5)
        assert reader.record.is_complete


def test_a_reader_that_stops_early_leaves_nothing_behind(long_clip: Path) -> None:
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    with open_clip(long_clip) as reader:
        next(iter(reader))
    assert reader.record.ended == NOT_READ
    assert not reader.record.is_complete
    assert not children()
    assert len(list(Path("/proc/self/fd").iterdir())) == descriptors


def test_the_decoder_dies_with_its_reader(long_clip: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from streetaudit.io.video import open_clip\n"
        "reader = open_clip(Path(sys.argv[1])); next(iter(reader))\n"
        "print(reader.child_pid, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(long_clip)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout
        decoder = int(parent.stdout.readline())
        assert is_alive(decoder)
        parent.kill()
    until_s = time.monotonic() + 10.0
    while is_alive(decoder) and time.monotonic() < until_s:
        time.sleep(0.02)
    assert not is_alive(decoder)


def test_too_little_memory_is_said_so(long_clip: Path) -> None:
    starved = DecodeLimits(jail=JailLimits(memory_bytes=200 << 20))
    with pytest.raises(ClipError, match=r"memory|SIGSEGV"):
        open_clip(long_clip, limits=starved)
    assert not children()


def test_a_file_that_grows_while_it_is_read_is_not_complete(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "growing.mp4")
    with open_clip(clip) as reader:
        for frame in reader:
            if frame.index == 2:
                with clip.open("ab") as file:
                    file.write(bytes(99))
    assert "changed while it was read" in reader.record.ended
    assert not reader.record.is_complete


def test_a_file_that_is_deleted_while_it_is_read_is_read_to_its_end(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "gone.mp4")
    with open_clip(clip) as reader:
        for frame in reader:
            if frame.index == 2:
                clip.unlink()
    assert reader.record.is_complete


#: Children that do not do what the decoder does; `link` is their end of the sockets, `told` makes a message.
_ROGUE = """
import json, os, socket, sys, time
from streetaudit.io.video_link import Declared, Tally, Told, packed
link = socket.socket(fileno=json.loads(sys.argv[1])["link"])
def told(kind, **more): link.send(packed(Told(kind, **more)))
def facts(width=4): told("facts", facts=Declared(width, 4, 0, None, None, "", "h264"))
"""


@pytest.mark.parametrize(
    ("script", "words"),
    [
        pytest.param("link.send(b'[1, 2, 3]'); time.sleep(60)", "spoke nonsense", id="nonsense-at-once"),
        pytest.param("facts(1 << 24); time.sleep(60)", "more than", id="asks-for-too-many-pixels"),
        pytest.param("facts(0); time.sleep(60)", "more than", id="asks-for-no-pixels"),
        pytest.param("told('end'); time.sleep(60)", "said nothing", id="ends-at-once"),
        pytest.param("sys.exit('no such library')", "no such library", id="cannot-be-loaded"),
        pytest.param("while 1: told('tick'); time.sleep(.05)", "no picture came for 1 s", id="only-ticks"),
    ],
)
def test_a_rogue_decoder_is_an_error(script: str, words: str, long_clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _put_in_place(script, monkeypatch)
    with pytest.raises(ClipError, match=words):
        open_clip(long_clip, limits=DecodeLimits(no_frame_s=1.0))
    assert not children()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        pytest.param("told('frame', slot=99)", "did not say why", id="slot-out-of-the-ring"),
        pytest.param("link.send(b'?')", "spoke nonsense", id="nonsense"),
        pytest.param("\nwhile 1: told('tick'); time.sleep(.05)", "no picture came for 1 s", id="only-ticks"),
        pytest.param("facts()", "did not say why", id="facts-again"),
    ],
)
def test_a_decoder_that_turns_rogue_ends_the_iteration(
    script: str, words: str, long_clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put_in_place(
        f"facts(); {script.strip()}; time.sleep(60)" if script[0] != "\n" else f"facts(){script}", monkeypatch
    )
    with open_clip(long_clip, limits=DecodeLimits(no_frame_s=1.0)) as reader:
        assert list(reader) == []
        assert words in reader.record.ended
        assert not reader.record.is_complete
    assert not children()


def _put_in_place(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def start_rogue(
        module: str, job: dict[str, object], *, pass_fds: tuple[int, ...], stdout: IO[bytes], stderr: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", _ROGUE + script, json.dumps(job)]
        return subprocess.Popen(command, pass_fds=pass_fds, stdout=stdout, stderr=stderr)

    monkeypatch.setattr("streetaudit.io.video_process.start_child", start_rogue)


def test_an_unreadable_file_says_what_to_do(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "secret.mp4")
    clip.chmod(0)
    if os.access(clip, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(ClipError, match="change its mode or owner"):
        open_clip(clip)


def test_a_module_in_the_working_directory_does_not_become_the_decoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = write_clip(tmp_path / "a.mp4", Make(frames=3))
    (tmp_path / "av.py").write_text("raise SystemExit('taken over')")
    monkeypatch.chdir(tmp_path)
    with open_clip(clip) as reader:
        assert len(list(reader)) == 3


def test_the_decoder_knows_no_secrets_and_has_limits(long_clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREETAUDIT_SECRET", "canary")
    with open_clip(long_clip, limits=DecodeLimits(jail=JailLimits(cpu_s=77))) as reader:
        of_child = Path(f"/proc/{reader.child_pid}")
        assert b"canary" not in (of_child / "environ").read_bytes()
        limits = (of_child / "limits").read_text()
    for line in ("Max cpu time  77", "Max open files  32", "Max core file size  0", f"Max address space  {3 << 30}"):
        name, _, value = line.rpartition("  ")
        assert any(row.startswith(name) and value in row.split() for row in limits.splitlines()), line
