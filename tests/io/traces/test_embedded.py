"""Traces inside clips, written here as the cameras write them."""

import os
import signal
import struct
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mapillary_tools import telemetry
from mapillary_tools.camm import camm_parser

from bad_footage.children import children
from bad_footage.clips import flipped, write_clip
from streetaudit.errors import TraceError
from streetaudit.io.jail import start_child
from streetaudit.io.traces.answer import unpacked
from streetaudit.io.traces.find import find_trace
from streetaudit.io.traces.quality import NO_LOCK, POOR_PRECISION
from streetaudit.io.traces.read import read_embedded, read_trace
from streetaudit.structures.trace import Fix


def box(kind: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


def full_box(kind: bytes, content: bytes) -> bytes:
    return box(kind, bytes(4) + content)


def u32(*values: int) -> bytes:
    return struct.pack(f">{len(values)}I", *values)


def with_track(handler: bytes, entry: bytes, samples: list[bytes]) -> bytes:
    """An MP4 with one track of data, one sample a second."""
    head = box(b"ftyp", b"isom" + bytes(4) + b"isom")
    media = box(b"mdat", b"".join(samples))
    table = box(
        b"stbl",
        full_box(b"stsd", u32(1) + box(entry, bytes(6) + b"\0\1" + (bytes(38) if entry == b"tx3g" else b"")))
        + full_box(b"stts", u32(1, len(samples), 1000))
        + full_box(b"stsc", u32(1, 1, len(samples), 1))
        + full_box(b"stsz", u32(0, len(samples), *(len(sample) for sample in samples)))
        + full_box(b"stco", u32(1, len(head) + 8)),
    )
    media_header = full_box(b"mdhd", u32(0, 0, 1000, 1000 * len(samples)) + bytes(4))
    handler_box = full_box(b"hdlr", bytes(4) + handler + bytes(13))
    track = box(
        b"trak",
        full_box(b"tkhd", u32(0, 0, 1, 0, 1000 * len(samples)) + bytes(60))
        + box(b"mdia", media_header + handler_box + box(b"minf", table)),
    )
    movie_header = full_box(b"mvhd", u32(0, 0, 1000, 1000 * len(samples)) + bytes(80))
    return head + media + box(b"moov", movie_header + track)


def klv(key: bytes, kind: bytes, size: int, content: bytes) -> bytes:
    repeat = len(content) // size if size else 0
    return key + kind + bytes([size]) + repeat.to_bytes(2, "big") + content + bytes(-len(content) % 4)


def gpmf(second: int, *, lock: int = 3, dop: int = 150) -> bytes:
    """One payload of a GoPro with two positions."""
    gps5 = b"".join(
        struct.pack(">5i", 368_000_000 + second * 900 + i * 450, 1_180_500_000, 34_500, 10_000, 1000) for i in range(2)
    )
    stream = (
        klv(b"GPSF", b"L", 4, u32(lock))
        + klv(b"GPSU", b"U", 16, f"2611231400{second:02d}.000".encode())
        + klv(b"GPSP", b"S", 2, struct.pack(">H", dop))
        + klv(b"SCAL", b"l", 4, struct.pack(">5i", 10_000_000, 10_000_000, 1000, 1000, 100))
        + klv(b"GPS5", b"l", 20, gps5)
    )
    device = klv(b"DVID", b"L", 4, u32(1)) + klv(b"STRM", b"\0", 1, stream)
    return klv(b"DEVC", b"\0", 1, device)


def test_gopro(tmp_path: Path) -> None:
    payloads = [gpmf(0, lock=0), gpmf(1, dop=999), gpmf(2), gpmf(3)]
    (tmp_path / "a.mp4").write_bytes(with_track(b"meta", b"gpmd", payloads))
    trace = read_embedded(tmp_path / "a.mp4")
    assert trace is not None
    assert (trace.source, trace.clip_time) == ("gpmf", True)
    assert [fix.reason for fix in trace.refused] == [NO_LOCK, NO_LOCK, POOR_PRECISION, POOR_PRECISION]
    assert [fix.time_s for fix in trace.fixes] == [2.0, 2.5, 3.0, 3.5]
    assert trace.fixes[1] == Fix(
        2.5, 36.8002250, 118.05, datetime(2026, 11, 23, 14, 0, 2, 500_000, UTC), 34.5, 10.0, None, 6.0
    )


def test_an_extracted_gopro_stream(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"".join(gpmf(second) for second in range(4)))
    trace = read_trace(tmp_path / "a.bin")
    assert [fix.time_s for fix in trace.fixes] == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5]


