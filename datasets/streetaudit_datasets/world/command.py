"""`data synth --world`: many nights of one strip of a city, with their truth."""

from __future__ import annotations

from pathlib import Path

from streetaudit_datasets.world.simulate import simulate


def synth_world(
    out: Path, *, seed: int = 0, nights: int = 3, length_m: float = 1500.0, exact_gps: bool = False, video: bool = True
) -> Path:
    """The folder with every night's drives of two vehicles, streetaudit.toml, zones.geojson and truth.json."""
    return simulate(out, seed=seed, nights=nights, length_m=length_m, exact_gps=exact_gps, video=video)
