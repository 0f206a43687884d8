"""What pages say of a contract: statuses in few words, answers that are alike, schemas with alternatives, rules of the whole API."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import pytest

from session_contracts.docs import anatomy, facts
from session_contracts.docs.anatomy import Response, grouped
from session_contracts.docs.examples import Call, Example, curl
from session_contracts.docs.facts import cell, entry_words, legal
from session_contracts.docs.schemas import Choice, describe
from session_contracts.openapi import Level, load

KNOWN = [status.value for status in HTTPStatus if 400 <= status < 500]


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ((), ()),
        ((404,), ("404",)),
        ((400, 415, 422, 200, 201, 202), ("400", "415", "422", "200", "201", "202")),
        ((405, 404, 401, 403, 400, 422, 501), ("405", "404", "401", "403", "400", "422", "501")),
        ((409, *(status for status in KNOWN if status != 409)), ("409", "any other 4xx")),
        (
            (409, *(status for status in KNOWN if status not in (401, 409))),
            ("409", "any other 4xx but 401"),
        ),
        (
            (200, *(status for status in KNOWN if status not in (401, 403, 404, 429)), 201),
            ("200", "201", "any 4xx but 401, 403, 404 and 429"),
        ),
    ],
    ids=len,
)
def test_statuses_in_few_words(statuses: tuple[int, ...], said: tuple[str, ...]) -> None:
    assert legal(statuses) == said


def test_half_of_a_class_is_told_one_by_one() -> None:
    assert legal(tuple(KNOWN[::2])) == tuple(map(str, KNOWN[::2]))


# ---- answers


ONE, OTHER = Response("Done.", {}, {}), Response("Refused.", {}, {})


def test_statuses_of_one_class_that_answer_alike_are_told_together() -> None:
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


def test_a_body_is_told_once() -> None:
    contract = load("openscouter")
    groups = grouped(anatomy.responses(contract, contract.operations["analyzeSession"]), 202)
    assert groups[0].statuses[0] == 202
    assert set(groups[0].also) == {200, 201}
    first = next(group.status for group in groups if group.status >= 400)
    assert [group.as_under for group in groups] == [None, None, *[first] * (len(groups) - 2)]
    bodiless = grouped({204: ONE, 404: OTHER})
    assert [group.as_under for group in bodiless] == [None, None]


def test_rules_of_the_whole_api_are_told_at_each_operation() -> None:
    contract = load("mobilenext")
    operation = contract.operations["listSessions"]
    told = facts.rules_of_api(contract, operation)
    assert {name for name in contract.rules if name.startswith("mobilenext.organization.")} <= set(
        told
    )
    assert "mobilenext.session.malformed-id" not in told, (
        "it is about ids, and only getSession has one"
    )
    assert not set(told) & set(facts.rules_of(contract, operation))
    refused = facts.answering(contract, operation, [403])
    assert "mobilenext.organization.foreign" in [rule.id for rule in refused.api_own]
    assert "mobilenext.organization.key-and-header" in [rule.id for rule in refused.api_also]
    assert {rule.level for rule in refused.api_also} <= set(Level)


# ---- what goes in


def test_that_an_optional_body_is_missing_breaks_nothing() -> None:
    body = load("openscouter").operations["completeSession"].body
    assert body
    assert not body.required
    said = {rule: wrong for wrong, rule in facts.broken_by(facts.body_rules(body))}
    assert said["openscouter.request.malformed-body"] == "not JSON"
    assert {
        rule: wrong
        for wrong, rule in facts.broken_by(facts.body_rules(replace(body, required=True)))
    } != said
    mentions = facts.mentions(load("openscouter"))["openscouter.request.malformed-body"]
    assert "Body of `completeSession`: missing" not in [mention.text for mention in mentions]


def test_a_move_to_the_same_state_stays() -> None:
    (table,) = load("promptster").lifecycles.values()
    entries = cell(table.transitions["updateSession"], "running")
    assert [entry_words(entry) for entry in entries] == [
        "moves to `ended` where `endedAt` is given",
        "succeeds, and the state stays where `endedAt` is left out or null",
    ]


def test_an_alternative_by_the_value_of_a_member() -> None:
    document = load("promptster").document
    schema = describe(document, {"$ref": "#/components/schemas/NewEvent"})
    assert schema.choices == (
        Choice(
            "by `kind`",
            (
                "`command`: needs `data.command` (string)",
                "`file_diff` or `file_create`: needs `data.path` (string)",
                "`git_action`: needs `data.action` (string)",
                "any other: nothing more is needed",
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
            (Choice("by `kind`", ("`x`: needs `a`", "`y`: nothing more is needed")),),
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
    ("schema", "told"),
    [
        ({"type": "boolean", "enum": [True]}, "always true"),
        ({"type": "object", "nullable": True, "enum": [None]}, "always null"),
        ({"type": "string", "enum": ["a"]}, "string"),
        ({"type": "boolean"}, "boolean"),
    ],
)
def test_what_can_only_be_one_thing(schema: Mapping[str, Any], told: str) -> None:
    member = describe({}, schema)
    assert member.type == told
    assert not member.nullable


# ---- curl


def test_long_json_is_broken_into_lines_that_are_still_one_word() -> None:
    short, long = (
        {"a": 1},
        {
            "first": "x" * 60,
            "second": {"third": ["y" * 40, {"fourth": "it's"}, "z" * 60]},
            "empty": {},
        },
    )
    assert "--json '{\"a\": 1}'" in curl(Example(Call("POST", "http://localhost", {}, short)))
    text = curl(Example(Call("POST", "http://localhost", {}, long)))
    assert max(map(len, text.splitlines())) <= 100
    words = shlex.split(text)
    assert json.loads(words[words.index("--json") + 1]) == long
