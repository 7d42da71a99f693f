from __future__ import annotations

import numpy as np
import pytest

from streetaudit_models.posters import draw_print
from streetaudit_models.signs import draw_sign

pytest.importorskip("PIL")


@pytest.mark.parametrize("draw", [draw_print, draw_sign])
def test_a_seed_draws_one_picture_and_seeds_differ(draw: object) -> None:
    assert callable(draw)
    first, again, other = (draw(np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert first.shape != other.shape or not np.array_equal(first, other)


def test_print_is_written_on_and_partly_opaque() -> None:
    for seed in range(60):
        made = draw_print(np.random.default_rng(seed))
        assert made.dtype == np.uint8
        assert made.shape[2] == 4
        seen = made[made[..., 3] > 127][:, :3].astype(float)
        assert len(seen) > 50
        assert seen.std() > 0
    kinds = {draw_print(np.random.default_rng(seed)).shape[:2] for seed in range(60)}
    assert len(kinds) > 30
