"""Proves the suite: breaks each rule of the mock in turn, and sees whether the suite finds exactly that."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from multiprocessing import get_context

import requests
from requests.adapters import BaseAdapter
from starlette.types import ASGIApp

from session_contracts.conformance.outcomes import Outcome
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
from session_contracts.strawmen import OPPONENTS, Transcript, opponents

#: The mock's time during a proof; any would do.
_NOW = datetime(2026, 2, 13, 9, tzinfo=UTC)
_FOUND = frozenset({"failed", "warned"})


class MutantStatus(StrEnum):
    """What became of a broken rule."""

    KILLED = "killed"
    SILENT = "silent"
    STRAY = "stray"
    DEAD = "dead"
    MISSING = "missing"


@dataclass(frozen=True)
class Trial:
    """One run of the suite: which rules were found broken, which were not exercised, and a fingerprint of all answers."""

    name: str
    exit_status: int
    found: frozenset[str]
    silent: frozenset[str]
    answers: frozenset[tuple[str, int]]


@dataclass(frozen=True)
class Job:
    """`broken` is a rule, or None; `opponent` a server that is wrong altogether, or None."""

    api: str
    broken: str | None
    opponent: str | None
    max_examples: int
    seed: int


def prove(
    api: str,
    rules: Sequence[str] = (),
    *,
    workers: int,
    max_examples: int,
    seed: int,
    show: Callable[[str], object],
) -> int:
    """Prints the matrix; 0 where every rule was killed and every opponent failed, else 1. Raises UnknownRule, PartError."""
    breaks = mutants_of(find(api))
    if unknown := sorted(set(rules) - set(breaks)):
        raise UnknownRule(unknown[0], sorted(breaks))
    chosen = list(rules) or list(breaks)
    clean = _trial(Job(api, None, None, max_examples, seed))
    show(f"unbroken: {'conforms' if clean.exit_status == 0 else _trouble(clean)}")
    if clean.exit_status != 0 or clean.found:
        return 1
    jobs = [Job(api, rule, None, max_examples, seed) for rule in chosen]
    jobs += (
        [Job(api, None, name, max_examples, seed) for name in opponents(api)] if not rules else []
    )
    unbroken = (
        []
        if rules
        else [
            rule.id
            for rule in load(api).rules.values()
            if rule.level is not Level.DECISION and rule.id not in breaks
        ]
    )
    proven = not unbroken
    for job, trial in zip(jobs, _trials(jobs, workers), strict=True):
        line, good = _judged(job, trial, clean, breaks[job.broken].entails if job.broken else ())
        proven = proven and good
        show(line)
    for rule in unbroken:
        show(f"{MutantStatus.MISSING:8} {rule}  nothing breaks it")
    show("proven" if proven else "NOT proven")
    return 0 if proven else 1


def _trouble(clean: Trial) -> str:
    """Why nothing can be proven with the mock as it is."""
    told = [f"exit status {clean.exit_status}"]
    told += [f"found {', '.join(sorted(clean.found))}"] if clean.found else []
    told += [f"not exercised: {', '.join(sorted(clean.silent))}"] if clean.silent else []
    return f"{'; '.join(told)}; serve it and see what verify says"


def _judged(job: Job, trial: Trial, clean: Trial, entails: Sequence[str]) -> tuple[str, bool]:
    if job.broken is None:
        good = trial.exit_status == 1
        return (
            f"{'fails' if good else 'PASSES':8} {job.opponent} ({len(trial.found)} rules found)",
            good,
        )
    fate, others = judge(job.broken, trial, clean, entails)
    note = f"  also: {', '.join(sorted(others))}" if others else ""
    return f"{fate:8} {job.broken}{note}", fate is MutantStatus.KILLED and not others


def judge(
    rule: str, trial: Trial, clean: Trial, entails: Iterable[str]
) -> tuple[MutantStatus, frozenset[str]]:
    """The fate of a broken rule, and the rules that were found broken but neither are nor are entailed."""
    others = trial.found - {rule, *entails}
    if rule in trial.found:
        return MutantStatus.KILLED, others
    if trial.found:
        return MutantStatus.STRAY, others
    return (MutantStatus.DEAD if trial.answers <= clean.answers else MutantStatus.SILENT), others


def _trials(jobs: Sequence[Job], workers: int) -> Iterable[Trial]:
    """In processes of their own, each with a mock and a suite."""
    with safe_path(), get_context("spawn").Pool(workers, maxtasksperchild=8) as pool:
        yield from pool.imap(_trial, jobs)


def _trial(job: Job) -> Trial:
    transcript = Transcript(create_app(Settings((job.api,), frozen_at=_NOW)))
    app = OPPONENTS[job.opponent](transcript, job.api) if job.opponent else transcript
    with _served(app, job) as (url, adapter):
        options = Options(
            api=job.api,
            base_url=f"{url}/{job.api}",
            states_url=f"{url}/_mock/{job.api}/states",
            max_examples=job.max_examples,
            seed=job.seed,
            quiet=True,
            shrink=False,  # nobody reads it
            adapter=adapter,
        )
        report = verify(options)
    found = frozenset(result.id for result in report.results if result.outcome in _FOUND)
    silent = frozenset(
        result.id
        for result in report.results
        if result.outcome is Outcome.NOT_EXERCISED and result.level is not Level.DECISION
    )
    return Trial(
        job.broken or job.opponent or "unbroken",
        report.exit_status,
        found,
        silent,
        frozenset(transcript.answers),
    )


@contextmanager
def _served(app: ASGIApp, job: Job) -> Iterator[tuple[str, BaseAdapter | None]]:
    """The URL, and what carries requests there: what is not broken or wrong altogether speaks HTTP, a broken rule needs none of it."""
    if job.broken is None:
        with running(app) as url:
            yield url, None
        return
    with in_process(app) as adapter:
        with requests.Session() as session:
            session.mount(URL, adapter)
            session.put(
                f"{URL}/_mock/broken-rules", json={"rules": [job.broken]}
            ).raise_for_status()
        yield URL, adapter
