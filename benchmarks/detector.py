"""Seconds and correctness of the detector's parts, and its boxes on real street images.

    python benchmarks/detector.py            # the shipped model, or
    python benchmarks/detector.py FILE.onnx  # any other with a card
    python benchmarks/detector.py --coco     # the COCO YOLOX-nano of ../shared, scored on street5's vehicles

Data: STREETAUDIT_SHARED (default ../shared).
"""

from __future__ import annotations

import csv
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit.detect.boxes import InputBoxes
from streetaudit.detect.decode_end2end import decode_end2end
from streetaudit.detect.decode_yolov8 import decode_yolov8
from streetaudit.detect.decode_yolox import decode_yolox
from streetaudit.detect.detector import Detector
from streetaudit.detect.letterbox import Letterbox
from streetaudit.detect.nms import suppressed
from streetaudit.detect.tensor import TensorMaker
from streetaudit.io.model_files import shipped_models
from streetaudit.io.onnx_model import LoadedModel, load_model
from streetaudit.structures.frame import Frame
from streetaudit.structures.model_card import InputFormat
from streetaudit.structures.taxonomy import CLASSES

SHARED = Path(os.environ.get("STREETAUDIT_SHARED", Path(__file__).resolve().parents[2] / "shared"))
COCO = (
    "person bicycle car motorcycle airplane bus train truck boat traffic_light fire_hydrant stop_sign parking_meter "
    "bench bird cat dog horse sheep cow elephant bear zebra giraffe backpack umbrella handbag tie suitcase frisbee "
    "skis snowboard sports_ball kite baseball_bat baseball_glove skateboard surfboard tennis_racket bottle wine_glass "
    "cup fork knife spoon bowl banana apple sandwich orange broccoli carrot hot_dog pizza donut cake chair couch "
    "potted_plant bed dining_table toilet tv laptop mouse remote keyboard cell_phone microwave oven toaster sink "
    "refrigerator book clock vase scissors teddy_bear hair_drier toothbrush"
)


def coco_yolox() -> LoadedModel:
    """The COCO YOLOX-nano, with a card written beside a copy of it."""
    data = (SHARED / "data" / "weights" / "yolox_nano_reexport_iinfer.onnx").read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder, "yolox_nano.onnx")
        weights.write_bytes(data)
        weights.with_suffix(".toml").write_text(
            f"""name = "yolox_nano"
version = "0.1.1rc0"
licence = "Apache-2.0"
classes = {COCO.split()}
input_size = [416, 416]
input = "float_nchw_bgr_255"
layout = "yolox"
iou = 0.45
sha256 = "{hashlib.sha256(data).hexdigest()}"
"""
        )
        return load_model(weights, threads=1)


def microseconds(call: Callable[[], object], times: int = 60) -> float:
    """Median of many calls."""
    call()
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        call()
        took.append(time.perf_counter() - begin)
    return 1e6 * float(np.median(took))


def parts() -> None:
    """Microseconds of everything but the model."""
    random = np.random.default_rng(0)
    for height, width in ((720, 1280), (1080, 1920)):
        image = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
        letterbox = Letterbox((640, 640))
        print(f"letterbox {width}x{height} to 640x640{microseconds(partial(letterbox, image)):10.0f} us")
    canvas = random.integers(0, 256, (640, 640, 3), dtype=np.uint8)
    forms: tuple[InputFormat, ...] = ("uint8_nhwc_rgb", "float_nchw_rgb_01", "float_nchw_bgr_255")
    for form in forms:
        maker = TensorMaker(form)
        print(f"tensor {form:24}{microseconds(partial(maker, canvas)):10.0f} us")
    heads: tuple[tuple[str, Callable[..., InputBoxes], tuple[int, ...]], ...] = (
        ("yolox, 80 classes", decode_yolox, (1, 8400, 85)),
        ("yolov8, 80 classes", decode_yolov8, (1, 84, 8400)),
        ("yolov8, 7 classes", decode_yolov8, (1, 11, 8400)),
        ("end2end", decode_end2end, (1, 300, 6)),
    )
    for name, decode, shape in heads:
        head = (random.random(shape) ** 4000).astype(np.float32)
        classes = 7 if shape[1] == 11 else 80
        find = partial(decode, [head], classes=classes, canvas=(640, 640), least=0.3)
        print(f"decode {name:24}{microseconds(find):10.0f} us, {len(find().confidence)} boxes")
    for count in (10, 100, 1000):
        corner = random.uniform(0, 600, (count, 2))
        xyxy = np.concatenate([corner, corner + 60], axis=1).astype(np.float32)
        confidence, group = random.random(count).astype(np.float32), random.integers(0, 3, count).astype(np.int32)
        suppress = partial(suppressed, xyxy, confidence, group, iou=0.6)
        print(f"nms {count:4d} boxes{microseconds(suppress):23.0f} us")


