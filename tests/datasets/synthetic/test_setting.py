import numpy as np
import pytest

from streetaudit_datasets.synthetic.district import allows, spans_of
from streetaudit_datasets.synthetic.setting import Options, Setting, draw_setting

SEEDS = (7, 8)


@pytest.fixture(scope="module", params=SEEDS)
def setting(request: pytest.FixtureRequest) -> Setting:
    return draw_setting(int(request.param), Options(light="overcast"))


def places(setting: Setting, label: str, *, problem: bool) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    things = [
        t for t in setting.world.things if t.label == label and (t.problem is not None) is problem and not t.motion
    ]
    spots = np.array([(t.east_m, t.north_m) for t in things])
    return np.column_stack(setting.world.plan.path.locate(spots[:, 0], spots[:, 1]))


def test_there_are_cases_of_every_problem_and_as_many_legal_things(setting: Setting) -> None:
    known = [t for t in setting.world.things if t.label]
    cases = [t for t in known if t.problem]
    assert {t.problem for t in cases} == {
        "litter", "street_stall", "illegal_ad", "mis_parked_vehicle", "overflowing_bin",
    }  # fmt: skip
    assert 28 <= len(cases) <= 48
    assert len(known) - len(cases) >= len(cases)


def test_ids_are_given_once(setting: Setting) -> None:
    idents = [t.ident for t in setting.world.things if t.label]
    assert sorted(idents) == list(range(1, len(idents) + 1))


def test_mis_parked_vehicles_stand_in_no_parking_zones_and_legal_ones_do_not(setting: Setting) -> None:
    plan = setting.world.plan
    for along, right in places(setting, "vehicle", problem=True):
        assert any(s.holds(float(along), float(right), margin_m=2.0) for s in spans_of(plan, "no_parking"))
    for along, right in places(setting, "vehicle", problem=False):
        assert allows(plan, "no_parking", float(along), float(right), margin_m=5.0)


@pytest.mark.parametrize(("label", "kind"), [("street_stall", "vending"), ("illegal_ad", "ads")])
def test_permitting_zones_hold_the_legal_ones_and_are_far_from_the_others(
    setting: Setting, label: str, kind: str
) -> None:
    plan = setting.world.plan
    for along, right in places(setting, label, problem=False):
        assert any(s.holds(float(along), float(right), margin_m=0.5) for s in spans_of(plan, kind))
    for along, right in places(setting, label, problem=True):
        assert allows(plan, kind, float(along), float(right), margin_m=5.0)


def test_bins_stand_in_a_row_five_metres_apart(setting: Setting) -> None:
    bins = [t for t in setting.world.things if t.label in ("bin", "overflowing_bin")]
    spots = np.array([(t.east_m, t.north_m) for t in bins])
    gaps = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))
    close = (gaps > 4.5) & (gaps < 5.5)
    assert close.sum() / 2 >= 4


def test_the_same_seed_makes_the_same_street() -> None:
    a, b = (draw_setting(9, Options()) for _ in range(2))
    assert [(t.label, t.east_m, t.problem) for t in a.world.things] == [
        (t.label, t.east_m, t.problem) for t in b.world.things
    ]


def test_the_drive_keeps_to_its_lane_and_time(setting: Setting) -> None:
    route = setting.route
    assert route.duration_s == pytest.approx(66.0)
    assert np.abs(route.right_m - 1.75).max() < 0.8
    assert (np.diff(route.along_m) >= -1e-9).all()
    assert 3.0 < route.speed_m_s(20.0) < 13.0
