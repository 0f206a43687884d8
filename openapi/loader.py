"""Loads a file as a checked `Contract`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import isodate

from session_contracts.openapi.autofix import joined
from session_contracts.openapi.checks import CHECKS, Check, Draft, Stage, run
from session_contracts.openapi.checks.walk import METHODS
from session_contracts.openapi.errors import ContractError, Severity, Violation
from session_contracts.openapi.json_schema import resolve, rule_map
from session_contracts.openapi.locations import CONTROL, find
from session_contracts.openapi.model import (
    Body,
    Clamp,
    Contract,
    Creation,
    Cursor,
    Filter,
    Keeps,
    Level,
    Lifecycle,
    Listing,
    Move,
    Operation,
    Parameter,
    RateLimits,
    Refusal,
    Rule,
    Scope,
    SecurityScheme,
    Stay,
    Style,
    Ties,
    Timer,
    Transition,
    Window,
)
from session_contracts.openapi.source import Source, read


def load(name: str) -> Contract:
    """The contract of an API, bundled or the user's own. Raises UnknownApi, ContractError."""
    return _load(find(name).contract)


@cache
def _load(file: Path) -> Contract:
    return load_file(file)


@cache
def load_control() -> Contract:
    """The contract of the mock's own control API."""
    return load_file(CONTROL)


def load_file(file: Path) -> Contract:
    """Read and check any contract. Raises ContractError with all violations."""
    return load_source(read(file))


def load_source(source: Source) -> Contract:
    """Check a source and build its contract. Raises ContractError."""
    contract, violations = examine(source, CHECKS, Stage.MEANING)
    if contract is None or violations:
        raise ContractError(violations)
    return contract


def examine(
    source: Source, checks: Sequence[Check], last: Stage = Stage.LAST
) -> tuple[Contract | None, list[Violation]]:
    """The violations up to a stage, and the Contract if it could be built.

    Errors end the examination after their stage, because later checks rely on it.
    """
    found: list[Violation] = []
    for stage in (Stage.SHAPE, Stage.REFERENCE, Stage.KIND, Stage.BUILD):
        found += run(checks, Draft(source), [stage])
        if _errors(found):
            return None, _once(found)
    contract = _contract(Path(source.file).stem, source)
    draft = Draft(source, contract)
    found += run(checks, draft, [stage for stage in (Stage.MEANING, Stage.LINT) if stage <= last])
    if last is Stage.LAST and not _errors(found):
        found += run(checks, draft, [Stage.LAST])
    return contract, sorted(_once(found))


def _once(found: Sequence[Violation]) -> list[Violation]:
    """Drop repetitions: a YAML alias makes one place of the text several of the document.

    Their autofixes are merged, because each applies to one of these places.
    """
    places: dict[tuple[str, int, int, str, str], list[Violation]] = {}
    for violation in found:
        key = (violation.file, violation.line, violation.column, violation.check, violation.what)
        places.setdefault(key, []).append(violation)
    return [_merged(same) for same in places.values()]


def _merged(same: Sequence[Violation]) -> Violation:
    autofixes = [violation.autofix for violation in same if violation.autofix]
    return replace(same[0], autofix=joined(autofixes)) if len(autofixes) > 1 else same[0]


def _errors(found: Sequence[Violation]) -> bool:
    return any(violation.severity is Severity.ERROR for violation in found)


def _contract(name: str, source: Source) -> Contract:
    document: Mapping[str, Any] = source.value
    components = document.get("components", {})
    return Contract(
        name=name,
        title=document["info"]["title"],
        file=source.file,
        document=document,
        operations={operation.id: operation for operation in _operations(document)},
        lifecycles={
            key: _lifecycle(key, table) for key, table in document.get("x-lifecycles", {}).items()
        },
        rules={rule.id: rule for rule in _rules(document)},
        schemas=resolve(document, components.get("schemas", {})),
        rate_limits=_rate_limits(document["x-rate-limits"])
        if "x-rate-limits" in document
        else None,
        security=tuple(
            _scheme(document, name)
            for name in components.get("securitySchemes", {})
            if not name.startswith("x-")
        ),
    )


def _rate_limits(node: Mapping[str, Any]) -> RateLimits:
    windows = tuple(_window(window) for window in node["windows"])
    return RateLimits(
        node["rule"],
        windows,
        node.get("headers", {}),
        node.get("resource", ""),
        tuple(node.get("operations", ())),
    )


def _window(node: Mapping[str, Any]) -> Window:
    return Window(
        node["calls"], isodate.parse_duration(node["per"]), node.get("upTo", node["calls"])
    )


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item and not path.startswith("x-"):
                yield _operation(document, path, method, item)


