"""What the search of the site knows: one entry for each page that somebody may look for."""

import json
from collections.abc import Iterable, Iterator

from session_contracts.docs.facts import anchor
from session_contracts.docs.guides import guides, render
from session_contracts.docs.model import Api
from session_contracts.lint import CHECKS
from session_contracts.openapi import Contract, Rule
from session_contracts.openapi.pages import (
    CHANGES_PAGE,
    decisions_page,
    lint_page,
    operation_page,
    overview_page,
    rule_page,
    rules_page,
    schema_page,
)

#: Kind, name, what it says, page, API.
Entry = tuple[str, str, str, str, str]


def entries(apis: Iterable[Api]) -> Iterator[Entry]:
    for api in apis:
        yield from _of(api.contract)
    for check in CHECKS:
        yield "check", check.id, check.why, lint_page(check.id), ""
    yield (
        "check",
        "Sorts of changes",
        "what diff tells, and why it is breaking, risky or compatible",
        CHANGES_PAGE,
        "",
    )
    for guide in guides():
        yield "guide", guide.title, "", guide.page, ""
        for fragment, title in render(guide, lambda path: path)[1]:
            yield "guide", title, guide.title, f"{guide.page}#{fragment}", ""


def _of(contract: Contract) -> Iterator[Entry]:
    api = contract.name
    yield (
        "API",
        contract.title,
        contract.document["info"].get("description", ""),
        overview_page(api),
        api,
    )
    yield "rules", f"Rules of {contract.title}", "all of them, by level", rules_page(api), api
    if contract.rules:
        yield (
            "rules",
            f"Decisions of {contract.title}",
            "what the documents leave open, and the alternatives",
            decisions_page(api),
            api,
        )
    for operation in contract.operations.values():
        yield (
            "operation",
            operation.id,
            f"{operation.method} {operation.path} {operation.summary}",
            operation_page(api, operation.id),
            api,
        )
    for table in contract.lifecycles.values():
        for state, values in table.states.items():
            said = ", ".join(
                f"{name} {' or '.join(map(str, allowed))}" for name, allowed in values.items()
            )
            yield (
                "state",
                state,
                f"of a {table.name}: {said}",
                f"{overview_page(api)}#{anchor('state', table.name, state)}",
                api,
            )
    for name, schema in contract.schemas.items():
        yield (
            "schema",
            name,
            f"{schema.get('description', '')} {' '.join(schema.get('properties', {}))}",
            schema_page(api, name),
            api,
        )
    for rule in contract.rules.values():
        yield f"{rule.level} rule", rule.id, _says(rule), rule_page(api, rule.id), api


def _says(rule: Rule) -> str:
    """With the statuses: the mock's at the beginning, where it counts most."""
    if not rule.statuses:
        return rule.statement
    own, *others = map(str, rule.statuses)
    return f"{own}: {rule.statement}" + (f" Also legal: {', '.join(others)}." if others else "")


def groups(apis: Iterable[Api]) -> dict[str, dict[str, list[Entry]]]:
    """By API, then by kind, in the contract's order; what belongs to none is under the empty name."""
    found: dict[str, dict[str, list[Entry]]] = {}
    for entry in entries(apis):
        found.setdefault(entry[4], {}).setdefault(entry[0], []).append(entry)
    return found


def script(apis: Iterable[Api]) -> bytes:
    """A script, not JSON: a page that was opened from a disk may not fetch."""
    listed = json.dumps(list(entries(apis)), ensure_ascii=False, separators=(",", ":"))
    return f"globalThis.searchIndex = {listed};\n".encode()
