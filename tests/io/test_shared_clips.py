"""Real footage that is not part of the repository: every file gives a result or a clear reason."""

import os
from pathlib import Path

import pytest

from streetaudit.errors import ClipError, TraceError
from streetaudit.io.traces.find import find_trace
from streetaudit.io.traces.read import read_trace
from streetaudit.io.video import open_clip

CLIPS = Path(os.environ.get("STREETAUDIT_SHARED", Path(__file__).parents[2].parent / "shared")) / "data" / "clips"

pytestmark = [pytest.mark.shared, pytest.mark.skipif(not CLIPS.is_dir(), reason=f"no footage at {CLIPS}")]


@pytest.mark.parametrize(
    ("name", "frames", "size"),
    [
        ("dashcam/kb_dashcam1.mp4", 515, (640, 360)),
        ("dashcam/kb_dashcam2.mp4", 588, (854, 480)),
        ("dashcam/mapillary_sample-5s_park.mp4", 171, (1920, 1080)),
        ("dashcam/pothole_rural.mp4", 167, (640, 480)),
        ("fixed/aboda_video4.avi", 1169, (720, 480)),
        ("fixed/carpark_topdown.mp4", 351, (1100, 720)),
        ("fixed/highway_cam1_320x240.avi", 500, (320, 240)),
        ("fixed/intel_car-detection.mp4", 377, (768, 432)),
        ("fixed/motorway_960x540.mp4", 262, (960, 540)),  # of 263 in the index one lies outside the edit list
        ("gps_video/gopro_hero6-trimmed.mp4", 60, (848, 480)),
        ("gps_video/gopro_max-heromode.mp4", 315, (848, 480)),
        ("telemetry_only/70mai_multichannel/NO20260101-120000-000001B.MP4", 60, (854, 480)),
        ("telemetry_only/70mai_multichannel/NO20260101-120000-000001F.MP4", 60, (1280, 720)),
        ("telemetry_only/ligogps-trailer.mp4", 50, (2560, 1440)),
        ("telemetry_only/mov0581_pair/MOV_0581.mp4", 60, (1920, 1080)),
        ("telemetry_only/novatek-ts_real-anonymized.TS", 300, (320, 180)),
    ],
)
def test_real_clips_are_read_to_their_end(name: str, frames: int, size: tuple[int, int]) -> None:
    with open_clip(CLIPS / name, every_s=1.0) as reader:
        handed_on = sum(frame.size == size for frame in reader)
        record = reader.record
    assert record.is_complete, record
    assert (record.decoded_frames, record.declared_frames) == (frames, frames)
    assert record.corrupt_frames == record.time_jumps == record.resolution_changes == record.untimed_frames == 0
    assert handed_on + record.skipped_frames == frames


@pytest.mark.parametrize("name", ["telemetry_only/novatek_2e-drive-730.mp4", "telemetry_only/thinkware_front_tx3g.mp4"])
def test_clips_that_hold_no_pictures_say_so(name: str) -> None:
    with pytest.raises(ClipError, match="no video stream"):
        open_clip(CLIPS / name)


@pytest.mark.parametrize(
    ("name", "source", "fixes", "refused"),
    [
        ("gps_video/gopro_hero6-trimmed.mp4", "gpmf", 17, 19),
        ("gps_video/gopro_max-heromode.mp4", "gpmf", 191, 0),
        ("telemetry_only/70mai_multichannel/NO20260101-120000-000001B.MP4", "70mai", 3, 0),
        ("telemetry_only/70mai_multichannel/NO20260101-120000-000001F.MP4", "70mai", 3, 0),
        ("telemetry_only/ligogps-trailer.mp4", "ligogps", 179, 1),
        ("telemetry_only/mov0581_pair/MOV_0581.mp4", "nmea", 2, 28),  # made anonymous without new checksums
        ("telemetry_only/novatek-ts_real-anonymized.TS", "novatek", 10, 0),
        ("telemetry_only/novatek_2e-drive-730.mp4", "novatek", 3, 0),
        ("telemetry_only/thinkware_front_tx3g.mp4", "nmea", 10, 0),
    ],
)
def test_real_clips_have_their_traces(name: str, source: str, fixes: int, refused: int) -> None:
    trace, note = find_trace(CLIPS / name)
    assert trace is not None, note
    assert (trace.source, len(trace.fixes), len(trace.refused)) == (source, fixes, refused)


@pytest.mark.parametrize(
    "clip", sorted(CLIPS.glob("dashcam/*.mp4")) + sorted(CLIPS.glob("fixed/*")), ids=lambda p: p.name
)
def test_real_clips_without_a_trace_say_so(clip: Path) -> None:
    trace, note = find_trace(clip)
    assert trace is None
    assert "none in the clip" in note


@pytest.mark.parametrize(
    ("name", "source", "fixes", "refused"),
    [
        ("70mai_multichannel/GPSData000001.txt", "70mai", 5, 1),
        ("dji_srt/mavic_air2.srt", "srt", 25, 0),
        ("dji_srt/mavic_mini.SRT", "srt", 117, 0),
        ("gpmf_streams/fusion.csv", "csv", 275, 0),
        ("gpmf_streams/fusion.gpx", "gpx", 275, 0),
        ("gpmf_streams/hero05.csv", "csv", 618, 0),
        ("gpmf_streams/hero05.gpx", "gpx", 618, 0),
        ("gpmf_streams/hero06.csv", "csv", 399, 18),
        ("gpmf_streams/hero06.gpx", "gpx", 399, 18),
        ("gpmf_streams/hero11.csv", "csv", 1357, 1),
        ("gpmf_streams/hero11.gpx", "gpx", 1357, 1),
        ("gpmf_streams/hero05.bin", "gpmf", 288, 330),
        ("gpmf_streams/hero06.bin", "gpmf", 141, 276),
        ("gpmf_streams/hero11.bin", "gpmf", 679, 0),
        ("mapillary_sf_30km_h.gpx", "gpx", 49, 0),
        ("mov0581_pair/MOV_0581.nmea", "nmea", 2, 28),
    ],
)
def test_real_logs_are_read(name: str, source: str, fixes: int, refused: int) -> None:
    trace = read_trace(CLIPS / "telemetry_only" / name)
    assert (trace.source, len(trace.fixes), len(trace.refused)) == (source, fixes, refused)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("blackvue.3gf", "accelerations"),
        ("blackvue.gps", "wrong checksum 16"),  # made anonymous without new checksums
        ("gpmf_streams/fusion.bin", "poor precision 275"),
    ],
)
def test_real_logs_without_a_fix_say_why(name: str, words: str) -> None:
    with pytest.raises(TraceError, match=words):
        read_trace(CLIPS / "telemetry_only" / name)


def test_every_real_file_is_named_here() -> None:
    source = Path(__file__).read_text()
    files = [path for folder in ("telemetry_only", "gps_video") for path in (CLIPS / folder).rglob("*")]
    assert [path.name for path in files if path.is_file() and path.name not in source] == []
