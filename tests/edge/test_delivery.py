"""Over a real line to a server that loses answers: nothing is lost, nothing is there twice."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge.builders import Hands, live
from edge.ingest_server import TOKEN, Ingest, ingesting
from streetaudit.edge.courier import Courier
from streetaudit.errors import ConfigError
from streetaudit.io.backoff import Backoff
from streetaudit.io.ingest_client import PIECE_BYTES, Bandwidth, IngestClient, NotDeliveredError
from streetaudit.io.outbox.outbox import open_outbox

PICTURE = bytes(range(256)) * (PIECE_BYTES // 100)


@pytest.fixture
def ingest() -> Iterator[Ingest]:
    with ingesting() as server:
        yield server


Connect = Callable[..., IngestClient]


@pytest.fixture
def client(ingest: Ingest) -> Iterator[Connect]:
    made: list[IngestClient] = []

    def connect(url: str = "", *, token: str = TOKEN, bandwidth: Bandwidth | None = None) -> IngestClient:
        made.append(IngestClient(url or ingest.url, token=token, gateway="box", bandwidth=bandwidth))
        return made[-1]

    yield connect
    for one in made:
        one.close()


def key_of(data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    return f"{digest[:2]}/{digest}.jpg"


def test_a_picture_goes_in_pieces_and_again_where_it_was_cut(ingest: Ingest, client: Connect) -> None:
    key = key_of(PICTURE)
    ingest.parts[key] = PICTURE[:PIECE_BYTES]  # an earlier attempt came so far
    client().send_evidence(key, PICTURE)
    assert ingest.pictures[key] == PICTURE
    assert ingest.received_bytes < 2 * len(PICTURE)
    client().send_evidence(key, PICTURE)  # it is there: said with the first piece


def test_a_picture_with_another_hash_is_refused_for_good(ingest: Ingest, client: Connect) -> None:
    with pytest.raises(NotDeliveredError) as refused:
        client().send_evidence(key_of(b"other"), b"bytes")
    assert refused.value.is_final


@pytest.mark.parametrize(
    ("change", "shut_out"),
    [
        pytest.param({"portal": True}, False, id="captive-portal"),
        pytest.param({"busy": 1.0}, False, id="busy"),
        pytest.param({"lost": 1.0}, False, id="answer-lost"),
    ],
)
def test_what_is_no_answer_counts_as_none(
    ingest: Ingest, client: Connect, change: dict[str, float], shut_out: bool
) -> None:
    for name, value in change.items():
        setattr(ingest, name, value)
    with pytest.raises(NotDeliveredError) as failed:
        client().send_sightings([], sent_at=None)
    assert failed.value.is_shut_out == shut_out
    assert not failed.value.is_final


def test_a_wrong_token_is_told_apart(ingest: Ingest, client: Connect) -> None:
    with pytest.raises(NotDeliveredError, match="no such token") as failed:
        client(token="other").send_sightings([], sent_at=None)
    assert failed.value.is_shut_out


def test_a_server_that_is_away_is_no_error_of_ours(ingest: Ingest, client: Connect) -> None:
    with pytest.raises(NotDeliveredError, match="cannot be reached"):
        client("http://127.0.0.1:9").send_sightings([], sent_at=None)


def test_an_address_that_is_none_is_said() -> None:
    with pytest.raises(ConfigError, match="write https"):
        IngestClient("review.example", token=TOKEN, gateway="box")


def test_no_more_is_sent_a_second_than_allowed(ingest: Ingest, client: Connect) -> None:
    hands, slept = Hands(), []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        hands.pass_s(seconds)

    bandwidth = Bandwidth(50_000.0, clock=hands.clock, sleep=sleep)
    began_s = hands.monotonic_s
    client(bandwidth=bandwidth).send_evidence(key_of(PICTURE), PICTURE)
    assert bandwidth.sent_bytes == len(PICTURE)
    assert hands.monotonic_s - began_s == pytest.approx(len(PICTURE) / 50_000.0, rel=0.15)


def test_a_line_that_loses_answers_delivers_everything_once(ingest: Ingest, client: Connect, tmp_path: Path) -> None:
    ingest.lost, ingest.busy = 0.3, 0.2
    database, outbox = open_outbox(tmp_path)
    for track in range(1, 301):
        outbox.put(live(track), priority=1, boot="b")
    courier = Courier(outbox, client(), retry=Backoff(0.001, 0.01))
    courier.start()
    until_s = time.monotonic() + 30.0
    while outbox.facts().sightings and time.monotonic() < until_s:
        time.sleep(0.01)
    assert courier.stop()
    assert outbox.facts().sightings == 0
    assert set(ingest.times) == {str(live(track).sighting.id) for track in range(1, 301)}
    assert set(ingest.times.values()) == {1}
    database.close()


KILLS = int(os.environ.get("STREETAUDIT_KILLS", "6"))


def test_a_gateway_that_is_killed_again_and_again_loses_nothing(ingest: Ingest, tmp_path: Path) -> None:
    ingest.lost, ingest.busy = 0.15, 0.10
    log, seed = tmp_path / "log", random.randrange(1 << 30)
    chance = random.Random(seed)
    tests = Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tests), *sys.path])}
    command = [sys.executable, "-m", "edge.produce", str(tmp_path / "edge"), ingest.url]
    for _ in range(KILLS):
        child = subprocess.Popen([*command, "1000000", str(log)], env=environment)
        before = log.stat().st_size if log.exists() else 0
        while not log.exists() or log.stat().st_size == before:  # it has to have begun
            time.sleep(0.01)
        time.sleep(chance.uniform(0.05, 0.5))
        child.send_signal(signal.SIGKILL)
        child.wait()
    subprocess.run([*command, "0", str(log)], env=environment, check=True, timeout=600)
    acknowledged = log.read_text().split()
    database, outbox = open_outbox(tmp_path / "edge")
    waiting = {one.id for one in outbox.waiting()}
    ledgered = {about for *_, about in outbox.ledger()}
    database.close()
    assert waiting == set(), f"seed {seed}"
    assert set(acknowledged) <= set(ingest.held) | ledgered, f"seed {seed}"
    assert len(set(ingest.held) - set(acknowledged)) <= KILLS, (
        f"seed {seed}"
    )  # durable, and killed before it was logged
    assert set(ingest.times.values()) == {1}, f"seed {seed}"
    assert len(acknowledged) > 10 * KILLS
