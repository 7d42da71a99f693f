import numpy as np
import pytest

from streetaudit_datasets.synthetic.scene import Studio
from streetaudit_datasets.synthetic.setting import FIXED_AFTER_S, Options, Setting, draw_setting
from streetaudit_datasets.synthetic.steady import SteadyCamera


@pytest.fixture(scope="module")
def setting() -> Setting:
    return draw_setting(7, Options(light="overcast"))


@pytest.mark.parametrize("time_s", [pytest.param(13.0, id="while-parking"), pytest.param(30.0, id="stall-half-up")])
def test_a_steady_camera_sees_what_a_fresh_picture_shows(setting: Setting, time_s: float) -> None:
    steady = SteadyCamera(Studio(setting.world), setting.corner_camera)
    steady.shoot(FIXED_AFTER_S + time_s - 3)
    kept = steady.shoot(FIXED_AFTER_S + time_s)
    fresh = Studio(setting.world).shoot(setting.corner_camera, time_s=FIXED_AFTER_S + time_s)
    assert (np.abs(kept.image.astype(int) - fresh.image).max(axis=2) > 24).mean() < 0.004
    assert (kept.ids != fresh.ids).mean() < 0.001
    boxes = {s.ident: s.xyxy for s in fresh.seen if s.visible > 0.3}
    again = {s.ident: s.xyxy for s in kept.seen}
    assert all(np.abs(np.subtract(again[i], box)).max() <= 3 for i, box in boxes.items())
