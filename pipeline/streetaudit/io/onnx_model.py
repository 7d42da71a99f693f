"""A detector's weights, loaded only after they were found to be what they claim and safe to load."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from streetaudit.errors import ModelError
from streetaudit.io.card_reader import card_from_metadata, card_from_table, card_from_ultralytics, read_sidecar
from streetaudit.io.model_files import ModelFiles, find_model
from streetaudit.io.onnx_facts import OnnxFacts, onnx_facts
from streetaudit.io.protobuf_walk import NotProtobufError
from streetaudit.io.runtimes import Chosen, Runtime, faster_session, open_session
from streetaudit.io.session import ModelSession, output_shape
from streetaudit.structures.model_card import ModelCard

MOST_BYTES = 200 * 1024 * 1024
#: ONNX's own operators, and those that ONNX Runtime brings along itself (its quantiser writes them).
_KNOWN_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
_PICKLES = frozenset({".pt", ".pth", ".ckpt", ".pkl"})


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """Weights that are ready to run.

    Attributes:
        card: What is known of them.
        session: Runs them.
        any_size: Whether height and width of the input may differ from the card's.
        why: Why this runtime runs it, "" where it was asked for.
    """

    card: ModelCard
    session: ModelSession
    any_size: bool
    why: str = ""


def load_model(
    name_or_path: str | Path,
    *,
    threads: int = 2,
    base: Path | None = None,
    runtime: Runtime | Literal["auto"] = "onnxruntime",
) -> LoadedModel:
    """The model of a shipped name or a path to an .onnx.

    The file is read once; the bytes that were hashed and checked are the bytes that are loaded.

    Args:
        name_or_path: "nano", or a path.
        threads: For one inference.
        base: Folder that relative paths start from.
        runtime: What runs it; "auto" measures for about a second and takes what is clearly faster here.

    Raises:
        ModelError: If it is missing, not what its card says, or not safe to load, or the runtime is not installed; says
            what to do.
    """
    files = find_model(name_or_path, base=base)
    data = _read(files.weights)
    sha256 = hashlib.sha256(data).hexdigest()
    sidecar = read_sidecar(files.card)
    _check_hash(sidecar, sha256, files)
    facts = _checked_facts(data, files.weights)
    session = open_session(data, "onnxruntime" if runtime == "auto" else runtime, threads=threads)
    card = _card(facts, session, sidecar, sha256=sha256, files=files)
    any_size = _check_shapes(card, session, files.weights)
    chosen = Chosen(session, "")
    if runtime == "auto":
        chosen = faster_session(data, session, threads=threads, size=card.input_size)
    return LoadedModel(card, chosen.session, any_size, chosen.why)


def weights_sha256(name_or_path: str | Path, *, base: Path | None = None) -> str:
    """The hash by which a model is known, without loading it.

    Raises:
        ModelError: If it is missing or can be no model.
    """
    return hashlib.sha256(_read(find_model(name_or_path, base=base).weights)).hexdigest()


def _read(path: Path) -> bytes:
    """The file's bytes, if it can be a model at all."""
    if path.suffix.lower() in _PICKLES:
        raise ModelError(
            f"{path} is a pickle: loading one runs whatever code is in it, so streetaudit never does. "
            "Export it where it was trained (`streetaudit export`, or `yolo export format=onnx`) and name the .onnx"
        )
    try:
        # A FIFO would block an ordinary open for ever.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            facts = os.fstat(file.fileno())
            if not stat.S_ISREG(facts.st_mode):
                raise ModelError(f"{path} is not a regular file; name an .onnx file")
            if facts.st_size > MOST_BYTES:
                raise ModelError(f"{path} has more than {MOST_BYTES >> 20} MB, a detector has a few: name another file")
            return file.read(MOST_BYTES)
    except OSError as error:
        raise ModelError(f"cannot read the model {path}: {error.strerror}; name an .onnx file") from error


