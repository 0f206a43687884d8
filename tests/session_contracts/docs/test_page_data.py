"""Data of pages: status summaries, grouped responses, rules of an operation, choices in schemas."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import pytest

from session_contracts.docs import operation_parts, rules
from session_contracts.docs.constraints import body_rules, violations
from session_contracts.docs.examples import Example, SampleCall, curl
from session_contracts.docs.lifecycle_table import cell, entry_text
from session_contracts.docs.operation_parts import Response, grouped
from session_contracts.docs.rules import status_summary
from session_contracts.docs.schemas import Choice, describe
from session_contracts.openapi import Level, load

KNOWN = [status.value for status in HTTPStatus if 400 <= status < 500]


@pytest.mark.parametrize(
    ("statuses", "summary"),
    [
        ((), ()),
        ((404,), ("404",)),
        ((400, 415, 422, 200, 201, 202), ("400", "415", "422", "200", "201", "202")),
        ((405, 404, 401, 403, 400, 422, 501), ("405", "404", "401", "403", "400", "422", "501")),
        ((409, *(status for status in KNOWN if status != 409)), ("409", "any other 4xx")),
        (
            (409, *(status for status in KNOWN if status not in (401, 409))),
            ("409", "any other 4xx except 401"),
        ),
        (
            (200, *(status for status in KNOWN if status not in (401, 403, 404, 429)), 201),
            ("200", "201", "any 4xx except 401, 403, 404 and 429"),
        ),
    ],
    ids=len,
)
def test_status_summary(statuses: tuple[int, ...], summary: tuple[str, ...]) -> None:
    assert status_summary(statuses) == summary


def test_half_a_class_is_listed_one_by_one() -> None:
    assert status_summary(tuple(KNOWN[::2])) == tuple(map(str, KNOWN[::2]))


# ---- responses


ONE, OTHER = Response("Done.", {}, {}), Response("Refused.", {}, {})


def test_equal_responses_of_a_class_are_grouped() -> None:
    found = {
        200: ONE,
        201: ONE,
        400: OTHER,
        202: ONE,
        422: replace(OTHER, description="Wrong."),
        500: OTHER,
    }
    assert [group.statuses for group in grouped(found)] == [(200, 201, 202), (400,), (422,), (500,)]
    assert [group.statuses for group in grouped(found, 202)] == [
        (202, 200, 201),
        (400,),
        (422,),
        (500,),
    ]


def test_repeated_bodies_refer_to_the_first() -> None:
    contract = load("openscouter")
    groups = grouped(
        operation_parts.responses(contract, contract.operations["analyzeSession"]), 202
    )
    assert groups[0].statuses[0] == 202
    assert set(groups[0].also) == {200, 201}
    first = next(group.status for group in groups if group.status >= 400)
    assert [group.as_under for group in groups] == [None, None, *[first] * (len(groups) - 2)]
    bodiless = grouped({204: ONE, 404: OTHER})
    assert [group.as_under for group in bodiless] == [None, None]


def test_rules_of_the_whole_api() -> None:
    contract = load("mobilenext")
    operation = contract.operations["listSessions"]
    of_api = rules.rules_of_api(contract, operation)
    assert {name for name in contract.rules if name.startswith("mobilenext.organization.")} <= set(
        of_api
    )
    assert "mobilenext.session.malformed-id" not in of_api, (
        "it is about ids, and only getSession has one"
    )
    assert not set(of_api) & set(rules.rules_of(contract, operation))
    refused = rules.status_rules(contract, operation, [403])
    assert "mobilenext.organization.foreign" in [rule.id for rule in refused.api_own]
    assert "mobilenext.organization.key-and-header" in [rule.id for rule in refused.api_also]
    assert {rule.level for rule in refused.api_also} <= set(Level)


# ---- requests


def test_optional_body_may_be_missing() -> None:
    body = load("openscouter").operations["completeSession"].body
    assert body
    assert not body.required
    found = {rule: violation for violation, rule in violations(body_rules(body))}
    assert found["openscouter.request.malformed-body"] == "not JSON"
    assert {
        rule: violation for violation, rule in violations(body_rules(replace(body, required=True)))
    } != found
    mentions = rules.mentions(load("openscouter"))["openscouter.request.malformed-body"]
    assert "Body of `completeSession`: missing" not in [mention.text for mention in mentions]


def test_transition_to_same_state_is_unchanged() -> None:
    (table,) = load("promptster").lifecycles.values()
    entries = cell(table.transitions["updateSession"], "running")
    assert [entry_text(entry) for entry in entries] == [
        "transition to `ended` where `endedAt` is given",
        "succeeds, state unchanged where `endedAt` is omitted or null",
    ]


def test_choice_by_value_of_a_member() -> None:
    document = load("promptster").document
    schema = describe(document, {"$ref": "#/components/schemas/NewEvent"})
    assert schema.choices == (
        Choice(
            "by `kind`",
            (
                "`command`: requires `data.command` (string)",
                "`file_diff` or `file_create`: requires `data.path` (string)",
                "`git_action`: requires `data.action` (string)",
                "any other: no further members required",
            ),
        ),
    )


@pytest.mark.parametrize(
    ("schema", "choices"),
    [
        (
            {"allOf": [{"oneOf": [{"required": ["a"]}, {"required": ["b", "c"]}]}]},
            (Choice("exactly one of", ("with `a`", "with `b` and `c`")),),
        ),
        (
            {"allOf": [{"$ref": "#/components/schemas/A"}, {"anyOf": [{"required": ["a"]}]}]},
            (Choice("all of", ("`A`",)), Choice("at least one of", ("with `a`",))),
        ),
        (
            {
                "oneOf": [
                    {"properties": {"kind": {"enum": ["x"]}}, "required": ["a"]},
                    {"properties": {"kind": {"enum": ["y"]}}},
                ]
            },
            (Choice("by `kind`", ("`x`: requires `a`", "`y`: no further members required")),),
        ),
        (
            {
                "anyOf": [
                    {"properties": {"kind": {"enum": ["x"]}}},
                    {"type": "object", "minProperties": 3},
                ]
            },
            (Choice("at least one of", ("`kind` is `x`", "object")),),
        ),
        ({"type": "object"}, ()),
    ],
    ids=["around one", "and a component", "by value", "not by value", "none"],
)
def test_choices_in_words(schema: Mapping[str, Any], choices: tuple[Choice, ...]) -> None:
    assert (
        describe({"components": {"schemas": {"A": {"type": "object"}}}}, schema).choices == choices
    )


@pytest.mark.parametrize(
    ("schema", "type_text"),
    [
        ({"type": "boolean", "enum": [True]}, "always true"),
        ({"type": "object", "nullable": True, "enum": [None]}, "always null"),
        ({"type": "string", "enum": ["a"]}, "string"),
        ({"type": "boolean"}, "boolean"),
    ],
)
def test_constant_value_replaces_type(schema: Mapping[str, Any], type_text: str) -> None:
    member = describe({}, schema)
    assert member.type == type_text
    assert not member.nullable


# ---- curl


def test_long_json_stays_one_shell_word() -> None:
    short, long = (
        {"a": 1},
        {
            "first": "x" * 60,
            "second": {"third": ["y" * 40, {"fourth": "it's"}, "z" * 60]},
            "empty": {},
        },
    )
    assert "--json '{\"a\": 1}'" in curl(Example(SampleCall("POST", "http://localhost", {}, short)))
    text = curl(Example(SampleCall("POST", "http://localhost", {}, long)))
    assert max(map(len, text.splitlines())) <= 100
    words = shlex.split(text)
    assert json.loads(words[words.index("--json") + 1]) == long
