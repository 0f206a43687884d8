"""Compares operations: address, parameters, body, responses, lists."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from session_contracts.diff.change import Fact, Spot, rest, same, show
from session_contracts.diff.node import Node, entries, items, member, value
from session_contracts.diff.rules import RuleSets, reference, violations
from session_contracts.diff.schemas import Schemas
from session_contracts.diff.security import Security

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

#: OpenAPI ignores headers with these names.
_IGNORED_HEADERS = {"accept", "content-type", "authorization"}
_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}


#: Location of a parameter (query, path, header, cookie) and its name.
Key = tuple[str, str]


@dataclass(frozen=True)
class Operation:
    """An operation of one document."""

    method: str
    path: str
    node: Node
    item: Node

    @property
    def name(self) -> str:
        """Its id, or method and path if it has none."""
        return self.node.plain("operationId") or f"{self.method.upper()} {self.path}"

    @property
    def address(self) -> tuple[str, str]:
        """Method and path."""
        return self.method, self.path

    def parameters(self) -> dict[Key, Node]:
        """Parameters of the path, overridden by the operation's; header names in lower case."""
        found = {}
        for node in [*items(self.item.get("parameters")), *items(self.node.get("parameters"))]:
            place, name = node.plain("in"), node.plain("name")
            found[place, name.lower() if place == "header" else name] = node
        return found


def operations(document: Node) -> list[Operation]:
    """All operations of a document."""
    return [
        Operation(method, path, node, item)
        for path, item in entries(document.get("paths")).items()
        for method, node in item.entries().items()
        if method in METHODS
    ]


def pairs(old: Node, new: Node) -> list[tuple[Operation, Operation]]:
    """(old, new) for operations that both have: the same id, else the same method and path."""
    before, after = operations(old), operations(new)
    found = []
    keys: tuple[Callable[[Operation], Any], ...] = (
        lambda operation: operation.name,
        lambda operation: (operation.method, _shape(operation.path)),
    )
    for key in keys:
        free = {key(operation): operation for operation in after}
        for operation in [*before]:
            if other := free.get(key(operation)):
                found.append((operation, other))
                before = [one for one in before if one is not operation]
                after = [one for one in after if one is not other]
    return found


