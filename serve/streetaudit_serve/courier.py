"""Carries signed messages to those who want to know (Standard Webhooks), again and again until they answer."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass

from streetaudit.errors import StreetauditError
from streetaudit.io.clock import Clock
from streetaudit.io.safe_post import Sent, Target, UnsafeAddressError, checked, post
from streetaudit.io.store.store import Store
from streetaudit.io.store.webhooks import Delivery, Webhook

_LOG = logging.getLogger(__name__)
#: After the first try, the second... (Standard Webhooks); each up to a tenth longer, so that not all come at once.
BACKOFF_S = (30.0, 300.0, 1800.0, 7200.0, 28800.0, 86400.0)
_EVERY_S = 5.0
_GONE = 410


def new_secret() -> str:
    """A webhook's secret, as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def signed(secret: str, message_id: str, at_s: int, body: bytes) -> dict[str, str]:
    """The headers of a message: who it is, when, and the proof that it is ours.

    >>> signed("whsec_" + base64.b64encode(b"k" * 24).decode(), "m1", 1700000000, b"{}")["webhook-signature"][:3]
    'v1,'
    """
    key = base64.b64decode(secret.removeprefix("whsec_"))
    proof = hmac.new(key, f"{message_id}.{at_s}.".encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "streetaudit-webhooks",
        "webhook-id": message_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": f"v1,{base64.b64encode(proof).decode()}",
    }


@dataclass(frozen=True, slots=True)
class Courier:
    """Tells webhooks of decisions.

    Attributes:
        store: Where messages wait.
        clock: Wall time, for signatures.
        inside: Hosts of the house that may be told.
        look: From an address to a target that is safe.
        send: Sends one message.
    """

    store: Store
    clock: Clock
    inside: frozenset[str] = frozenset()
    look: Callable[..., Target] = checked
    send: Callable[[Target, bytes, dict[str, str]], Sent] = post

    def round(self) -> int:
        """The number of messages that were tried."""
        self.store.prepare_deliveries()
        due = self.store.due_deliveries()
        for hook, delivery in due:
            self._deliver(hook, delivery)
        return len(due)

    def run(self, stop: threading.Event) -> None:
        """Go round until told to stop; what goes wrong is tried again."""
        while not stop.wait(_EVERY_S):
            try:
                self.round()
            except StreetauditError as error:
                _LOG.warning("webhooks: %s", error)

    def _deliver(self, hook: Webhook, delivery: Delivery) -> None:
        body = delivery.body.encode()
        try:
            target = self.look(hook.url, inside=self.inside)
        except UnsafeAddressError as error:
            sent = Sent(0, f"not sent: {error}")
        else:
            sent = self.send(target, body, signed(hook.secret, str(delivery.id), self._now_s(), body))
        answer = f"{sent.status or '-'} {sent.detail}"
        if sent.status == _GONE:
            self.store.settle_delivery(delivery.id, answer=answer, is_done=False, again_s=None)
            self.store.disable_webhook(hook.id, "the receiver answered 410: gone")
            return
        is_done = 200 <= sent.status < 300
        self.store.settle_delivery(delivery.id, answer=answer, is_done=is_done, again_s=_wait_s(delivery.tries))

    def _now_s(self) -> int:
        return int(self.clock.now().timestamp())


def _wait_s(tries: int) -> float | None:
    if tries >= len(BACKOFF_S):
        return None
    return BACKOFF_S[tries] * (1.0 + secrets.randbelow(1000) / 10_000)
