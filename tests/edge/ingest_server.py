"""A review server that keeps what it takes in memory, and loses answers when it is told to."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "a-token"


@dataclass
class Ingest:
    """What the server holds and how badly it behaves.

    Attributes:
        held: Sighting id to revision.
        times: Sighting id to how often it was accepted.
        pictures: Key to bytes.
        lost: Share of answers that never arrive though the work was done.
        busy: Share of calls that are turned away with 503.
        portal: Answer everything with 200 and a page, as a captive portal does.
        cut: Bytes of a picture after which the line breaks, once.
    """

    port: int = 0
    held: dict[str, int] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    parts: dict[str, bytes] = field(default_factory=dict)
    beats: list[dict[str, Any]] = field(default_factory=list)
    lost: float = 0.0
    busy: float = 0.0
    portal: bool = False
    calls: int = 0
    received_bytes: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class _Handler(BaseHTTPRequestHandler):
    ingest: Ingest
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self._answered(self._post)

    def do_PUT(self) -> None:
        self._answered(self._put)

    def log_message(self, *_: object) -> None:
        pass

    def _answered(self, work: Any) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server = self.ingest
        with server.lock:
            server.calls += 1
            server.received_bytes += len(body)
            turned_away, answer_lost = server.chance.random() < server.busy, server.chance.random() < server.lost
            no = self._turned_away(turned_away)
            status, answer = no or work(body)
        if answer_lost:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif server.portal:
            self._say(200, b"<html>please sign in</html>", "text/html")
        else:
            self._say(status, json.dumps(answer).encode())

    def _turned_away(self, busy: bool) -> tuple[int, Any] | None:
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            return 401, {"detail": "no such token"}
        return (503, {}) if busy or self.ingest.portal else None

    def _post(self, body: bytes) -> tuple[int, Any]:
        plain = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
        told = json.loads(plain)
        if self.path.endswith("/heartbeat"):
            self.ingest.beats.append(told)
            return 200, {"server_time": datetime.now(UTC).isoformat(), "bundle": None}
        server, accepted, duplicate, keys = self.ingest, [], [], set()
        for one in told["sightings"]:
            if one["evidence"]:
                keys |= {one["evidence"]["frame"], one["evidence"]["crop"]}
            if one["revision"] > server.held.get(one["id"], 0):
                server.held[one["id"]] = one["revision"]
                server.times[one["id"]] = server.times.get(one["id"], 0) + 1
                server.order.append(one["id"])
                accepted.append(one["id"])
            else:
                duplicate.append(one["id"])
        wanted = sorted(keys - set(server.pictures))
        return 200, {"batch": told["batch"], "accepted": accepted, "duplicate": duplicate, "wanted": wanted}

    def _put(self, body: bytes) -> tuple[int, Any]:
        key = self.path.split("/evidence/")[1]
        found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", self.headers["Content-Range"])
        start, whole = (int(found[1]), int(found[3])) if found else (0, len(body))
        server = self.ingest
        if key in server.pictures:
            return 200, {}
        known = server.parts.get(key, b"")
        if start != len(known):
            return 409, {"next": len(known)}
        known += body
        if len(known) < whole:
            server.parts[key] = known
            return 202, {"next": len(known)}
        server.parts.pop(key, None)
        if hashlib.sha256(known).hexdigest() not in key:
            return 422, {"detail": "not those bytes"}
        server.pictures[key] = known
        return 201, {}

    def _say(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status == 503:
            self.send_header("Retry-After", "0.01")
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def ingesting() -> Iterator[Ingest]:
    """A server that runs until the block is left."""
    ingest = Ingest()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"ingest": ingest}))
    server.daemon_threads = True
    ingest.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield ingest
    finally:
        server.shutdown()
        server.server_close()