def _operation(
    document: Mapping[str, Any], path: str, method: str, item: Mapping[str, Any]
) -> Operation:
    node = resolve(document, item[method])
    shared = resolve(document, item.get("parameters", []))
    # The other keys are ranges (2XX) and the default.
    responses = {
        int(status): response for status, response in node["responses"].items() if status.isdigit()
    }
    return Operation(
        id=node["operationId"],
        method=method.upper(),
        path=path,
        summary=node.get("summary", ""),
        parameters=tuple(
            _parameter(parameter) for parameter in [*shared, *node.get("parameters", [])]
        ),
        body=_body(node["requestBody"]) if "requestBody" in node else None,
        responses={status: _media(response) for status, response in responses.items()},
        headers={
            status: tuple(response.get("headers", {})) for status, response in responses.items()
        },
        listing=_listing(node["x-list"]) if "x-list" in node else None,
        security=tuple(
            _scheme(document, name)
            for need in node.get("security", document.get("security", []))
            for name in need
        ),
        scope=Scope(**node["x-scope"]) if "x-scope" in node else None,
        envelope_rule=node.get("x-answer", {}).get("envelope"),
        members_rule=node.get("x-answer", {}).get("members"),
    )


def _scheme(document: Mapping[str, Any], name: str) -> SecurityScheme:
    node = resolve(document, document["components"]["securitySchemes"][name])
    bearer = node["type"] == "http"
    return SecurityScheme(name, "Authorization" if bearer else node["name"], bearer, rule_map(node))


def _parameter(node: Mapping[str, Any]) -> Parameter:
    return Parameter(
        name=node["name"],
        location=node["in"],
        required=node.get("required", False),
        schema=node["schema"],
        rules=rule_map(node),
        filter=_filter(node["x-filter"]) if "x-filter" in node else None,
        clamp=Clamp(**node["x-clamp"]) if "x-clamp" in node else None,
        example=node.get("example"),
    )


def _filter(node: Mapping[str, Any]) -> Filter:
    return Filter(
        node["field"],
        node["rule"],
        Keeps(node.get("keeps", Keeps.EQUAL)),
        node.get("hidden", False),
        node.get("values", {}),
    )


def _body(node: Mapping[str, Any]) -> Body:
    return Body(
        required=node.get("required", False),
        schemas=_media(node),
        rules=rule_map(node),
        max_bytes=node.get("x-max-bytes"),
    )


def _media(node: Mapping[str, Any]) -> dict[str, Any]:
    return {media: content.get("schema", {}) for media, content in node.get("content", {}).items()}


def _listing(node: Mapping[str, Any]) -> Listing:
    cursor = Cursor(**node["cursor"]) if "cursor" in node else None
    ties = Ties(node.get("ties", Ties.LATEST))
    return Listing(
        resource=node["of"],
        order=tuple(node["order"]),
        style=Style(node["style"]),
        cursor=cursor,
        ties=ties,
    )


def _rules(document: Mapping[str, Any]) -> Iterator[Rule]:
    yield from (_rule(node, None) for node in document.get("x-rules", []))
    for path, item in document["paths"].items():
        for method in METHODS:
            operation = item.get(method, {}) if not path.startswith("x-") else {}
            yield from (
                _rule(node, operation["operationId"]) for node in operation.get("x-rules", [])
            )


def _rule(node: Mapping[str, Any], operation: str | None) -> Rule:
    return Rule(
        id=node["id"],
        level=Level(node["level"]),
        statement=node["statement"],
        source=node["source"],
        statuses=tuple(node.get("allows", {}).get("status", ())),
        operation=operation,
        code=node.get("code"),
        alias=node.get("alias"),
    )


def _lifecycle(name: str, node: Mapping[str, Any]) -> Lifecycle:
    return Lifecycle(
        name=name,
        schema=node["schema"],
        parameter=node["identity"]["parameter"],
        field=node["identity"]["field"],
        given=tuple(node.get("given", ())),
        states={
            state: {field: _alternatives(value) for field, value in values.items()}
            for state, values in node["states"].items()
        },
        transitions={
            operation: _transition(operation, row) for operation, row in node["transitions"].items()
        },
        timers=tuple(_timer(key, timer) for key, timer in node.get("timers", {}).items()),
        creation=_creation(node["creation"]) if "creation" in node else None,
        stated=node.get("stated"),
        reported_as=_tuples(node.get("reportedAs", {})),
        volatile=_tuples(node.get("volatile", {})),
    )


def _creation(node: Mapping[str, Any]) -> Creation:
    return Creation(node["operation"], node["to"], node["rule"], node.get("kept"))


def _tuples(node: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in node.items()}


def _alternatives(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list) else (value,)


def _transition(operation: str, node: Mapping[str, Any]) -> Transition:
    return Transition(
        operation=operation,
        moves=tuple(
            Move(move["from"], move["to"], move.get("when", {}), move["rule"])
            for move in node.get("moves", [])
        ),
        stays={
            state: Stay(entry["rule"]) for entry in node.get("stays", []) for state in entry["in"]
        },
        refusals={
            state: Refusal(entry["status"], entry["rule"])
            for entry in node.get("refusals", [])
            for state in entry["in"]
        },
        effects=tuple(node.get("effects", ())),
        atomic=node.get("atomic"),
        isolated=node.get("isolated"),
        kept=node.get("kept"),
        once=node.get("once"),
    )


def _timer(name: str, node: Mapping[str, Any]) -> Timer:
    return Timer(
        name=name,
        sources=tuple(node["from"]),
        target=node["to"],
        after=isodate.parse_duration(node["after"]),
        rule=node["rule"],
        since=node.get("since"),
        due=node.get("due"),
        optional=node.get("optional", False),
    )
