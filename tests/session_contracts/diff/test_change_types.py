"""Each type of change is found, in both directions; the table has no other."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from session_contracts.diff import CHANGE_TYPES, Change, diff
from session_contracts.openapi.loader import load_source
from session_contracts.openapi.source import Source, parse

pytestmark = pytest.mark.slow

MINI = (Path(__file__).parent / "mini.yaml").read_text()
REVERSE = {each.id: each.reverse for each in CHANGE_TYPES}


def both(text: str) -> str:
    """The ids of a change of a schema that is sent and received."""
    return " ".join(f"request-{name} response-{name}" for name in text.split())


def case(expected: str, *edits: str) -> ParameterSet:
    """The ids of all changes; and what is replaced in the small contract, and by what, in turns."""
    return pytest.param([*batched(edits)], expected.split(), id=expected)


def batched(edits: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield from zip(edits[::2], edits[1::2], strict=True)


CASES = [
    # schemas, in both directions
    case(both("type-narrowed"), "size: {type: number,", "size: {type: integer,"),
    case(both("type-widened"), "size: {type: number,", "size: {"),
    case(both("type-changed"), "at: {type: string, format: date-time}", "at: {type: integer}"),
    case(both("made-nullable"), "id: {type: string}\n", "id: {type: string, nullable: true}\n"),
    case(both("enum-value-removed"), "lost, gone]}\n        kind", "lost]}\n        kind"),
    case(
        both("enum-value-added"),
        "enum: [open, shut, lost, gone]}\n        kind",
        "enum: [open, shut, lost, gone, new]}\n        kind",
    ),
    case(
        both("enum-introduced"), "at: {type: string, format", "at: {type: string, enum: [a], format"
    ),
    case(both("enum-closed"), "x-extensible-enum: [big, small]", "enum: [big, small]"),
    case(
        both("enum-introduced"),
        "kind: {type: string, x-ext",
        "kind: {type: string, enum: [a], x-ext",
    ),
    case(
        both("known-value-removed"), "x-extensible-enum: [big, small]", "x-extensible-enum: [big]"
    ),
    case(
        both("known-values-dropped"),
        "kind: {type: string, x-extensible-enum: [big, small]}",
        "kind: {type: string}",
    ),
    case(both("bound-tightened"), "maxLength: 10", "maxLength: 9"),
    case(both("bound-loosened"), "maxLength: 10,", ""),
    case(both("bound-tightened"), "maxLength: 10", "maxLength: 10, minLength: 1"),
    case(both("bound-tightened"), "multipleOf: 2", "multipleOf: 4"),
    case(both("bound-loosened"), "multipleOf: 2", "multipleOf: 0.01"),
    case(both("multiple-changed"), "multipleOf: 2", "multipleOf: 3"),
    case(both("bound-tightened"), "multipleOf: 2", "multipleOf: 2, maximum: 8"),
    case(
        both("format-changed"), "format: date-time}\n        until", "format: date}\n        until"
    ),
    case(both("format-widened"), ", format: date-time}\n        until", "}\n        until"),
    case(both("pattern-changed"), 'pattern: "^a"', 'pattern: "^b"'),
    case(both("pattern-dropped"), ', pattern: "^a"', ""),
    case(both("default-changed"), "default: 4", "default: 6"),
    case(both("default-dropped"), ", default: 4", ""),
    case(both("optional-member-removed"), "        at: {type: string, format: date-time}\n", ""),
    case(
        both("member-removed"), '        name: {type: string, maxLength: 10, pattern: "^a"}\n', ""
    ),
    case(both("member-made-optional"), "required: [id, status, name]", "required: [id, status]"),
    case(
        both("type-changed"),
        "          additionalProperties: {type: string}",
        "          additionalProperties: {type: integer}",
    ),
    case(
        both("members-closed"),
        "          additionalProperties: {type: string}",
        "          additionalProperties: false",
    ),
    case(both("members-opened"), "          additionalProperties: {type: string}", ""),
    case(both("not-changed"), "not: {required: [nothing]}", "not: {required: [something]}"),
    case(
        both("alternative-removed"),
        "            - {type: string}\n          discriminator",
        "          discriminator",
    ),
    case(both("union-changed"), "          oneOf:", "          anyOf:"),
    case(both("discriminator-changed"), "propertyName: currency", "propertyName: unit"),
    case(
        both("member-made-optional"),
        "            - {type: object, required: [left]}",
        "            - {type: object}",
    ),
    case(
        both("type-changed"),
        "{type: object, properties: {left: {type: string}}}",
        "{type: object, properties: {left: {type: integer}}}",
    ),
    case(
        both("constraint-added"),
        "{type: object, required: [left]}",
        "{type: object, properties: {left: {maxLength: 3}}, required: [left]}",
    ),
    case(
        "access-changed response-optional-member-added",
        "secret: {type: string, writeOnly: true}",
        "secret: {type: string}",
    ),
    case(
        "request-type-changed hidden-member-changed",
        "secret: {type: string, writeOnly: true}",
        "secret: {type: integer, writeOnly: true}",
    ),
    case(
        "deprecated",
        "at: {type: string, format: date-time}",
        "at: {type: string, format: date-time, deprecated: true}",
    ),
    case(
        "unknown-changed",
        "at: {type: string, format: date-time}",
        "at: {type: string, format: date-time, xml: {name: a}}",
    ),
    case("prose-changed", "description: A thing.", "description: One thing."),
    # operations
    case(
        "operation-id-changed",
        "operationId: createThing",
        "operationId: makeThing",
        "{operation: createThing",
        "{operation: makeThing",
    ),
    case("path-changed", "  /things/{id}/shut:", "  /things/{id}/close:"),
    case(
        "method-changed",
        "    post:\n      operationId: shutThing",
        "    put:\n      operationId: shutThing",
    ),
    case(
        "path-parameter-renamed",
        "/things/{id}/shut:\n    parameters:\n      - {name: id",
        "/things/{key}/shut:\n    parameters:\n      - {name: key",
    ),
    case(
        "parameter-removed",
        "        - name: before\n          in: query\n          schema: {type: string}\n",
        "",
    ),
    case(
        "required-parameter-removed",
        "        - {name: X-Trace, in: header, required: true, schema: {type: string}}\n",
        "",
    ),
    case("parameter-made-optional", "in: header, required: true", "in: header"),
    case(
        "parameter-moved parameter-serialization-changed",
        "{name: X-Trace, in: header",
        "{name: X-Trace, in: cookie",
    ),
    case(
        "parameter-serialization-changed",
        "name: kind\n          in: query",
        "name: kind\n          in: query\n          explode: false",
    ),
    case(
        "body-removed",
        (
            "      requestBody:\n"
            "        content:\n"
            "          application/json:\n"
            "            schema:\n"
            "              type: object\n"
            "              properties:\n"
            "                hard: {type: boolean, enum: [true, false]}\n"
        ),
        "",
    ),
    case(
        "body-made-optional", "        required: true\n        x-max-bytes", "        x-max-bytes"
    ),
    case("max-bytes-lowered", "x-max-bytes: 1000", "x-max-bytes: 999"),
    case(
        "request-media-type-removed",
        (
            "          text/plain:\n            schema: {type: string}\n            encoding: "
            "{note: {contentType: text/plain}}\n"
        ),
        "",
    ),
    case("encoding-changed", "contentType: text/plain", "contentType: text/html"),
    case(
        "response-media-type-removed",
        "            text/plain:\n              schema: {type: string}\n",
        "",
    ),
    case("success-status-removed success-status-added", '        "201":', '        "200":'),
    case("error-status-removed", '        "409": {$ref: "#/components/responses/Refused"}\n', ""),
    case(
        "response-header-removed",
        "          headers:\n            X-Total: {required: true, schema: {type: integer}}\n",
        "",
    ),
    case("response-header-made-optional", "X-Total: {required: true,", "X-Total: {"),
    case(
        "response-type-changed",
        "X-Total: {required: true, schema: {type: integer}}",
        "X-Total: {required: true, schema: {type: string}}",
    ),
    case(
        "envelope-changed",
        "      x-list: {of: Thing",
        "      x-envelope: things\n      x-list: {of: Thing",
    ),
    # who may call
    case("security-removed", "security:\n  - key: []", "security: []"),
    case(
        "security-alternative-added",
        "security:\n  - key: []",
        "security:\n  - key: []\n  - cookie: []",
    ),
    case("security-scheme-changed", "scheme: bearer", "scheme: basic"),
    case("scope-removed", "      x-scope: {name: read, rule: mini.any.other}\n", ""),
    case("scope-changed", "x-scope: {name: read", "x-scope: {name: write"),
    # how it lists
    case("filter-removed", "          x-filter: {field: kind, rule: mini.any.other}\n", ""),
    case("filter-changed", "x-filter: {field: kind", "x-filter: {field: name"),
    case("provider-state-removed", '          thing: {$ref: "#/components/schemas/Thing"}\n', ""),
    case("clamp-removed", "          x-clamp: {maximum: 50, rule: mini.any.other}\n", ""),
    case("clamp-narrowed", "x-clamp: {maximum: 50", "x-clamp: {maximum: 40"),
    case(
        "listing-removed",
        (
            "      x-list: {of: Thing, order: [-at], style: cursor, cursor: {parameter: before, "
            "member: next, field: at}}\n"
        ),
        "",
    ),
    case("list-resource-changed", "x-list: {of: Thing", "x-list: {of: Money"),
    case("list-order-changed", "order: [-at]", "order: [-at, id]"),
    case("list-order-changed", "order: [-at], style", "order: [-at], ties: earliest, style"),
    case("paging-style-changed", "style: cursor,", "style: after,"),
    case("cursor-changed", "member: next", "member: more"),
    case("cursor-field-changed", "next, field: at}", "next, field: until}"),
    # lifecycles
    case("lifecycle-renamed", "x-lifecycles:\n  Thing:", "x-lifecycles:\n  Item:"),
    case("lifecycle-schema-changed", "    schema: Thing\n", "    schema: Things\n"),
    case("identity-parameter-changed", "identity: {parameter: id", "identity: {parameter: key"),
    case(
        "identity-field-changed",
        "identity: {parameter: id, field: id",
        "identity: {parameter: id, field: name",
    ),
    case("given-added", "given: [lost]", "given: [lost, shut]"),
    case(
        "creation-removed",
        "    creation: {operation: createThing, to: open, rule: mini.create.opens}\n",
        "",
    ),
    case(
        "creation-operation-changed",
        "creation: {operation: createThing",
        "creation: {operation: shutThing",
    ),
    case("creation-state-changed", "createThing, to: open", "createThing, to: shut"),
    case(
        "state-renamed",
        "      shut: {status: shut}",
        "      closed: {status: shut}",
        "[open, shut, lost]",
        "[open, closed, lost]",
        "to: shut,",
        "to: closed,",
        "[shut], rule",
        "[closed], rule",
        "from: [shut]",
        "from: [closed]",
    ),
    case("state-redrawn", "      lost: {status: [lost, gone]}", "      lost: {status: lost}"),
    case(
        "state-values-changed", "      lost: {status: [lost, gone]}", "      lost: {status: away}"
    ),
    case(
        "state-added",
        "      lost: {status: [lost, gone]}",
        "      lost: {status: [lost, gone]}\n      new: {status: new}",
    ),
    case(
        "refusal-added",
        (
            "{in: [open, shut, lost], rule: mini.get.returns}\n"
            "        refusals:\n"
            "          - {in: [absent, foreign], status: 404, rule: mini.get.not-found}\n"
        ),
        (
            "{in: [open, shut], rule: mini.get.returns}\n"
            "        refusals:\n"
            "          - {in: [lost, absent, foreign], status: 404, rule: mini.get.not-found}\n"
        ),
    ),
    case("refusal-status-changed", "[lost], status: 409", "[lost], status: 422"),
    case(
        "refusal-status-changed-undocumented rule-reference-lowered",
        "[lost], status: 409, rule: mini.shut.lost",
        "[lost], status: 422, rule: mini.any.undecided",
    ),
    case(
        "move-added-to-stay",
        "        stays:\n          - {in: [shut], rule: mini.shut.works}",
        "",
        "          - {from: open, to: shut,",
        "          - {from: shut, to: open, rule: mini.shut.works}\n          - {from: open, "
        "to: shut,",
    ),
    case(
        "move-removed",
        "          - {from: open, to: open, when: {hard: false}, rule: mini.shut.works}\n",
        "",
    ),
    case("move-target-changed", "{from: open, to: shut,", "{from: open, to: lost,"),
    case("effects-changed", "effects: [ring, lock]", "effects: [lock]"),
    case("guarantee-dropped", "        atomic: mini.shut.atomic\n", ""),
    case("rule-reference-changed", "atomic: mini.shut.atomic", "atomic: mini.any.other"),
    case(
        "timer-removed",
        "      lose: {from: [shut], after: P30D, since: at, due: until, to: lost, rule: "
        "mini.time.lose}\n",
        "",
    ),
    case("timer-added", "lose: {from: [shut]", "lose: {from: [shut, open]"),
    case(
        "optional-timer-removed",
        "      maybe: {from: [open], after: P60D, to: lost, rule: mini.time.lose, optional: "
        "true}\n",
        "",
    ),
    case("timer-shortened", "after: P30D", "after: P29D"),
    case("timer-target-changed", "due: until, to: lost", "due: until, to: open"),
    case("timer-field-changed", "since: at", "since: until"),
    case("timer-made-certain", ", optional: true", ""),
    # rules
    case(
        "rule-added",
        "  - {id: mini.any.other, level: documented",
        (
            "  - {id: mini.any.more, level: documented, statement: One more rule that holds., "
            "source: "
            "https://things.example/a}\n"
            "  - {id: mini.any.other, level: documented"
        ),
    ),
    case(
        "decision-added",
        "  - {id: mini.any.other, level: documented",
        (
            "  - {id: mini.any.more, level: decision, statement: An undocumented case., source: "
            "https://things.example/a}\n"
            "  - {id: mini.any.other, level: documented"
        ),
    ),
    case(
        "rule-raised",
        "mini.any.undecided, level: decision",
        "mini.any.undecided, level: documented",
    ),
    case("rule-restated", "A thing is lost in time.", "A thing is lost at once."),
    case(
        "decision-restated",
        "It is not documented what this is.",
        "It is not documented what it is.",
    ),
    case(
        "rule-source-changed",
        "statement: A thing is lost in time., source: https://things.example/a",
        "statement: A thing is lost in time., source: https://things.example/b",
    ),
    case("rule-statuses-narrowed", "[422, 400]", "[422]"),
    case("rule-first-status-changed", "[422, 400]", "[400, 422]"),
    case("rule-statuses-changed", "[422, 400]", "[422, 415]"),
    case("decision-statuses-changed", "[400, 422]", "[400]"),
    case(
        "violation-status-changed-undocumented rule-reference-lowered",
        "type: mini.any.invalid,",
        "type: mini.any.undecided,",
    ),
    case(
        "violation-status-changed rule-reference-changed",
        "type: mini.any.invalid,",
        "type: mini.get.not-found,",
    ),
    case(
        "violation-rule-dropped",
        "{type: mini.any.invalid, maximum: mini.any.undecided}",
        "{type: mini.any.invalid}",
    ),
    case(
        "violation-rule-introduced",
        "{type: mini.any.invalid, maximum: mini.any.undecided}",
        "{missing: mini.any.invalid, type: mini.any.invalid, maximum: mini.any.undecided}",
    ),
    # rates
    case("rate-limit-removed", "    - {calls: 50, per: P1D}\n", ""),
    case("rate-limit-lowered", "calls: 10,", "calls: 9,"),
    case(
        "rate-limit-first-window-changed",
        "    - {calls: 10, per: PT1M}\n    - {calls: 50, per: P1D}",
        "    - {calls: 50, per: P1D}\n    - {calls: 10, per: PT1M}",
    ),
    case("rate-limit-header-removed", "  headers: {retryAfter: Retry-After}\n", ""),
    case("rate-limit-header-changed", "{retryAfter: Retry-After}", "{retryAfter: X-Retry}"),
    case("rate-limit-resource-changed", "  resource: api\n", "  resource: all\n"),
    case(
        "rate-limited-operation-removed",
        "operations: [getThing, listThings]",
        "operations: [getThing]",
    ),
    # the document
    case(
        "server-removed server-added",
        "  - url: https://things.example\n",
        "  - url: https://others.example\n",
    ),
    case("version-changed", 'version: "1"', 'version: "2"'),
    case(
        "unused-component-changed",
        "    Unused:\n      type: string",
        "    Unused:\n      type: integer",
    ),
    case(
        "component-removed component-added",
        "    Unused:\n      type: string",
        "    Other:\n      type: string",
    ),
    case("unknown-changed", "tags:\n", "x-rule: mini.any.other\ntags:\n"),
    case("written-otherwise", "required: [id, status, name]", "required: [status, id, name]"),
]


LIFECYCLE = MINI[MINI.index("x-lifecycles:") : MINI.index("x-rules:")]
LIMITS = MINI[MINI.index("x-rate-limits:") : MINI.index("security:")]
BODY = MINI[
    MINI.index("      requestBody:\n        required") : MINI.index(
        '      responses:\n        "201"'
    )
]
ROW = MINI[MINI.index("      getThing:") : MINI.index("      shutThing:")]
READ = MINI[
    MINI.index("    get:\n      operationId: getThing") : MINI.index("  /things/{id}/shut:")
]
MOVED = MINI[
    MINI.index("        - {id: mini.get.not-found") : MINI.index(
        '      responses:\n        "200":\n          description: It.'
    )
]
CASES += [
    case("lifecycle-removed", LIFECYCLE, ""),
    case("row-removed", ROW, ""),
    case("rate-limits-removed", LIMITS, ""),
    case("required-body-removed", BODY, ""),
    case("operation-removed", READ, "", ROW, "", "[getThing, listThings]", "[listThings]"),
    case(
        "rule-moved",
        MOVED,
        "",
        "x-rules:\n  - {id: mini.time",
        f"x-rules:\n{MOVED[6:]}  - {{id: mini.time",
    ),
]


def edited(edits: list[tuple[str, str]]) -> str:
    text = MINI
    for before, after in edits:
        assert text.count(before) == 1, (text.count(before), before)
        text = text.replace(before, after)
    return text


def read(text: str) -> Source:
    return parse(text.encode(), "mini.yaml")


def ids(changes: tuple[Change, ...]) -> list[str]:
    return sorted(change.id for change in changes)


def test_sample_contract_is_valid() -> None:
    load_source(read(MINI))


@pytest.mark.parametrize(("edits", "expected"), CASES)
def test_change_type(edits: list[tuple[str, str]], expected: list[str]) -> None:
    old, new = read(MINI), read(edited(edits))
    assert ids(diff(old, new)) == sorted(expected)
    assert ids(diff(new, old)) == sorted(REVERSE[name] for name in expected)


@pytest.mark.parametrize(
    "edits",
    [
        # A reference, and the reference among allOf, where something may stand beside it.
        [
            (
                'items: {$ref: "#/components/schemas/Thing"}',
                'items: {allOf: [{$ref: "#/components/schemas/Thing"}]}',
            )
        ],
        # What was written in place, and what allOf adds.
        [
            ("    Unused:\n", "    Text: {type: string}\n    Unused:\n"),
            (
                "id: {type: string}\n        status",
                'id: {allOf: [{$ref: "#/components/schemas/Text"}]}\n        status',
            ),
        ],
        # One alternative, and none.
        [
            (
                "next: {type: string, nullable: true}",
                "next: {oneOf: [{type: string, nullable: true}]}",
            )
        ],
        # What holds anyway.
        [("maxLength: 10", "maxLength: 10, minLength: 0, uniqueItems: false, nullable: false")],
        [
            (
                "name: kind\n          in: query",
                "name: kind\n          in: query\n          required: false\n          style: "
                "form\n          explode: true",
            )
        ],
        # The order of what has none.
        [
            ("required: [id, status, name]", "required: [name, id, status]"),
            ("enum: [open, shut, lost, gone]", "enum: [gone, lost, shut, open]"),
        ],
    ],
)
def test_equivalent_documents(edits: list[tuple[str, str]]) -> None:
    old, new = read(MINI), read(edited(edits))
    assert {change.id for change in diff(old, new)} <= {"written-otherwise", "component-added"}
    assert {change.id for change in diff(new, old)} <= {"written-otherwise", "component-removed"}


def test_schema_that_became_an_alternative() -> None:
    new = read(
        edited(
            [
                (
                    "at: {type: string, format: date-time}",
                    "at: {oneOf: [{type: string, format: date-time}, {type: integer}]}",
                )
            ]
        )
    )
    assert ids(diff(read(MINI), new)) == both("alternative-added").split()
    assert ids(diff(new, read(MINI))) == both("alternative-removed").split()


def test_split_state_is_compared_with_both_parts() -> None:
    """A gone thing was refused with 409 as a lost one, and is found now."""
    new = edited(
        [
            (
                "      lost: {status: [lost, gone]}",
                "      lost: {status: lost}\n      gone: {status: gone}",
            ),
            ("[open, shut, lost], rule", "[open, shut, lost, gone], rule"),
            (
                "        stays:\n          - {in: [shut], rule",
                "        stays:\n          - {in: [shut, gone], rule",
            ),
        ]
    )
    assert ids(diff(read(MINI), read(new))) == ["refusal-removed", "state-added", "state-redrawn"]
    assert ids(diff(read(new), read(MINI))) == ["refusal-added", "state-redrawn", "state-removed"]


def test_renamed_api_is_one_change() -> None:
    """Each rule's id begins with it."""
    new = read(MINI.replace("mini.", "tiny."))
    assert ids(diff(read(MINI), new)) == ids(diff(new, read(MINI))) == ["api-renamed"]


def test_every_change_type_has_a_case() -> None:
    seen = {name for parameters in CASES for name in str(parameters.id).split()} | {"api-renamed"}
    assert {each.id for each in CHANGE_TYPES} - seen - {REVERSE[name] for name in seen} == set()


def test_change_types_are_counterparts_of_each_other() -> None:
    assert len(REVERSE) == len(CHANGE_TYPES)
    assert all(REVERSE[reverse] == name for name, reverse in REVERSE.items())