def camm(second: int, *, fix: int = 3, epoch_s: float = 1_479_477_618.0) -> bytes:
    """GPS time: 2026-11-23T14:00:00Z is 1479477618 s after 1980-01-06 with 18 leap seconds."""
    point = telemetry.CAMMGPSPoint(
        time=0.0, lat=36.8 + second * 9e-5, lon=118.05, alt=34.5, angle=None, time_gps_epoch=epoch_s + second,
        gps_fix_type=fix, horizontal_accuracy=3.0, vertical_accuracy=4.0, velocity_east=0.0, velocity_north=10.0,
        velocity_up=0.0, speed_accuracy=0.5,
    )  # fmt: skip
    content: bytes = camm_parser.GPSSampleEntry.serialize(point)
    return content


@pytest.mark.parametrize("epoch_s", [pytest.param(1_479_477_618.0, id="gps-time"), pytest.param(4e9, id="unix-time")])
def test_camm(epoch_s: float, tmp_path: Path) -> None:
    samples = [camm(0, fix=0), *(camm(second, epoch_s=epoch_s) for second in range(1, 4))]
    (tmp_path / "a.mp4").write_bytes(with_track(b"camm", b"camm", samples))
    trace = read_embedded(tmp_path / "a.mp4")
    assert trace is not None
    assert (trace.source, trace.clip_time, len(trace.fixes)) == ("camm", True, 3)
    assert [fix.reason for fix in trace.refused] == [NO_LOCK]
    first = trace.fixes[0]
    assert (first.time_s, first.speed_mps, first.heading_deg, first.error_m) == (1.0, 10.0, 0.0, 6.0)
    wanted = datetime(2026, 11, 23, 14, 0, 1, tzinfo=UTC) if epoch_s < 2e9 else datetime.fromtimestamp(4e9 + 1, UTC)
    assert first.at == wanted


def rmc(second: int, status: str = "A") -> str:
    body = f"GPRMC,1400{second:02d}.00,{status},3648.{second * 54:04d},N,11803.0000,E,19.44,0.5,231126,,,A"
    checksum = 0
    for character in body:
        checksum ^= ord(character)
    return f"${body}*{checksum:02X}"


def test_blackvue(tmp_path: Path) -> None:
    lines = "".join(f"[{1784358211371 + 1000 * i}]{rmc(i, 'V' if i == 0 else 'A')}\r\n" for i in range(4))
    clip = write_clip(tmp_path / "a.mp4")
    clip.write_bytes(clip.read_bytes() + box(b"free", box(b"gps ", lines.encode())))
    trace = read_embedded(clip)
    assert trace is not None
    assert (trace.source, [fix.time_s for fix in trace.fixes]) == ("blackvue", [1.0, 2.0, 3.0])
    assert trace.fixes[0].at == datetime(2026, 11, 23, 14, 0, 1, tzinfo=UTC)
    assert [fix.reason for fix in trace.refused] == [NO_LOCK]


def test_thinkware_subtitles(tmp_path: Path) -> None:
    samples = [f"gsensori,4,512;{rmc(i)[1:]}\n;CAR,0".encode() for i in range(3)] + [b"gsensori,4,512;CAR,0"]
    (tmp_path / "a.mp4").write_bytes(with_track(b"sbtl", b"tx3g", samples))
    trace = read_embedded(tmp_path / "a.mp4")
    assert trace is not None
    assert (trace.source, [fix.time_s for fix in trace.fixes]) == ("nmea", [0.0, 1.0, 2.0])


