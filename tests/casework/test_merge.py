from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.builders import HOME, NO_GPS, evidence, place, sighting, spot
from streetaudit.casework.merge import Merging
from streetaudit.casework.normal import inverse, radius_95
from streetaudit.structures.geo import distance_m
from streetaudit.structures.glimpse import Glimpse
from streetaudit.structures.identity import spot_id
from streetaudit.structures.place import Place
from streetaudit.structures.sighting import Sighting
from streetaudit.structures.spot import Around, Spot

MERGING = Merging(radius_m=4.0, fixed_cameras=frozenset({"gate"}))


def chosen(seen: Sighting, spots: list[Spot], same_clip: dict[int, list[Sighting]] | None = None) -> int | None:
    held = {UUID(int=number): sightings for number, sightings in (same_clip or {}).items()}
    found = MERGING.assign([seen], Around(spots, held))[seen.id]
    return None if found == spot_id(seen.id) else found.int


def merge_places(places: Sequence[Place]) -> Place:
    """The place of one thing that was seen once on each of so many passes."""
    glimpses = [Glimpse(UUID(int=i), UUID(int=0), f"{i:064x}", "patrol", 0.0, p) for i, p in enumerate(places)]
    return MERGING.place_cases(glimpses)[UUID(int=0)]


@pytest.mark.parametrize(
    ("where", "spots", "number"),
    [
        pytest.param(place(0), [], None, id="nothing-near"),
        pytest.param(place(0), [spot(1, place(1.5))], 1, id="within-both-errors"),
        pytest.param(place(0), [spot(1, place(5.0))], None, id="beyond-the-radius"),
        pytest.param(place(0, error_m=20.0), [spot(1, place(5.0, error_m=20.0))], None, id="radius-beats-errors"),
        pytest.param(place(0, error_m=0.3), [spot(1, place(3.9, error_m=0.3))], None, id="errors-beat-the-radius"),
        pytest.param(place(0), [spot(1, place(2.0)), spot(2, place(-1.0))], 2, id="nearest-wins"),
        pytest.param(place(0), [spot(1, place(-1.0)), spot(2, place(2.0))], 1, id="whatever-the-order"),
        pytest.param(
            place(0), [spot(1, place(1.5, error_m=20.0)), spot(2, place(1.8, error_m=2.0))], 2, id="sure-beats-vague"
        ),
        pytest.param(place(0), [spot(1, place(0.5), kind="street_stall")], None, id="another-kind"),
        pytest.param(place(0), [spot(1, None)], None, id="thing-without-a-place"),
        pytest.param(NO_GPS, [spot(1, place(0))], None, id="sighting-without-a-place"),
        pytest.param(place(0, error_m=0.0), [spot(1, place(0, error_m=0.0))], 1, id="no-error-at-all"),
    ],
)
def test_which_thing(where: Any, spots: list[Spot], number: int | None) -> None:
    assert chosen(sighting(where), spots) == number


@pytest.mark.parametrize(
    ("other", "number"),
    [
        pytest.param({"first_s": 0.5, "last_s": 3.0}, None, id="seen-side-by-side"),
        pytest.param({"first_s": 1.0, "last_s": 3.0}, None, id="in-one-frame-only"),
        pytest.param({"first_s": 1.5, "last_s": 3.0}, 1, id="one-after-the-other"),
    ],
)
def test_what_was_seen_side_by_side_is_two_things(other: dict[str, float], number: int | None) -> None:
    held = {1: [sighting(place(0.5), **other)]}
    assert chosen(sighting(place(0), first_s=0.0, last_s=1.0), [spot(1, place(0.5))], held) == number


@pytest.mark.parametrize(
    ("beside", "number"),
    [
        pytest.param(((), ()), 1, id="no-frame-shows-both-so-it-is-a-piece"),
        pytest.param(((2,), ()), None, id="one-names-the-other"),
        pytest.param(((), (1,)), None, id="the-other-names-it"),
        pytest.param((None, ()), None, id="nobody-noted"),
    ],
)
def test_pieces_at_one_time_are_one_thing_unless_a_frame_shows_both(beside: Any, number: int | None) -> None:
    held = {1: [sighting(place(0.5), first_s=0.5, last_s=3.0, id=UUID(int=2), track_id=2, beside=beside[1])]}
    seen = sighting(place(0), first_s=0.0, last_s=1.0, beside=beside[0])
    assert chosen(seen, [spot(1, place(0.5))], held) == number
    both = MERGING.assign([seen, held[1][0]], Around())
    assert (len(set(both.values())) == 1) is (number is not None)


def test_the_second_nearest_is_taken_when_the_nearest_stood_beside_it() -> None:
    held = {1: [sighting(place(0.5))]}
    assert chosen(sighting(place(0)), [spot(1, place(0.5)), spot(2, place(2.0))], held) == 2


def test_long_errors_count_along_their_length_only() -> None:
    """A track seen from afar is unsure along the line of sight, not across it."""
    along = place(0, error_m=4.0, covariance_m2=(4.0, 0.0, 0.01))
    assert chosen(sighting(along), [spot(1, place(3.5, error_m=0.5))]) == 1
    assert chosen(sighting(along), [spot(1, place(0, 3.5, error_m=0.5))]) is None


