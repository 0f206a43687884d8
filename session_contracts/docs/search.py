"""The index that the site searches: an entry for each page, state and section."""

import json
from collections.abc import Iterable, Iterator

from session_contracts.docs.guides import guides, render
from session_contracts.docs.model import Api
from session_contracts.docs.text import anchor
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

#: (kind, name, text, page, API)
SearchEntry = tuple[str, str, str, str, str]


def entries(apis: Iterable[Api]) -> Iterator[SearchEntry]:
    """All entries: of these APIs, of the checks of lint and the types of change, of the guides."""
    for api in apis:
        yield from _of_contract(api.contract)
    for check in CHECKS:
        yield "check", check.id, check.why, lint_page(check.id), ""
    yield (
        "check",
        "Types of change",
        "what diff reports, and why it is breaking, risky or compatible",
        CHANGES_PAGE,
        "",
    )
    for guide in guides():
        yield "guide", guide.title, "", guide.page, ""
        for fragment, title in render(guide, lambda path: path)[1]:
            yield "guide", title, guide.title, f"{guide.page}#{fragment}", ""


def _of_contract(contract: Contract) -> Iterator[SearchEntry]:
    api = contract.name
    yield (
        "API",
        contract.title,
        contract.document["info"].get("description", ""),
        overview_page(api),
        api,
    )
    yield "rules", f"{contract.title}: rules", "all rules, by level", rules_page(api), api
    if contract.rules:
        yield (
            "rules",
            f"{contract.title}: decisions",
            "what the documents leave open, with the alternatives",
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
            fields = ", ".join(
                f"{name} {' or '.join(map(str, allowed))}" for name, allowed in values.items()
            )
            yield (
                "state",
                state,
                f"state of a {table.name}: {fields}",
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
        yield f"{rule.level} rule", rule.id, _rule_text(rule), rule_page(api, rule.id), api


def _rule_text(rule: Rule) -> str:
    """The statement, after the mock's status (where search ranks it highest)."""
    if not rule.statuses:
        return rule.statement
    own, *others = map(str, rule.statuses)
    return f"{own}: {rule.statement}" + (f" Also legal: {', '.join(others)}." if others else "")


def groups(apis: Iterable[Api]) -> dict[str, dict[str, list[SearchEntry]]]:
    """Entries by API, then by kind; those of no API have the empty name."""
    found: dict[str, dict[str, list[SearchEntry]]] = {}
    for entry in entries(apis):
        found.setdefault(entry[4], {}).setdefault(entry[0], []).append(entry)
    return found


def script(apis: Iterable[Api]) -> bytes:
    """The index as a script, because a page opened from disk may not fetch JSON."""
    listed = json.dumps(list(entries(apis)), ensure_ascii=False, separators=(",", ":"))
    return f"globalThis.searchIndex = {listed};\n".encode()
