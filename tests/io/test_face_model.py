import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from streetaudit.casework.blur import redact
from streetaudit.errors import ModelError
from streetaudit.io.face_model import FaceModel
from streetaudit.structures.detections import Detections

SHARED = Path(os.environ.get("STREETAUDIT_SHARED", Path(__file__).parents[2].parent / "shared"))
WEIGHTS = SHARED / "data/weights/face_detection_yunet_2026may.onnx"
PHOTO = SHARED / "data/street5/images/train/atanu_92fdea5c3f.jpg"  # three people, faces of 21 to 32 pixels


@pytest.fixture
def model() -> FaceModel:
    if not WEIGHTS.exists():
        pytest.skip("no YuNet weights beside the repository")
    return FaceModel(WEIGHTS)


@pytest.fixture
def photo() -> NDArray[np.uint8]:
    if not PHOTO.exists():
        pytest.skip("no street photos beside the repository")
    image = cv2.cvtColor(cv2.imread(str(PHOTO)), cv2.COLOR_BGR2RGB)
    return np.asarray(image, np.uint8)


@pytest.mark.shared
def test_an_empty_wall_has_no_face(model: FaceModel) -> None:
    found = model(np.full((240, 320, 3), 127, np.uint8))
    assert found.shape == (0, 4)
    assert found.dtype == np.float32


@pytest.mark.shared
def test_real_faces_are_found_and_gone_after_blurring(model: FaceModel, photo: NDArray[np.uint8]) -> None:
    faces = model(photo)
    assert len(faces) >= 3
    assert (faces[:, 2:] - faces[:, :2] > 8).all()
    blurred, counts = redact(photo, Detections.empty(), faces=model)
    assert counts == (("face", len(faces)),)
    # At its low threshold the model calls any skin-coloured blob a face; a sure one must be gone.
    sure = FaceModel(WEIGHTS, min_confidence=0.7)
    assert len(sure(photo)) >= 2
    assert len(sure(blurred)) == 0


@pytest.mark.shared
def test_a_large_image_is_looked_at_smaller_but_told_in_its_own_pixels(
    model: FaceModel, photo: NDArray[np.uint8]
) -> None:
    large = np.asarray(cv2.resize(photo, None, fx=3.0, fy=3.0), np.uint8)
    small_eyed = FaceModel(WEIGHTS, max_side_px=max(photo.shape))
    near = model(photo)[:, :2].mean(axis=0) * 3.0
    far = small_eyed(large)[:, :2].mean(axis=0)
    assert far == pytest.approx(near, rel=0.2)


@pytest.mark.parametrize(
    "content",
    [pytest.param(None, id="missing"), pytest.param(b"", id="empty"), pytest.param(b"no onnx at all", id="rubbish")],
)
def test_what_is_no_face_model_is_refused_with_advice(
    tmp_path: Path, content: bytes | None, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "yunet.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match="face_model out of"):
        FaceModel(path)
    assert capfd.readouterr().err == ""


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.onnx")
    with pytest.raises(ModelError):
        FaceModel(tmp_path / "pipe.onnx")