@pytest.mark.parametrize(
    ("camera", "box", "number"),
    [
        pytest.param("gate", (10, 10, 50, 50), 1, id="same-box"),
        pytest.param("gate", (15, 10, 55, 50), 1, id="nearly-the-same-box"),
        pytest.param("gate", (100, 10, 150, 50), None, id="another-box"),
        pytest.param("gate", None, None, id="no-evidence"),
        pytest.param("patrol", (10, 10, 50, 50), None, id="moving-camera"),
    ],
)
def test_unplaced_things_are_known_by_their_box_before_fixed_cameras(
    camera: str, box: tuple[float, ...] | None, number: int | None
) -> None:
    held = {1: [sighting(NO_GPS, camera=camera, evidence=evidence(10, 10, 50, 50))]}
    seen = sighting(NO_GPS, first_s=5.0, last_s=6.0, camera=camera, evidence=None if box is None else evidence(*box))
    assert chosen(seen, [spot(1, None)], held) == number


def test_one_place_stays_as_it_is() -> None:
    merged = merge_places([place(0)])
    assert distance_m(merged.lat, merged.lon, HOME.lat, HOME.lon) < 1e-6
    assert merged.error_m == pytest.approx(2.0, abs=0.15)


def test_the_surer_place_pulls_more() -> None:
    merged = merge_places([place(0, error_m=1.0, views=3), place(3, error_m=2.0, views=4)])
    east, north = HOME.to_metres(merged.lat, merged.lon)
    assert (east, north) == pytest.approx((0.6, 0.0), abs=0.1)
    assert merged.views == 7


def test_crossing_lines_of_sight_meet() -> None:
    along_x = place(2.0, 0.0, error_m=4.0, covariance_m2=(4.0, 0.0, 0.01))
    along_y = place(0.0, 2.0, error_m=4.0, covariance_m2=(0.01, 0.0, 4.0))
    merged = merge_places([along_x, along_y])
    assert HOME.to_metres(merged.lat, merged.lon) == pytest.approx((0.0, 0.0), abs=0.02)
    assert merged.error_m < 1.0


def test_places_that_disagree_are_less_sure() -> None:
    agreeing = merge_places([place(0, error_m=1.0), place(0.2, error_m=1.0)])
    disagreeing = merge_places([place(0, error_m=1.0), place(4.0, error_m=1.0)])
    assert disagreeing.error_m > 1.5 * agreeing.error_m


def test_fourteen_nights_do_not_pretend_centimetres() -> None:
    merged = merge_places([place(0, error_m=2.0)] * 14)
    assert 0.5 <= merged.error_m <= 1.0
    exact = merge_places([place(0, error_m=0.1)] * 1000)
    assert exact.error_m >= 0.2


@pytest.mark.parametrize("nights", [2, 5, 14])
def test_error_m_holds_the_truth_as_often_as_it_says(nights: int) -> None:
    random = np.random.default_rng(nights)
    held = 0
    for _ in range(400):
        sigmas = random.uniform(0.5, 2.0, nights)
        errors = sigmas * 2.4477
        offsets = random.normal(0.0, 1.0, (nights, 2)) * sigmas[:, None]
        mount = random.normal(0.0, 0.12, 2)  # the same on every night
        seen = [
            place(offset[0], offset[1], float(error)) for offset, error in zip(offsets + mount, errors, strict=True)
        ]
        merged = merge_places(seen)
        held += distance_m(merged.lat, merged.lon, HOME.lat, HOME.lon) <= merged.error_m
    assert 0.93 <= held / 400 <= 0.995


@given(
    st.lists(st.tuples(st.floats(-4, 4), st.floats(-4, 4), st.floats(0.2, 8.0)), min_size=1, max_size=8), st.randoms()
)
def test_the_order_of_the_nights_does_not_matter(nights: list[tuple[float, float, float]], random: Any) -> None:
    places = [place(*night) for night in nights]
    merged = merge_places(places)
    random.shuffle(places)
    again = merge_places(places)
    assert distance_m(again.lat, again.lon, merged.lat, merged.lon) < 1e-2
    assert again.error_m == pytest.approx(merged.error_m, abs=1e-2)


@given(st.lists(st.tuples(st.floats(-2, 2), st.floats(-2, 2), st.floats(0.2, 8.0)), min_size=2, max_size=8))
def test_the_merged_place_lies_among_its_nights(nights: list[tuple[float, float, float]]) -> None:
    merged = merge_places([place(*night) for night in nights])
    east, north = HOME.to_metres(merged.lat, merged.lon)
    assert min(n[0] for n in nights) - 0.01 <= east <= max(n[0] for n in nights) + 0.01
    assert min(n[1] for n in nights) - 0.01 <= north <= max(n[1] for n in nights) + 0.01
    assert merged.error_m > 0.0


@pytest.mark.parametrize("axes", [(1.0, 1.0), (3.0, 1.0), (2.0, 0.5), (1.0, 0.0)], ids=str)
def test_the_95_percent_circle_against_samples(axes: tuple[float, float]) -> None:
    samples = np.random.default_rng(0).normal(size=(200_000, 2)) * axes
    radius = radius_95((axes[0] ** 2, 0.0, axes[1] ** 2))
    assert float((np.hypot(samples[:, 0], samples[:, 1]) <= radius).mean()) == pytest.approx(0.95, abs=0.003)


def test_a_singular_matrix_has_no_inverse() -> None:
    with pytest.raises(ValueError, match="positive definite"):
        inverse((1.0, 1.0, 1.0))