def record(second: int, *, marks: bytes = b"ANE", lat: float = 3648.0) -> bytes:
    return struct.pack("<6I3sx4f", 22, 0, second, 26, 11, 23, marks, lat + second * 0.0054, 11803.0, 19.44, 87.5)


def free_gps(content: bytes) -> bytes:
    return (0x4C).to_bytes(4, "little") + bytes(32) + content + bytes(64)


def novatek_boxes() -> bytes:
    return b"".join(box(b"free", b"GPS " + free_gps(record(i))) for i in range(3))


def novatek_anonymised() -> bytes:
    return b"".join(box(b"free", b"freeGPS " + free_gps(record(i))) for i in range(3))


def novatek_table() -> bytes:
    """Blocks inside the media, listed in the movie's `gps ` box."""
    blocks = [box(b"free", b"GPS " + free_gps(record(i))) for i in range(3)]
    media = box(b"mdat", bytes(100) + b"".join(blocks))
    entries = b"".join(u32(108 + i * len(block), len(block)) for i, block in enumerate(blocks))
    return media + box(b"moov", box(b"gps ", u32(0x101, 3) + entries))


def novatek_ts() -> bytes:
    stream = b""
    for i in range(3):
        body = b"\0\0\1\xbf" + (1008).to_bytes(2, "big") + record(i)
        stream += b"G\x40\x20\x10" + bytes(184) + b"G\x43\x00\x10" + body.ljust(184, b"\0")
    return stream


@pytest.mark.parametrize("make", [novatek_boxes, novatek_anonymised, novatek_table, novatek_ts])
def test_novatek(make: Callable[[], bytes], tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(make())
    trace = read_embedded(tmp_path / "a.mp4")
    assert trace is not None
    assert (trace.source, trace.clip_time) == ("novatek", True)
    assert [fix.time_s for fix in trace.fixes] == [0.0, 1.0, 2.0]
    first = trace.fixes[0]
    assert first.lat == pytest.approx(36.8)
    assert first.lon == pytest.approx(118.05)
    assert (first.at, first.heading_deg) == (None, 87.5)
    assert first.speed_mps == pytest.approx(10.0, abs=0.01)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param(record(1, marks=b"VNE"), NO_LOCK, id="no-lock"),
        pytest.param(record(1, lat=9930.0), "not a position", id="lat-99"),
        pytest.param(record(1, lat=3675.0), "not a position", id="75-minutes"),
        pytest.param(bytes(44), "not a position", id="zeros"),
    ],
)
def test_novatek_records_that_cannot_be(bad: bytes, reason: str, tmp_path: Path) -> None:
    content = b"".join(box(b"free", b"GPS " + free_gps(r)) for r in (record(0), bad, record(2), record(3)))
    (tmp_path / "a.mp4").write_bytes(content)
    trace = read_embedded(tmp_path / "a.mp4")
    assert trace is not None
    assert ([fix.reason for fix in trace.refused], len(trace.fixes)) == ([reason], 3)


def ligo(rows: int) -> bytes:
    ends = "E:118.050000 36.0 km/h x:0.00 y:0.00 z:0.00 A:87.5 H:34.5"
    table = b"".join(
        f"2026/11/23 22:00:{i:02d} N:{36.8 + i * 9e-5:.6f} {ends}".encode() + bytes(40) for i in range(rows)
    )
    return bytes(64) + b"SKIPLIGOGPSINFO" + bytes(8) + table


