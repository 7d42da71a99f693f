import math
import time

import numpy as np
import pytest

from streetaudit.locate.associate import RayNoise, Sightings, Thing, associate, sightings_of_rays

NOISE = RayNoise(bearing_deg=2.0, distance_share=0.3, position_m=0.5)


def street(lights: list[tuple[float, float]], *, seed: int = 0) -> Sightings:
    """What a camera sees of the lights within 20 m, from every fifth metre of a street along north."""
    rng = np.random.default_rng(seed)
    rows = []
    for image, north in enumerate(np.arange(0.0, 60.0, 5.0)):
        for east_l, north_l in lights:
            distance = math.hypot(east_l, north_l - north)
            if distance < 20.0:
                bearing = math.degrees(math.atan2(east_l, north_l - north)) + rng.normal(0, 2.0)
                rows.append((rng.normal(0, 0.5), north, bearing, distance * math.exp(rng.normal(0, 0.2)), image))
    table = np.array(rows)
    return sightings_of_rays(
        table[:, :2], table[:, 2], distance_m=table[:, 3], image=table[:, 4].astype(np.int64), noise=NOISE
    )


def places(things: list[Thing]) -> list[tuple[float, float]]:
    return [
        (float(e), float(n)) for e, n in sorted(thing.place_m.tolist() for thing in things if len(thing.members) > 1)
    ]


@pytest.mark.parametrize(
    "lights",
    [
        pytest.param([(6.0, 30.0)], id="one"),
        pytest.param([(-6.0, 20.0), (6.0, 30.0)], id="both-sides"),
        pytest.param([(6.0, 20.0), (6.1, 27.0), (6.2, 34.0)], id="a-row"),
    ],
)
def test_rays_of_many_images_become_the_things_they_show(lights: list[tuple[float, float]]) -> None:
    found = places(associate(street(lights)))
    assert len(found) == len(lights)
    for place, light in zip(found, sorted(lights), strict=True):
        assert math.dist(place, light) < 1.0


def test_every_sighting_belongs_to_one_thing() -> None:
    sightings = street([(6.0, 20.0), (6.0, 27.0)])
    members = sorted(row for thing in associate(sightings) for row in thing.members)
    assert members == list(range(len(sightings)))


@pytest.mark.parametrize(
    ("apart_rad", "things"), [pytest.param(0.0, 2, id="side-by-side"), pytest.param(0.5, 1, id="one-seen-twice")]
)
def test_what_one_image_shows_side_by_side_is_two_things(apart_rad: float, things: int) -> None:
    twin = Sightings(np.zeros((2, 2)), np.stack([np.eye(2)] * 2), np.array([7, 7]), np.array([0.0, 0.1]))
    assert len(associate(twin, same_image_rad=apart_rad)) == things


def test_sightings_beyond_their_errors_stay_apart() -> None:
    far = Sightings(np.array([[0.0, 0.0], [6.0, 0.0]]), np.stack([np.eye(2)] * 2), np.array([0, 1]), np.zeros(2))
    assert len(associate(far)) == 2


@pytest.mark.parametrize(
    ("spread_m", "things"), [pytest.param(1.0, 1, id="sharp"), pytest.param(12.0, 2, id="another-may-lie-between")]
)
def test_how_many_things_depends_on_how_sure_the_places_are(spread_m: float, things: int) -> None:
    """Both pairs lie two and a half standard deviations apart."""
    apart_m = 2.5 * spread_m * math.sqrt(2.0)
    information = np.stack([np.eye(2) / spread_m**2] * 2)
    pair = Sightings(np.array([[0.0, 0.0], [apart_m, 0.0]]), information, np.array([0, 1]), np.zeros(2))
    assert len(associate(pair, reach_m=60.0)) == things
    assert len(associate(pair, reach_m=60.0, things_per_m2=1e-7)) == 1


def test_the_covariance_shrinks_with_agreement() -> None:
    near = Sightings(np.array([[0.0, 0.0], [1.0, 0.0]]), np.stack([np.eye(2)] * 2), np.array([0, 1]), np.zeros(2))
    (thing,) = associate(near)
    assert thing.place_m == pytest.approx((0.5, 0.0))
    assert thing.covariance_m2 == pytest.approx(np.eye(2) / 2)
    assert thing.cost == pytest.approx(0.5)


def test_thousands_of_sightings_take_seconds() -> None:
    rng = np.random.default_rng(1)
    truth = rng.uniform(0, 3000, (600, 2))
    place = np.repeat(truth, 4, axis=0) + rng.normal(0, 1.0, (2400, 2))
    many = Sightings(place, np.stack([np.eye(2)] * 2400), np.tile(np.arange(4), 600), np.tile(np.arange(600.0), 4))
    started = time.process_time()
    found = associate(many)
    assert time.process_time() - started < 5.0
    assert len(found) == pytest.approx(600, rel=0.1)


def test_nothing_gives_nothing() -> None:
    assert associate(Sightings(np.zeros((0, 2)), np.zeros((0, 2, 2)), np.zeros(0, np.int64), np.zeros(0))) == []