def _check_hash(sidecar: dict[str, Any] | None, sha256: str, files: ModelFiles) -> None:
    """Refuse weights that are not those their card was written for."""
    if sidecar is None:
        return
    stated = sidecar.get("sha256")
    if not isinstance(stated, str):
        raise ModelError(
            f'{files.card} does not say which file it is for; if it is {files.weights}, add sha256 = "{sha256}"'
        )
    if stated.lower() != sha256:
        raise ModelError(
            f"{files.weights} is not the file its card was written for: the card says sha256 {stated}, the file has "
            f"{sha256}. Fetch the weights again; correct {files.card} only if you changed them yourself"
        )


def _checked_facts(data: bytes, path: Path) -> OnnxFacts:
    """What the file says of itself, if nothing in it reaches beyond itself."""
    try:
        facts = onnx_facts(data)
    except NotProtobufError as error:
        raise ModelError(f"{path} is not an ONNX model: {error}; name an .onnx file that is whole") from error
    if facts.has_external_data:
        raise ModelError(
            f"{path} keeps weights in other files, which can be any file of this machine; save it as one file"
        )
    strange = sorted(facts.domains - _KNOWN_DOMAINS)
    if strange:
        raise ModelError(f"{path} needs operators from {', '.join(strange)}; export it with standard operators only")
    if facts.has_training:
        raise ModelError(f"{path} carries training graphs; export it for inference")
    return facts


def _card(
    facts: OnnxFacts, session: ModelSession, sidecar: dict[str, Any] | None, *, sha256: str, files: ModelFiles
) -> ModelCard:
    """The card: streetaudit's own in the file, else Ultralytics' words, else the TOML beside it."""
    own = card_from_metadata(facts.metadata, sha256=sha256)
    if own is not None:
        return own
    if sidecar is not None:
        return card_from_table(sidecar, sha256=sha256, source=str(files.card))
    theirs = card_from_ultralytics(
        facts.metadata, name=files.weights.stem, output_shape=partial(output_shape, session), sha256=sha256
    )
    if theirs is not None:
        return theirs
    raise ModelError(_how_to_write_a_card(files, session, sha256))


def _how_to_write_a_card(files: ModelFiles, session: ModelSession, sha256: str) -> str:
    """What to do with a model that says nothing of itself."""
    *_, height, width = session.input_shape[:4]
    return f"""{files.weights} does not say what it sees or how to read it. Write {files.card} beside it:

name = "{files.weights.stem}"
version = "1"
licence = "AGPL-3.0-or-later"          # of the weights
classes = ["litter", "vehicle"]        # in the order of the model's outputs
input_size = [{height or 640}, {width or 640}]
input = "float_nchw_rgb_01"            # or uint8_nhwc_rgb, float_nchw_bgr_255
layout = "yolov8"                      # or end2end (1, N, 6), yolox (1, N, 5 + classes)
iou = 0.6
sha256 = "{sha256}"
[thresholds]
litter = 0.3"""


def _check_shapes(card: ModelCard, session: ModelSession, path: Path) -> bool:
    """Whether any input size will do; refuses a graph that cannot be fed or read as its card says."""
    height, width = card.input_size
    whole = card.input == "uint8_nhwc_rgb"
    wanted_type = "tensor(uint8)" if whole else "tensor(float)"
    wanted = (1, height, width, 3) if whole else (1, 3, height, width)
    shape = session.input_shape
    fits = len(shape) == 4 and all(side in (None, want) for side, want in zip(shape, wanted, strict=True))
    if not fits or session.input_type != wanted_type:
        raise ModelError(
            f"{path} wants {session.input_type} {shape}, its card says {wanted_type} {wanted}; "
            "correct `input` and `input_size` in the card"
        )
    _check_output(card, output_shape(session, height, width), path)
    sides = shape[1:3] if whole else shape[2:4]
    return sides == (None, None)


def _check_output(card: ModelCard, got: tuple[int, ...], path: Path) -> None:
    """Refuse a model whose output is not of the card's layout."""
    side, want = {
        "yolov8": (1, 4 + len(card.classes)),
        "yolox": (2, 5 + len(card.classes)),
        "end2end": (2, 6),
    }[card.layout]
    if len(got) != 3 or got[side] != want:
        words = f"(1, {want}, N)" if side == 1 else f"(1, N, {want})"
        raise ModelError(
            f"{path} gives {got}, its card's layout {card.layout} with {len(card.classes)} classes means {words}; "
            "correct `layout` and `classes` in the card"
        )
