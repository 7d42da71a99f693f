"""Identity derived from content: the same footage gives the same ids."""

import hashlib
from uuid import UUID, uuid5

#: Namespace of the project's ids; never change it, or every case gets a new name.
NAMESPACE = UUID("6a1e5f0e-3c0b-5d5b-9a0e-7f5a2f5b8c11")


def sighting_id(*, clip_sha256: str, model_sha256: str, rule_version: str, track_id: int, problem: str) -> UUID:
    """The id of one track of one clip under one model and one set of rules."""
    return uuid5(NAMESPACE, f"sighting:{clip_sha256}:{model_sha256}:{rule_version}:{track_id}:{problem}")


def case_id(first_sighting: UUID) -> UUID:
    """The id of the case that a sighting opens."""
    return uuid5(NAMESPACE, f"case:{first_sighting}")


def spot_id(first_sighting: UUID) -> UUID:
    """The id of the thing in the world that a sighting is the first of."""
    return uuid5(NAMESPACE, f"spot:{first_sighting}")


def content_hash(*parts: str) -> str:
    """A short hash of texts: rule versions and cache keys.

    >>> content_hash("a", "b") == content_hash("ab")
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part.encode())
    return digest.hexdigest()[:16]
