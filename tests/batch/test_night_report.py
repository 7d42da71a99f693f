from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scene import START, Thing, write_config, write_drive
from streetaudit.assemble import open_parts
from streetaudit.batch.clip import audit_clip
from streetaudit.batch.night_report import night_report
from streetaudit.commands import app as shell
from streetaudit.config import load_config
from streetaudit.structures.night import Counted, NightReport

PILE, BIN, SECOND = Thing("litter", 3.0, 30.0), Thing("overflowing_bin", 3.2, 22.0, 1.0), Thing("litter", -4.0, 35.0)
#: 22:00 in Shanghai on 23 November.
FIRST = date(2026, 11, 23)


def audited(folder: Path, nights: Sequence[Sequence[Thing]]) -> None:
    write_config(folder)
    with open_parts(load_config(folder / "streetaudit.toml"), inference=False) as parts:
        for night, things in enumerate(nights):
            clip = write_drive(folder, things, name=f"drive{night}", start=START + timedelta(days=night))
            audit_clip(clip, parts, detections=clip.with_name(f"drive{night}.detections.csv"))


def told(folder: Path, day: date | None = None) -> NightReport:
    with open_parts(load_config(folder / "streetaudit.toml"), inference=False) as parts:
        report = night_report(parts, day)
    assert report is not None
    return report


def test_a_night_is_what_was_looked_at_and_found(tmp_path: Path) -> None:
    audited(tmp_path, [[PILE, BIN], [PILE, SECOND]])
    first, last = told(tmp_path, FIRST), told(tmp_path)
    assert (first.day, last.day) == (FIRST, FIRST + timedelta(days=1))
    assert (last.clips, last.frames, last.failures) == (1, 50, ())
    assert last.kilometres == pytest.approx(0.049, abs=0.002)
    assert last.minutes == pytest.approx(9.8 / 60.0, abs=0.001)
    assert first.by_problem == {"litter": Counted(new=1), "overflowing_bin": Counted(new=1)}
    assert last.by_problem == {"litter": Counted(new=1, again=1)}
    assert last.waiting == 3
    assert last.review_hours == pytest.approx(3 * 15.0 / 3600.0)


def test_a_clip_that_was_cut_off_is_told_with_its_reason(tmp_path: Path) -> None:
    write_config(tmp_path)
    clip = write_drive(tmp_path, [PILE])
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    with open_parts(load_config(tmp_path / "streetaudit.toml"), inference=False) as parts:
        audit_clip(clip, parts, detections=tmp_path / "drive.detections.csv")
        now = parts.clock.now().date()
        reports = [night_report(parts, day) for day in (FIRST, now, now - timedelta(days=1))]
    failures = [failure for report in reports if report is not None for failure in report.failures]
    assert failures[0][0] == "drive.mp4"
    assert failures[0][1]


def test_a_night_unlike_those_before_is_marked(tmp_path: Path) -> None:
    audited(tmp_path, [[PILE, BIN]] * 4 + [[PILE, BIN, SECOND, Thing("litter", 5.0, 33.0)]])
    report = told(tmp_path)
    assert report.nights_before == 4
    unusual = {(one.name, one.about) for one in report.drift if one.is_unusual}
    assert ("things_per_km", "litter") in unusual
    assert ("things_per_km", "overflowing_bin") not in unusual


def test_too_few_nights_mark_nothing(tmp_path: Path) -> None:
    audited(tmp_path, [[PILE], [PILE, SECOND]])
    assert not any(one.is_unusual for one in told(tmp_path).drift)


@pytest.mark.parametrize(("language", "says"), [("en", "Cases by problem"), ("zh-CN", "按问题分类的案件")])
def test_the_page_and_its_json_are_written(tmp_path: Path, language: str, says: str) -> None:
    audited(tmp_path, [[PILE, BIN]])
    shell.mount() if not shell.app.registered_commands else None
    page = tmp_path / "night.html"
    config = str(tmp_path / "streetaudit.toml")
    result = CliRunner().invoke(shell.app, ["report", str(page), "--config", config, "--language", language])
    assert result.exit_code == 0, result.output
    text = page.read_text(encoding="utf-8")
    assert says in text
    assert "<svg" in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", ""), "it stands alone"
    written = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    assert written["by_problem"]["litter"] == {"new": 1, "again": 0, "gone": 0}
    assert written["day"] == FIRST.isoformat()


def test_without_any_audit_it_says_what_to_do(tmp_path: Path) -> None:
    write_config(tmp_path)
    with open_parts(load_config(tmp_path / "streetaudit.toml"), inference=False) as parts:
        assert night_report(parts) is None
