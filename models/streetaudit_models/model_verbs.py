"""The verbs under `streetaudit models`: sets to train on, and comparing forms and versions of a model."""

from __future__ import annotations

import dataclasses
import json
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from streetaudit.errors import ModelError

Threads = Annotated[int, typer.Option(min=1, help="Threads of the runtime.")]
OnnxFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A model (ONNX with a card inside).")]


def register(app: typer.Typer) -> None:
    """Add `models` to the command line."""
    models = typer.Typer(no_args_is_help=True, help="Sets to train on; shipped and candidate models.")
    for verb in (prepare, adopt, collage, blend, parity, promote):
        models.command(verb.__name__)(verb)
    app.add_typer(models, name="models")


def prepare(
    street5: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The street5 folder.")],
    out: Annotated[Path, typer.Argument(help="The prepared set to write.")],
    teacher: Annotated[Path, typer.Option(exists=True, help="YOLOX-nano ONNX that completes persons and vehicles.")],
    extra: Annotated[Path, typer.Option(exists=True, file_okay=False, help="Folder of labels added by eye.")],
    threads: Threads = 2,
    correct_val: Annotated[
        bool, typer.Option("--correct-val", help="Apply boxes and corrections to val, too, for a second opinion.")
    ] = False,
) -> None:
    """Make a prepared set out of street5."""
    from streetaudit.structures.taxonomy import CLASSES
    from streetaudit_models.prepare import prepare_street5, read_extra
    from streetaudit_models.teacher import open_teacher

    look = open_teacher(teacher, threads=threads)
    labels = read_extra(extra)
    count = prepare_street5(street5, out, classes=CLASSES, look=look, extra=labels, correct_val=correct_val)
    typer.echo(f"{count} images in {out}")


def adopt(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A YOLO folder: images/ and labels/.")],
    source: Annotated[str, typer.Option(help="The name that scores are listed under.")] = "synthetic",
) -> None:
    """Make a prepared set out of a YOLO folder in which every class is labelled, such as rendered stills."""
    from streetaudit.structures.taxonomy import CLASSES
    from streetaudit_models.adopt import adopt as make

    typer.echo(f"{make(folder, source=source, classes=CLASSES)} images in {folder / 'manifest.csv'}")


def collage(
    data: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A prepared set (manifest.csv).")],
    out: Annotated[Path, typer.Argument(help="The prepared set to write.")],
    source: Annotated[list[str], typer.Option(help="Sources whose photographs are used.")],
    most: Annotated[int, typer.Option(min=1, help="How many photographs.")] = 400,
    seed: Annotated[int, typer.Option(min=0, help="Which draw.")] = 3,
) -> None:
    """Set rendered stalls, print, litter and bins into the training photographs of a set."""
    from streetaudit.structures.taxonomy import CLASSES
    from streetaudit_models.collages import write_collages
    from streetaudit_models.samples import read_set

    photographs = [one for one in read_set(data, CLASSES, split="train") if one.source in source][:most]
    typer.echo(f"{write_collages(photographs, out, classes=CLASSES, seed=seed)} collages in {out}")


def blend(
    out: Annotated[Path, typer.Argument(help="The checkpoint to write.")],
    checkpoint: Annotated[list[Path], typer.Option(exists=True, dir_okay=False, help="A checkpoint; give several.")],
    share: Annotated[list[float], typer.Option(help="Its share, in the same order; they add up to 1.")],
) -> None:
    """Write the weighted mean of several checkpoints of one training; needs the extra `train`."""
    from streetaudit_models.blend import blend as make

    make(checkpoint, share, out)
    typer.echo(out)


def parity(
    model: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The reference: fp32, ONNX Runtime.")],
    pictures: Annotated[Path, typer.Option(exists=True, file_okay=False, help="Folder of real pictures.")],
    other: Annotated[list[Path] | None, typer.Option(exists=True, help="Another form of it (ONNX, INT8).")] = None,
    checkpoint: Annotated[Path | None, typer.Option(exists=True, help="What it was exported from.")] = None,
    recipe: Annotated[Path | None, typer.Option(exists=True, help="The checkpoint's recipe.")] = None,
    most: Annotated[int, typer.Option(min=1, help="How many pictures are compared.")] = 100,
    least: Annotated[float, typer.Option(help="Confidence from which detections count.")] = 0.25,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Prove that framework, ONNX, INT8 and OpenVINO say the same of real pictures, within tolerances."""
    from streetaudit_models.infer import detect, open_model
    from streetaudit_models.parity import agree, departures
    from streetaudit_models.parity_forms import forms_of
    from streetaudit_models.quantize import calibration_pictures

    first = open_model(model.read_bytes())
    seen = [one[0] for one in calibration_pictures(pictures, first.card.input_size, most=most)]
    rows, wrong = [], []
    for form in forms_of(model, other or [], checkpoint=checkpoint, recipe=recipe):
        found = agree(
            partial(detect, first, least=least / 2), partial(detect, form.model, least=least / 2), seen, least=least
        )
        told = departures(found, form.allowed)
        rows.append({"form": form.name, **dataclasses.asdict(found), "departures": told})
        wrong += [f"{form.name} {line}" for line in told]
    if as_json:
        typer.echo(json.dumps(rows))
    else:
        Console().print(_agreements(rows))
    if wrong:
        raise ModelError("not the same model: " + "; ".join(wrong))


def _agreements(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("form", "seen", "matched", "extra", "conf p95", "worst", "IoU worst"):
        table.add_column(name, no_wrap=True, justify="left" if name == "form" else "right")
    for row in rows:
        shares = f"{row['matched']:.2%}", f"{row['extra']:.2%}"
        rest = f"{row['confidence_p95']:.4f}", f"{row['worst_confidence']:.4f}", f"{row['worst_iou']:.3f}"
        table.add_row(row["form"], str(row["detections"]), *shares, *rest)
    return table


def promote(
    champion: Annotated[Path, typer.Argument(exists=True, help="report.json of the shipped model.")],
    candidate: Annotated[Path, typer.Argument(exists=True, help="report.json of the candidate on the same set.")],
) -> None:
    """Refuse a candidate that sees any class worse, beyond the champion's interval."""
    from streetaudit_models.promote import compare

    verdict = compare(*(json.loads(file.read_text(encoding="utf-8")) for file in (champion, candidate)))
    if not verdict.promoted:
        raise ModelError("the candidate is refused: " + "; ".join(verdict.reasons))
    for remark in verdict.unjudged:
        typer.echo(remark, err=True)
    typer.echo("promoted: no class is worse beyond its interval")
