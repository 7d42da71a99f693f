"""All cases of a store, page by page."""

from collections.abc import Iterator

from streetaudit.io.store.store import Store
from streetaudit.io.store.values import CaseFilter
from streetaudit.structures.case import Case

_PAGE = 500


def every_case(store: Store, wanted: CaseFilter) -> Iterator[Case]:
    """The cases that a filter lets through, in the order of the queue, never all in memory."""
    after: str | None = None
    while True:
        page = store.cases(wanted, after=after, limit=_PAGE)
        yield from page.cases
        if page.next is None:
            return
        after = page.next
