from __future__ import annotations

from pathlib import Path

import pytest

from models.model_files import SIDE, tiny_model
from streetaudit.io.runtimes import installed_runtimes
from streetaudit_models.benchmark import Form, Layout, benchmark


def test_every_form_is_timed_under_every_layout_and_the_first_is_one(tmp_path: Path) -> None:
    file = tmp_path / "m.onnx"
    file.write_bytes(tiny_model())
    forms = [Form(file, runtime) for runtime in installed_runtimes()]
    layouts = [Layout(1, 1), Layout(2, 1)]
    timings = list(benchmark(forms, layouts=layouts, sizes=[(SIDE, SIDE)], rounds=5))
    assert [(one.form.partition("-")[0], one.layout) for one in timings] == [
        (f"m {form.runtime}", str(layout)) for layout in layouts for form in forms
    ]
    for one in timings:
        assert 0 < one.median_ms <= one.p95_ms
        assert one.pictures_a_second > 0
        assert one.cpu_ms > 0
        assert 20 < one.peak_mb < 1000
    assert [one.ratio for one in timings if one.form == "m onnxruntime"] == [pytest.approx(1.0)] * 2
