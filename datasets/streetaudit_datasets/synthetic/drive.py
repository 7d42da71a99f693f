"""Renders a scene: a patrol drive and a fixed camera's clip, with map, configuration and truth."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from streetaudit.errors import StreetauditError
from streetaudit_datasets.synthetic.city_files import configuration, zones
from streetaudit_datasets.synthetic.film import Piece, Rows, join, render_piece
from streetaudit_datasets.synthetic.gps import gpx
from streetaudit_datasets.synthetic.setting import Options, Setting, draw_setting
from streetaudit_datasets.synthetic.truth import detections, truth

VERSION = "2"  # grows when the same seed would give other pictures or another truth
STAMP = "scene.json"
PIECES = 2  # a clip is rendered in so many pieces, whatever the number of workers, so that bytes do not depend on it


def render_drive(out: Path, *, seed: int, options: Options | None = None, workers: int = 2) -> Path:
    """The folder of a seed's scene, rendered now or before.

    A folder that holds this very scene is left as it is, with whatever an audit has added. A new scene is made
    beside it and moved into place when it is whole; an older scene that was audited is moved aside, not deleted.

    Raises:
        StreetauditError: If the folder holds something that is no scene.
    """
    options = options or Options()
    key = scene_key(seed, options)
    if _holds(out, key):
        return out
    _refuse_other_folders(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    _sweep(out)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-{os.getpid()}-", dir=out.parent) as folder:
        made = Path(folder) / "scene"
        made.mkdir()
        _render(made, seed=seed, options=options, workers=workers)
        (made / STAMP).write_text(json.dumps({"key": key, "seed": seed, "options": asdict(options)}), encoding="utf-8")
        _replace(made, out)
    return out


def scene_key(seed: int, options: Options) -> str:
    """What a scene is known by: the renderer's version, the seed and the options."""
    text = json.dumps([VERSION, seed, asdict(options)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _holds(out: Path, key: str) -> bool:
    try:
        return bool(json.loads((out / STAMP).read_text(encoding="utf-8"))["key"] == key)
    except (OSError, ValueError, KeyError):
        return False


def _refuse_other_folders(out: Path) -> None:
    if out.exists() and not (out / STAMP).exists() and (not out.is_dir() or any(out.iterdir())):
        raise StreetauditError(f"{out} holds something that is no rendered scene; name an empty or a new folder")


def _sweep(out: Path) -> None:
    """Remove what killed runs have left: half-made scenes whose process is gone."""
    for left in out.parent.glob(f".{out.name}-*-*"):
        owner = left.name.removeprefix(f".{out.name}-").split("-")[0]
        if owner.isdecimal() and not _runs(int(owner)):
            shutil.rmtree(left, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _replace(made: Path, out: Path) -> None:
    if out.exists():
        rendered = {p.name for p in made.iterdir()}
        if {p.name for p in out.iterdir()} - rendered:
            out.rename(_free_name(out))
        else:
            shutil.rmtree(out)
    made.replace(out)


def _free_name(out: Path) -> Path:
    """A name beside the folder that nothing has yet: NAME.old-1, NAME.old-2 ..."""
    number = 1
    while (aside := out.with_name(f"{out.name}.old-{number}")).exists():
        number += 1
    return aside


def _render(folder: Path, *, seed: int, options: Options, workers: int) -> None:
    setting = draw_setting(seed, options)
    pieces = _pieces(folder, seed, options)
    shown: dict[str, Rows] = {}
    results = _run(pieces, workers)
    for kind, stem, start in (("vehicle", "drive", setting.start), ("fixed", "fixed", setting.fixed_start)):
        name = f"{stem}-{seed}.mp4"
        own = [p for p in pieces if p.kind == kind]
        join(own, folder / name, created=start.isoformat(timespec="microseconds").replace("+00:00", "Z"))
        shown[name] = [row for p, rows in zip(pieces, results, strict=True) if p.kind == kind for row in rows]
        for piece in own:
            piece.out.unlink()
    _write_texts(folder, setting, shown)


def _write_texts(folder: Path, setting: Setting, shown: dict[str, Rows]) -> None:
    seed = setting.world.seed
    rng = np.random.default_rng([seed, 1575])
    trace = gpx(
        rng, setting.world.plan, setting.route, frame=setting.world.origin, start=setting.start,
        deviation_m=setting.options.gps_error_m,
    )  # fmt: skip
    (folder / f"drive-{seed}.gpx").write_text(trace, encoding="utf-8")
    (folder / "zones.geojson").write_text(zones(setting), encoding="utf-8")
    (folder / "streetaudit.toml").write_text(configuration(setting), encoding="utf-8")
    (folder / "truth.json").write_text(truth(setting, shown), encoding="utf-8")
    for name, rows in shown.items():
        (folder / f"{Path(name).stem}.truth.csv").write_text(detections(setting, rows), encoding="utf-8")


def _pieces(folder: Path, seed: int, options: Options) -> list[Piece]:
    pieces = []
    for kind, seconds, fps in (
        ("vehicle", options.duration_s, options.fps),
        ("fixed", options.fixed_s, options.fixed_fps),
    ):
        frames = round(seconds * fps)
        edges = [round(frames * k / PIECES) for k in range(PIECES + 1)]
        for k in range(PIECES):
            if edges[k + 1] > edges[k]:
                out = folder / f"{kind}-{k}.part.mp4"
                pieces.append(Piece(seed, options, kind, edges[k], edges[k + 1] - edges[k], out))
    return pieces


def _run(pieces: list[Piece], workers: int) -> list[Rows]:
    if workers <= 1:
        return [render_piece(p) for p in pieces]
    # Spawned, not forked: OpenCV's threads do not survive a fork.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return list(pool.map(render_piece, pieces))
