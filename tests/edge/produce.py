"""A gateway that only produces and delivers, to be killed: `python produce.py FOLDER URL HOW_MANY LOG`.

Each report is written into LOG once it is acknowledged to be durable: what stands there must never be lost.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from pathlib import Path

from edge.builders import live
from edge.ingest_server import TOKEN
from streetaudit.edge.courier import Courier
from streetaudit.io.backoff import Backoff
from streetaudit.io.ingest_client import IngestClient
from streetaudit.io.outbox.outbox import Outbox, open_outbox
from streetaudit.structures.sighting import Evidence


def pictured(outbox: Outbox, number: int) -> Evidence:
    keys = []
    for role in ("frame", "crop"):
        data = f"{number} {role}".encode() * 100
        digest = hashlib.sha256(data).hexdigest()
        keys.append(f"{digest[:2]}/{digest}.jpg")
        outbox.pictures.put(keys[-1], data)
    return Evidence(keys[0], keys[1], 640, 360, (1.0, 2.0, 3.0, 4.0), 1.0)


def main() -> None:
    folder, url, many, log = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
    _, outbox = open_outbox(folder)
    outbox.sweep()
    client = IngestClient(url, token=TOKEN, gateway="box")
    courier = Courier(outbox, client, retry=Backoff(0.01, 0.05))
    courier.start()
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    first = 1 + log.read_bytes().count(b"\n")
    for number in range(first, first + many):
        report = live(number, evidence=pictured(outbox, number) if number % 4 == 0 else None)
        outbox.put(report, priority=number % 3, boot="b")
        os.write(descriptor, f"{report.sighting.id}\n".encode())
        courier.wake()
    while outbox.facts().sightings or outbox.facts().evidence:
        courier.wake()
        time.sleep(0.01)
    courier.stop()


if __name__ == "__main__":
    main()
