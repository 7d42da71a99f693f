"""The verb `data`: make, bring in, check, divide, measure, look at and harvest labelled pictures."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from streetaudit.config import load_config
from streetaudit.structures.taxonomy import CLASSES
from streetaudit_datasets.labels.values import LabelError, LabelledSet, UnfitDataError

_STDERR = Console(stderr=True, highlight=False)
_FAULTS_SHOWN = 20

By = Literal["group", "time"]
Order = Literal["tiny", "odd", "file"]
Folder = Annotated[Path, typer.Argument(help="The folder of a data set.", metavar="FOLDER")]
Out = Annotated[Path, typer.Argument(help="The folder to write.", metavar="OUT")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
CardName = Annotated[
    str | None,
    typer.Option("--card", help="Read the folder as this source (a shipped name or a TOML).", metavar="CARD"),
]
Seed = Annotated[int, typer.Option(help="The same seed gives the same result.", min=0)]
Workers = Annotated[int, typer.Option(help="Threads that read pictures.", min=1, max=64)]


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help="Make, check and look at data.")
    verbs.command("synth")(synth)
    verbs.command("import")(import_)
    for verb in (cards, check, split, stats, view, harvest):
        verbs.command(verb.__name__)(verb)
    app.add_typer(verbs, name="data")


def synth(
    out: Out,
    seed: Annotated[int, typer.Option(help="Which street; the same seed gives the same bytes.", min=0)] = 7,
    stills: Annotated[
        int, typer.Option(help="Render this many labelled training pictures instead of a drive.", min=0)
    ] = 0,
    workers: Annotated[int, typer.Option(help="Processes to render with.", min=1)] = 2,
    world: Annotated[
        bool, typer.Option("--world", help="Simulate many nights of drives with detections instead of rendering one.")
    ] = False,
    nights: Annotated[int, typer.Option(help="With --world: how many nights.", min=1)] = 3,
) -> None:
    """Render a seeded street: a drive with GPS and a fixed camera's clip, or training pictures, with the truth."""
    # The renderer loads OpenCV and more: no other verb should wait for it.
    if stills:
        from streetaudit_datasets.synthetic.stills import render_stills

        render_stills(out, count=stills, seed=seed, workers=workers)
        _STDERR.print(f"{stills} pictures with YOLO labels are in {out}", markup=False)
        return
    if world:
        from streetaudit_datasets.world.simulate import simulate

        simulate(out, seed=seed, nights=nights)
    else:
        from streetaudit_datasets.synthetic.drive import render_drive

        render_drive(out, seed=seed, workers=workers)
    how = " --detections" if world else ""
    _STDERR.print(
        f"the scene is in {out}; audit it with: streetaudit batch {out} --config {out}/streetaudit.toml{how}",
        markup=False,
    )


def cards(as_json: Json = False) -> None:
    """List the sources whose layout and classes are known."""
    from streetaudit_datasets.sources.card import find_card, shipped_cards

    known = [find_card(name) for name in shipped_cards()]
    if as_json:
        typer.echo(json.dumps([card.model_dump() for card in known], ensure_ascii=False))
        return
    for card in known:
        typer.echo(f"{card.name}: {card.title}\n  found at: {card.origin}\n  licence: {card.licence}")


def import_(
    card: Annotated[str, typer.Argument(help="A shipped card (see `data cards`) or a TOML.", metavar="SOURCE-CARD")],
    folder: Annotated[Path, typer.Argument(help="The source as you downloaded it.", metavar="FOLDER")],
    out: Out,
) -> None:
    """Bring a downloaded data set in, in our classes, with what it labels; exit 4 if parts were left out."""
    from streetaudit_datasets.sources.bring_in import import_source
    from streetaudit_datasets.sources.card import find_card

    done = import_source(find_card(card), folder, out)
    boxes = sum(len(image.xyxy) for image in done.images)
    _STDERR.print(f"{len(done.images)} pictures with {boxes} boxes are in {out}", markup=False)
    for fault in done.faults[:_FAULTS_SHOWN]:
        _STDERR.print(f"left out: {fault}", markup=False, soft_wrap=True)
    if done.faults:
        raise UnfitDataError(f"{len(done.faults)} faults in {folder}; what could be read is in {out}")


def check(folder: Folder, card: CardName = None, workers: Workers = 2, as_json: Json = False) -> None:
    """Look for broken files, impossible boxes, duplicates and leaks; exit 4 where something must be mended."""
    from streetaudit_datasets.check.check import check_set

    report = check_set(_open(folder, card), workers=workers)
    typer.echo(json.dumps(report.fields(), ensure_ascii=False) if as_json else "\n".join(report.lines()))
    if report.to_mend:
        raise UnfitDataError(f"{folder}: {report.to_mend} findings must be mended before anybody trains on it")


