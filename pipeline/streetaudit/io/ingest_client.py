"""The gateway's end of the line to the review server: docs/ingest.md over HTTP(S)."""

from __future__ import annotations

import gzip
import http.client
import json
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from pydantic import ValidationError

from streetaudit.errors import ConfigError
from streetaudit.io.clock import SYSTEM_CLOCK, Clock
from streetaudit.io.wire.heartbeat import HeartbeatAnswer, HeartbeatDocument
from streetaudit.io.wire.sightings import ReceivedDocument

_BASE = "/api/v1/ingest"
_CHUNK_BYTES = 16 << 10
_MOST_ANSWER_BYTES = 1 << 20
_TIMEOUT_S = 30.0
#: One piece of a picture: what a broken line costs at most.
PIECE_BYTES = 128 << 10


class NotDeliveredError(Exception):
    """Nothing was taken; it is to be said again later.

    Attributes:
        retry_after_s: That the server asked for, None where it did not.
        status: HTTP, None where nothing came back.
    """

    def __init__(self, why: str, *, retry_after_s: float | None = None, status: int | None = None) -> None:
        super().__init__(why)
        self.retry_after_s = retry_after_s
        self.status = status

    @property
    def is_shut_out(self) -> bool:
        """True where the token is not accepted: somebody has to look."""
        return self.status in (401, 403)

    @property
    def is_final(self) -> bool:
        """True where saying the same again will not help."""
        return self.status in (413, 422)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: HTTP.
        headers: By lower-case name.
        body: As it came.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> object:
        """The body, None where it is no JSON: a captive portal's page counts as no answer."""
        if not self.headers.get("content-type", "").startswith(("application/json", "application/problem+json")):
            return None
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(slots=True)
class Bandwidth:
    """Lets bytes through at a rate; None lets them through at once."""

    bytes_per_s: float | None
    clock: Clock = SYSTEM_CLOCK
    sleep: Callable[[float], object] = time.sleep
    sent_bytes: int = 0
    _free_at_s: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def spend(self, count: int) -> None:
        """Wait until so many bytes may be sent."""
        with self._lock:
            self.sent_bytes += count
            if self.bytes_per_s is None:
                return
            now_s = self.clock.monotonic_s()
            begins_s = max(now_s, self._free_at_s)
            self._free_at_s = begins_s + count / self.bytes_per_s
        if begins_s > now_s:
            self.sleep(begins_s - now_s)


class IngestClient:
    """Speaks to one server; one call at a time.

    Args:
        server: https://host[:port], http only for a server on this machine or a network of one's own.
        token: Of this gateway.
        gateway: Its name.
        bandwidth: What may be sent a second.
        context: For TLS.

    Raises:
        ConfigError: If the address is none.
    """

    def __init__(
        self,
        server: str,
        *,
        token: str,
        gateway: str,
        bandwidth: Bandwidth | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        parts = urlsplit(server)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(f"[edge] server {server!r} is no address; write https://review.example")
        self._host, self._port, self._tls = parts.hostname, parts.port, parts.scheme == "https"
        self._prefix = parts.path.rstrip("/") + _BASE
        self._token, self._gateway = token, gateway
        self._bandwidth = bandwidth or Bandwidth(None)
        self._context = context
        self._connection: http.client.HTTPConnection | None = None

    def send_sightings(self, bodies: Sequence[str], *, sent_at: str | None) -> ReceivedDocument:
        """What the server made of a batch of sighting documents.

        Raises:
            NotDeliveredError: If it did not say that all of it is durable.
        """
        batch = uuid.uuid4().hex
        head = json.dumps({"gateway": self._gateway, "batch": batch, "sent_at": sent_at})
        body = f'{head[:-1]}, "sightings": [{",".join(bodies)}]}}'.encode()
        answer = self._call("POST", "/sightings", gzip.compress(body, 6), _JSON | {"Content-Encoding": "gzip"})
        received = _parsed(ReceivedDocument, answer)
        if received.batch != batch:
            raise NotDeliveredError("the server answered another batch")
        return received

    def send_evidence(self, key: str, data: bytes) -> None:
        """Have a picture kept; goes on where an earlier attempt ended.

        Raises:
            NotDeliveredError: If the server did not say that it is durable.
        """
        start, rounds = 0, 2 + 2 * len(data) // PIECE_BYTES
        for _ in range(rounds):
            piece = data[start : start + PIECE_BYTES]
            where = f"bytes {start}-{start + len(piece) - 1}/{len(data)}"
            headers = {"Content-Type": "image/jpeg", "Content-Range": where}
            answer = self._call("PUT", f"/evidence/{key}", piece, headers, fine=(200, 201, 202, 409))
            if answer.status in (200, 201):
                return
            told = answer.json()
            following = told.get("next") if isinstance(told, dict) else None
            if not isinstance(following, int) or not 0 <= following < len(data):
                raise NotDeliveredError(f"the server answered {answer.status} without saying how to go on")
            start = following
        raise NotDeliveredError("the server takes the same pieces again and again")

    def heartbeat(self, document: HeartbeatDocument) -> HeartbeatAnswer:
        """What the server says to a heartbeat.

        Raises:
            NotDeliveredError: If it did not answer.
        """
        return _parsed(HeartbeatAnswer, self._call("POST", "/heartbeat", document.model_dump_json().encode(), _JSON))

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _call(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], *, fine: tuple[int, ...] = (200,)
    ) -> Answer:
        everything = {**headers, "Authorization": f"Bearer {self._token}", "Content-Length": str(len(body))}
        try:
            answer = self._exchange(method, self._prefix + path, body, everything)
        except (OSError, http.client.HTTPException, ssl.SSLError) as error:
            self.close()
            raise NotDeliveredError(f"the server cannot be reached: {error or type(error).__name__}") from error
        if answer.status in fine:
            return answer
        raise _not_taken(answer)

    def _exchange(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        connection = self._connection or self._connect()
        self._connection = connection
        connection.request(method, path, body=self._chunks(body), headers=dict(headers))
        response = connection.getresponse()
        data = response.read(_MOST_ANSWER_BYTES)
        if response.will_close or not response.isclosed():
            self.close()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, data)

    def _connect(self) -> http.client.HTTPConnection:
        if self._tls:
            context = self._context or ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=_TIMEOUT_S, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=_TIMEOUT_S)

    def _chunks(self, body: bytes) -> Iterator[bytes]:
        for start in range(0, len(body), _CHUNK_BYTES):
            chunk = body[start : start + _CHUNK_BYTES]
            self._bandwidth.spend(len(chunk))
            yield chunk


_JSON = {"Content-Type": "application/json"}
T = TypeVar("T", ReceivedDocument, HeartbeatAnswer)


def _parsed(kind: type[T], answer: Answer) -> T:
    try:
        return kind.model_validate(answer.json())
    except ValidationError as error:
        raise NotDeliveredError("what answered is not the review server (a captive portal?)") from error


def _not_taken(answer: Answer) -> NotDeliveredError:
    told = answer.json()
    detail = told.get("detail", "") if isinstance(told, dict) else ""
    try:
        after_s: float | None = float(answer.headers["retry-after"])
    except (KeyError, ValueError):
        after_s = None
    why = f"the server answered {answer.status} {str(detail)[:200]}".rstrip()
    return NotDeliveredError(why, retry_after_s=after_s, status=answer.status)
