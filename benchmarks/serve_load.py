"""The review server under load: so many cases, so many requests a second, whether it keeps up or not (open loop).

    python benchmarks/serve_load.py --cases 1000000 --rate 100 --seconds 60 --work /tmp/load

The store is filled once and used again. Reviewers carry tokens; each request has its time, and its latency counts from
then, so that a server that falls behind is seen to. The mix: a page of the list 30 %, claim and decide 25 % each (one
pair a case), a box of the map 15 %, counts 5 %.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from streetaudit.io.store.open import open_store
from streetaudit.io.store.store import Store
from streetaudit.io.store.tables import cases, runs, sightings
from streetaudit_serve.sessions import new_secret, sha256_of

PROBLEMS = ("litter", "street_stall", "illegal_ad", "mis_parked_vehicle", "overflowing_bin")
CLASSES = {"mis_parked_vehicle": "vehicle"}
STATES = ("candidate",) * 6 + ("confirmed",) * 2 + ("dismissed", "resolved")
WEST, SOUTH, SIDE_DEG = 118.0, 36.7, 0.3
REVIEWERS = 50
#: Goals of issue 7, p95 in milliseconds on a quiet machine.
GOALS_MS = {"list": 100.0, "claim": 100.0, "map": 150.0, "decide": 60.0}


def fill(store: Store, count: int) -> None:
    """Puts so many cases of one sighting each into an empty store."""
    random.seed(count)
    now = datetime.now(UTC)
    with store._database.write() as connection:  # noqa: SLF001 - a benchmark fills faster than footage would
        run = {"number": 1, "work_key": "load", "clip_sha256": "a" * 64, "clip_name": "load", "camera": "patrol",
               "model_sha256": "m", "rule_version": "r", "status": "complete", "reason": "", "coverage": {},
               "trace_source": "", "trace_note": "", "stored_at": now, "is_current": True}  # fmt: skip
        connection.execute(insert(runs).values(run))
        for start in range(0, count, 5000):
            rows = [_case(number, now) for number in range(start + 1, min(count, start + 5000) + 1)]
            connection.execute(insert(cases), rows)
            connection.execute(insert(sightings), [_sighting(row) for row in rows])


def _case(number: int, now: datetime) -> dict[str, Any]:
    problem = PROBLEMS[number % 5]
    seen = now - timedelta(seconds=random.randrange(30 * 86400))
    return {
        "id": UUID(int=number << 64 | 1), "problem": problem, "state": random.choice(STATES), "is_shadow": False,
        "camera": f"patrol-{number % 16}", "lat": SOUTH + SIDE_DEG * random.random(),
        "lon": WEST + SIDE_DEG * random.random(), "error_m": 2.0, "place_method": "ground_plane", "place_views": 3,
        "confidence": random.random(), "first_seen": seen, "last_seen": seen, "passes": 1, "sightings": 1,
        "cell": f"3703030{number % 90000:05}", "responsible": "team", "code": "06010", "rule": problem,
        "rule_version": "r", "due_at": seen + timedelta(hours=4), "queue_at": seen + timedelta(hours=4), "version": 1,
    }  # fmt: skip


def _sighting(case: dict[str, Any]) -> dict[str, Any]:
    place = {name: case[name] for name in ("lat", "lon", "error_m", "place_method", "place_views")}
    problem = case["problem"]
    return {
        **place, "id": UUID(int=case["id"].int + 1), "run": 1, "case_id": case["id"], "clip_sha256": "a" * 64,
        "clip_name": "load", "camera": case["camera"], "track_id": 1, "class_name": CLASSES.get(problem, problem),
        "confidence": case["confidence"], "frames": 9, "first_s": 1.0, "last_s": 2.0, "seen_at": case["last_seen"],
        "problem": problem, "rule": problem, "rule_version": "r", "why": "because", "shadow": False,
        "probability": 1.0, "model_sha256": "m",
    }  # fmt: skip


def tokens(store: Store) -> list[str]:
    """Secrets of fifty reviewers."""
    secrets = []
    for number in range(REVIEWERS):
        name, secret = f"load-{number}", new_secret()
        if store.account(name) is None:
            store.add_account(name, role="reviewer", password_hash="", must_change_password=False)
        store.add_token(
            name, name="load", scopes=("read", "review"), secret_sha256=sha256_of(secret), lasts_s=86400.0, by="load"
        )
        secrets.append(secret)
    return secrets


class Load:
    """Requests at their times, from as many threads as are needed."""

    def __init__(self, port: int, secrets: list[str]) -> None:
        self._port, self._secrets, self._line = port, secrets, threading.local()
        self.latency_ms: dict[str, list[float]] = defaultdict(list)
        self.answers: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._held: list[tuple[str, str, int]] = []

    def one(self, kind: str, due: float) -> None:
        """One request; its latency counts from when it was due."""
        secret = random.choice(self._secrets)
        try:
            status = getattr(self, f"_{kind}")(secret)
        except OSError as error:
            status = type(error).__name__
        with self._lock:
            self.latency_ms[kind].append(1000.0 * (time.monotonic() - due))
            self.answers[f"{kind} {status}"] += 1

    def _ask(self, secret: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        line = getattr(self._line, "open", None)
        if line is None:
            line = self._line.open = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        try:
            line.request(method, path, None if body is None else json.dumps(body), headers)
            answer = line.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException):
            self._line.open = None
            raise
        return answer.status, json.loads(data) if data else None

    def _list(self, secret: str) -> int:
        problem = random.choice(PROBLEMS)
        return self._ask(secret, "GET", f"/api/v1/cases?limit=50&state=candidate&problem={problem}")[0]

    def _claim(self, secret: str) -> int:
        with self._lock:
            skip = [case for _, case, _ in self._held[-200:]]
        status, found = self._ask(secret, "POST", "/api/v1/queue/claim", {"skip": skip})
        if found:
            with self._lock:
                self._held.append((secret, found["case"]["id"], found["case"]["version"]))
        return status

    def _decide(self, _: str) -> int | str:
        with self._lock:
            if not self._held:
                return "nothing held"
            secret, case, version = self._held.pop(0)
        body = {"decision": "confirm", "expected_version": version}
        return self._ask(secret, "POST", f"/api/v1/cases/{case}/decision", body)[0]

    def _map(self, secret: str) -> int:
        side = random.choice((0.005, 0.02, 0.3))
        west, south = WEST + random.random() * (SIDE_DEG - side), SOUTH + random.random() * (SIDE_DEG - side)
        box = f"{west:.5f},{south:.5f},{west + side:.5f},{south + side:.5f}"
        return self._ask(secret, "GET", f"/api/v1/map?bbox={box}&state=candidate&state=confirmed")[0]

    def _counts(self, secret: str) -> int:
        return self._ask(secret, "GET", "/api/v1/counts")[0]


def main() -> None:
    """Fills, serves, loads, prints."""
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("--cases", type=int, default=100_000)
    given.add_argument("--rate", type=float, default=100.0)
    given.add_argument("--seconds", type=float, default=60.0)
    given.add_argument("--work", type=Path, required=True)
    asked = given.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    file = asked.work / f"load-{asked.cases}.sqlite3"
    config = asked.work / "load.toml"
    config.write_text(f"[store]\nurl = 'sqlite:///{file.resolve()}'\n[serve]\nsecure_cookies = false\n")
    with open_store(f"sqlite:///{file.resolve()}") as store:
        began = time.monotonic()
        if store.count() == 0:
            fill(store, asked.cases)
            print(f"filled in {time.monotonic() - began:.0f} s, {file.stat().st_size / 1e6:.0f} MB")
        secrets = tokens(store)
    server, port = _serve(config)
    try:
        load = Load(port, secrets)
        before_s = _cpu_s(server.pid)
        _run(load, asked.rate, asked.seconds)
        _print(load, asked, server.pid, cpu_s=_cpu_s(server.pid) - before_s)
    finally:
        server.terminate()
        server.wait(20)


def _serve(config: Path) -> tuple[subprocess.Popen[str], int]:
    command = [sys.executable, "-m", "streetaudit", "serve", "--config", str(config), "--port", "0"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "NO_COLOR": "1"})
    for line in server.stderr or ():
        if "review queue:" in line:
            return server, int(line.rsplit(":", 1)[1].split("/")[0])
    raise SystemExit("the server did not start")


def _run(load: Load, rate: float, seconds: float) -> None:
    kinds = random.choices(("list", "claim", "decide", "map", "counts"), (30, 25, 25, 15, 5), k=int(rate * seconds))
    with ThreadPoolExecutor(64) as pool:
        begin = time.monotonic() + 0.5
        for number, kind in enumerate(kinds):
            due = begin + number / rate
            time.sleep(max(0.0, due - time.monotonic()))
            pool.submit(load.one, kind, due)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _print(load: Load, asked: argparse.Namespace, pid: int, *, cpu_s: float) -> None:
    status = Path(f"/proc/{pid}/status").read_text()
    rss = next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))
    print(
        f"{asked.cases} cases, {asked.rate:g} requests/s for {asked.seconds:g} s; load average {os.getloadavg()[0]:.1f}"
    )
    print(f"{'kind':8} {'n':>6} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'goal':>6}")
    for kind, times in sorted(load.latency_ms.items()):
        cuts = statistics.quantiles(times, n=100)
        print(f"{kind:8} {len(times):6} {cuts[49]:8.1f} {cuts[94]:8.1f} {cuts[98]:8.1f} {GOALS_MS.get(kind, 0):6.0f}")
    number = sum(len(times) for times in load.latency_ms.values())
    print(f"server: {1000 * cpu_s / number:.1f} ms of processor a request, peak memory {rss:.0f} MB")
    print(f"answers {dict(sorted(load.answers.items()))}")


if __name__ == "__main__":
    main()