def test_ligogps_trailer(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4")
    clip.write_bytes(clip.read_bytes() + ligo(3))
    trace = read_embedded(clip)
    assert trace is not None
    assert trace.source == "ligogps"
    assert trace.fixes[1] == Fix(1.0, 36.80009, 118.05, None, 34.5, 10.0, 87.5)


def test_an_enciphered_table_says_so(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4")
    clip.write_bytes(clip.read_bytes() + ligo(0) + b"####" + bytes(99))
    with pytest.raises(TraceError, match="enciphered"):
        read_embedded(clip)


def test_a_clip_without_positions_has_none(tmp_path: Path) -> None:
    assert read_embedded(write_clip(tmp_path / "a.mp4")) is None
    assert read_embedded(write_clip(tmp_path / "a.mkv")) is None


@pytest.mark.parametrize("seed", range(6))
def test_damaged_positions_are_read_in_part_or_refused(seed: int, tmp_path: Path) -> None:
    content = with_track(b"meta", b"gpmd", [gpmf(i) for i in range(5)])
    (tmp_path / "a.mp4").write_bytes(flipped(content, bits=60, seed=seed, first=40))
    trace, note = find_trace(tmp_path / "a.mp4")
    assert note
    assert trace is None or trace.fixes
    assert not children()


def test_a_reader_of_positions_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*args: Any, **kwargs: Any) -> subprocess.Popen[bytes]:
        child = start_child(*args, **kwargs)
        os.kill(child.pid, signal.SIGSTOP)
        return child

    monkeypatch.setattr("streetaudit.io.traces.read.start_child", stopped)
    with pytest.raises(TraceError, match=r"within 0\.3 s"):
        read_embedded(write_clip(tmp_path / "a.mp4"), limit_s=0.3)
    assert not children()


@pytest.mark.parametrize("message", [b"", b"[]", b'{"source": "x", "samples": [[1]]}', b'{"samples": 3, "source": ""}'])
def test_what_a_child_gone_wrong_answers_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpacked(message)


GPX = (
    '<gpx><trk><trkseg><trkpt lat="36.8" lon="118.05"><time>2026-11-23T14:00:00Z</time></trkpt>'
    '<trkpt lat="36.8001" lon="118.05"><time>2026-11-23T14:00:01Z</time></trkpt></trkseg></trk></gpx>'
)


@pytest.mark.parametrize("beside", ["a.gpx", "A.GPX", "a.mp4.gpx"])
def test_a_log_of_the_same_stem_is_found(beside: str, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4")
    (tmp_path / beside).write_text(GPX)
    trace, note = find_trace(clip)
    assert trace is not None
    assert (trace.source, note) == ("gpx", f"from {beside}: 2 fixes")


def test_the_clip_itself_comes_first_and_an_explicit_file_before_it(tmp_path: Path) -> None:
    clip = tmp_path / "a.mp4"
    clip.write_bytes(with_track(b"meta", b"gpmd", [gpmf(0), gpmf(1)]))
    (tmp_path / "a.gpx").write_text(GPX)
    assert find_trace(clip)[1] == "from the clip itself (gpmf): 4 fixes"
    assert find_trace(clip, explicit=tmp_path / "a.gpx")[1] == "from a.gpx: 2 fixes"


def test_a_log_beside_stands_in_for_a_clip_without_lock(tmp_path: Path) -> None:
    clip = tmp_path / "a.mp4"
    clip.write_bytes(with_track(b"meta", b"gpmd", [gpmf(0, lock=0)]))
    assert find_trace(clip)[0] is None
    assert "no lock 2" in find_trace(clip)[1]
    (tmp_path / "a.gpx").write_text(GPX)
    assert find_trace(clip)[1] == "from a.gpx: 2 fixes"


def test_no_trace_says_what_was_tried(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4")
    assert find_trace(clip) == (
        None,
        "no trace: none in the clip; no a with one of .gpx .nmea .csv .srt .gps .txt beside it",
    )
    (tmp_path / "a.gpx").write_text("<gpx>")
    trace, note = find_trace(clip)
    assert trace is None
    assert "a.gpx: is not sound XML" in note


def test_an_explicit_file_that_is_no_trace_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="no such file"):
        find_trace(write_clip(tmp_path / "a.mp4"), explicit=tmp_path / "gone.gpx")
