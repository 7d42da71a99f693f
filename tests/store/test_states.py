from uuid import UUID

import pytest

from store.builders import NOON
from streetaudit.io.store.states import standing, state_after
from streetaudit.structures.case import CaseState, Decision, Review

CASE = UUID(int=99)


def reviews(*decisions: str) -> list[Review]:
    """Reviews numbered from 1; "undo:2" takes the second one back."""
    made = []
    for number, text in enumerate(decisions, start=1):
        word, _, undone = text.partition(":")
        undoes = UUID(int=int(undone)) if undone else None
        made.append(Review(UUID(int=number), CASE, "ann", Decision(word), None, "", NOON, undoes))
    return made


@pytest.mark.parametrize(
    ("decisions", "state"),
    [
        pytest.param((), CaseState.CANDIDATE, id="nothing-said"),
        pytest.param(("confirm",), CaseState.CONFIRMED, id="confirmed"),
        pytest.param(("dismiss",), CaseState.DISMISSED, id="dismissed"),
        pytest.param(("defer",), CaseState.DEFERRED, id="deferred"),
        pytest.param(("defer", "confirm"), CaseState.CONFIRMED, id="the-last-word-counts"),
        pytest.param(("confirm", "undo:1"), CaseState.CANDIDATE, id="undo-of-the-first-is-the-beginning"),
        pytest.param(("defer", "dismiss", "undo:2"), CaseState.DEFERRED, id="undo-restores-what-was-before"),
        pytest.param(("defer", "dismiss", "undo:2", "undo:1"), CaseState.CANDIDATE, id="undo-twice"),
        pytest.param(("confirm", "undo:1", "dismiss"), CaseState.DISMISSED, id="again-after-undo"),
        pytest.param(("defer", "confirm", "undo:1"), CaseState.CONFIRMED, id="undo-below-the-top-changes-nothing"),
    ],
)
def test_the_state_follows_from_the_reviews(decisions: tuple[str, ...], state: CaseState) -> None:
    assert state_after(reviews(*decisions), is_shadow=False) is state


@pytest.mark.parametrize("decisions", [(), ("confirm",), ("dismiss",), ("confirm", "undo:1")], ids=repr)
def test_a_case_on_trial_stays_in_the_shadow_whatever_people_say(decisions: tuple[str, ...]) -> None:
    assert state_after(reviews(*decisions), is_shadow=True) is CaseState.SHADOW


def test_standing_leaves_out_the_undone_and_the_undoing() -> None:
    made = reviews("confirm", "dismiss", "undo:1")
    assert standing(made) == [made[1]]
