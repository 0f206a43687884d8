"""Mutation testing of the suite: one mutant for each rule, which the checks of that rule must kill.

A mutant is the mock with one rule broken. The suite first verifies the unbroken mock, which has to
conform; then it verifies every mutant, and its verdicts say what became of the mutant:

- killed: the broken rule failed;
- survived: no rule failed, although the mutant answered differently;
- killed by another rule: others failed, the broken one did not;
- equivalent: no rule failed, and the mutant gave no answer that the unbroken mock does not give;
- no mutant: the rule is enforced, but nothing breaks it.

The suite is proven if every mutant is killed by its own rule, with no other rule failing except
those that the mutant entails, and if the strawman servers fail as well.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from multiprocessing import get_context

import requests
from requests.adapters import BaseAdapter
from starlette.types import ASGIApp

from session_contracts.conformance.outcomes import RuleOutcome
from session_contracts.conformance.runner import Options, verify
from session_contracts.errors import UnknownRule
from session_contracts.in_process import URL, in_process
from session_contracts.mock_server.app import create_app
from session_contracts.mock_server.mutants import mutants_of
from session_contracts.mock_server.server import running
from session_contracts.mock_server.settings import Settings
from session_contracts.openapi import Level, load
from session_contracts.openapi.locations import find
from session_contracts.openapi.python_process import safe_path
from session_contracts.strawmen import STRAWMEN, Transcript, strawmen_of

#: The mock's clock during a proof, so that a proof is reproducible; any moment would do.
_NOW = datetime(2026, 2, 13, 9, tzinfo=UTC)
_BROKEN = frozenset({"failed", "warned"})


class MutantStatus(StrEnum):
    """What became of a mutant; everything but `killed` fails the proof."""

    KILLED = "killed"
    SURVIVED = "survived"
    KILLED_BY_ANOTHER_RULE = "killed by another rule"
    EQUIVALENT = "equivalent"
    NO_MUTANT = "no mutant"


_EXPLANATIONS = {
    MutantStatus.SURVIVED: "no rule failed",
    MutantStatus.EQUIVALENT: "the mutant changed no answer",
    MutantStatus.NO_MUTANT: "add one to the mutants of the API",
}


@dataclass(frozen=True)
class Job:
    """One run of the suite: on the mutant of a rule, on a strawman, or (both None) unbroken."""

    api: str
    mutated_rule: str | None
    strawman: str | None
    max_examples: int
    seed: int


@dataclass(frozen=True)
class SuiteRun:
    """The result of one run: rules that failed, rules that were not exercised, and all answers.

    An answer is (method and status, checksum of its body without ids, times and numbers).
    """

    exit_status: int
    failed: frozenset[str]
    not_exercised: frozenset[str]
    answers: frozenset[tuple[str, int]]


def prove(
    api: str,
    rules: Sequence[str] = (),
    *,
    workers: int,
    max_examples: int,
    seed: int,
    show: Callable[[str], object],
) -> int:
    """Show a line for each mutant and strawman server; 0 if the suite is proven, else 1.

    `rules`: prove only these, without strawmen. Raises UnknownRule, PartError.
    """
    mutants = mutants_of(find(api))
    if unknown := sorted(set(rules) - set(mutants)):
        raise UnknownRule(unknown[0], sorted(mutants))
    job = partial(Job, api, max_examples=max_examples, seed=seed)
    baseline = _run(job(None, None))
    if baseline.exit_status != 0 or baseline.failed:
        show(f"unbroken: {_why_not_conforming(baseline)}")
        return 1
    show("unbroken: conforms")
    jobs = [job(rule, None) for rule in rules or mutants]
    jobs += [] if rules else [job(None, strawman) for strawman in strawmen_of(api)]
    proven = True
    for done, run in zip(jobs, _runs(jobs, workers), strict=True):
        if done.mutated_rule is None:
            line, good = _strawman_line(str(done.strawman), run)
        else:
            entailed = mutants[done.mutated_rule].entails
            line, good = _mutant_line(done.mutated_rule, run, baseline, entailed)
        proven = proven and good
        show(line)
    for rule in () if rules else _without_mutant(api, mutants):
        proven = False
        show(_line(MutantStatus.NO_MUTANT, rule, _EXPLANATIONS[MutantStatus.NO_MUTANT]))
    show("proven" if proven else "NOT proven")
    return 0 if proven else 1


def classify(
    rule: str, run: SuiteRun, baseline: SuiteRun, entailed: Iterable[str]
) -> tuple[MutantStatus, frozenset[str]]:
    """The status of the mutant of `rule`, and the rules that failed without being entailed."""
    others = run.failed - {rule, *entailed}
    if rule in run.failed:
        return MutantStatus.KILLED, others
    if run.failed:
        return MutantStatus.KILLED_BY_ANOTHER_RULE, run.failed
    if run.answers <= baseline.answers:
        return MutantStatus.EQUIVALENT, others
    return MutantStatus.SURVIVED, others


def _why_not_conforming(baseline: SuiteRun) -> str:
    """Why the proof cannot start: the unbroken mock does not pass the suite."""
    reasons = [f"exit status {baseline.exit_status}"]
    if baseline.failed:
        reasons.append(f"failed: {_list(baseline.failed)}")
    if baseline.not_exercised:
        reasons.append(f"not exercised: {_list(baseline.not_exercised)}")
    return f"{'; '.join(reasons)}; run 'session-contracts verify' against the mock for details"


def _mutant_line(
    rule: str, run: SuiteRun, baseline: SuiteRun, entailed: Sequence[str]
) -> tuple[str, bool]:
    status, others = classify(rule, run, baseline, entailed)
    also = f"failed {'as well' if rule in run.failed else 'instead'}: {_list(others)}"
    note = also if others else _EXPLANATIONS.get(status, "")
    return _line(status, rule, note), status is MutantStatus.KILLED and not others


def _strawman_line(strawman: str, run: SuiteRun) -> tuple[str, bool]:
    failed = run.exit_status == 1
    return _line("fails" if failed else "PASSES", strawman, f"{len(run.failed)} rules"), failed


def _line(status: str, subject: str, note: str) -> str:
    return f"{status:7}  {subject}{f'  ({note})' if note else ''}"


def _list(rules: Iterable[str]) -> str:
    return ", ".join(sorted(rules))


def _without_mutant(api: str, mutants: Mapping[str, object]) -> list[str]:
    """The rules that the suite enforces and no mutant breaks."""
    enforced = [rule for rule in load(api).rules.values() if rule.level is not Level.DECISION]
    return [rule.id for rule in enforced if rule.id not in mutants]


def _runs(jobs: Sequence[Job], workers: int) -> Iterable[SuiteRun]:
    """The results in the order of the jobs; each runs in a worker process, with its own mock."""
    with safe_path(), get_context("spawn").Pool(workers, maxtasksperchild=8) as pool:
        yield from pool.imap(_run, jobs)


def _run(job: Job) -> SuiteRun:
    transcript = Transcript(create_app(Settings((job.api,), frozen_at=_NOW)))
    app = STRAWMEN[job.strawman](transcript, job.api) if job.strawman else transcript
    with _served(app, job) as (url, adapter):
        options = Options(
            api=job.api,
            base_url=f"{url}/{job.api}",
            states_url=f"{url}/_mock/{job.api}/states",
            max_examples=job.max_examples,
            seed=job.seed,
            quiet=True,
            shrink=False,  # only the verdict counts here
            adapter=adapter,
        )
        report = verify(options)
    failed = frozenset(result.id for result in report.results if result.outcome in _BROKEN)
    not_exercised = frozenset(
        result.id
        for result in report.results
        if result.outcome is RuleOutcome.NOT_EXERCISED and result.level is not Level.DECISION
    )
    return SuiteRun(report.exit_status, failed, not_exercised, frozenset(transcript.answers))


@contextmanager
def _served(app: ASGIApp, job: Job) -> Iterator[tuple[str, BaseAdapter | None]]:
    """The URL of the server, and the adapter that reaches it (None: over HTTP).

    The unbroken mock and the strawmen are served over HTTP; a mutant needs no socket.
    """
    if job.mutated_rule is None:
        with running(app) as url:
            yield url, None
        return
    with in_process(app) as adapter:
        with requests.Session() as session:
            session.mount(URL, adapter)
            broken = {"rules": [job.mutated_rule]}
            session.put(f"{URL}/_mock/broken-rules", json=broken).raise_for_status()
        yield URL, adapter
