"""Traces of text files."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import gpxpy
import pytest

from streetaudit.errors import TraceError
from streetaudit.io.traces.quality import NO_LOCK, NO_TIME, refusals
from streetaudit.io.traces.read import read_trace
from streetaudit.structures.trace import Fix, Trace

AT = datetime(2026, 11, 23, 14, 0, 0, tzinfo=UTC)


def trace_of(folder: Path, name: str, content: str | bytes, **how: str) -> Trace:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_trace(path, **how)


def nmea(body: str) -> str:
    checksum = 0
    for character in body:
        checksum ^= ord(character)
    return f"${body}*{checksum:02X}"


def rmc(second: int, status: str = "A", lat: str = "3648.0000,N") -> str:
    return nmea(f"GNRMC,1400{second:02d}.00,{status},{lat},11803.0000,E,19.44,87.5,231126,,,A")


def gga(second: int) -> str:
    return nmea(f"GNGGA,1400{second:02d}.00,3648.0000,N,11803.0000,E,1,09,1.2,34.5,M,0,M,,")


GPX = """<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"
 xmlns:x="http://www.garmin.com/xmlschemas/TrackPointExtension/v1"><wpt lat="1" lon="2"/><trk><trkseg>
 <trkpt lat="36.8" lon="118.05"><ele>34.5</ele><time>2026-11-23T22:00:00+08:00</time><hdop>1.2</hdop>
  <extensions><x:TrackPointExtension><x:speed>10.0</x:speed><x:course>87.5</x:course></x:TrackPointExtension></extensions></trkpt>
 <trkpt lat="36.8001" lon="118.05"><time>2026-11-23T14:00:01Z</time></trkpt>
 <trkpt lat="36.8002" lon="118.05"><time>2026-11-23T14:00:02Z</time><fix>none</fix></trkpt>
 <trkpt lat="36.8002" lon="118.05"/></trkseg></trk></gpx>"""


def test_gpx_keeps_what_it_states(tmp_path: Path) -> None:
    trace = trace_of(tmp_path, "a.GPX", GPX)
    assert trace.source == "gpx"
    assert not trace.clip_time
    assert trace.fixes[0] == Fix(0.0, 36.8, 118.05, AT, 34.5, 10.0, 87.5, 1.2 * 4.0)
    assert trace.fixes[1].time_s == 1.0
    assert refusals(trace) == f"2 fixes refused ({NO_LOCK} 1, {NO_TIME} 1)"


def test_gpx_agrees_with_gpxpy(tmp_path: Path) -> None:
    written = gpxpy.gpx.GPX()
    segment = gpxpy.gpx.GPXTrackSegment()
    written.tracks.append(gpxpy.gpx.GPXTrack())
    written.tracks[0].segments.append(segment)
    for i in range(40):
        segment.points.append(
            gpxpy.gpx.GPXTrackPoint(36.8 + i * 1e-5, 118.05, elevation=i / 3, time=AT + timedelta(seconds=i * 0.7))
        )
    text = written.to_xml()
    trace = trace_of(tmp_path, "a.gpx", text)
    read = gpxpy.parse(io.StringIO(text)).tracks[0].segments[0].points
    assert [(f.lat, f.lon, f.alt_m, f.at) for f in trace.fixes] == [
        (p.latitude, p.longitude, p.elevation, p.time) for p in read
    ]


BOMB = '<!DOCTYPE a [<!ENTITY b "&#x61;">]><gpx><trk/></gpx>'
FOREIGN = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><gpx><trk>&b;</trk></gpx>'


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        pytest.param("a.gpx", BOMB, "DTD", id="gpx-entity-bomb"),
        pytest.param("a.gpx", FOREIGN, "DTD", id="gpx-foreign-file"),
        pytest.param("a.gpx", GPX[:300], "not sound XML", id="gpx-cut"),
        pytest.param("a.gpx", b"\xff\xfe\x00", "not sound XML", id="gpx-no-text"),
        pytest.param("a.gpx", "<gpx/>", "holds no fix", id="gpx-empty"),
        pytest.param("a.gpx", "", "is empty", id="zero-bytes"),
        pytest.param("a.nmea", "hello", "no NMEA sentence", id="nmea-none"),
        pytest.param("a.nmea", rmc(0).replace("N,", "S,"), "wrong checksum 1", id="nmea-wrong-checksum"),
        pytest.param("a.nmea", rmc(0).split("*")[0], "wrong checksum 1", id="nmea-without-checksum"),
        pytest.param("a.nmea", rmc(0, "V"), "no lock 1", id="nmea-no-lock"),
        pytest.param("a.nmea", gga(0), "no time 1", id="nmea-without-any-date"),
        pytest.param("a.csv", "a,b\n1,2\n", "no header with lat, lon and time", id="csv-other-table"),
        pytest.param("a.csv", "lat,lon,time\nx,y,z\n", "no time 1", id="csv-words"),
        pytest.param("a.srt", "1\n00:00:01,000 --> 00:00:02,000\nGood evening.\n", "actual film", id="srt-film"),
        pytest.param("a.srt", "", "is empty", id="srt-empty"),
        pytest.param("a.3gf", bytes(20), "give the .gps file", id="blackvue-accelerations"),
        pytest.param("a.txt", "$V02\n", "no row", id="70mai-empty"),
        pytest.param("a.xlsx", "PK", "want one of", id="unknown-suffix"),
        pytest.param("a.bin", b"DEVC\0\x01\xff\xff" + bytes(9), "holds no positions", id="gpmf-cut"),
    ],
)
def test_what_is_no_trace_says_why(name: str, content: str | bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(TraceError, match=words) as refused:
        trace_of(tmp_path, name, content)
    assert str(refused.value).count(str(tmp_path)) == 1


def test_nmea_takes_place_and_date_from_rmc_and_the_rest_from_gga(tmp_path: Path) -> None:
    text = "\r\n".join([gga(0), rmc(0), "$GPGSV,1,1,00*79", rmc(1)])
    trace = trace_of(tmp_path, "a.NMEA", text)
    first = trace.fixes[0]
    assert (first.lat, first.lon, first.at, first.alt_m) == (36.8, 118.05, AT, 34.5)
    assert first.speed_mps == pytest.approx(10.0, abs=0.01)
    assert first.heading_deg == 87.5
    assert first.error_m == pytest.approx(1.2 * 4.0)
    assert trace.fixes[1].time_s == 1.0


def test_nmea_without_rmc_takes_the_date_from_zda(tmp_path: Path) -> None:
    trace = trace_of(tmp_path, "a.txt", "\n".join([nmea("GPZDA,140000.00,23,11,2026,00,00"), gga(0), gga(1)]))
    assert [fix.at for fix in trace.fixes] == [AT, AT + timedelta(seconds=1)]


def test_blackvue_lines_are_nmea_behind_a_stamp(tmp_path: Path) -> None:
    trace = trace_of(tmp_path, "a.gps", f"[1784358211371]{rmc(0)}\r\n[1784358212371]{rmc(1)}[1784358212999]\n")
    assert (trace.source, len(trace.fixes)) == ("blackvue", 2)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        pytest.param("time,lat,lon,speed_kmh,heading", "2026-11-23T14:00:00Z,36.8,118.05,36,87.5", id="plain"),
        pytest.param(
            "Timestamp;Latitude;Longitude;Speed (km/h);Course", "1795442400;36,8;118,05;36,0;87,5", id="commas"
        ),
        pytest.param("lng,lat,epoch,speed_mps,bearing", "118.05,36.8,1795442400000,10,87.5", id="milliseconds"),
        pytest.param("date\ttime\tlat\tlon\tSpeed_m/s\tCOG", "2026/11/23\t14:00:00\t36.8\t118.05\t10\t87.5", id="tabs"),
        pytest.param("时间,纬度,经度,kmh,方向", "2026-11-23 22:00:00+08:00,36.8,118.05,36,87.5", id="chinese"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_csv_columns_may_have_many_names(header: str, row: str, encoding: str, tmp_path: Path) -> None:
    trace = trace_of(tmp_path, "a.csv", f"{header}\n{row}\n\n".encode(encoding))
    fix = trace.fixes[0]
    assert (fix.lat, fix.lon, fix.at, fix.heading_deg) == (36.8, 118.05, AT, 87.5)
    assert fix.speed_mps == pytest.approx(10.0)
    assert not trace.clip_time


@pytest.mark.parametrize("column", ["time_s", "seconds", "t", "time"])
def test_csv_times_that_count_from_zero_are_clip_time(column: str, tmp_path: Path) -> None:
    trace = trace_of(tmp_path, "a.csv", f"{column},lat,lon\n0.5,36.8,118.05\n1.5,36.8,118.05\n")
    assert trace.clip_time
    assert [fix.time_s for fix in trace.fixes] == [0.5, 1.5]


@pytest.mark.parametrize(
    ("factor", "wanted"),
    [
        pytest.param(1.0, 10.0, id="metres-per-second"),
        pytest.param(3.6, 10.0, id="kilometres-per-hour"),
        pytest.param(1.9438, 10.0, id="knots"),
        pytest.param(2.2369, 10.0, id="miles-per-hour"),
        pytest.param(9.0, None, id="fits-nothing"),
    ],
)
def test_a_bare_speed_gets_the_unit_that_fits_the_way(factor: float, wanted: float | None, tmp_path: Path) -> None:
    rows = [f"{1795442400 + i},{36.8 + i * 10 / 110_980:.7f},118.05,{10 * factor}" for i in range(20)]
    trace = trace_of(tmp_path, "a.csv", "time,lat,lon,speed\n" + "\n".join(rows))
    assert trace.fixes[3].speed_mps == (None if wanted is None else pytest.approx(wanted, rel=0.03))


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        pytest.param(
            "[latitude: 36.8] [longitude: 118.05] [altitude: 27.3]", Fix(1.5, 36.8, 118.05, alt_m=27.3), id="mavic-air"
        ),
        pytest.param(
            "[latitude : 36.8] [longtitude : 118.05] [rel_alt: 1.2 abs_alt: 27.3]",
            Fix(1.5, 36.8, 118.05, alt_m=27.3),
            id="misspelt",
        ),
        pytest.param(
            "F/2.8, GPS (118.05, 36.8, 17), D 221.21m, H 2.0m, H.S 5.2m/s",
            Fix(1.5, 36.8, 118.05, alt_m=17.0, speed_mps=5.2),
            id="mavic-mini",
        ),
        pytest.param("GPS (36.8, 118.05, 17)", Fix(1.5, 36.8, 118.05, alt_m=17.0), id="pair-turned-round"),
        pytest.param("GPS(-70.5,-33.4,17) BAROMETER:64.3", Fix(1.5, -33.4, -70.5, alt_m=17.0), id="phantom"),
    ],
)
def test_dji_subtitles(text: str, fix: Fix, tmp_path: Path) -> None:
    trace = trace_of(tmp_path, "a.srt", f"1\r\n00:00:01,500 --> 00:00:02,000\r\n<font>{text}</font>\r\n")
    assert (trace.fixes, trace.clip_time, trace.source) == ((fix,), True, "srt")


MAI70 = """$V02
1795442400,A,36.800000,118.050000,8750,1000,0,100,0,NO20261123-220000-000001F.MP4,0,0,0
1795442401,V,0.000000,0.000000,0,0,0,100,0,NO20261123-220000-000001F.MP4,0,0,0
1795442402,A,36.800200,118.050000,8750,1000,0,100,0,NO20261123-220002-000002F.MP4,0,0,0
"""


@pytest.mark.parametrize(
    ("clip_name", "fixes", "refused"),
    [
        pytest.param(None, 2, 1, id="whole-drive"),
        pytest.param("NO20261123-220000-000001F.MP4", 1, 1, id="front"),
        pytest.param("NO20261123-220000-000001B.MP4", 1, 1, id="back-shares-the-front's"),
    ],
)
def test_70mai_rows_are_those_of_the_clip(clip_name: str | None, fixes: int, refused: int, tmp_path: Path) -> None:
    path = tmp_path / "GPSData000001.txt"
    path.write_text(MAI70)
    trace = read_trace(path, clip_name=clip_name)
    assert (len(trace.fixes), len(trace.refused), trace.source) == (fixes, refused, "70mai")
    assert trace.fixes[0] == Fix(0.0, 36.8, 118.05, AT, speed_mps=10.0, heading_deg=87.5)
