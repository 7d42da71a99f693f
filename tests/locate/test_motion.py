import pytest

from locate.simulate import IMAGE, World, scene
from streetaudit.locate.place import Locator


@pytest.mark.parametrize(
    ("speed_mps", "right", "stationary_at_most", "unknown_at_most"),
    [
        pytest.param(0.0, "stationary", 1.0, 0.1, id="parked"),
        pytest.param(5.0, "moving", 0.0, 0.15, id="driven-ahead-slowly"),
        pytest.param(8.0, "moving", 0.0, 0.1, id="driven-ahead"),
        pytest.param(-6.0, "moving", 0.0, 0.1, id="oncoming"),
    ],
)
def test_standing_is_weighed_against_driving(
    speed_mps: float, right: str, stationary_at_most: float, unknown_at_most: float
) -> None:
    drawn = [scene(World("vehicle", thing_mps=speed_mps), seed) for seed in range(70)]
    seen = [(each, each.track) for each in drawn if each.track is not None and len(each.track.observations) >= 5]
    kinds = [Locator(each.camera, each.pose_at).motion(track, IMAGE).kind for each, track in seen]
    assert len(kinds) >= 20
    assert kinds.count("stationary") <= stationary_at_most * len(kinds)
    assert kinds.count("unknown") <= unknown_at_most * len(kinds)
    assert kinds.count("stationary" if right == "moving" else "moving") <= 0.02 * len(kinds)


def test_what_has_no_wheels_needs_more_to_be_called_moving() -> None:
    drawn = [scene(World("bin", gps_sd_m=2.0, heading_sd_deg=1.5), seed) for seed in range(40)]
    kinds = [Locator(s.camera, s.pose_at).motion(s.track, IMAGE).kind for s in drawn if s.track is not None]
    assert "moving" not in kinds


def test_a_pass_proves_no_dwell() -> None:
    drawn = scene(World("vehicle"), 3)
    assert drawn.track is not None
    assert Locator(drawn.camera, drawn.pose_at).motion(drawn.track, IMAGE).dwell_s is None
