from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from grounds import HOME, ground
from streetaudit.casework.gone import Absence, chance_seen, look_for
from streetaudit.structures.ground import COLUMNS
from streetaudit.structures.miss import SCALES_PX_M, Appearance, Looked, Miss
from streetaudit.structures.place import Place

NIGHT = datetime(2026, 11, 2, 22, tzinfo=UTC)
WELL = Looked(3.0, 4.0, 6.0, (60, 50, 40, 30, 20, 12, 8, 4))
RULE = Absence(2)


def at(night: float) -> datetime:
    return NIGHT + timedelta(days=night)


def seen(night: float, *, frames: int = 30, scale: float | None = 30.0) -> Appearance:
    return Appearance(at(night), frames, scale)


def missed(night: float, *, looked: Looked = WELL, camera: str = "patrol") -> Miss:
    name = f"{camera}-{night}"
    return Miss(UUID(int=1), name, f"{name}.mp4", camera, at(night), looked)


def short(frames: int) -> Looked:
    """A look in which so many frames showed a metre in 40 pixels or more."""
    return Looked(1.0, 12.0, 1.0, tuple(frames if scale <= 40.0 else 0 for scale in SCALES_PX_M))


def place(east_m: float = 3.0, north_m: float = 8.0) -> Place:
    return Place(*HOME.to_degrees(east_m, north_m), 2.0)


@pytest.mark.parametrize(
    ("values", "is_looked"),
    [
        pytest.param({}, True, id="passed-by"),
        pytest.param({"hidden": range(COLUMNS)}, False, id="all-hidden"),
        pytest.param({"light": 10}, False, id="dark"),
        pytest.param({"norths_m": range(20, 60, 2)}, False, id="already-behind"),
        pytest.param({"norths_m": [0.0], "frames": 2}, False, id="a-glimpse"),
    ],
)
def test_a_spot_is_looked_at_only_where_it_is_open(values: dict[str, Any], is_looked: bool) -> None:
    assert (look_for(ground(**values), place()) is not None) is is_looked


def test_a_spot_that_is_less_sure_needs_more_open_ground() -> None:
    """A car's width beside the spot is hidden: enough to doubt a place that is known to six metres."""
    where = HOME.to_degrees(-2.2, 8.0)
    looks = ground(norths_m=[-8.0, -6.0, -4.0], hidden=range(16, 32))
    assert look_for(looks, Place(*where, 2.0)) is not None
    assert look_for(looks, Place(*where, 6.0)) is None


def test_frames_are_counted_by_scale_and_the_nearest_look_is_named() -> None:
    looked = look_for(ground(), place())
    assert looked is not None
    assert list(looked.frames) == sorted(looked.frames, reverse=True)
    assert looked.frames[0] > looked.frames[-1] > 0
    assert looked.nearest_m == pytest.approx(5.0, abs=0.2)  # 2 m further the spot leaves the image
    assert looked.seconds == pytest.approx(0.4 * 18)


@pytest.mark.parametrize(
    ("looked", "before", "missed_before", "low", "high"),
    [
        pytest.param(WELL, [seen(0)], 0, 0.9, 0.9, id="a-good-look"),
        pytest.param(short(4), [seen(0)], 0, 0.4, 0.5, id="too-few-frames"),
        pytest.param(short(30), [seen(0, scale=60.0)], 0, 0.0, 0.0, id="never-as-near-as-it-was-seen"),
        pytest.param(short(30), [seen(0, scale=None)], 0, 0.9, 0.9, id="scale-not-known"),
        pytest.param(short(3), [seen(0, frames=4)], 0, 0.9, 0.9, id="it-never-had-more-frames"),
        pytest.param(WELL, [seen(0)], 4, 0.45, 0.55, id="often-missed-before"),
        pytest.param(WELL, [seen(n) for n in range(9)], 1, 0.88, 0.9, id="nearly-always-seen"),
    ],
)
def test_the_chance_follows_from_how_the_thing_was_seen(
    looked: Looked, before: list[Appearance], missed_before: int, low: float, high: float
) -> None:
    assert low <= chance_seen(looked, before, missed_before=missed_before) <= high


@pytest.mark.parametrize(
    ("events", "gone"),
    [
        pytest.param([seen(0), missed(1)], None, id="one-pass-is-not-enough"),
        pytest.param([seen(0), missed(1), missed(2)], 2, id="two-passes"),
        pytest.param([seen(0), missed(1), seen(2), missed(3)], None, id="seen-in-between"),
        pytest.param([missed(-2), missed(-1), seen(0)], None, id="before-it-came"),
        pytest.param([seen(0), missed(1), missed(1.001), missed(1.002)], None, id="one-camera-within-minutes"),
        pytest.param([seen(0), missed(1), missed(1.001, camera="sweeper")], 1.001, id="two-cameras-within-minutes"),
        pytest.param([seen(0), *(missed(n, looked=short(2)) for n in range(1, 9))], None, id="never-well-looked-at"),
        pytest.param([seen(0), *(missed(n, looked=short(4)) for n in range(1, 5))], None, id="four-poor-looks"),
        pytest.param([seen(0), *(missed(n, looked=short(4)) for n in range(1, 8))], 6, id="six-poor-looks"),
        pytest.param([seen(0), missed(1), missed(2), seen(3)], 2, id="gone-and-back"),
    ],
)
def test_a_thing_is_gone_once_passes_enough_missed_it(events: list[Appearance | Miss], gone: float | None) -> None:
    for order in list(permutations(events))[:60]:
        met = [event for event in order if isinstance(event, Appearance)]
        fate = RULE.fate(met, [event for event in order if isinstance(event, Miss)])
        assert fate.gone_at == (None if gone is None else at(gone))


def test_a_thing_that_is_often_missed_takes_longer() -> None:
    flickering = [seen(0), seen(2), seen(4), missed(1), missed(3)]
    missed_since = [missed(n) for n in range(5, 9)]
    met = [event for event in flickering if isinstance(event, Appearance)]
    before = [event for event in flickering if isinstance(event, Miss)]
    assert RULE.fate(met, [*before, *missed_since[:2]]).gone_at is None
    assert RULE.fate(met, [*before, *missed_since]).gone_at == at(7)


def test_what_a_person_saw_takes_away_what_was_missed_before() -> None:
    passes = [missed(1), missed(2)]
    assert RULE.fate([seen(0)], passes, since=at(3)).gone_at is None
    assert RULE.fate([seen(0)], [*passes, missed(4), missed(5)], since=at(3)).gone_at == at(5)


def test_the_proof_names_the_passes_and_the_doubt_that_is_left() -> None:
    fate = RULE.fate([seen(0)], [missed(2), missed(1)])
    assert [miss.at for miss, _ in fate.proof] == [at(1), at(2)]
    assert fate.doubt == pytest.approx(0.01)


def test_the_configured_number_of_passes_is_asked_for() -> None:
    passes = [missed(n) for n in range(1, 5)]
    assert [Absence(n).fate([seen(0)], passes).gone_at for n in (1, 3, 4)] == [at(1), at(3), at(4)]