def _shape(path: str) -> str:
    """A path without the names of its parameters, which do not appear in requests."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def compare(old: Node, new: Node, rule_sets: RuleSets) -> Iterator[Fact]:
    """Facts about all operations."""
    both = pairs(old, new)
    comparison = _Comparison(Schemas(rule_sets), Security(old, new, rule_sets), rule_sets)
    for before, after in both:
        yield from comparison.operation(before, after)
    kept_old, kept_new = ({pair[side].address for pair in both} for side in (0, 1))
    for operation in operations(old):
        if operation.address not in kept_old:
            yield Fact(
                "operation-removed",
                Spot(operation.name),
                f"{_shown(operation)} removed",
                operation.node,
                None,
            )
    for operation in operations(new):
        if operation.address not in kept_new:
            yield Fact(
                "operation-added",
                Spot(operation.name),
                f"{_shown(operation)} added",
                None,
                operation.node,
            )
    yield from _items_without_operations(old, new)


def _items_without_operations(old: Node, new: Node) -> Iterator[Fact]:
    """Paths without an operation in either version."""
    before, after = entries(old.get("paths")), entries(new.get("paths"))
    for path in {**before, **after}:
        one, other = before.get(path), after.get(path)
        if not any(
            method in entries(item) for item in (one, other) for method in METHODS
        ) and not same(one, other):
            yield Fact(
                "unknown-changed",
                Spot(f"path {path}"),
                "changed; it has no operation",
                one,
                other,
            )


def _shown(operation: Operation) -> str:
    return f"{operation.method.upper()} {operation.path}"


def _states_by_api(node: Node | None) -> dict[tuple[str, str], Node]:
    return {
        (api, state): schema
        for api, states in entries(node).items()
        for state, schema in entries(states).items()
    }


class _Comparison:
    """Compares operations, one pair at a time."""

    def __init__(self, schemas: Schemas, security: Security, rule_sets: RuleSets) -> None:
        self._schemas = schemas
        self._security = security
        self._rule_sets = rule_sets

    def operation(self, old: Operation, new: Operation) -> Iterator[Fact]:
        """Facts about one operation."""
        spot = Spot("", (new.name, ""))
        yield from _address(old, new, spot)
        yield from self._parameters(old, new, spot)
        yield from self._body(old.node.get("requestBody"), new.node.get("requestBody"), spot)
        yield from self._responses(old.node.get("responses"), new.node.get("responses"), new.name)
        yield from self._security.compare(old.node, new.node, spot)
        yield from self._listing(old.node.get("x-list"), new.node.get("x-list"), spot)
        yield from _envelope(old.node, new.node, spot)
        yield from self._answer(old.node.get("x-answer"), new.node.get("x-answer"), spot)
        yield from self._provider_states(
            old.node.get("x-provider-states"), new.node.get("x-provider-states"), spot
        )
        known = {
            "operationId",
            "parameters",
            "requestBody",
            "responses",
            "security",
            "x-scope",
            "x-list",
            "x-envelope",
            "x-answer",
            "x-provider-states",
            "x-rules",
            "servers",
        }
        yield from rest(old.node, new.node, spot, known)
        yield from rest(
            old.item, new.item, Spot(f"path {new.path}"), {*METHODS, "parameters", "servers"}
        )
        yield from servers(old.node.get("servers"), new.node.get("servers"), spot)
        yield from servers(
            old.item.get("servers"), new.item.get("servers"), Spot(f"path {new.path}")
        )

    # ---- requests

    def _parameters(self, old: Operation, new: Operation, spot: Spot) -> Iterator[Fact]:
        before, after = _comparable(old, new)
        moved = _moved(before, after)
        for key, node in before.items():
            below = spot.below(f"{key[0]} parameter {node.plain('name')}")
            if key in after:
                yield from self._parameter(node, after[key], below)
            elif key in moved:
                other = after[moved[key]]
                yield Fact(
                    "parameter-moved",
                    spot.below(f"parameter {node.plain('name')}"),
                    f"location: was {key[0]}, is {moved[key][0]}",
                    node,
                    other,
                )
                yield from self._parameter(node, other, below)
            else:
                yield Fact(
                    "required-parameter-removed" if node.plain("required") else "parameter-removed",
                    below,
                    "removed",
                    node,
                    None,
                )
        for key, node in after.items():
            if key not in before and key not in moved.values():
                change_type = (
                    "required-parameter-added" if node.plain("required") else "parameter-added"
                )
                yield Fact(
                    change_type,
                    spot.below(f"{key[0]} parameter {node.plain('name')}"),
                    "added",
                    None,
                    node,
                )

    def _parameter(self, old: Node, new: Node, spot: Spot) -> Iterator[Fact]:
        if bool(old.plain("required")) != bool(new.plain("required")):
            needed = bool(new.plain("required"))
            yield Fact(
                "parameter-made-required" if needed else "parameter-made-optional",
                spot,
                "now required" if needed else "no longer required",
                old,
                new,
            )
        yield from _serialization(old, new, spot)
        yield from self._schema(old, new, "request", spot)
        yield from self._media(old.get("content"), new.get("content"), "request", spot)
        yield from _extension(
            "filter", old.get("x-filter"), new.get("x-filter"), spot, self._rule_sets
        )
        yield from self._clamp(old.get("x-clamp"), new.get("x-clamp"), spot)
        yield from violations(old.get("x-rule"), new.get("x-rule"), spot, self._rule_sets)
        serialization = {"style", "explode", "allowReserved", "allowEmptyValue"}
        yield from rest(
            old,
            new,
            spot,
            {
                "name",
                "in",
                "required",
                "schema",
                "content",
                "x-filter",
                "x-clamp",
                "x-rule",
                *serialization,
            },
        )

    def _clamp(self, old: Node | None, new: Node | None, spot: Spot) -> Iterator[Fact]:
        if not (old and new):
            if old or new:
                yield Fact(
                    "clamp-added" if new else "clamp-removed",
                    spot,
                    f"clamp {'added' if new else 'removed'}",
                    old,
                    new,
                )
            return
        for bound, sign in (("minimum", 1), ("maximum", -1)):
            before, after = old.plain(bound), new.plain(bound)
            if before != after:
                narrower = before is None or (after is not None and sign * after > sign * before)
                change_type = "clamp-narrowed" if narrower else "clamp-widened"
                yield Fact(
                    change_type,
                    spot,
                    f"{bound} of the clamp: was {show(before)}, is {show(after)}",
                    old,
                    new,
                )
        yield from reference(
            old.get("rule"), new.get("rule"), spot.below(", clamp"), self._rule_sets
        )

    def _body(self, old: Node | None, new: Node | None, spot: Spot) -> Iterator[Fact]:
        below = spot.below("request body", old, new)
        needed = [bool(node and node.plain("required")) for node in (old, new)]
        if not old and new:
            yield Fact(
                "required-body-added" if needed[1] else "body-added", below, "added", None, new
            )
        elif old and not new:
            yield Fact(
                "required-body-removed" if needed[0] else "body-removed",
                below,
                "removed",
                old,
                None,
            )
        elif old and new:
            if needed[0] != needed[1]:
                change_type = "body-made-required" if needed[1] else "body-made-optional"
                yield Fact(
                    change_type,
                    below,
                    "now required" if needed[1] else "no longer required",
                    old,
                    new,
                )
            yield from _max_bytes(old.get("x-max-bytes"), new.get("x-max-bytes"), below)
            yield from self._media(old.get("content"), new.get("content"), "request", below)
            yield from violations(old.get("x-rule"), new.get("x-rule"), below, self._rule_sets)
            yield from rest(old, new, below, {"required", "content", "x-max-bytes", "x-rule"})

    def _answer(self, old: Node | None, new: Node | None, spot: Spot) -> Iterator[Fact]:
        before, after = entries(old), entries(new)
        for part in before:
            yield from reference(
                before[part], after.get(part), spot.below(f", {part}"), self._rule_sets
            )

    def _provider_states(self, old: Node | None, new: Node | None, spot: Spot) -> Iterator[Fact]:
        before, after = _states_by_api(old), _states_by_api(new)
        for key in {**before, **after}:
            api, state = key
            below = spot.below(f"state {state!r} of {api}")
            if key not in after:
                yield Fact("provider-state-removed", below, "removed", before[key], None)
            elif key not in before:
                yield Fact("provider-state-added", below, "added", None, after[key])
            else:
                yield from self._schemas.compare(before[key], after[key], "request", below)

    # ---- responses

    def _responses(self, old: Node | None, new: Node | None, operation: str) -> Iterator[Fact]:
        before, after = entries(old), entries(new)
        for status in {**before, **after}:
            spot = Spot(f"status {status}", (operation, ""))
            success = status.startswith(("1", "2", "3"))
            if status not in after:
                yield Fact(
                    "success-status-removed" if success else "error-status-removed",
                    spot,
                    "removed",
                    before[status],
                    None,
                )
            elif status not in before:
                yield Fact(
                    "success-status-added" if success else "error-status-added",
                    spot,
                    "added",
                    None,
                    after[status],
                )
            else:
                yield from self._response(
                    before[status], after[status], Spot("response", (operation, status))
                )

    def _response(self, old: Node, new: Node, spot: Spot) -> Iterator[Fact]:
        below = spot.below("", old, new)
        yield from self._headers(old.get("headers"), new.get("headers"), spot)
        yield from self._media(old.get("content"), new.get("content"), "response", below)
        yield from rest(old, new, below, {"headers", "content"})

    def _headers(self, old: Node | None, new: Node | None, spot: Spot) -> Iterator[Fact]:
        before, after = (
            {name.lower(): (name, node) for name, node in entries(headers).items()}
            for headers in (old, new)
        )
        for key in {**before, **after}:
            if key in _IGNORED_HEADERS:
                continue
            label, _ = after.get(key) or before[key]
            below = Spot(f"header {label}", spot.use)
            if key not in after:
                yield Fact("response-header-removed", below, "removed", before[key][1], None)
            elif key not in before:
                yield Fact("response-header-added", below, "added", None, after[key][1])
            else:
                yield from self._header(before[key][1], after[key][1], below)

    def _header(self, old: Node, new: Node, spot: Spot) -> Iterator[Fact]:
        if bool(old.plain("required")) != bool(new.plain("required")):
            always = bool(new.plain("required"))
            change_type = (
                "response-header-made-required" if always else "response-header-made-optional"
            )
            yield Fact(
                change_type, spot, "now required" if always else "no longer required", old, new
            )
        yield from self._schema(old, new, "response", spot)
        yield from self._media(old.get("content"), new.get("content"), "response", spot)
        yield from rest(old, new, spot, {"required", "schema", "content"})

    def _media(
        self, old: Node | None, new: Node | None, direction: str, spot: Spot
    ) -> Iterator[Fact]:
        before, after = entries(old), entries(new)
        for media in {**before, **after}:
            if media not in after:
                yield Fact(
                    f"{direction}-media-type-removed", spot, f"{media} removed", before[media], None
                )
            elif media not in before:
                yield Fact(
                    f"{direction}-media-type-added", spot, f"{media} added", None, after[media]
                )
            else:
                yield from self._schema(before[media], after[media], direction, spot)
                below = spot.below(f" {media}")
                yield from _encoding(
                    before[media].get("encoding"), after[media].get("encoding"), below
                )
                yield from rest(before[media], after[media], below, {"schema", "encoding"})

    def _schema(self, old: Node, new: Node, direction: str, spot: Spot) -> Iterator[Fact]:
        before, after = old.get("schema"), new.get("schema")
        if before and after:
            yield from self._schemas.compare(before, after, direction, spot)
        elif after:
            yield Fact(f"{direction}-constraint-added", spot, "schema added", None, after)
        elif before:
            yield Fact(
                f"{direction}-constraint-removed",
                spot,
                "schema removed",
                before,
                None,
            )

    # ---- lists

    def _listing(self, old: Node | None, new: Node | None, spot: Spot) -> Iterator[Fact]:
        if not (old and new):
            if old or new:
                yield Fact(
                    "listing-added" if new else "listing-removed",
                    spot,
                    f"documentation of the list {'added' if new else 'removed'}",
                    old,
                    new,
                )
            return
        change_types = {
            "of": "list-resource-changed",
            "order": "list-order-changed",
            "ties": "list-order-changed",
            "style": "paging-style-changed",
        }
        defaults = {"ties": "latest"}
        for key, change_type in change_types.items():
            before, after = old.plain(key, defaults.get(key)), new.plain(key, defaults.get(key))
            if before != after:
                yield Fact(
                    change_type,
                    spot,
                    f"{key} of the list: was {show(before)}, is {show(after)}",
                    old.get(key) or old,
                    new.get(key) or new,
                )
        for key in ("parameter", "member", "field"):
            one, other = member(old.get("cursor"), key), member(new.get("cursor"), key)
            if value(one) != value(other):
                change_type = "cursor-field-changed" if key == "field" else "cursor-changed"
                yield Fact(
                    change_type,
                    spot,
                    f"{key} of the cursor: was {show(value(one))}, is {show(value(other))}",
                    one,
                    other,
                )


# ---- small parts


def _address(old: Operation, new: Operation, spot: Spot) -> Iterator[Fact]:
    if old.method != new.method:
        yield Fact(
            "method-changed",
            spot,
            f"method: was {old.method.upper()}, is {new.method.upper()}",
            old.node,
            new.node,
        )
    if _shape(old.path) != _shape(new.path):
        yield Fact("path-changed", spot, f"path: was {old.path}, is {new.path}", old.node, new.node)
    elif old.path != new.path:
        yield Fact(
            "path-parameter-renamed",
            spot,
            f"path: was {old.path}, is {new.path}",
            old.node,
            new.node,
        )
    if old.node.plain("operationId") != new.node.plain("operationId"):
        before, after = old.node.get("operationId"), new.node.get("operationId")
        yield Fact(
            "operation-id-changed",
            spot,
            f"operationId: was {value(before, 'none')}, is {value(after, 'none')}",
            before,
            after,
        )


def _comparable(old: Operation, new: Operation) -> tuple[dict[Key, Node], dict[Key, Node]]:
    """The parameters of both; if only names in the path differ, the old ones have the new names."""
    before, after = old.parameters(), new.parameters()
    if _shape(old.path) == _shape(new.path):
        names = dict(zip(_names(old.path), _names(new.path), strict=True))
        before = {
            (place, names.get(name, name) if place == "path" else name): node
            for (place, name), node in before.items()
        }
    return before, after


def _names(path: str) -> list[str]:
    return re.findall(r"\{([^}]*)\}", path)


def _moved(before: Mapping[Key, Node], after: Mapping[Key, Node]) -> dict[Key, Key]:
    """Old key to new key of parameters that moved, such as from the query to a header."""
    gone, come = (
        {key[1].lower(): key for key in these if key not in others}
        for these, others in ((before, after), (after, before))
    )
    return {gone[name]: come[name] for name in gone.keys() & come.keys()}


def _serialization(old: Node, new: Node, spot: Spot) -> Iterator[Fact]:
    before, after = _serialized(old), _serialized(new)
    what = [
        f"{key}: was {show(before[key])}, is {show(after[key])}"
        for key in before
        if before[key] != after[key]
    ]
    if what:
        yield Fact("parameter-serialization-changed", spot, ", ".join(what), old, new)


def _serialized(parameter: Node) -> dict[str, Any]:
    style = parameter.plain("style", _STYLES.get(parameter.plain("in")))
    explode = parameter.plain("explode", style == "form")
    flags = {key: parameter.plain(key, False) for key in ("allowReserved", "allowEmptyValue")}
    return {"style": style, "explode": explode, **flags}


def _extension(
    name: str, old: Node | None, new: Node | None, spot: Spot, rule_sets: RuleSets
) -> Iterator[Fact]:
    if not (old and new):
        if old or new:
            yield Fact(
                f"{name}-added" if new else f"{name}-removed",
                spot,
                f"{name} {'added' if new else 'removed'}",
                old,
                new,
            )
        return
    before, after = ({"keeps": "equal", "hidden": False, **node.value} for node in (old, new))
    what = [
        f"{key}: was {show(before[key])}, is {show(after[key])}"
        for key in ("field", "keeps", "hidden")
        if before[key] != after[key]
    ]
    if what:
        yield Fact(f"{name}-changed", spot, ", ".join(what), old, new)
    yield from reference(old.get("rule"), new.get("rule"), spot.below(f", {name}"), rule_sets)
    values = entries(new.get("values"))
    for key, node in entries(old.get("values")).items():
        yield from reference(node, values.get(key), spot.below(f", {name} by {key}"), rule_sets)


def _max_bytes(old: Node | None, new: Node | None, spot: Spot) -> Iterator[Fact]:
    before, after = value(old), value(new)
    if before != after:
        lowered = before is None or (after is not None and after < before)
        what = f"bytes allowed: were {value(old, 'unlimited')}, are {value(new, 'unlimited')}"
        yield Fact("max-bytes-lowered" if lowered else "max-bytes-raised", spot, what, old, new)


def _encoding(old: Node | None, new: Node | None, spot: Spot) -> Iterator[Fact]:
    found = [*rest(old, new, spot, set())]
    if found:
        yield Fact("encoding-changed", spot, "encoding of the parts changed", old, new)


def _envelope(old: Node, new: Node, spot: Spot) -> Iterator[Fact]:
    before, after = (node.plain("x-envelope", "data") for node in (old, new))
    if before != after:
        yield Fact(
            "envelope-changed",
            spot,
            f"envelope: was {before}, is {after}",
            old.get("x-envelope"),
            new.get("x-envelope"),
        )


def servers(old: Node | None, new: Node | None, spot: Spot) -> Iterator[Fact]:
    """Facts about a list of servers."""
    before, after = ({node.plain("url"): node for node in items(nodes)} for nodes in (old, new))
    for url in {**before, **after}:
        if url not in after:
            yield Fact("server-removed", spot, f"{url} removed", before[url], None)
        elif url not in before:
            yield Fact("server-added", spot, f"{url} added", None, after[url])
        else:
            for fact in rest(before[url], after[url], spot, {"url"}):
                yield Fact("prose-changed", fact.spot, fact.what, fact.old, fact.new)
