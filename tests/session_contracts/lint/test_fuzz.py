"""Lint survives contracts with nodes or bytes dropped, replaced and moved."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from session_contracts import openapi
from session_contracts.openapi import ContractError, Violation
from session_contracts.openapi.checks import CHECKS
from session_contracts.openapi.checks.example import PETS, complete
from session_contracts.openapi.loader import examine
from session_contracts.openapi.source import Path_, parse

pytestmark = pytest.mark.slow

_TEXTS = [PETS, (Path(openapi.__file__).parent / "mobilenext.yaml").read_text()]
_TEXTS += [complete(check.good, check.within) for check in CHECKS if check.within]
_DOCUMENTS = [parse(text.encode(), "pets.yaml").value for text in _TEXTS]

_ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    "",
    "x",
    "P1M",
    "absent",
    "#/paths",
    [],
    {},
    [[]],
    [None],
    ["a", "a"],
    {"": {}},
]
_ODD += [
    {"$ref": "#/x"},
    {"$ref": "#/components/schemas/Pet"},
    {"$ref": 5},
    {"type": "object"},
    {"x-rule": {}},
]
_ODD += [[{"in": "path", "name": {}}]]
_NAMES = [
    "$ref",
    "allOf",
    "callbacks",
    "content",
    "default",
    "discriminator",
    "enum",
    "example",
    "examples",
    "get",
    "headers",
    "items",
]
_NAMES += [
    "nullable",
    "parameters",
    "properties",
    "required",
    "responses",
    "schema",
    "security",
    "tags",
    "type",
    "x-clamp",
    "x-envelope",
]
_NAMES += ["x-filter", "x-lifecycles", "x-list", "x-rate-limits", "x-rule", "x-rules", "x-scope"]

_quietly = settings(
    max_examples=60,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def places(node: Any, path: Path_ = ()) -> Iterator[Path_]:
    yield path
    for key, value in (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    ):
        yield from places(value, (*path, key))


def at(node: Any, path: Path_) -> Any:
    for key in path:
        node = node[key]
    return node


@st.composite
def mutants(draw: st.DrawFn) -> str:
    document = deepcopy(draw(st.sampled_from(_DOCUMENTS)))
    for _ in range(draw(st.integers(1, 3))):
        *path, last = draw(
            st.sampled_from([place for place in places(document) if place] or [("openapi",)])
        )
        parent = at(document, tuple(path))
        match draw(st.sampled_from(["drop", "replace", "replace", "copy", "add"])):
            case "drop":
                parent.pop(last, None) if isinstance(parent, dict) else parent.pop(last)
            case "replace":
                parent[last] = deepcopy(draw(st.sampled_from(_ODD)))
            case "copy":
                parent[last] = deepcopy(at(document, draw(st.sampled_from([*places(document)]))))
            case "add" if isinstance(parent, dict):
                parent[draw(st.sampled_from(_NAMES))] = deepcopy(draw(st.sampled_from(_ODD)))
    return json.dumps(document)


def found(content: bytes) -> list[Violation]:
    try:
        return examine(parse(content, "pets.yaml"), CHECKS)[1]
    except ContractError as error:
        return list(error.violations)


@_quietly
@given(mutants())
def test_fuzz_nodes(content: str) -> None:
    for violation in found(content.encode()):
        assert violation.line >= 1
        assert violation.column >= 1
        assert len(str(violation)) < 600


@_quietly
@given(
    st.sampled_from(_TEXTS),
    st.lists(
        st.tuples(st.floats(0, 1), st.binary(max_size=3), st.integers(0, 40)),
        min_size=1,
        max_size=3,
    ),
)
def test_fuzz_bytes(text: str, changes: list[tuple[float, bytes, int]]) -> None:
    content = text.encode()
    for where, put, dropped in changes:
        start = int(where * len(content))
        content = content[:start] + put + content[start + dropped :]
    for violation in found(content):
        assert violation.line >= 1
        assert violation.column >= 1
