"""What state a case is in: a fold over its reviews, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from streetaudit.structures.case import CaseState, Decision, Review

_AFTER = {
    Decision.CONFIRM: CaseState.CONFIRMED,
    Decision.DISMISS: CaseState.DISMISSED,
    Decision.DEFER: CaseState.DEFERRED,
    Decision.RESOLVE: CaseState.RESOLVED,
    Decision.REOPEN: CaseState.REOPENED,
    Decision.DUPLICATE: CaseState.DUPLICATE,
}


def standing(reviews: Sequence[Review]) -> list[Review]:
    """The decisions that nobody took back, oldest first."""
    undone = {review.undoes for review in reviews}
    return [review for review in reviews if review.decision is not Decision.UNDO and review.id not in undone]


def state_after(reviews: Sequence[Review], *, is_shadow: bool) -> CaseState:
    """The state that follows from a case's reviews, oldest first.

    A case that only rules on trial have raised stays in the shadow whatever people say of it: their word measures the
    rule, and nothing of it may leave the house. Once a rule in force sees it too, the same reviews count.
    """
    if is_shadow:
        return CaseState.SHADOW
    left = [review for review in standing(reviews) if review.decision in _AFTER]  # a split leaves the rest as it was
    return _AFTER[left[-1].decision] if left else CaseState.CANDIDATE


def duplicate_of(reviews: Sequence[Review]) -> UUID | None:
    """The case that one is the same as, by the decision that stands on top; None where it is a case of its own."""
    left = [review for review in standing(reviews) if review.decision in _AFTER]
    return left[-1].other if left and left[-1].decision is Decision.DUPLICATE else None
