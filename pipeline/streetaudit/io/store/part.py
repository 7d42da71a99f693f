"""What every part of the store stands on."""

from streetaudit.io.clock import Clock
from streetaudit.io.store.engine import Database


class StorePart:
    """A database and a clock; the parts of the store differ in what they say to it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
