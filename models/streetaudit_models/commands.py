"""The verbs of the model wing: train, export, quantize, evaluate, benchmark; `models` has its own file."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from rich.console import Console
from rich.table import Table

from streetaudit.errors import ModelError
from streetaudit.io.runtimes import Runtime, installed_runtimes
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
    model: Annotated[Path | None, typer.Argument(exists=True, dir_okay=False, help="A model (ONNX).")] = None,
    data: Annotated[
        Path | None, typer.Argument(exists=True, file_okay=False, help="A prepared set (manifest.csv).")
    ] = None,
    split: Annotated[str, typer.Option(help="Which split of it.")] = "val",
    size: Annotated[
        tuple[int, int] | None, typer.Option(help="Height and width of the input; else the card's.")
    ] = None,
    threads: Threads = 1,
    runtime: Annotated[Runtime, typer.Option(help="What runs the model.")] = "onnxruntime",
    cases: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Score an audited scene's cases against its truth.json."),
    ] = None,
    config: Annotated[Path | None, typer.Option(exists=True, help="With --cases: else SCENE/streetaudit.toml.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for report.json and report.html.")] = None,
    as_json: Json = False,
) -> None:
    """Score a model on a labelled set, or the cases of an audited scene against its truth.

    A class counts only where a picture's source labels it. `--cases SCENE` judges what a `streetaudit batch SCENE` left
    in the store of the scene's configuration: detector, tracks, places and rules together.
    """
    if cases is not None:
        if model is not None:
            raise ModelError("want either MODEL and DATA, or --cases SCENE")
        _evaluate_cases(cases, config or cases / "streetaudit.toml", out=out, as_json=as_json)
    elif model is None or data is None:
        raise ModelError("want MODEL and DATA, or --cases SCENE")
    else:
        _evaluate_model(model, data, split=split, size=size, threads=threads, runtime=runtime, out=out, as_json=as_json)


def _evaluate_model(
    model: Path,
    data: Path,
    *,
    split: str,
    size: tuple[int, int] | None,
    threads: int,
    runtime: Runtime,
    out: Path | None,
    as_json: bool,
) -> None:
    from streetaudit_models.evaluate import judge_set, report
    from streetaudit_models.infer import open_model
    from streetaudit_models.report_page import write_report
    from streetaudit_models.samples import read_set

    loaded = open_model(model.read_bytes(), threads=threads, runtime=runtime)
    card, classes = loaded.card, loaded.card.classes
    judged = list(judge_set(loaded, read_set(data, classes, split=split), size=size))
    if not judged:
        raise ModelError(f"{data} has no pictures in split {split!r}; its manifest.csv names the splits it has")
    facts = {"model": card.name, "version": card.version, "split": split, "runtime": loaded.runtime}
    found = facts | {"input": "x".join(map(str, size or card.input_size))}
    found |= report(judged, classes, thresholds=card.thresholds)
    if out is not None:
        write_report(out, found, judged, classes=classes, thresholds=card.thresholds)
    if as_json:
        typer.echo(json.dumps(found))
    else:
        _print_scores(found)


def _evaluate_cases(scene: Path, config: Path, *, out: Path | None, as_json: bool) -> None:
    from streetaudit_datasets.score_table import score_table
    from streetaudit_models.case_page import case_fields, write_case_report
    from streetaudit_models.scenes import read_scene

    scene_ = read_scene(scene, config)
    if out is not None:
        title = f"{scene.resolve().name}: cases against the truth"
        write_case_report(out, scene_.found, scene_.truth, title=title, crops=scene_.crops)
    if as_json:
        typer.echo(json.dumps(case_fields(scene_.found)))
        return
    console = Console(highlight=False)
    console.print(score_table(scene_.found.scores))
    for mistake in scene_.found.mistakes:
        console.print(f"  {mistake}", markup=False, soft_wrap=True, style="dim")


def benchmark(
    models: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="ONNX files; the first is 1.00.")],
    runtime: Annotated[
        list[str] | None, typer.Option(help="onnxruntime, openvino; else all that are installed.")
    ] = None,
    layout: Annotated[
        list[str] | None, typer.Option(help="SESSIONSxTHREADS, such as 2x1; else 1x1 and both uses of all cores.")
    ] = None,
    size: Annotated[list[str] | None, typer.Option(help="HEIGHTxWIDTH of the input; else the card's.")] = None,
    rounds: Annotated[int, typer.Option(min=5, help="Timed rounds, interleaved over the forms.")] = 20,
    as_json: Json = False,
) -> None:
    """Time forms of a model under each runtime, as ratios to the first of them in the same run."""
    from streetaudit_models.benchmark import Form, Layout
    from streetaudit_models.benchmark import benchmark as time_forms
    from streetaudit_models.card import card_inside

    sizes = [_pair(text) for text in size or []] or [card_inside(models[0].read_bytes()).input_size]
    forms = [Form(file, one) for file in models for one in _runtimes(runtime)]
    layouts = [Layout(*_pair(text)) for text in layout or _layouts()]
    timings = list(time_forms(forms, layouts=layouts, sizes=sizes, rounds=rounds))
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(timing) for timing in timings]))
        return
    table = Table(box=None, pad_edge=False)
    for name in ("form", "layout", "size", "median ms", "p95 ms", "cpu ms", "pict/s", "ratio", "peak MB"):
        table.add_column(name, no_wrap=True, justify="left" if name == "form" else "right")
    for one in timings:
        times = f"{one.median_ms:.1f}", f"{one.p95_ms:.1f}", f"{one.cpu_ms:.1f}"
        numbers = *times, f"{one.pictures_a_second:.1f}", f"{one.ratio:.2f}"
        table.add_row(one.form, one.layout, f"{one.size[0]}x{one.size[1]}", *numbers, f"{one.peak_mb:.0f}")
    console = Console()
    Console(width=max(console.width, 100)).print(table)


def _runtimes(asked: list[str] | None) -> list[Runtime]:
    known = get_args(Runtime)
    for word in asked or []:
        if word not in known:
            raise ModelError(f"--runtime wants one of {', '.join(known)}; got {word!r}")
    return [one for one in known if one in asked] if asked else installed_runtimes()


def _layouts() -> list[str]:
    cores = len(os.sched_getaffinity(0))
    return ["1x1"] if cores == 1 else ["1x1", f"{cores}x1", f"1x{cores}"]


def _pair(text: str) -> tuple[int, int]:
    first, _, second = text.partition("x")
    if not (first.isdecimal() and second.isdecimal() and int(first) and int(second)):
        raise ModelError(f"want two numbers with an x between them, such as 384x640; got {text!r}")
    return int(first), int(second)


def _need_torch() -> None:
    from importlib.util import find_spec

    if find_spec("torch") is None or find_spec("ultralytics") is None:
        raise ModelError("training needs torch and ultralytics: install the extra, `pip install streetaudit[train]`")


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
