"""A contract that breaks the format says so: file, line, what is wrong, what to write."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import FrozenInstanceError, dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs
import openapi_spec_validator
import pytest
import yaml

from session_contracts import openapi
from session_contracts.openapi import (
    ContractError,
    UnknownApi,
    Violation,
    bundled_names,
    load,
    load_file,
)
from session_contracts.openapi.json_schema import resolve, translate

CONTRACTS = sorted(Path(openapi.__file__).parent.glob("*.yaml"))
GOOD = (Path(openapi.__file__).parent / "rentalot.yaml").read_text()


@dataclass(frozen=True)
class Mistake:
    """`old` becomes `new`, and the violation then stands in the line in which `at` first begins."""

    check: str
    old: str
    new: str
    at: str
    what: str
    fix: str
    contract: str = "rentalot"


def between(start: str, end: str) -> str:
    """The text of the good contract from `start` up to, and without, `end`."""
    begin = GOOD.index(start)
    return GOOD[begin : GOOD.index(end, begin)]


MISTAKES = [
    # ---- form
    Mistake(
        "openapi",
        "openapi: 3.0.3",
        "openapi: 3.1.0",
        at="openapi:",
        what="OpenAPI 3.1.0 is not read",
        fix="convert the document to OpenAPI 3.0.3",
    ),
    Mistake(
        "openapi",
        "\npaths:",
        "\nroutes:",
        at="openapi:",
        what="'paths' is missing",
        fix="write 'paths:' at the root",
    ),
    Mistake(
        "extension-known",
        "x-list:",
        "x-pages:",
        at="x-pages:",
        what="there is no extension 'x-pages'",
        fix="use one of x-answer, x-clamp, x-envelope, x-extensible-enum",
    ),
    Mistake(
        "extension-form",
        "style: page}",
        "style: pages}",
        at="style: pages}",
        what="x-list.style",
        fix="see openapi/extensions.schema.json",
    ),
    Mistake(
        "operation-id",
        "      operationId: getSession\n",
        "",
        at="    get:\n      tags: [sessions]\n      summary: Get",
        what="GET /api/v1/sessions/{id} has no operationId",
        fix="write one, as in 'reviewSession'",
    ),
    Mistake(
        "operation-id",
        "operationId: getSession",
        "operationId: listSessions",
        at="      operationId: listSessions\n      tags: [sessions]\n      summary: Get",
        what="operationId 'listSessions' appears twice",
        fix="give each operation its own",
    ),
    Mistake(
        "duration",
        "after: P30D, since: createdAt, due: expiresAt, to: expired,",
        "after: P1M, since: createdAt, due: expiresAt, to: expired,",
        at="after: P1M",
        what="'P1M' is not a duration of fixed length",
        fix="write days or less, as in P30D",
    ),
    Mistake(
        "duration",
        "per: PT1M",
        "per: Pminute",
        at="per: Pminute",
        what="'Pminute' is not a duration",
        fix="write days or less, as in P30D",
    ),
    # ---- meaning: names
    Mistake(
        "rule-unique",
        "id: rentalot.rate.plan",
        "id: rentalot.error.form",
        at="id: rentalot.error.form\n    level: decision\n    statement: Limits",
        what="rule 'rentalot.error.form' appears twice",
        fix="give each rule its own id",
    ),
    Mistake(
        "rule-exists",
        "atomic: rentalot.review.atomic",
        "atomic: rentalot.review.atom",
        at="atomic: rentalot.review.atom",
        what="there is no rule 'rentalot.review.atom'",
        fix="state it under x-rules",
    ),
    Mistake(
        "rule-exists",
        "rule: rentalot.list.filter-contact}",
        "rule: rentalot.list.contact}",
        at="rule: rentalot.list.contact}",
        what="there is no rule 'rentalot.list.contact'",
        fix="state it under x-rules",
    ),
    Mistake(
        "rule-exists",
        "size: rentalot.request.too-large}",
        "size: rentalot.request.too-big}",
        at="size: rentalot.request.too-big}",
        what="there is no rule 'rentalot.request.too-big'",
        fix="state it under x-rules",
    ),
    Mistake(
        "operation-exists",
        "    transitions:\n",
        "    transitions:\n"
        "      dropSession:\n"
        "        refusals:\n"
        "          - {in: [draft, active, awaiting_review, approved], "
        "status: 404, rule: rentalot.tenant.hidden}\n"
        "          - {in: [denied, expired, expired_reviewed, absent, foreign], "
        "status: 404, rule: rentalot.tenant.hidden}\n",
        at="dropSession",
        what="there is no operation 'dropSession'",
        fix="use one of listSessions, getSession, reviewSession",
    ),
    Mistake(
        "operation-answered",
        between("      getSession:\n", "      reviewSession:\n"),
        "",
        at="    transitions:",
        what="getSession acts on a Session, but the table has no row for it",
        fix="write 'getSession:' under transitions",
    ),
    # ---- meaning: the lifecycle table
    Mistake(
        "state-value",
        "reviewStatus: [approved, denied]}",
        "reviewStatus: [approved, denied, later]}",
        at="expired_reviewed:",
        what="reviewStatus cannot be 'later' in state 'expired_reviewed'",
        fix="use one of pending_review, approved, denied",
    ),
    Mistake(
        "state-field",
        "{status: draft}",
        "{status: draft, workflowTemplateId: null}",
        at="workflowTemplateId: null}",
        what="'workflowTemplateId' of state 'draft' is not an enum of Session",
        fix="name a field that has an enum",
    ),
    Mistake(
        "operation-exists",
        "creation: {operation: createSession,",
        "creation: {operation: makeSession,",
        at="    creation: {operation",
        what="there is no operation 'makeSession'",
        fix="use one of createSession",
        contract="openscouter",
    ),
    Mistake(
        "extension-form",
        "since: createdAt, due: expiresAt, to: expired,",
        "since: createdAt, to: expired,",
        at="      expire:\n",
        what="is a required property",
        fix="see openapi/extensions.schema.json",
    ),
    Mistake(
        "list-cursor",
        "style: page}",
        "style: cursor}",
        at="x-list: {of: Session, order: [-createdAt, id], style: cursor}",
        what="style cursor and 'cursor' do not go together",
        fix="write both",
    ),
    Mistake(
        "list-cursor",
        "cursor: {parameter: before,",
        "cursor: {parameter: after,",
        at="cursor: {parameter: after,",
        what="listSessions has no parameter 'after'",
        fix="name the one that takes a cursor",
        contract="mobilenext",
    ),
    Mistake(
        "list-cursor",
        "order: [-createdAt]",
        "order: [createdAt]",
        at="order: [createdAt]",
        what="listSessions is not sorted by the date-time 'createdAt', descending",
        fix="begin 'order' with -createdAt",
        contract="mobilenext",
    ),
    Mistake(
        "rule-exists",
        'x-scope: {name: "users:read", rule: saleslab.users.scope}',
        'x-scope: {name: "users:read", rule: saleslab.users.scopes}',
        at='x-scope: {name: "users:read", rule: saleslab.users.scopes}',
        what="there is no rule 'saleslab.users.scopes'",
        fix="state it under x-rules",
        contract="saleslab",
    ),
    Mistake(
        "state-partition",
        "reviewStatus: [approved, denied]}",
        "reviewStatus: [approved]}",
        at="    states:",
        what="a record with {'reviewStatus': 'denied', 'status': 'expired'} is in no state",
        fix="let every record be in exactly one state",
    ),
    Mistake(
        "state-partition",
        "expired_reviewed: {status: expired, reviewStatus: [approved, denied]}",
        "expired_reviewed: {status: expired, reviewStatus: [approved, denied, pending_review]}",
        at="    states:",
        what="is in expired and expired_reviewed",
        fix="let every record be in exactly one state",
    ),
    Mistake(
        "state-reachable",
        "given: [draft, active,",
        "given: [active,",
        at="draft:",
        what="nothing leads to state 'draft'",
        fix="write a move to it, or list it under 'given'",
    ),
    Mistake(
        "state-exists",
        "given: [draft,",
        "given: [draft, begun,",
        at="begun",
        what="there is no state 'begun'",
        fix="use one of draft, active",
    ),
    Mistake(
        "state-exists",
        "          - {in: [absent], status: 404, rule: rentalot.get.not-found}",
        "          - {in: [absent, stolen], status: 404, rule: rentalot.get.not-found}",
        at="stolen",
        what="there is no state 'stolen'",
        fix="use one of draft, active",
    ),
    Mistake(
        "state-exists",
        "{from: [approved, denied], after",
        "{from: [approved, denied, lost], after",
        at="lost]",
        what="there is no state 'lost'",
        fix="use one of draft, active",
    ),
    Mistake(
        "cell-unique",
        "{in: [approved, denied], status: 409",
        "{in: [approved, denied, draft], status: 409",
        at="reviewSession:",
        what="reviewSession has 2 answers in state 'draft'",
        fix="keep one",
    ),
    Mistake(
        "cell-answered",
        "{in: [draft, active, expired], status: 422",
        "{in: [draft, expired], status: 422",
        at="reviewSession:",
        what="reviewSession has no answer in state 'active'",
        fix="add it under moves, stays or refusals",
    ),
    Mistake(
        "moves-total",
        "enum: [approved, denied]\n",
        "enum: [approved, denied, later]\n",
        at="reviewSession:",
        what="but the body may have ['approved', 'denied', 'later']",
        fix="write one move for each value of the body's enum",
    ),
    Mistake(
        "moves-distinct",
        between("to: approved, when", "rule: rentalot.review.decides}\n        refusals"),
        "to: approved, rule: rentalot.review.decides}\n"
        "          - {from: awaiting_review, to: denied, ",
        at="reviewSession:",
        what="the moves of reviewSession from 'awaiting_review' overlap",
        fix="distinguish them by one member under 'when'",
    ),
    Mistake(
        "refusal-declared",
        "{in: [expired_reviewed], status: 409, rule: rentalot.review.expired-and-reviewed}",
        "{in: [expired_reviewed], status: 405, rule: rentalot.session.not-created-here}",
        at="{in: [expired_reviewed], status: 405",
        what="reviewSession refuses 'expired_reviewed' with 405, which it does not declare",
        fix="add it to its responses",
    ),
    Mistake(
        "refusal-allowed",
        "{in: [expired_reviewed], status: 409",
        "{in: [expired_reviewed], status: 422",
        at="{in: [expired_reviewed], status: 422",
        what=(
            "refuses 'expired_reviewed' with 422, but rentalot.review.expired-and-reviewed "
            "allows [409, 422]"
        ),
        fix="let the table give the first status that the rule allows",
    ),
    Mistake(
        "timer-field",
        "due: expiresAt, to: expired,",
        "due: status, to: expired,",
        at="due: status",
        what="'status' is not a date-time of Session",
        fix="name one of its date-time fields",
    ),
    # ---- meaning: lists and examples
    Mistake(
        "list-field",
        "order: [-createdAt, id]",
        "order: [-begunAt, id]",
        at="order: [-begunAt",
        what="listSessions lists by 'begunAt', which Session does not have",
        fix="name one of its fields",
    ),
    Mistake(
        "list-field",
        "{field: contactId, rule",
        "{field: contact, rule",
        at="{field: contact,",
        what="listSessions lists by 'contact', which Session does not have",
        fix="write 'contactId'",
    ),
    Mistake(
        "example-valid",
        "example: {field: reviewNotes,",
        "example: {field: 5,",
        at="example: {field: 5,",
        what="this example is invalid: 5 is not of type",
        fix="fix the example or the schema",
    ),
    Mistake(
        "default-valid",
        "schema: {type: integer, minimum: 1, default: 1}",
        "schema: {type: integer, minimum: 1, default: 0}",
        at="schema: {type: integer, minimum: 1, default: 0}",
        what="this default is invalid: 0 is less than",
        fix="fix the default or the schema",
    ),
    # ---- what Promptster has brought
    Mistake(
        "security-scheme",
        "security:\n        - candidate: []",
        "security:\n        - candidates: []",
        at="      security:\n        - candidates: []",
        what="there is no security scheme 'candidates'",
        fix="write 'candidate'",
        contract="promptster",
    ),
    Mistake(
        "security-scheme",
        "      in: header\n",
        "      in: query\n",
        at="    candidate:\n",
        what="security scheme 'candidate' is neither a bearer token nor a key in a header",
        fix="type: apiKey, in: header",
        contract="promptster",
    ),
    Mistake(
        "limit-operation",
        "operations: [ingestEvent]",
        "operations: [ingestEvents]",
        at="operations: [ingestEvents]",
        what="there is no operation 'ingestEvents'",
        fix="ingestEvent",
        contract="promptster",
    ),
    Mistake(
        "list-cursor",
        "member: hasMore, field: id}",
        "member: hasMore, field: key}",
        at="member: hasMore, field: key}",
        what="getTimeline continues after 'key', which Event does not have",
        fix="name the field that identifies a record",
        contract="promptster",
    ),
    Mistake(
        "moves-total",
        """when: {endedAt: null}, rule: promptster.update.leaves}
          - {from: ended""",
        """when: {endedAt: "*"}, rule: promptster.update.leaves}
          - {from: ended""",
        at="      updateSession:",
        what="the moves of updateSession from 'running' answer endedAt=['*', '*']",
        fix="or one for null and one for '*'",
        contract="promptster",
    ),
]


def violations(folder: Path, content: str) -> tuple[Violation, ...]:
    """What is wrong with a contract that consists of `content`."""
    file = folder / "bad.yaml"
    file.write_text(content)
    with pytest.raises(ContractError) as caught:
        load_file(file)
    return caught.value.violations


@pytest.mark.parametrize(
    "mistake", MISTAKES, ids=lambda mistake: f"{mistake.check}: {mistake.what}"
)
def test_a_mistake_gives_exactly_one_violation(mistake: Mistake, tmp_path: Path) -> None:
    good = (Path(openapi.__file__).parent / f"{mistake.contract}.yaml").read_text()
    assert good.count(mistake.old) == 1, "the contract has changed; choose another text to replace"
    bad = good.replace(mistake.old, mistake.new)
    (violation,) = violations(tmp_path, bad)
    assert violation.check == mistake.check
    assert mistake.what in violation.what
    assert mistake.fix in violation.fix
    assert violation.line == bad[: bad.index(mistake.at)].count("\n") + 1
    where = f"{violation.line}:{violation.column}"
    assert (
        str(violation)
        == f"{tmp_path / 'bad.yaml'}:{where}: {violation.what}; {violation.fix} [{violation.check}]"
    )


def test_what_follows_from_a_mistake_comes_after_it(tmp_path: Path) -> None:
    first, *_ = violations(tmp_path, GOOD.replace("    schema: Session\n", "    schema: Sesion\n"))
    assert (first.check, first.what, first.fix) == (
        "schema-exists",
        "there is no schema 'Sesion'",
        "write 'Session'",
    )
    assert GOOD.splitlines()[first.line - 1].strip() == "schema: Session"


def test_mistakes_are_reported_together_in_the_order_of_the_file(tmp_path: Path) -> None:
    bad = GOOD.replace("order: [-createdAt, id]", "order: [-begunAt, id]").replace(
        "given: [draft, active,", "given: [active,"
    )
    assert [violation.check for violation in violations(tmp_path, bad)] == [
        "state-reachable",
        "list-field",
    ]


# ---- what is no contract at all


def test_broken_yaml_is_reported_with_its_line(tmp_path: Path) -> None:
    (violation,) = violations(tmp_path, "openapi: 3.0.3\ninfo: {title: x\npaths: {}\n")
    assert (violation.check, violation.line) == ("yaml", 3)
    assert "this is not YAML" in violation.what


def test_a_repeated_key_is_reported_where_it_stands_again(tmp_path: Path) -> None:
    (violation,) = violations(tmp_path, "openapi: 3.0.3\ninfo: {}\npaths: {}\ninfo: {}\n")
    assert (violation.check, violation.line, violation.what, violation.fix) == (
        "yaml",
        4,
        "'info' appears here twice",
        "keep one",
    )


@pytest.mark.parametrize("content", ["", "just text", "- a\n- list\n", "openapi: 2\n"])
def test_another_document_is_no_contract(content: str, tmp_path: Path) -> None:
    (violation,) = violations(tmp_path, content)
    assert (violation.check, violation.line) == ("openapi", 1)


def test_a_file_that_cannot_be_read_is_a_violation(tmp_path: Path) -> None:
    with pytest.raises(
        ContractError, match="No such file or directory; name a YAML file that can be read"
    ):
        load_file(tmp_path / "absent.yaml")


def test_an_unknown_api_names_the_known_ones() -> None:
    with pytest.raises(
        UnknownApi,
        match="there is no API named 'rentalott'; choose one of: mobilenext, openscouter",
    ):
        load("rentalott")


# ---- the contracts as they are


@pytest.mark.parametrize("file", CONTRACTS, ids=lambda file: file.stem)
def test_a_contract_is_valid_openapi(file: Path) -> None:
    load_file(file)
    openapi_spec_validator.validate(yaml.safe_load(file.read_text()))


@pytest.mark.parametrize("name", bundled_names())
def test_every_schema_has_an_example(name: str) -> None:
    assert [
        schema for schema, members in load(name).schemas.items() if "example" not in members
    ] == []


@pytest.mark.parametrize("file", CONTRACTS, ids=lambda file: file.stem)
def test_every_example_is_valid(file: Path) -> None:
    """Wherever a schema and an example stand side by side.

    The loader looks at schemas and parameters; this looks everywhere.
    """
    document = load_file(file).document
    assert list(wrong_examples(document, document)) == []


def wrong_examples(document: Mapping[str, Any], node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        schema = node.get("schema", node)
        if "example" in node and isinstance(schema, Mapping):
            validator = jsonschema_rs.Draft202012Validator(
                translate(resolve(document, schema)), validate_formats=True
            )
            yield from (
                f"{node['example']}: {error.message}"
                for error in validator.iter_errors(node["example"])
            )
        for key, value in node.items():
            if key != "example":
                yield from wrong_examples(document, value)
    elif isinstance(node, list):
        for item in node:
            yield from wrong_examples(document, item)


@pytest.mark.parametrize("name", bundled_names())
def test_every_operation_is_named_by_a_verb_and_a_noun(name: str) -> None:
    assert [
        operation
        for operation in load(name).operations
        if not re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", operation)
    ] == []


@pytest.mark.parametrize("name", bundled_names())
def test_a_contract_is_frozen(name: str) -> None:
    with pytest.raises(FrozenInstanceError):
        load(name).title = "another"  # type: ignore[misc]
