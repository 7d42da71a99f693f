"""What looks say beside the place: softly, for nobody is sure of a colour at night."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest

from casework.builders import place, sighting, spot
from streetaudit.casework.alike import likeness
from streetaudit.casework.merge import Merging
from streetaudit.casework.signature import SIZE
from streetaudit.structures.identity import spot_id
from streetaudit.structures.sighting import Sighting
from streetaudit.structures.spot import Around

NIGHT = datetime(2026, 11, 2, 14, tzinfo=UTC)


def look(number: int, *, noise: int = 0, share: float = 0.05) -> bytes:
    """A signature of a thing of that number, one view of it."""
    own, view = np.random.default_rng(number), np.random.default_rng(1000 + noise)
    return bytes(np.clip(own.integers(0, 256, SIZE) + view.normal(0.0, 255 * share, SIZE), 0, 255).astype(int).tolist())


def car(east_m: float, signature: bytes | None, *, at: datetime = NIGHT, number: int = 1) -> Sighting:
    made = sighting(place(east_m), class_name="vehicle", motion="stationary", seen_at=at, signature=signature)
    return replace(made, id=UUID(int=number), track_id=number)


def test_one_thing_is_likelier_than_two_where_the_looks_agree() -> None:
    assert likeness([look(1)], [look(1, noise=1)], "vehicle") > 1.0
    assert likeness([look(1)], [look(2, noise=1)], "vehicle") < -1.0


def test_the_nearest_of_several_looks_counts() -> None:
    assert likeness([look(1)], [look(2), look(1, noise=3)], "vehicle") > 1.0


def test_bins_that_come_in_dozens_tell_less() -> None:
    assert abs(likeness([look(1)], [look(2)], "bin")) < abs(likeness([look(1)], [look(2)], "vehicle"))


def test_nothing_is_known_without_a_look() -> None:
    assert likeness([], [look(1)], "vehicle") == 0.0


@pytest.mark.parametrize(
    ("signature", "later_h", "is_known"),
    [
        pytest.param(look(1, noise=1), 24.0, True, id="the-same-car-the-next-night"),
        pytest.param(look(2), 24.0, False, id="another-car-the-next-night"),
        pytest.param(look(2), 1.0, True, id="within-the-hour-the-place-tells-more"),
        pytest.param(None, 24.0, True, id="nothing-but-the-place"),
    ],
)
def test_another_car_at_the_same_place_is_another_thing(
    signature: bytes | None, later_h: float, is_known: bool
) -> None:
    known = spot(7, place(0.2), kind="vehicle", last_seen=NIGHT, signatures=(look(1),))
    seen = car(0.0, signature, at=NIGHT + timedelta(hours=later_h))
    chosen = Merging(6.0).assign([seen], Around([known]))[seen.id]
    assert chosen == (known.id if is_known else spot_id(seen.id))


def test_looks_tell_posters_apart_that_the_place_confuses() -> None:
    """Two posters 1.2 m apart, seen again with a pass that is off by as much: the looks set it right."""
    known = [spot(n, place(1.2 * n), kind="illegal_ad", last_seen=NIGHT, signatures=(look(n),)) for n in (1, 2)]
    seen = [
        replace(
            sighting(place(1.2 * n - 1.2), class_name="illegal_ad", signature=look(n, noise=n), seen_at=NIGHT),
            id=UUID(int=20 + n),
            track_id=n,
        )
        for n in (1, 2)
    ]
    chosen = Merging(6.0).assign(seen, Around(known))
    assert [chosen[one.id].int for one in seen] == [1, 2]


def test_a_parked_car_that_is_no_problem_is_remembered_and_a_moving_one_is_not() -> None:
    legal = replace(car(0.0, None), verdict=replace(car(0.0, None).verdict, problem=None))
    assert set(Merging(6.0).assign([legal], Around())) == {legal.id}
    assert Merging(6.0).assign([replace(legal, motion="moving")], Around()) == {}
    assert Merging(6.0).assign([replace(legal, class_name="litter")], Around()) == {}
