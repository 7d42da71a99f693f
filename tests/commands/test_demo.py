"""The demo, short: the shipped detector on the project's own street."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest


def demo(out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "streetaudit", "demo", "--out", str(out), "--seconds", "6", "--no-serve"]
    return subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)


@pytest.mark.xdist_group("demo")
def test_the_demo_renders_audits_and_scores_and_a_second_run_does_nothing_twice(tmp_path: Path) -> None:
    first = demo(tmp_path)
    assert first.returncode == 0, first.stderr
    scene = tmp_path / "street-7"
    truth = json.loads((scene / "truth.json").read_text())
    assert {clip["name"] for clip in truth["clips"]} == {"drive-7.mp4", "fixed-7.mp4"}
    assert len(re.findall(r"complete", first.stdout)) == 2
    assert re.search(r"^all +\d+ +\d+", first.stdout, re.MULTILINE)
    second = demo(tmp_path)
    assert second.returncode == 0, second.stderr
    assert len(re.findall(r"unchanged", second.stdout)) == 2
