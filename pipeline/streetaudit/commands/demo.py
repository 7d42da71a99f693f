"""`streetaudit demo`: the whole chain on a rendered street whose truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from streetaudit.assemble import Parts, open_parts
from streetaudit.batch.night import audit_night
from streetaudit.batch.outcome import ClipOutcome
from streetaudit.commands.case_map import write_map
from streetaudit.commands.show import STDERR, outcome_table, progress
from streetaudit.config import load_config
from streetaudit.errors import StreetauditError
from streetaudit.io.clock import SYSTEM_CLOCK
from streetaudit.io.footage import find_clips

DEFAULT_SEED = 7
MISSING_EXTRAS = "the demo needs the extras: pip install 'streetaudit[serve,batch]' (or run: make demo)"


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("demo")(demo)


def demo(
    out: Annotated[Path, typer.Option("--out", help="Where the demo lives; kept between runs.")] = Path("out/demo"),
    seed: Annotated[int, typer.Option(help="Which street.", min=0)] = DEFAULT_SEED,
    seconds: Annotated[float, typer.Option(help="Length of the drive and of the fixed clip.", min=2, max=600)] = 60,
    port: Annotated[int, typer.Option(help="Port of the review page.", min=0, max=65535)] = 8000,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the review page at the end.")] = True,
) -> None:
    """Render a street drive, audit it, score the cases against the truth, and serve the review queue."""
    began_s = SYSTEM_CLOCK.monotonic_s()
    scene = _render(out, seed, seconds)
    with open_parts(load_config(scene / "streetaudit.toml"), inference=False) as parts:
        outcomes = _audit(scene, parts)
        Console(highlight=False).print(outcome_table(outcomes))
        _print_score(scene, parts)
        _draw(scene, parts)
    STDERR.print(f"demo ready after {SYSTEM_CLOCK.monotonic_s() - began_s:.0f} s; everything is in {scene}")
    if serve:
        _serve(scene, port)


def _render(out: Path, seed: int, seconds: float) -> Path:
    try:
        from streetaudit_datasets.synthetic.drive import render_drive
        from streetaudit_datasets.synthetic.setting import Options
    except ImportError as error:
        raise StreetauditError(MISSING_EXTRAS) from error
    scene = out / f"street-{seed}"
    STDERR.print(f"1/3 a street is rendered into {scene} (kept for the next time)")
    render_drive(scene, seed=seed, options=Options(duration_s=seconds, fixed_s=seconds))
    return scene


def _audit(scene: Path, parts: Parts) -> list[ClipOutcome]:
    STDERR.print("2/3 its footage is audited")
    with progress() as report:
        return list(audit_night(find_clips([scene]), parts, report=report))


def _print_score(scene: Path, parts: Parts) -> None:
    from streetaudit_datasets.score_table import score_table
    from streetaudit_datasets.scoring import score_cases
    from streetaudit_datasets.truth_files import read_truth

    STDERR.print("3/3 the cases are compared with what really stands in that street")
    found = score_cases(list(parts.store.each_case()), read_truth(scene / "truth.json"))
    console = Console(highlight=False)
    console.print(score_table(found.scores))
    for mistake in found.mistakes:
        console.print(f"  {mistake}", markup=False, soft_wrap=True, style="dim")


def _draw(scene: Path, parts: Parts) -> None:
    for name in ("map.html", "map.png"):
        write_map(scene / name, parts, truth=scene / "truth.json")
    STDERR.print(f"the night's map, with the truth beside the cases: {scene / 'map.html'} (and map.png)")


def _serve(scene: Path, port: int) -> None:
    try:
        from streetaudit_serve.commands import serve
    except ImportError as error:
        raise StreetauditError(MISSING_EXTRAS) from error
    serve(config=scene / "streetaudit.toml", host=None, port=port)
