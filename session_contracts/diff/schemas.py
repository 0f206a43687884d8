"""Compares two schemas in one direction: `request` (clients send) or `response` (they receive).

Most facts say that a schema became narrower (fewer values are valid) or wider. Which of the two
breaks a client depends on the direction, so each type of change exists twice in the table:
`request-type-narrowed`, `response-type-narrowed`.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from session_contracts.diff.change import PROSE, Fact, Spot, canonical, rest, same, show
from session_contracts.diff.node import Node, items, member, value
from session_contracts.diff.rules import RuleSets, violations
from session_contracts.openapi.source import Path_

#: Bounds; +1 for a lower bound, so that a greater product with the limit is always narrower.
_BOUNDS = {
    "minimum": 1,
    "maximum": -1,
    "minLength": 1,
    "maxLength": -1,
    "minItems": 1,
    "maxItems": -1,
    "minProperties": 1,
    "maxProperties": -1,
}
#: These limits are equivalent to no limit.
_NO_BOUND = {"minLength": 0, "minItems": 0, "minProperties": 0}
_EXCLUSIVE = {"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}
#: (narrower, wider) formats.
_WIDER_FORMAT = {("int32", "int64"), ("float", "double"), ("int32", "double")}
_UNIONS = ("oneOf", "anyOf")
#: The keyword that excludes a member from requests or responses.
_HIDDEN_BY = {"request": "readOnly", "response": "writeOnly"}

_KNOWN = frozenset(
    {
        *_BOUNDS,
        *_EXCLUSIVE.values(),
        *_UNIONS,
        *(
            "$ref",
            "type",
            "nullable",
            "enum",
            "x-extensible-enum",
            "format",
            "pattern",
            "multipleOf",
            "uniqueItems",
            "default",
        ),
        *(
            "properties",
            "required",
            "additionalProperties",
            "items",
            "allOf",
            "not",
            "discriminator",
            "readOnly",
            "writeOnly",
            "x-rule",
        ),
    }
)

Seen = set[tuple[Path_, Path_]]


class Schemas:
    """Compares schemas; each pair is compared once, because many operations use the same one."""

    def __init__(self, rule_sets: RuleSets) -> None:
        self._rule_sets = rule_sets
        self._found: dict[tuple[Path_, Path_, str, str], list[Fact]] = {}

    def compare(self, old: Node, new: Node, direction: str, spot: Spot) -> Iterator[Fact]:
        """Facts about a pair of schemas in a direction."""
        spot = spot.below("", old, new)
        key = (old.path, new.path, direction, spot.where)
        if key not in self._found:
            self._found[key] = [*_Comparison(direction, self._rule_sets).schema(old, new, spot)]
        for fact in self._found[key]:
            yield Fact(
                fact.change_type, Spot(fact.spot.where, spot.use), fact.what, fact.old, fact.new
            )


class _Comparison:
    """Compares a pair of schemas, which may be recursive."""

    def __init__(self, direction: str, rule_sets: RuleSets, seen: Seen | None = None) -> None:
        self._direction = direction
        self._rule_sets = rule_sets
        self._seen: Seen = set() if seen is None else seen

    def schema(self, old: Node, new: Node, spot: Spot) -> Iterator[Fact]:
        """Facts about a pair of schemas; none if it was compared before."""
        if (old.path, new.path) in self._seen:
            return
        self._seen.add((old.path, new.path))
        if bool(_lone_union(old)) != bool(_lone_union(new)) and not (
            _has_union(old) and _has_union(new)
        ):
            # A schema without alternatives is its own only alternative.
            yield from self._branches(
                items(_lone_union(old)) or [old], items(_lone_union(new)) or [new], spot, old, new
            )
            yield from rest(old, new, spot, _KNOWN)
            return
        before, after = _parts(old), _parts(new)
        types = [*self._types(before, after, spot)]
        yield from types
        if any(fact.change_type.endswith("type-changed") for fact in types):
            return  # nothing else can be compared
        for compare in (self._values, self._nullable, self._members, self._access):
            yield from compare(before, after, spot)
        for keyword, compare_one in self._keywords().items():
            for one, other in zip_longest(_all(before, keyword), _all(after, keyword)):
                yield from compare_one(one, other, spot)
        for one, other in zip_longest(_unions(before), _unions(after)):
            yield from self._union(one, other, spot)
        for keyword in _BOUNDS:
            for one, other in zip_longest(_having(before, keyword), _having(after, keyword)):
                yield from self._bound(keyword, one, other, spot)
        for one, other in zip_longest(_all(before, "x-rule"), _all(after, "x-rule")):
            yield from violations(
                one, other, _labelled(spot, _site(one), _site(other)), self._rule_sets
            )
        for one, other in _counterparts(before, after):
            yield from rest(
                one,
                other,
                _labelled(spot, one.path if one else None, other.path if other else None),
                _KNOWN,
            )

    def _keywords(self) -> dict[str, Callable[[Node | None, Node | None, Spot], Iterator[Fact]]]:
        return {
            "format": self._format,
            "pattern": self._pattern,
            "multipleOf": self._multiple,
            "uniqueItems": self._unique,
            "default": self._default,
            "items": self._items,
            "not": self._not,
            "discriminator": self._discriminator,
        }

    def _fact(
        self, change_type: str, spot: Spot, what: str, old: Node | None, new: Node | None
    ) -> Fact:
        return Fact(
            f"{self._direction}-{change_type}",
            _labelled(spot, _site(old), _site(new)),
            what,
            old,
            new,
        )

    # ---- values

    def _types(self, before: list[Node], after: list[Node], spot: Spot) -> Iterator[Fact]:
        for old, new in zip_longest(_all(before, "type"), _all(after, "type")):
            was, is_ = value(old), value(new)
            if was == is_:
                continue
            if was is None or (was, is_) == ("number", "integer"):
                change_type = "type-narrowed"
            elif is_ is None or (was, is_) == ("integer", "number"):
                change_type = "type-widened"
            else:
                change_type = "type-changed"
            yield self._fact(
                change_type, spot, f"type: was {was or 'any'}, is {is_ or 'any'}", old, new
            )

    def _values(self, before: list[Node], after: list[Node], spot: Spot) -> Iterator[Fact]:
        closed = _all(before, "enum"), _all(after, "enum")
        known = _all(before, "x-extensible-enum"), _all(after, "x-extensible-enum")
        if closed[0] and known[1] and not (closed[1] or known[0]):
            yield self._fact(
                "enum-opened",
                spot,
                "other values now allowed",
                closed[0][0],
                known[1][0],
            )
            yield from self._listed("known-value", closed[0][0], known[1][0], spot)
        elif known[0] and closed[1] and not (known[1] or closed[0]):
            yield self._fact(
                "enum-closed",
                spot,
                "other values no longer allowed",
                known[0][0],
                closed[1][0],
            )
            yield from self._listed("known-value", known[0][0], closed[1][0], spot)
        else:
            for old, new in zip_longest(*closed):
                yield from self._list("enum", "enum-value", old, new, spot)
            for old, new in zip_longest(*known):
                yield from self._list("known-values", "known-value", old, new, spot)

    def _list(
        self, whole: str, one: str, old: Node | None, new: Node | None, spot: Spot
    ) -> Iterator[Fact]:
        if old and new:
            yield from self._listed(one, old, new, spot)
        elif new:
            yield self._fact(
                f"{whole}-introduced", spot, f"values now listed: {show(new.value)}", None, new
            )
        elif old:
            yield self._fact(
                f"{whole}-dropped", spot, f"values no longer listed: {show(old.value)}", old, None
            )

    def _listed(self, change_type: str, old: Node, new: Node, spot: Spot) -> Iterator[Fact]:
        before, after = ({canonical(item): item for item in node.value} for node in (old, new))
        if gone := [item for key, item in before.items() if key not in after]:
            yield self._fact(
                f"{change_type}-removed", spot, f"values removed: {show(gone)}", old, new
            )
        if come := [item for key, item in after.items() if key not in before]:
            yield self._fact(f"{change_type}-added", spot, f"values added: {show(come)}", old, new)

    def _nullable(self, before: list[Node], after: list[Node], spot: Spot) -> Iterator[Fact]:
        old, new = (
            next((node for node in _all(parts, "nullable") if node.value), None)
            for parts in (before, after)
        )
        if new and not old:
            yield self._fact("made-nullable", spot, "null now allowed", None, new)
        if old and not new:
            yield self._fact("made-not-nullable", spot, "null no longer allowed", old, None)

    def _bound(
        self, keyword: str, old: Node | None, new: Node | None, spot: Spot
    ) -> Iterator[Fact]:
        before, after = _bound(keyword, old), _bound(keyword, new)
        if before == after:
            return
        tighter = before is None or (after is not None and after > before)
        places = [member(node, keyword) for node in (old, new)]
        what = f"{keyword}: was {_bound_shown(keyword, old)}, is {_bound_shown(keyword, new)}"
        yield self._fact("bound-tightened" if tighter else "bound-loosened", spot, what, *places)

    def _format(self, old: Node | None, new: Node | None, spot: Spot) -> Iterator[Fact]:
        before, after = value(old), value(new)
        if before == after:
            return
        if before is None or (after, before) in _WIDER_FORMAT:
            change_type = "format-narrowed"
        elif after is None or (before, after) in _WIDER_FORMAT:
            change_type = "format-widened"
        else:
            change_type = "format-changed"
        yield self._fact(
            change_type, spot, f"format: was {_shown(old)}, is {_shown(new)}", old, new
        )

    def _pattern(self, old: Node | None, new: Node | None, spot: Spot) -> Iterator[Fact]:
        if value(old) != value(new):
            change_type = (
                "pattern-changed"
                if old and new
                else "pattern-introduced"
                if new
                else "pattern-dropped"
            )
            yield self._fact(
                change_type, spot, f"pattern: was {_shown(old)}, is {_shown(new)}", old, new
            )

    def _multiple(self, old: Node | None, new: Node | None, spot: Spot) -> Iterator[Fact]:
        before, after = value(old), value(new)
        if before == after:
            return
        if before is None or (after is not None and _divides(before, after)):
            change_type = "bound-tightened"
        elif after is None or _divides(after, before):
            change_type = "bound-loosened"
        else:
            change_type = "multiple-changed"
        yield self._fact(
            change_type, spot, f"multipleOf: was {_shown(old)}, is {_shown(new)}", old, new
        )

    def _unique(self, old: Node | None, new: Node | None, spot: Spot) -> Iterator[Fact]:
        if bool(value(old)) != bool(value(new)):
            what = "items must now be unique" if value(new) else "items need no longer be unique"
            yield self._fact(
                "bound-tightened" if value(new) else "bound-loosened", spot, what, old, new
            )

    def _default(self, old: Node | None, new: Node | None, spot: Spot) -> Iterator[Fact]:
        if not same(old, new):
            change_type = (
                "default-changed"
                if old and new
                else "default-introduced"
                if new
                else "default-dropped"
            )
            yield self._fact(
                change_type, spot, f"default: was {_shown(old)}, is {_shown(new)}", old, new
            )

    # ---- members and items

    def _members(self, before: list[Node], after: list[Node], spot: Spot) -> Iterator[Fact]:
        old, new = self._properties(before), self._properties(after)
        needed_before, needed_after = _required(before), _required(after)
        for name in {**old, **new}:
            below = Spot(f"{spot.where}.{name}", spot.use)
            if name not in new:
                change_type = (
                    "member-removed" if name in needed_before else "optional-member-removed"
                )
                yield self._fact(change_type, below, "removed", old[name][0], None)
            elif name not in old:
                change_type = "member-added" if name in needed_after else "optional-member-added"
                yield self._fact(change_type, below, "added", None, new[name][0])
            else:
                yield from self._presence(
                    name in needed_before, name in needed_after, below, old[name][0], new[name][0]
                )
                for one, other in zip_longest(old[name], new[name]):
                    yield from self._constraint(one, other, below)
        for name in sorted(
            (needed_before ^ needed_after) - set(_declared(before)) - set(_declared(after))
        ):
            yield from self._presence(
                name in needed_before,
                name in needed_after,
                spot.below(f".{name}"),
                before[0],
                after[0],
            )
        for one, other in zip_longest(_restrictions(before), _restrictions(after)):
            yield from self._additional(one, other, spot)

    def _presence(
        self, before: bool, after: bool, spot: Spot, old: Node, new: Node
    ) -> Iterator[Fact]:
        if before and not after:
            yield self._fact("member-made-optional", spot, "no longer required", old, new)
        if after and not before:
            yield self._fact("member-made-required", spot, "now required", old, new)

    def _properties(self, parts: list[Node]) -> dict[str, list[Node]]:
        """The schemas of each member, without members that this direction excludes."""
        hiding = _HIDDEN_BY[self._direction]
        return {
            name: schemas
            for name, schemas in _declared(parts).items()
            if not any(node.plain(hiding) for node in schemas)
        }

    def _access(self, before: list[Node], after: list[Node], spot: Spot) -> Iterator[Fact]:
        for keyword in _HIDDEN_BY.values():
            old, new = _first(before, keyword), _first(after, keyword)
            if bool(value(old)) != bool(value(new)):
                yield Fact(
                    "access-changed", spot, f"{keyword}: is {show(bool(value(new)))}", old, new
                )
        yield from self._hidden(before, after, spot)

    def _hidden(self, before: list[Node], after: list[Node], spot: Spot) -> Iterator[Fact]:
        """Facts about members that this direction excludes in both versions."""
        old, new = _declared(before), _declared(after)
        for name in sorted(
            {*old, *new} - set(self._properties(before)) - set(self._properties(after))
        ):
            for one, other in zip_longest(old.get(name, ()), new.get(name, ())):
                if not same(one, other):
                    yield Fact(
                        "hidden-member-changed",
                        spot.below(f".{name}"),
                        f"changed; not part of a {self._direction}",
                        one,
                        other,
                    )

    def _additional(self, old: Node | None, new: Node | None, spot: Spot) -> Iterator[Fact]:
        if old and new and isinstance(old.value, dict) and isinstance(new.value, dict):
            yield from self.schema(old, new, spot.below("{}", old, new))
        elif new and (old is None or (new.value is False and old.value is not False)):
            yield self._fact("members-closed", spot, _others(old, new), old, new)
        elif old and (new is None or (old.value is False and new.value is not False)):
            yield self._fact("members-opened", spot, _others(old, new), old, new)

    def _items(self, old: Node | None, new: Node | None, spot: Spot) -> Iterator[Fact]:
        yield from self._constraint(old, new, spot.below("[]", old, new))

    def _constraint(self, old: Node | None, new: Node | None, spot: Spot) -> Iterator[Fact]:
        """Facts about a schema that must also match, if one version has none."""
        if old and new:
            yield from self.schema(old, new, spot.below("", old, new))
        elif new:
            yield self._fact("constraint-added", spot, "another schema must match", None, new)
        elif old:
            yield self._fact("constraint-removed", spot, "a schema need no longer match", old, None)

    # ---- alternatives

    def _union(self, old: Node | None, new: Node | None, spot: Spot) -> Iterator[Fact]:
        if not (old and new):
            yield from self._constraint(old, new, spot)
            return
        if (before := old.site[-1]) != (after := new.site[-1]):
            yield self._fact("union-changed", spot, f"keyword: was {before}, is {after}", old, new)
        yield from self._branches(old.items(), new.items(), spot, old, new)

    def _branches(
        self, old: list[Node], new: list[Node], spot: Spot, whole_old: Node, whole_new: Node
    ) -> Iterator[Fact]:
        pairs = _matched(old, new)
        for before, after in pairs:
            yield from self.schema(
                before, after, spot.below(f"<{old.index(before)}>", before, after)
            )
        for before in old:
            if all(before is not one for one, _ in pairs):
                yield self._fact(
                    "alternative-removed",
                    spot,
                    f"alternative removed: {_named(before)}",
                    before,
                    whole_new,
                )
        for after in new:
            if all(after is not other for _, other in pairs):
                yield self._fact(
                    "alternative-added",
                    spot,
                    f"alternative added: {_named(after)}",
                    whole_old,
                    after,
                )

    def _not(self, old: Node | None, new: Node | None, spot: Spot) -> Iterator[Fact]:
        """Facts about `not`; whether a change narrows or widens it is not decided."""
        inner = (
            []
            if not (old and new)
            else [*_Comparison(self._direction, self._rule_sets, self._seen).schema(old, new, spot)]
        )
        if not (old and new) or any(
            not fact.change_type.startswith(("prose", "deprecated", "undeprecated"))
            for fact in inner
        ):
            yield self._fact("not-changed", spot, "schema of `not` changed", old, new)
        else:
            yield from inner

    def _discriminator(self, old: Node | None, new: Node | None, spot: Spot) -> Iterator[Fact]:
        if not same(old, new):
            yield self._fact(
                "discriminator-changed",
                spot,
                "discriminator changed",
                old,
                new,
            )


# ---- locations


def _labelled(spot: Spot, *paths: Path_ | None) -> Spot:
    """The spot, named after the component schema that has the paths (`allOf` may lead to it)."""
    labels = {_label(path) for path in paths if path is not None}
    label = labels.pop() if len(labels) == 1 else None
    return Spot(label, spot.use) if label else spot


def _site(node: Node | None) -> Path_ | None:
    return node.site if node else None


def _label(path: Path_) -> str | None:
    if path[:2] != ("components", "schemas"):
        return None
    label = str(path[2])
    steps = iter(path[3:])
    for step in steps:
        match step:
            case "properties":
                label += f".{next(steps, '')}"
            case "items":
                label += "[]"
            case "additionalProperties":
                label += "{}"
            case "oneOf" | "anyOf":
                label += f"<{next(steps, '')}>"
            case "allOf":
                next(steps, None)
    return label


# ---- parts of a schema


def _parts(schema: Node) -> list[Node]:
    """The schema and those of its `allOf`, recursively: all must match."""
    found: dict[Path_, Node] = {}
    waiting = [schema]
    while waiting:
        node = waiting.pop(0)
        if node.path not in found:
            found[node.path] = node
            waiting[:0] = items(node.get("allOf"))
    return [*found.values()]


def _counterparts(
    before: list[Node], after: list[Node]
) -> Iterator[tuple[Node | None, Node | None]]:
    """Pairs of parts: the same components, then the others in their order."""
    shared = {part.component for part in before} & {part.component for part in after} - {None}
    for name in sorted(filter(None, shared)):
        yield (
            next(part for part in before if part.component == name),
            next(part for part in after if part.component == name),
        )
    yield from zip_longest(
        *([part for part in parts if part.component not in shared] for parts in (before, after))
    )


def _all(parts: list[Node], keyword: str) -> list[Node]:
    return [node for node in (part.get(keyword) for part in parts) if node is not None]


def _having(parts: list[Node], keyword: str) -> list[Node]:
    return [part for part in parts if part.get(keyword) is not None]


def _first(parts: list[Node], keyword: str) -> Node | None:
    return next(iter(_all(parts, keyword)), None)


def _declared(parts: list[Node]) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for node in _all(parts, "properties"):
        for name, schema in node.entries().items():
            found.setdefault(name, []).append(schema)
    return found


def _required(parts: list[Node]) -> set[str]:
    return {
        name
        for node in _all(parts, "required")
        if isinstance(node.value, list)
        for name in node.value
    }


def _restrictions(parts: list[Node]) -> list[Node]:
    """The `additionalProperties` that restrict other members."""
    return [
        node
        for node in _all(parts, "additionalProperties")
        if node.value is not True and node.value != {}
    ]


def _unions(parts: list[Node]) -> list[Node]:
    return [node for keyword in _UNIONS for node in _all(parts, keyword)]


def _has_union(schema: Node) -> bool:
    return bool(_unions([schema]))


def _lone_union(schema: Node) -> Node | None:
    """Its alternatives, if it has no other keyword."""
    keywords = set(schema.entries()) - PROSE
    return next((schema.get(keyword) for keyword in _UNIONS if keywords == {keyword}), None)


def _matched(old: list[Node], new: list[Node]) -> list[tuple[Node, Node]]:
    """(old, new) for alternatives that both have.

    The same component, else an equal schema, else the next one of the same type.
    """
    tests: tuple[Callable[[Node, Node], bool], ...] = (
        lambda one, other: one.component is not None and one.component == other.component,
        same,
        lambda one, other: one.plain("type") == other.plain("type"),
    )
    left, right = [*old], [*new]
    pairs = []
    for test in tests:
        for before in [*left]:
            after = next((node for node in right if test(before, node)), None)
            if after is not None:
                pairs.append((before, after))
                left = [node for node in left if node is not before]
                right = [node for node in right if node is not after]
    return pairs


def _divides(one: float, other: float) -> bool:
    """Whether `one` divides `other`, as decimals: 0.01 divides 1."""
    return Decimal(str(other)) % Decimal(str(one)) == 0


def _bound(keyword: str, schema: Node | None) -> tuple[float, bool] | None:
    """The bound as a value that is greater if it is narrower; None for no bound."""
    limit = schema.plain(keyword) if schema else None
    if limit is None or _NO_BOUND.get(keyword) == limit:
        return None
    return limit * _BOUNDS[keyword], bool(schema and schema.plain(_EXCLUSIVE.get(keyword, "")))


def _bound_shown(keyword: str, schema: Node | None) -> str:
    if schema is None or schema.plain(keyword) is None:
        return "none"
    exclusive = schema.plain(_EXCLUSIVE.get(keyword, ""))
    return f"{show(schema.plain(keyword))}{' (exclusive)' if exclusive else ''}"


def _shown(node: Node | None) -> str:
    return show(node.value) if node else "none"


def _others(old: Node | None, new: Node | None) -> str:
    texts = [
        "any" if node is None else "none" if node.value is False else "those of a schema"
        for node in (old, new)
    ]
    return f"other members: were {texts[0]}, are {texts[1]}"


def _named(schema: Node) -> str:
    described: Any = (
        schema.component or schema.plain("title") or schema.plain("type") or "another alternative"
    )
    return str(described)
