"""Reading what later passes did not see."""

from __future__ import annotations

from uuid import UUID

from streetaudit.io.store.cases import case_row
from streetaudit.io.store.part import StorePart
from streetaudit.io.store.resolving import misses_of
from streetaudit.structures.miss import Miss


class Misses(StorePart):
    """The passes that looked for a thing in vain."""

    def misses(self, case_id: UUID) -> list[Miss]:
        """The passes that missed a case, oldest first."""
        with self._database.read() as connection:
            return [] if case_row(connection, case_id, area=self._area) is None else misses_of(connection, case_id)
