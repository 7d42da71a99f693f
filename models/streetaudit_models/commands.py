"""The verbs of the model wing: train, export, quantize, evaluate, benchmark; `models` has its own file."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from streetaudit.errors import ModelError
from streetaudit_models import model_verbs

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Threads = Annotated[int, typer.Option(min=1, help="Threads of the runtime.")]
RecipeFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The recipe (TOML).")]
OnnxFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A model (ONNX with a card inside).")]


def register(app: typer.Typer) -> None:
    """Add the model wing's verbs to the command line."""
    for verb in (train, export, quantize, evaluate, benchmark):
        app.command(verb.__name__)(verb)
    model_verbs.register(app)


def train(
    recipe: RecipeFile,
    data: Annotated[Path, typer.Option(exists=True, file_okay=False, help="Folder of the prepared sets.")],
    base: Annotated[Path, typer.Option(exists=True, help="The pretrained weights that the recipe names.")],
    out: Annotated[Path, typer.Option(help="Where checkpoints and log.jsonl go.")],
    resume: Annotated[Path | None, typer.Option(exists=True, help="Checkpoint to go on from.")] = None,
    rank: Annotated[int, typer.Option(min=0, help="Number of this process in a crew of several.")] = 0,
    crew_size: Annotated[int, typer.Option(min=1, help="Processes that train together, one thread each.")] = 1,
) -> None:
    """Train a detector by a recipe; needs the extra `train`."""
    _need_torch()
    from streetaudit_models import crew
    from streetaudit_models.recipe import read_recipe
    from streetaudit_models.trainer import train as run

    out.mkdir(parents=True, exist_ok=True)
    crew.join(out / "meeting", rank=rank, size=crew_size)
    console = Console(stderr=True)
    for step in run(read_recipe(recipe), out, base=base, data=data, resume=resume):
        parts = " ".join(f"{part:.3f}" for part in step.loss)
        console.print(f"phase {step.phase} epoch {step.epoch}: loss {parts}, {step.seconds:.0f} s, {step.checkpoint}")


def export(
    recipe: RecipeFile,
    checkpoint: Annotated[Path, typer.Argument(exists=True, help="A checkpoint of `streetaudit train`.")],
    card: Annotated[Path, typer.Option(exists=True, help="TOML card: its words go into the file and beside it.")],
    weights: Annotated[Path, typer.Option(help="Folder of the ONNX file.")],
    cards: Annotated[Path, typer.Option(help="Folder of the card.")],
    dynamic: Annotated[bool, typer.Option(help="Let batch, height and width vary.")] = True,
) -> None:
    """Write a checkpoint as ONNX with its card; needs the extra `train`."""
    _need_torch()
    from streetaudit_models import card as cards_of
    from streetaudit_models.export import ExportShape
    from streetaudit_models.export import export as make
    from streetaudit_models.recipe import read_recipe

    words = cards_of.read_card(card)[0]
    data = make(read_recipe(recipe), checkpoint, shape=ExportShape(words.input_size, dynamic=dynamic), card=words)
    typer.echo(cards_of.publish(data, words, weights=weights, cards=cards))


def quantize(
    model: OnnxFile,
    out: Annotated[Path, typer.Argument(help="The INT8 model to write.")],
    pictures: Annotated[Path, typer.Option(exists=True, file_okay=False, help="Folder of calibration pictures.")],
    most: Annotated[int, typer.Option(min=8, help="How many of them are used.")] = 100,
) -> None:
    """Write the INT8 form of a model."""
    from streetaudit_models.card import card_inside
    from streetaudit_models.quantize import calibration_pictures
    from streetaudit_models.quantize import quantize as make

    data = model.read_bytes()
    size = card_inside(data).input_size
    out.write_bytes(make(data, calibration_pictures(pictures, size, most=most)))
    typer.echo(out)


def evaluate(
    model: OnnxFile,
    data: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A prepared set (manifest.csv).")],
    split: Annotated[str, typer.Option(help="Which split of it.")] = "val",
    size: Annotated[
        tuple[int, int] | None, typer.Option(help="Height and width of the input; else the card's.")
    ] = None,
    threads: Threads = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for report.json and report.html.")] = None,
    as_json: Json = False,
) -> None:
    """Score a model on a labelled set, each class only where the source labels it."""
    from streetaudit_models.evaluate import judge_set, report
    from streetaudit_models.infer import open_model
    from streetaudit_models.report_page import write_report
    from streetaudit_models.samples import read_set

    loaded = open_model(model.read_bytes(), threads=threads)
    classes = loaded.card.classes
    judged = list(judge_set(loaded, read_set(data, classes, split=split), size=size))
    if not judged:
        raise ModelError(f"{data} has no pictures in split {split!r}; its manifest.csv names the splits it has")
    found = report(judged, classes, thresholds=loaded.card.thresholds)
    if out is not None:
        write_report(out, found, judged, classes=classes)
    if as_json:
        typer.echo(json.dumps(found))
    else:
        _print_scores(found)


def benchmark(
    model: OnnxFile,
    against: Annotated[
        list[str] | None, typer.Option(help="NAME=FILE of another form; openvino-bf16=FILE too.")
    ] = None,
    threads: Threads = 1,
    size: Annotated[
        tuple[int, int] | None, typer.Option(help="Height and width of the input; else the card's.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=5, help="Timed rounds, interleaved over the forms.")] = 30,
    as_json: Json = False,
) -> None:
    """Time forms of a model, as ratios to ONNX Runtime fp32 in the same run."""
    from streetaudit_models.benchmark import benchmark as time_forms
    from streetaudit_models.card import card_inside

    shape = size or card_inside(model.read_bytes()).input_size
    forms = [("ort-fp32", model), *(_named_file(text) for text in against or [])]
    timings = time_forms(forms, threads=threads, size=shape, rounds=rounds)
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(timing) for timing in timings]))
        return
    table = Table("form", "threads", "size", "median ms", "p95 ms", "ratio", "peak MB")
    for one in timings:
        shape_words = f"{one.size[0]}x{one.size[1]}"
        numbers = f"{one.median_ms:.1f}", f"{one.p95_ms:.1f}", f"{one.ratio:.2f}", f"{one.peak_rss_mb:.0f}"
        table.add_row(one.form, str(one.threads), shape_words, *numbers)
    Console().print(table)


def _need_torch() -> None:
    from importlib.util import find_spec

    if find_spec("torch") is None or find_spec("ultralytics") is None:
        raise ModelError("training needs torch and ultralytics: install the extra, `pip install streetaudit[train]`")


def _named_file(text: str) -> tuple[str, Path]:
    name, _, file = text.partition("=")
    if not file or not Path(file).is_file():
        raise ModelError(f"--against wants NAME=FILE with a file that exists; got {text!r}")
    return name, Path(file)


def _print_scores(found: dict[str, Any]) -> None:
    table = Table("source", "class", "AP50", "95 %", "AP50-95", "precision", "recall", "truths", "images")
    for source, rows in found["scores"].items():
        for name, one in rows.items():
            low, high = one["interval"]
            scores = f"{one['ap50']:.3f}", f"{low:.2f}-{high:.2f}", f"{one['ap50_95']:.3f}"
            working = f"{one['precision']:.2f}", f"{one['recall']:.2f}", str(one["truths"]), str(one["images"])
            table.add_row(source, name, *scores, *working)
    console = Console()
    console.print(table)
    if "bin_confusion" in found:
        console.print(f"bin taken for overflowing_bin or the reverse: {found['bin_confusion']['share']:.1%}")
