"""Brings what waits to where cases are kept: a review server, or this box's own store."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from streetaudit.io.backoff import Backoff
from streetaudit.io.ingest_client import NotDeliveredError
from streetaudit.io.outbox.outbox import Outbox
from streetaudit.io.outbox.values import Waiting
from streetaudit.io.wire.sightings import MOST_BYTES, MOST_SIGHTINGS, ReceivedDocument, RefusedDocument

log = logging.getLogger(__name__)

#: Pauses after a failure: drawn from up to this.
RETRY_S = (1.0, 300.0)
#: Where the token is not accepted, somebody has to act first.
_SHUT_OUT_S = 300.0
#: A batch before compression; it shrinks to a tenth.
_BATCH_BYTES = 2 * MOST_BYTES
_IDLE_S = 0.5


class Receiver(Protocol):
    """Takes what a gateway has seen."""

    def send_sightings(self, bodies: Sequence[str], *, sent_at: str | None) -> ReceivedDocument:
        """What became of a batch; it is durable then."""
        ...

    def send_evidence(self, key: str, data: bytes) -> None:
        """Keep a picture; it is durable then."""
        ...


class Courier:
    """Delivers in a thread of its own until it is stopped.

    Args:
        outbox: What waits.
        receiver: Where it goes.
        sent_at: The time of day for the envelope, None where it is not known.
        between: Called between two deliveries, for heartbeats.
        retry: Pauses after failures.
    """

    def __init__(
        self,
        outbox: Outbox,
        receiver: Receiver,
        *,
        sent_at: Callable[[], str | None] = lambda: None,
        between: Callable[[], None] = lambda: None,
        retry: Backoff | None = None,
    ) -> None:
        self._outbox = outbox
        self._receiver = receiver
        self._sent_at = sent_at
        self._between = between
        self._retry = retry or Backoff(*RETRY_S)
        self._stop = threading.Event()
        self._more = threading.Event()
        self._most = MOST_SIGHTINGS
        self.why = ""
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self, patience_s: float = 10.0) -> bool:
        """True once the thread has ended; what was not acknowledged waits for the next run."""
        self._stop.set()
        self._more.set()
        self._thread.join(patience_s)
        return not self._thread.is_alive()

    def wake(self) -> None:
        """There is something new."""
        self._more.set()

    def drain(self) -> int:
        """The number of deliveries made until nothing waits.

        Raises:
            NotDeliveredError: If something could not be delivered.
        """
        count = 0
        while self._deliver():
            count += 1
        return count

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._between()
                if not self._deliver():
                    self._more.wait(_IDLE_S)
                    self._more.clear()
                self._retry.reset()
                self.why = ""
            except NotDeliveredError as error:
                self._pause(error)

    def _pause(self, error: NotDeliveredError) -> None:
        if str(error) != self.why:
            log.warning("not delivered: %s", error)
        self.why = str(error)
        pause_s = _SHUT_OUT_S if error.is_shut_out else error.retry_after_s or self._retry.next_s()
        self._stop.wait(min(pause_s, RETRY_S[1]))

    def _deliver(self) -> bool:
        """True if something was delivered: a batch, then a picture, so that neither waits for all of the other."""
        batch = self._outbox.next_sightings(self._most, _BATCH_BYTES)
        if batch:
            self._send(batch)
        picture = self._outbox.next_evidence()
        if picture is not None:
            self._send_picture(*picture)
        return bool(batch) or picture is not None

    def _send(self, batch: list[Waiting]) -> None:
        try:
            received = self._receiver.send_sightings([one.body for one in batch], sent_at=self._sent_at())
        except NotDeliveredError as error:
            if not error.is_final:
                raise
            if len(batch) > 1:  # one of them is at fault: find it
                self._most = max(1, len(batch) // 2)
                return
            received = ReceivedDocument(batch="", accepted=(), duplicate=(), refused=(_refused(batch[0], str(error)),))
        self._most = min(MOST_SIGHTINGS, 2 * self._most)
        told = {*received.accepted, *received.duplicate, *(one.id for one in received.refused)}
        refused = {one.id: one.reason for one in received.refused}
        for name, reason in refused.items():
            log.error("the server refuses sighting %s: %s", name, reason)
        self._outbox.delivered([one for one in batch if one.id in told], received.wanted, refused)
        if not told:
            raise NotDeliveredError("the server said nothing of any sighting")

    def _send_picture(self, key: str, data: bytes) -> None:
        try:
            self._receiver.send_evidence(key, data)
        except NotDeliveredError as error:
            if not error.is_final:
                raise
            self._outbox.drop_evidence([key], f"refused: {error}")
            return
        self._outbox.evidence_delivered(key)


def _refused(one: Waiting, reason: str) -> RefusedDocument:
    return RefusedDocument(id=one.id, reason=reason)
