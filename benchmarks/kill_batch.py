"""Kill a batch at random and compare what it leaves: PYTHONPATH=tests python benchmarks/kill_batch.py [--kills 300].

Every kill is a SIGKILL of a worker, of the parent or of the whole group at a random moment; the batch is then run again
until the night is done, and a new night begins. Every table of every night must be what an undisturbed run of the same
night leaves, and no kill may cost more than one clip that is looked at again for each worker it stopped.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

from batch.nights import looks_begun, start_batch, tables, workers_of, write_night

WORKERS = 2


def comparable(folder: Path) -> str:
    """The tables with the folder's own path, and the night's name that comes of it, taken out."""
    found = tables(folder)
    text = json.dumps(found, default=lambda value: value.hex())
    for name in (str(folder), str(folder).encode().hex(), *{str(row[1]) for row in found["work_items"]}):
        text = text.replace(name, "*")
    return text


def fresh(model: Path, folder: Path) -> Path:
    shutil.copytree(model / "footage", folder / "footage", copy_function=shutil.copy2)
    shutil.copy2(model / "streetaudit.toml", folder / "streetaudit.toml")
    return folder


def kill(batch: subprocess.Popen[bytes], victim: str, rng: random.Random) -> bool:
    """True if there was somebody to kill."""
    try:
        if victim == "group":
            os.killpg(batch.pid, signal.SIGKILL)
        else:
            pids = [batch.pid] if victim == "parent" else list(workers_of(batch.pid))
            os.kill(rng.choice(pids), signal.SIGKILL)
    except (ProcessLookupError, IndexError):
        return False
    return True


def disturbed(folder: Path, rng: random.Random, least: int, longest_s: float) -> Counter[str]:
    """Kills of one night until it is done; it is not let off before it was killed so often."""
    kills: Counter[str] = Counter()
    while True:
        batch = start_batch(folder, "--workers", str(WORKERS))
        while batch.poll() is None:
            time.sleep(rng.uniform(0.0, longest_s))
            victim = rng.choice(("worker", "parent", "group"))
            if sum(kills.values()) < least and kill(batch, victim, rng):
                kills[victim] += 1
                if victim != "worker":
                    break
        batch.communicate(timeout=600)
        if batch.returncode == 0:
            return kills


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--clips", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each clip")
    parser.add_argument("--per-night", type=int, default=10, help="kills of one night, at most")
    parser.add_argument("--seed", type=int, default=20261124)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    total: Counter[str] = Counter()
    nights = again = 0
    with tempfile.TemporaryDirectory() as home:
        model = Path(home) / "undisturbed"
        write_night(model, asked.clips, seconds=asked.seconds)
        began = time.perf_counter()
        first = start_batch(model, "--workers", "1")
        first.communicate()
        wanted = comparable(model)
        took_s = time.perf_counter() - began
        print(f"undisturbed: {asked.clips} clips in {took_s:.1f} s, {looks_begun(model)} looked at; seed {asked.seed}")
        while sum(total.values()) < asked.kills:
            folder = fresh(model, Path(home) / f"night{nights}")
            kills = disturbed(folder, rng, asked.per_night, took_s / 2.0)
            total += kills
            nights += 1
            same = comparable(folder) == wanted
            begun = looks_begun(folder) - asked.clips
            again += begun
            verdict = "the same" if same else "DIFFER"
            print(f"night {nights}: {dict(kills)}, {begun} clips looked at again, tables {verdict}", flush=True)
            assert same
            assert begun <= kills["worker"] + WORKERS * (kills["parent"] + kills["group"])
            shutil.rmtree(folder)
    count = sum(total.values())
    print(f"{count} kills {dict(total)} in {nights} nights: tables as undisturbed, {again} clips looked at again")


if __name__ == "__main__":
    main()