def split(
    folder: Folder,
    val: Annotated[float, typer.Option(help="Share of pictures to choose the model on.", min=0.01, max=0.9)] = 0.15,
    test: Annotated[float, typer.Option(help="Share of pictures to judge it on at last.", min=0.0, max=0.9)] = 0.0,
    by: Annotated[By, typer.Option(help="group: balance classes; time: the newest places last.")] = "group",
    seed: Seed = 0,
    keep: Annotated[list[str] | None, typer.Option(help="Leave this split as it is; may be repeated.")] = None,
    workers: Workers = 2,
) -> None:
    """Divide a prepared set by places and sequences, look-alikes kept together; writes its manifest.csv again."""
    from streetaudit_datasets.check.files import look
    from streetaudit_datasets.check.fingerprint import alike
    from streetaudit_datasets.labels.prepared import read_prepared, write_manifest
    from streetaudit_datasets.split import SplitPlan, split_set

    if val + test >= 1:
        raise LabelError(f"want --val and --test below 1 together; got {val} and {test}")
    images = _sound(read_prepared(folder, classes=CLASSES))
    looked = look([i.path for i in images.images], [images.name(i) for i in images.images], workers=workers)
    seen = [number for number, one in enumerate(looked) if one.print_]
    pairs = [(seen[p.first], seen[p.second]) for p in alike([one.print_ for one in looked if one.print_])]
    shares = {"train": 1 - val - test, "val": val, **({"test": test} if test else {})}
    plan = SplitPlan(shares, by=by, seed=seed, keep=frozenset(keep or ()))
    divided = split_set(images, plan, alike=pairs)
    write_manifest(folder, divided.images)
    counts = {name: sum(i.split == name for i in divided.images) for name in sorted({i.split for i in divided.images})}
    typer.echo(", ".join(f"{name} {count}" for name, count in counts.items()))


def stats(
    folder: Folder,
    card: CardName = None,
    out: Annotated[Path | None, typer.Option(help="Write an HTML page with drawings.", metavar="FILE")] = None,
    as_json: Json = False,
) -> None:
    """Count pictures, boxes, sizes and what is labelled for what."""
    from streetaudit.io.whole_file import text_target
    from streetaudit_datasets.stats.measure import measure_set
    from streetaudit_datasets.stats.page import stats_page

    found = measure_set(_open(folder, card))
    if out is not None:
        with text_target(out) as file:
            file.write(stats_page(found, title=f"Data set {folder.resolve().name}"))
        _STDERR.print(f"the page is {out}", markup=False)
    if as_json:
        typer.echo(json.dumps(found.fields(), ensure_ascii=False))
        return
    for name, row in found.boxes.items():
        typer.echo(f"{name}: " + (", ".join(f"{split or 'not divided'} {n}" for split, n in row.items()) or "no box"))


def view(
    folder: Folder,
    out: Out,
    card: CardName = None,
    order: Annotated[
        Order, typer.Option(help="tiny: smallest first; odd: strangest shape first; file: as they come.")
    ] = "tiny",
    most: Annotated[int, typer.Option(help="Sheets a class at most.", min=1)] = 4,
) -> None:
    """Write contact sheets: every box of a class as a tile."""
    from streetaudit_datasets.view.sheets import write_sheets

    for file in write_sheets(_open(folder, card), out, order=order, most=most):
        typer.echo(str(file))


def harvest(
    out: Out,
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="The streetaudit.toml; without it the defaults hold.", metavar="FILE"),
    ] = None,
    seed: Seed = 0,
    val: Annotated[float, typer.Option(help="Share of the city's cells to judge on.", min=0.0, max=0.9)] = 0.2,
    cell_m: Annotated[float, typer.Option(help="Side of a cell, metres.", min=20.0)] = 100.0,
    guard_m: Annotated[
        float, typer.Option(help="Nothing is trained on within so many metres of a cell to judge on.", min=0.0)
    ] = 30.0,
    as_json: Json = False,
) -> None:
    """Make labels of reviewers' decisions: confirmed things, and what was not there, with the way back to each case."""
    from streetaudit_datasets.harvest.gather import harvest as run
    from streetaudit_datasets.harvest.places import Deal

    if guard_m >= cell_m:
        raise LabelError(f"want --guard-m below --cell-m; got {guard_m} and {cell_m}")
    done = run(load_config(config), out, deal=Deal(seed, {"val": val}, cell_m, guard_m))
    if as_json:
        typer.echo(json.dumps(asdict(done), ensure_ascii=False))
        return
    for name, counts in asdict(done).items():
        rows = [f"  {key}: {count}" for key, count in counts.items()] or ["  none"]
        typer.echo("\n".join([f"{name.replace('_', ' ')}:", *rows]))


def _open(folder: Path, card: str | None) -> LabelledSet:
    from streetaudit_datasets.labels.open_set import open_set
    from streetaudit_datasets.sources.bring_in import read_source
    from streetaudit_datasets.sources.card import find_card

    return read_source(find_card(card), folder) if card else open_set(folder, classes=CLASSES)


def _sound(images: LabelledSet) -> LabelledSet:
    if images.faults:
        raise UnfitDataError(f"{images.faults[0]} ({len(images.faults)} faults in all); see: streetaudit data check")
    return images
