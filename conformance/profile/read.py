"""Reads the suite profiles of an API, and checks that they fit its contract."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

import jsonschema_rs

from session_contracts.conformance.flawed_requests import JSON_MEDIA
from session_contracts.conformance.profile.model import SuiteProfile
from session_contracts.openapi import Contract, PartError, load
from session_contracts.openapi.json_schema import translate
from session_contracts.openapi.locations import ApiLocation, Part, find, line_of, member_of

#: A name in the profile, what is wrong with it, and how to fix it.
Fault = tuple[str, str, str]

_PLACEHOLDER = re.compile(r"\{\w+\}")
_UUID = "00000000-0000-4000-8000-000000000000"
_MOMENT = "2026-01-05T10:00:00Z"


@cache
def profiles(api: str) -> tuple[SuiteProfile, ...]:
    """The profiles of an API, the main resource first.

    Raises UnknownApi, ContractError, and PartError for a name that the contract does not have.
    """
    location = find(api)
    fix = "write 'PROFILES = (SuiteProfile(...),)', the main resource first"
    found = member_of(location, Part.PROFILE, "PROFILES", fix)
    if (
        not isinstance(found, tuple)
        or not found
        or not all(isinstance(each, SuiteProfile) for each in found)
    ):
        raise PartError(
            location.file(Part.PROFILE), None, "PROFILES is not a tuple of SuiteProfile", fix
        )
    for profile in found:
        _require(location, profile, load(api))
    return found


def _require(location: ApiLocation, profile: SuiteProfile, contract: Contract) -> None:
    file = location.file(Part.PROFILE)
    for check in _CHECKS:
        for word, what, fix in check(profile, contract):
            raise PartError(file, line_of(file, f'"{word}"'), what, fix)


def _resource(profile: SuiteProfile, contract: Contract) -> Iterator[Fault]:
    if profile.resource not in contract.lifecycles:
        yield (
            profile.resource,
            f"the contract has no lifecycle {profile.resource!r}",
            f"name one of {', '.join(contract.lifecycles)}",
        )


def _operations(profile: SuiteProfile, contract: Contract) -> Iterator[Fault]:
    shown = [name for name in (profile.read, profile.list) if name]
    named = [*shown, *profile.other_operations, *profile.examples]
    yield from _unknown("operation", named, contract.operations)


def _states(profile: SuiteProfile, contract: Contract) -> Iterator[Fault]:
    yield from _unknown("state", profile.state_params, contract.lifecycles[profile.resource].states)


def _unknown(kind: str, named: Iterable[str], known: Iterable[str]) -> Iterator[Fault]:
    there = list(known)
    for name in named:
        if name not in there:
            fix = "name one that it has" if len(there) > 20 else f"name one of {', '.join(there)}"
            yield name, f"the contract has no {kind} {name!r}", fix


def _table(profile: SuiteProfile, contract: Contract) -> Iterator[Fault]:
    rows = contract.lifecycles[profile.resource].transitions
    if profile.read not in rows:
        yield (
            profile.read,
            f"{profile.read} reads no {profile.resource}",
            f"name one of {', '.join(rows)}",
        )
    if profile.list and contract.operations[profile.list].listing is None:
        yield (
            profile.list,
            f"{profile.list} has no x-list in the contract",
            "write one there, or omit 'list' here",
        )


def _scopes(profile: SuiteProfile, contract: Contract) -> Iterator[Fault]:
    if profile.list:
        parameters = {parameter.name for parameter in contract.operations[profile.list].parameters}
        for name in profile.scopes:
            if profile.headers.get(name, name) not in parameters:
                yield (
                    name,
                    f"{profile.list} cannot be narrowed to a {name!r}",
                    "name one of its parameters that filters",
                )


def _examples(profile: SuiteProfile, contract: Contract) -> Iterator[Fault]:
    for operation in profile.operations(contract):
        body = contract.operations[operation].body
        if body is None or JSON_MEDIA not in body.schemas:
            continue
        if operation not in profile.examples:
            yield (
                "examples",
                f"{operation} has no example of a body",
                "write one in 'examples', with every documented member",
            )
            continue
        validator = jsonschema_rs.Draft202012Validator(
            translate(body.schemas[JSON_MEDIA]), validate_formats=True
        )
        for error in validator.iter_errors(_filled(profile.examples[operation])):
            yield (
                operation,
                f"the example of {operation} is refused: {error.message}",
                "write a valid one",
            )


def _filled(example: Any) -> Any:
    """The example with values in place of its placeholders."""
    text = json.dumps(example).replace('"{now}"', json.dumps(_MOMENT))
    return json.loads(_PLACEHOLDER.sub(_UUID, text))


#: Each builds on those before.
_CHECKS: tuple[Callable[[SuiteProfile, Contract], Iterator[Fault]], ...] = (
    _resource,
    _operations,
    _states,
    _table,
    _scopes,
    _examples,
)
