from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from detect.onnx_models import yolov8_output
from streetaudit.detect.detector import DEFAULT_CONFIDENCE, Detector
from streetaudit.structures.frame import Frame
from streetaudit.structures.model_card import ModelCard

LITTER, VEHICLE, BIN, OVERFLOWING = 0, 3, 4, 5


class Fake:
    """A session that answers what it was told and remembers what it was shown."""

    def __init__(self, output: NDArray[np.float32]) -> None:
        self.output = output
        self.shown: list[NDArray[Any]] = []

    def run(self, tensor: NDArray[Any]) -> list[NDArray[np.float32]]:
        self.shown.append(tensor.copy())
        return [self.output]


def card(**changes: Any) -> ModelCard:
    words: dict[str, Any] = {
        "name": "tiny",
        "version": "1",
        "classes": ("litter", "car", "giraffe"),
        "input_size": (64, 96),
        "input": "uint8_nhwc_rgb",
        "layout": "yolov8",
        "thresholds": (("litter", 0.3), ("car", 0.5)),
        "iou": 0.5,
        "licence": "CC0-1.0",
        "sha256": "0" * 64,
    }
    return ModelCard(**(words | changes))


def frame(height: int = 128, width: int = 192) -> Frame:
    return Frame(0, 0.0, np.full((height, width, 3), 90, np.uint8))


def test_boxes_come_in_pixels_of_the_frame_and_classes_of_ours() -> None:
    seen = Detector(Fake(yolov8_output((48, 32, 20, 10, 0, 0.8, 0))), card())(frame())
    np.testing.assert_allclose(seen.xyxy, [[76, 54, 116, 74]])  # the frame is twice the input
    np.testing.assert_allclose(seen.confidence, [0.8])
    assert seen.class_id.tolist() == [VEHICLE]
    assert [str(a.dtype) for a in (seen.xyxy, seen.confidence, seen.class_id)] == ["float32", "float32", "int32"]


@pytest.mark.parametrize(
    ("scores", "options", "kept"),
    [
        pytest.param((0.2, 0, 0), {}, 1, id="weak-ones-are-kept-for-the-second-round"),
        pytest.param((0.05, 0, 0), {}, 0, id="below-the-floor"),
        pytest.param((0.2, 0, 0), {"floor": 0.25}, 0, id="floor-raised"),
        pytest.param((0.28, 0, 0), {"floor": 0.5}, 0, id="floor-above-the-threshold-does-not-count"),
        pytest.param((0.35, 0, 0), {"floor": 0.5}, 1, id="the-threshold-is-then-the-floor"),
        pytest.param((0.2, 0, 0.9), {}, 0, id="a-class-we-do-not-watch"),
        pytest.param((0.06, 0, 0), {"confidence": 0.05}, 1, id="confidence-lowers-the-floor"),
    ],
)
def test_what_is_returned(scores: tuple[float, float, float], options: dict[str, Any], kept: int) -> None:
    seen = Detector(Fake(yolov8_output((48, 32, 20, 10, *scores))), card(), **options)(frame())
    assert len(seen) == kept


def test_thresholds_are_the_cards_by_our_ids() -> None:
    thresholds = Detector(Fake(yolov8_output()), card()).thresholds
    assert thresholds.dtype == np.float32
    assert thresholds[[LITTER, VEHICLE, BIN]].tolist() == pytest.approx([0.3, 0.5, DEFAULT_CONFIDENCE])


def test_of_two_classes_that_mean_one_the_lower_threshold_counts() -> None:
    both = card(classes=("car", "truck", "bus"), thresholds=(("car", 0.5), ("truck", 0.4), ("bus", 0.6)))
    assert Detector(Fake(yolov8_output()), both).thresholds[VEHICLE] == pytest.approx(0.4)


def test_confidence_replaces_every_threshold() -> None:
    assert Detector(Fake(yolov8_output()), card(), confidence=0.7).thresholds.tolist() == pytest.approx([0.7] * 7)


@pytest.mark.parametrize(
    ("classes", "left"),
    [
        pytest.param(("car", "truck", "bus"), [VEHICLE], id="car-and-truck-are-one-vehicle"),
        pytest.param(("bin", "overflowing_bin", "person"), [OVERFLOWING], id="one-bin-is-full-or-it-is-not"),
        pytest.param(("litter", "vehicle", "person"), [VEHICLE, LITTER], id="litter-before-a-car-stays"),
    ],
)
def test_one_thing_is_seen_once(classes: tuple[str, ...], left: list[int]) -> None:
    output = yolov8_output((48, 32, 20, 10, 0.6, 0, 0), (49, 32, 20, 10, 0, 0.7, 0))
    seen = Detector(Fake(output), card(classes=classes, thresholds=()))(frame())
    assert seen.class_id.tolist() == left


def test_iou_can_be_replaced() -> None:
    output = yolov8_output((48, 32, 20, 10, 0, 0.6, 0), (53, 32, 20, 10, 0, 0.7, 0))  # IoU 0.6
    assert len(Detector(Fake(output), card())(frame())) == 1
    assert len(Detector(Fake(output), card(), iou=0.7)(frame())) == 2


def test_boxes_in_the_padding_and_broken_ones_are_dropped() -> None:
    wide = frame(32, 192)  # the picture fills rows 24 to 40 of the input
    output = yolov8_output(
        (48, 10, 20, 6, 0, 0.8, 0), (48, 32, np.nan, 6, 0, 0.8, 0), (48, 32, 20, 6, 0, 0.8, 0), (9, 9, -4, 6, 0, 0.8, 0)
    )
    np.testing.assert_allclose(Detector(Fake(output), card())(wide).xyxy, [[76, 10, 116, 22]])


@pytest.mark.parametrize(
    ("changes", "options", "shape", "corner"),
    [
        pytest.param({}, {}, (1, 64, 96, 3), (114, 114, 114), id="bytes"),
        pytest.param({"input": "float_nchw_rgb_01"}, {}, (1, 3, 64, 96), (114 / 255,) * 3, id="floats"),
        pytest.param({"input_size": (96, 96)}, {"tight": True}, (1, 32, 96, 3), (114, 114, 114), id="tight"),
    ],
)
def test_the_model_is_shown_what_its_card_says(
    changes: dict[str, Any], options: dict[str, Any], shape: tuple[int, ...], corner: tuple[float, ...]
) -> None:
    session = Fake(yolov8_output())
    Detector(session, card(**changes), **options)(frame(20, 96))
    (shown,) = session.shown
    assert shown.shape == shape
    first = shown[0, 0, 0] if shown.shape[3] == 3 else shown[0, :, 0, 0]
    np.testing.assert_allclose(first, corner)


def test_nothing_seen() -> None:
    assert len(Detector(Fake(yolov8_output()), card())(frame())) == 0


def test_frames_of_several_sizes() -> None:
    detect = Detector(Fake(yolov8_output((48, 32, 96, 64, 0, 0.8, 0))), card())
    for size in ((128, 192), (64, 96), (720, 1280), (128, 192)):
        assert len(detect(frame(*size))) == 1
