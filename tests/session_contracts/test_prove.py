"""`prove`: what became of a mutant, and which servers are strawmen."""

import pytest

from session_contracts.prove import MutantStatus, SuiteRun, classify
from session_contracts.strawmen import STRAWMEN, strawmen_of

RULE, OTHER = "acme.close.once", "acme.close.status"
NONE: frozenset[str] = frozenset()
SAME, DIFFERENT = ("GET 200", 1), ("POST 200", 2)


def suite_run(*failed: str, answers: tuple[tuple[str, int], ...] = (SAME,)) -> SuiteRun:
    return SuiteRun(1 if failed else 0, frozenset(failed), frozenset(), frozenset(answers))


@pytest.mark.parametrize(
    ("run", "entailed", "status", "others"),
    [
        (suite_run(RULE), (), MutantStatus.KILLED, NONE),
        (suite_run(RULE, OTHER), (), MutantStatus.KILLED, frozenset({OTHER})),
        (suite_run(RULE, OTHER), (OTHER,), MutantStatus.KILLED, NONE),
        (suite_run(OTHER), (), MutantStatus.KILLED_BY_ANOTHER_RULE, frozenset({OTHER})),
        (suite_run(OTHER), (OTHER,), MutantStatus.KILLED_BY_ANOTHER_RULE, frozenset({OTHER})),
        (suite_run(answers=(SAME, DIFFERENT)), (), MutantStatus.SURVIVED, NONE),
        (suite_run(), (), MutantStatus.EQUIVALENT, NONE),
    ],
)
def test_status_of_a_mutant(
    run: SuiteRun, entailed: tuple[str, ...], status: MutantStatus, others: frozenset[str]
) -> None:
    assert classify(RULE, run, suite_run(), entailed) == (status, others)


def test_strawmen_of_a_read_only_api() -> None:
    assert strawmen_of("rentalot") == list(STRAWMEN)
    assert "say yes and do nothing" not in strawmen_of("saleslab")
