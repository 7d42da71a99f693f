import numpy as np
import pytest

from streetaudit.detect.letterbox import PAD, Geometry, Letterbox, fit


@pytest.mark.parametrize(
    ("frame", "canvas", "options", "inner", "offset", "size"),
    [
        pytest.param((1080, 1920), (640, 640), {}, (360, 640), (140, 0), (640, 640), id="wide-in-square"),
        pytest.param((1920, 1080), (640, 640), {}, (640, 360), (0, 140), (640, 640), id="tall-in-square"),
        pytest.param((720, 1280), (384, 640), {}, (360, 640), (12, 0), (384, 640), id="wide-in-rectangle"),
        pytest.param((100, 100), (384, 640), {}, (384, 384), (0, 128), (384, 640), id="small-frames-grow"),
        pytest.param((360, 640), (416, 416), {"centred": False}, (234, 416), (0, 0), (416, 416), id="top-left"),
        pytest.param((720, 1280), (640, 640), {"tight": True}, (360, 640), (12, 0), (384, 640), id="tight"),
        pytest.param((1, 5000), (640, 640), {}, (1, 640), (319, 0), (640, 640), id="one-line"),
    ],
)
def test_fit(
    frame: tuple[int, int],
    canvas: tuple[int, int],
    options: dict[str, bool],
    inner: tuple[int, int],
    offset: tuple[int, int],
    size: tuple[int, int],
) -> None:
    assert fit(frame, canvas, **options) == Geometry(frame, size, inner, offset)


@pytest.mark.parametrize("frame", [(1080, 1920), (721, 1283), (50, 37), (480, 640)], ids=str)
@pytest.mark.parametrize("canvas", [(640, 640), (384, 640), (416, 416)], ids=str)
def test_boxes_find_their_way_back(frame: tuple[int, int], canvas: tuple[int, int]) -> None:
    image = np.zeros((*frame, 3), np.uint8)
    height, width = frame
    top, left, bottom, right = height // 4, width // 5, height // 2, width // 2
    image[top:bottom, left:right] = 255
    drawn, geometry = Letterbox(canvas)(image)
    rows, columns = np.nonzero((drawn[..., 0] > 127) & (drawn[..., 0] != PAD))
    box = np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]], np.float32)
    off = np.abs(geometry.to_frame(box) - [[left, top, right, bottom]])
    assert off.max() <= max(1.0, 0.75 * height / geometry.inner[0])


def test_the_rest_of_the_canvas_is_grey_and_the_picture_is_drawn_anew() -> None:
    letterbox = Letterbox((64, 64))
    first, _ = letterbox(np.full((30, 60, 3), 10, np.uint8))
    second, geometry = letterbox(np.full((30, 60, 3), 200, np.uint8))
    assert second is first  # the memory is used again
    assert geometry.offset == (16, 0)
    assert (second[:16] == PAD).all()
    assert (second[48:] == PAD).all()
    assert (second[16:48] == 200).all()


def test_another_frame_size_leaves_nothing_of_the_last() -> None:
    letterbox = Letterbox((64, 64))
    letterbox(np.full((64, 64, 3), 200, np.uint8))
    canvas, geometry = letterbox(np.full((64, 32, 3), 10, np.uint8))
    assert geometry.inner == (64, 32)
    assert set(np.unique(canvas)) == {10, PAD}


def test_a_strong_reduction_weighs_every_pixel() -> None:
    random = np.random.default_rng(1)
    noise = random.integers(0, 256, (1080, 1920, 3), dtype=np.uint8)
    canvas, _ = Letterbox((216, 384))(noise)
    assert canvas.mean() == pytest.approx(noise.mean(), abs=1)
    assert canvas.std() < 20  # each of its pixels stands for 25; skipping some would keep more of the noise's own 74


def test_boxes_are_cut_at_the_edges_of_the_frame() -> None:
    geometry = fit((100, 200), (64, 128))
    np.testing.assert_allclose(geometry.to_frame(np.array([[-20, -5, 900, 70]], np.float32)), [[0, 0, 200, 100]])
