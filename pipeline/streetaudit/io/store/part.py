"""What every part of the store stands on."""

from dataclasses import replace

from streetaudit.io.clock import Clock
from streetaudit.io.store.engine import Database
from streetaudit.io.store.values import Area, CaseFilter


class StorePart:
    """A database, a clock, and the part of the city that is seen; the parts of the store differ in what they say."""

    def __init__(self, database: Database, clock: Clock, *, area: Area | None = None) -> None:
        self._database = database
        self._clock = clock
        self._area = area

    def _seen(self, asked: CaseFilter) -> CaseFilter:
        """What is asked for, of the part of the city that is seen."""
        return asked if self._area is None else replace(asked, area=self._area)
