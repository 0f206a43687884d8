"""The words of somebody's own API: read from its folder, and seen to speak of what its contract has."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import jsonschema_rs

from session_contracts.conformance.flaws import JSON_MEDIA
from session_contracts.conformance.vocabulary.model import Vocabulary
from session_contracts.openapi import Contract, PartError, load
from session_contracts.openapi.catalog import Home, find, line_of, of_part
from session_contracts.openapi.json_schema import translate

#: What is wrong: the word in question, the fault, and what to write instead.
Fault = tuple[str, str, str]

_PLACEHOLDER = re.compile(r"\{\w+\}")
_UUID = "00000000-0000-4000-8000-000000000000"
_MOMENT = "2026-01-05T10:00:00Z"


def own_vocabularies(api: str) -> tuple[Vocabulary, ...]:
    """Its main resource first. Raises UnknownApi, ContractError, and PartError for the first word that the contract does not know."""
    home, fix = find(api), "write 'VOCABULARIES = (Vocabulary(...),)', the main resource first"
    found = of_part(home, "vocabulary", "VOCABULARIES", fix)
    if (
        not isinstance(found, tuple)
        or not found
        or not all(isinstance(each, Vocabulary) for each in found)
    ):
        raise PartError(
            home.file("vocabulary"), None, "VOCABULARIES is no tuple of a Vocabulary each", fix
        )
    for vocabulary in found:
        _require(home, vocabulary, load(api))
    return found


def _require(home: Home, vocabulary: Vocabulary, contract: Contract) -> None:
    file = home.file("vocabulary")
    for check in _CHECKS:
        for word, what, fix in check(vocabulary, contract):
            raise PartError(file, line_of(file, f'"{word}"'), what, fix)


def _resource(vocabulary: Vocabulary, contract: Contract) -> Iterator[Fault]:
    if vocabulary.api != contract.name:
        yield (
            vocabulary.api,
            f"api is {vocabulary.api!r}",
            f"write {contract.name!r}, which the folder is called",
        )
    if vocabulary.resource not in contract.lifecycles:
        yield (
            vocabulary.resource,
            f"no lifecycle is called {vocabulary.resource!r}",
            f"name one of {', '.join(contract.lifecycles)}",
        )


def _operations(vocabulary: Vocabulary, contract: Contract) -> Iterator[Fault]:
    spoken = (
        vocabulary.examples,
        vocabulary.envelopes,
        vocabulary.members,
        vocabulary.races,
        vocabulary.kept,
    )
    shown = [name for name in (vocabulary.read, vocabulary.list) if name]
    named = [
        *shown,
        *vocabulary.also,
        *(name for each in spoken for name in each),
        *(operation for operation, _ in vocabulary.cells),
    ]
    yield from _unknown("operation", named, contract.operations)


def _rules(vocabulary: Vocabulary, contract: Contract) -> Iterator[Fault]:
    spoken = (
        vocabulary.envelopes,
        vocabulary.members,
        vocabulary.races,
        vocabulary.kept,
        vocabulary.aliases,
    )
    named = [
        *(rule for each in spoken for rule in each.values()),
        *vocabulary.codes,
        *([vocabulary.stated] if vocabulary.stated else []),
    ]
    yield from _unknown(
        "rule",
        [*named, *vocabulary.cells.values(), *vocabulary.filter_values.values()],
        contract.rules,
    )


def _states(vocabulary: Vocabulary, contract: Contract) -> Iterator[Fault]:
    named = [
        *vocabulary.placing,
        *vocabulary.looks,
        *vocabulary.volatile,
        *(state for _, state in vocabulary.cells),
    ]
    yield from _unknown("state", named, contract.lifecycles[vocabulary.resource].states)


def _unknown(kind: str, named: Iterable[str], known: Iterable[str]) -> Iterator[Fault]:
    there = list(known)
    for name in named:
        if name not in there:
            fix = "name one that it has" if len(there) > 20 else f"name one of {', '.join(there)}"
            yield name, f"the contract has no {kind} {name!r}", fix


def _table(vocabulary: Vocabulary, contract: Contract) -> Iterator[Fault]:
    rows = contract.lifecycles[vocabulary.resource].transitions
    if vocabulary.read not in rows:
        yield (
            vocabulary.read,
            f"{vocabulary.read} reads no {vocabulary.resource}",
            f"name one of {', '.join(rows)}",
        )
    if vocabulary.list and contract.operations[vocabulary.list].listing is None:
        yield (
            vocabulary.list,
            f"{vocabulary.list} has no x-list in the contract",
            "write one there, or leave 'list' out here",
        )
    for operation in vocabulary.races:
        if operation not in rows or not any(
            move.target in rows[operation].refusals for move in rows[operation].moves
        ):
            yield (
                operation,
                f"{operation} can be done twice, so no call can win a race",
                "name an operation that refuses what it has made",
            )


def _scopes(vocabulary: Vocabulary, contract: Contract) -> Iterator[Fault]:
    if vocabulary.list:
        parameters = {
            parameter.name for parameter in contract.operations[vocabulary.list].parameters
        }
        for name in vocabulary.scopes:
            if vocabulary.headers.get(name, name) not in parameters:
                yield (
                    name,
                    f"{vocabulary.list} cannot be narrowed to a {name!r}",
                    "name one of its parameters that filters",
                )


def _examples(vocabulary: Vocabulary, contract: Contract) -> Iterator[Fault]:
    for operation in vocabulary.operations(contract):
        body = contract.operations[operation].body
        if body is None or JSON_MEDIA not in body.schemas:
            continue
        if operation not in vocabulary.examples:
            yield (
                vocabulary.api,
                f"there is no example of a body of {operation}",
                "write one in 'examples', with every documented member",
            )
            continue
        validator = jsonschema_rs.Draft202012Validator(
            translate(body.schemas[JSON_MEDIA]), validate_formats=True
        )
        for error in validator.iter_errors(_filled(vocabulary.examples[operation])):
            yield (
                operation,
                f"the example of {operation} is refused: {error.message}",
                "write a valid one",
            )


def _filled(example: Any) -> Any:
    """With some value in place of what is filled in when it is sent."""
    text = json.dumps(example).replace('"{now}"', json.dumps(_MOMENT))
    return json.loads(_PLACEHOLDER.sub(_UUID, text))


#: Each builds on those before.
_CHECKS: tuple[Callable[[Vocabulary, Contract], Iterator[Fault]], ...] = (
    _resource,
    _operations,
    _rules,
    _states,
    _table,
    _scopes,
    _examples,
)
