"""A gateway without a server: its cases are kept in this box's own store."""

from __future__ import annotations

from collections.abc import Sequence

from streetaudit.assemble import Parts
from streetaudit.errors import StoreError
from streetaudit.io.ingest_client import NotDeliveredError
from streetaudit.io.wire.sightings import ReceivedDocument, SightingDocument, evidence_keys


class OwnStore:
    """Takes what the gateway has seen into its own store and evidence folder."""

    def __init__(self, parts: Parts, gateway: str) -> None:
        self._parts = parts
        self._gateway = gateway

    def send_sightings(self, bodies: Sequence[str], *, sent_at: str | None) -> ReceivedDocument:  # noqa: ARG002 - the receiver's
        """What the store made of a batch.

        Raises:
            NotDeliveredError: If the store cannot be written now.
        """
        live = [SightingDocument.model_validate_json(body).value() for body in bodies]
        merging, desk = self._parts.merging, self._parts.desk
        try:
            received = self._parts.store.commit_live(
                self._gateway,
                live,
                assign=merging.assign,
                describe=desk.describe,
                place_cases=merging.place_cases,
            )
        except StoreError as error:
            raise NotDeliveredError(str(error)) from error
        keys = dict.fromkeys(key for one in live for key in evidence_keys(one.sighting))
        wanted = tuple(key for key in keys if not self._parts.evidence.has(key))
        return ReceivedDocument(batch="", accepted=received.accepted, duplicate=received.duplicate, wanted=wanted)

    def send_evidence(self, key: str, data: bytes) -> None:
        """Keep a picture.

        Raises:
            NotDeliveredError: If the folder cannot be written now.
        """
        try:
            self._parts.evidence.put(key, data)
        except StoreError as error:
            raise NotDeliveredError(str(error)) from error
