"""What can go wrong between two people and one store."""

from uuid import UUID

from streetaudit.errors import StoreError
from streetaudit.structures.case import Case


class VersionConflict(StoreError):  # noqa: N818 - the contract's name; it is news, not a failure
    """Somebody, or a new sighting, changed the case since it was shown.

    Attributes:
        current: The case as it stands now.
    """

    def __init__(self, current: Case) -> None:
        super().__init__(f"case {current.id} has changed meanwhile (now {current.state}): look again, then decide")
        self.current = current


class NoSuchCaseError(StoreError):
    """The case is not stored: never was, or was withdrawn by a new audit of its clip."""

    def __init__(self, case_id: UUID) -> None:
        super().__init__(f"there is no case {case_id}: it may have been withdrawn by a new audit; go on with the next")


class AuditTrailError(StoreError):
    """The audit trail was tampered with."""


class DoneElsewhereError(StoreError):
    """Another process has committed this clip of the night before."""