def labelled_vehicles() -> Iterator[tuple[Path, NDArray[np.float32]]]:
    """Images of street5 whose source labels every vehicle, and those boxes as shares of the image."""
    folder = SHARED / "data" / "street5"
    rows = csv.DictReader((folder / "PROVENANCE.csv").read_text().splitlines())
    for row in rows:
        # atl shows highways at night from far above, which is not our view
        if row["classes_annotated_exhaustively_by_source"] != "vehicle" or "/val/hw_" not in row["file"]:
            continue
        label = folder / row["file"].replace("images/", "labels/", 1).replace(".jpg", ".txt")
        yield folder / row["file"], np.loadtxt(label, ndmin=2, dtype=np.float32).reshape(-1, 5)


def score(model: LoadedModel) -> None:
    """Precision and recall of vehicles at confidence 0.45 and IoU 0.5, and milliseconds an image."""
    detect = Detector(model.session, model.card)
    hits = false = missed = 0
    took = []
    for path, truth in labelled_vehicles():
        image = np.asarray(cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB), np.uint8)
        begin = time.perf_counter()
        seen = detect(Frame(0, 0.0, image))
        took.append(time.perf_counter() - begin)
        seen = seen.where((seen.class_id == CLASSES.index("vehicle")) & (seen.confidence >= 0.45))
        size = np.array(image.shape[1::-1], np.float32)
        centre, half = truth[:, 1:3] * size, truth[:, 3:5] * size / 2
        wanted = list(np.concatenate([centre - half, centre + half], axis=1))
        for box in seen.xyxy:
            overlaps = [_iou(box, other) for other in wanted]
            if overlaps and max(overlaps) >= 0.5:
                wanted.pop(overlaps.index(max(overlaps)))
                hits += 1
            else:
                false += 1
        missed += len(wanted)
    precision, recall = hits / max(1, hits + false), hits / max(1, hits + missed)
    print(f"{model.card.name} on {len(took)} street5 val images (hw), vehicles at confidence 0.45 and IoU 0.5:")
    print(f"    precision {precision:.2f}, recall {recall:.2f}, {1e3 * float(np.median(took)):.1f} ms an image")


def _iou(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    sides = np.maximum(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0)
    shared = float(sides[0] * sides[1])
    return shared / (float(np.prod(a[2:] - a[:2])) + float(np.prod(b[2:] - b[:2])) - shared)


def whole(model: LoadedModel) -> None:
    """Milliseconds of one 1280x720 frame, of the model alone and of everything."""
    image = np.random.default_rng(0).integers(0, 256, (720, 1280, 3), dtype=np.uint8)
    for tight in (False, True) if model.any_size else (False,):
        detect = Detector(model.session, model.card, tight=tight)
        canvas, _ = Letterbox(model.card.input_size, tight=tight)(image)
        tensor = TensorMaker(model.card.input)(canvas)
        alone = microseconds(partial(model.session.run, tensor), 20)
        every = microseconds(partial(detect, Frame(0, 0.0, image)), 20)
        size = f"{canvas.shape[0]}x{canvas.shape[1]}"
        print(f"{model.card.name} {size}: model {alone / 1e3:.1f} ms, frame {every / 1e3:.1f} ms")


def main(words: list[str]) -> None:
    parts()
    if words == ["--coco"]:
        model = coco_yolox()
        whole(model)
        score(model)
    elif words or shipped_models():
        whole(load_model(words[0] if words else shipped_models()[0], threads=1))


if __name__ == "__main__":
    main(sys.argv[1:])
