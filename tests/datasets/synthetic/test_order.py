import numpy as np
import pytest

from streetaudit_datasets.synthetic.order import far_to_near, hidden_by

EYE = np.array([0.0, 0.0])
CAR = (2.3, 0.9)
SMALL = (0.3, 0.3)


@pytest.mark.parametrize(
    ("places", "halves", "last"),
    [
        pytest.param([(0, 5), (0, 9)], [SMALL, SMALL], 0, id="nearer-is-last"),
        pytest.param([(0, 10), (1.4, 11.5)], [CAR, SMALL], 0, id="litter-behind-the-far-half-of-a-car"),
        pytest.param([(1.6, 10), (0.3, 11.5)], [CAR, SMALL], 1, id="litter-on-our-side-of-a-car"),
    ],
)
def test_what_hides_is_drawn_last(
    places: list[tuple[float, float]], halves: list[tuple[float, float]], last: int
) -> None:
    order = far_to_near(np.array(places, float), np.zeros(len(places)), np.array(halves), eye_m=EYE)
    assert order[-1] == last


def test_every_thing_is_drawn_once_even_in_a_ring() -> None:
    rng = np.random.default_rng(0)
    places, headings = rng.uniform((-8, 6), (8, 22), (40, 2)), rng.uniform(0, 360, 40)
    order = far_to_near(places, headings, np.tile(CAR, (40, 1)), eye_m=EYE)
    assert sorted(order) == list(range(40))


def test_a_house_hides_what_stands_behind_it_and_nothing_else() -> None:
    house = np.array([[(-3, 10), (3, 10), (3, 16), (-3, 16)]], dtype=np.float64)
    points = np.array([(0, 30), (0, 5), (12, 20), (-1, 17)], dtype=np.float64)
    assert hidden_by(EYE, points, house)[:, 0].tolist() == [True, False, False, True]
