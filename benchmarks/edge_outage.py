"""A day without a server, then the catching up: how fast it drains, in which order, and whether all of it arrives.

    PYTHONPATH=pipeline:tests python -P benchmarks/edge_outage.py [EVENTS]

16 cameras with two reports a minute make 46,000 in 24 hours; every tenth has two pictures of 20 kB. They are put into
the outbox while the server is away, then it comes back (on this machine, in memory: what is measured is the gateway)
and loses 5 % of its answers, while new reports go on coming. Drained at 20 times real time means within 72 minutes.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from edge.builders import live
from edge.ingest_server import TOKEN, ingesting
from streetaudit.edge.courier import Courier
from streetaudit.io.backoff import Backoff
from streetaudit.io.ingest_client import IngestClient
from streetaudit.io.outbox.outbox import Outbox, open_outbox
from streetaudit.structures.sighting import Evidence

DAY_S = 86_400.0
PICTURE_BYTES = 20_000


def pictured(outbox: Outbox, number: int) -> Evidence:
    """Evidence with pictures of its own."""
    keys = []
    for role in (0, 1):
        data = np.random.default_rng(2 * number + role).bytes(PICTURE_BYTES)
        digest = hashlib.sha256(data).hexdigest()
        keys.append(f"{digest[:2]}/{digest}.jpg")
        outbox.pictures.put(keys[-1], data)
    return Evidence(keys[0], keys[1], 640, 360, (1.0, 2.0, 3.0, 4.0), 1.0)


def main() -> None:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 46_000
    with tempfile.TemporaryDirectory() as folder, ingesting() as server:
        database, outbox = open_outbox(Path(folder))
        began_s = time.monotonic()
        for number in range(1, events + 1):
            evidence = pictured(outbox, number) if number % 10 == 0 else None
            outbox.put(live(number, evidence=evidence), priority=number % 3, boot="b")
        facts, put_s = outbox.facts(), time.monotonic() - began_s
        file_mb = (Path(folder) / "outbox.sqlite3").stat().st_size / 1e6
        print(f"{events} reports and {facts.evidence} pictures ({facts.evidence_bytes / 1e6:.0f} MB) put ", end="")
        print(f"in {put_s:.0f} s ({events / put_s:.0f} a second); the file {file_mb:.0f} MB")
        server.lost = 0.05
        client = IngestClient(server.url, token=TOKEN, gateway="box")
        courier = Courier(outbox, client, retry=Backoff(0.01, 0.1))
        courier.start()
        began_s, fresh = time.monotonic(), 0
        waits: list[tuple[str, float]] = []
        reports_s = pictures_s = None
        while pictures_s is None:
            if reports_s is None and time.monotonic() - began_s > 2.0 * fresh:  # what happens now, every other second
                fresh += 1
                new = live(10**6 + fresh)
                outbox.put(new, priority=1, boot="b")
                waits.append((str(new.sighting.id), time.monotonic()))
            time.sleep(0.05)
            facts = outbox.facts()
            if reports_s is None and facts.sightings == 0:
                reports_s = time.monotonic() - began_s
            if facts.sightings == 0 and facts.evidence == 0:
                pictures_s = time.monotonic() - began_s
        courier.stop()
        client.close()
        database.close()
        place = {name: rank for rank, name in enumerate(server.order)}
        turns = [place[str(live(n).sighting.id)] for n in range(1, events + 1)]
        ranks = [
            float(np.median([turn for n, turn in enumerate(turns, 1) if n % 3 == priority])) for priority in range(3)
        ]
        lost = events + fresh - len(server.held)
        double = sum(count > 1 for count in server.times.values())
        print(f"reports drained in {reports_s:.0f} s, with pictures {pictures_s:.0f} s: ", end="")
        print(f"{DAY_S / pictures_s:.0f} times real time; {lost} lost, {double} taken twice")
        print(f"median turn by priority {ranks[0]:.0f} < {ranks[1]:.0f} < {ranks[2]:.0f}")
        print(f"{fresh} new reports meanwhile, {server.received_bytes / 1e6:.1f} MB sent")


if __name__ == "__main__":
    main()
