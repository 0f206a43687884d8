"""Compares security: which credentials an operation takes, and how they are sent."""

from collections.abc import Iterator, Mapping
from typing import Any

from session_contracts.diff.change import Fact, Spot, canonical, rest, show
from session_contracts.diff.node import Node, entries, items, member
from session_contracts.diff.rules import RuleSets, reference, violations

#: The members of a scheme that affect requests.
_WIRE = ("type", "scheme", "in", "name", "flows", "openIdConnectUrl")


class Security:
    """Security schemes of both versions; a scheme may be renamed."""

    def __init__(self, old: Node, new: Node, rule_sets: RuleSets) -> None:
        self._roots = old, new
        self._rule_sets = rule_sets
        self._schemes = _declared(old), _declared(new)
        self._renamed = _renamed(*self._schemes)

    def compare(self, old: Node, new: Node, spot: Spot) -> Iterator[Fact]:
        """Facts about the security of one operation."""
        before_node, after_node = (
            node.get("security") or whole.get("security")
            for node, whole in zip((old, new), self._roots, strict=True)
        )
        before = {self._alternative(need.value, self._renamed): need for need in items(before_node)}
        after = {self._alternative(need.value, {}): need for need in items(after_node)}
        yield from self._alternatives(before, after, before_node, after_node, spot)
        yield from self._schemes_of(before, after, spot)
        yield from _scope(old.get("x-scope"), new.get("x-scope"), spot, self._rule_sets)

    def _alternatives(
        self,
        before: Mapping[frozenset[str], Node],
        after: Mapping[frozenset[str], Node],
        old: Node | None,
        new: Node | None,
        spot: Spot,
    ) -> Iterator[Fact]:
        if not before and after:
            yield Fact("security-added", spot, f"credentials required: {_listed(after)}", old, new)
            return
        if before and not after:
            yield Fact(
                "security-removed",
                spot,
                f"credentials no longer required: {_listed(before)}",
                old,
                new,
            )
            return
        for key, need in before.items():
            if key not in after:
                yield Fact(
                    "security-alternative-removed",
                    spot,
                    f"alternative removed: {_shown(key)}",
                    need,
                    new,
                )
            else:
                yield from _oauth_scopes(need, after[key], spot)
        for key, need in after.items():
            if key not in before:
                yield Fact(
                    "security-alternative-added",
                    spot,
                    f"alternative added: {_shown(key)}",
                    old,
                    need,
                )

    def _schemes_of(
        self,
        before: Mapping[frozenset[str], Node],
        after: Mapping[frozenset[str], Node],
        spot: Spot,
    ) -> Iterator[Fact]:
        """Facts about each scheme that both versions use."""
        old, new = self._schemes
        names = {self._renamed.get(name, name): name for name in old}
        for name in sorted(
            {name for key in before for name in key} & {name for key in after for name in key}
        ):
            if name in names and name in new:
                yield from _scheme(
                    old[names[name]],
                    new[name],
                    Spot(f"security scheme {name}", spot.use),
                    self._rule_sets,
                )

    @staticmethod
    def _alternative(need: Mapping[str, Any], names: Mapping[str, str]) -> frozenset[str]:
        return frozenset(names.get(name, name) for name in need)


def _declared(document: Node) -> dict[str, Node]:
    return entries(member(document.get("components"), "securitySchemes"))


def _renamed(old: Mapping[str, Node], new: Mapping[str, Node]) -> dict[str, str]:
    """Old name to new name of renamed schemes."""
    found: dict[str, str] = {}
    for name, scheme in old.items():
        if name in new:
            continue
        free = (other for other in new if other not in old and other not in found.values())
        if same := next((other for other in free if _wire(new[other]) == _wire(scheme)), None):
            found[name] = same
    return found


def _wire(scheme: Node) -> Any:
    """How a scheme appears in requests; header names and HTTP schemes are case-insensitive."""
    values = {key: scheme.plain(key) for key in _WIRE}
    for key in ("scheme", "name"):
        values[key] = str(values[key]).lower()
    return canonical(values)


def _scheme(old: Node, new: Node, spot: Spot, rule_sets: RuleSets) -> Iterator[Fact]:
    if _wire(old) != _wire(new):
        what = ", ".join(
            f"{key}: was {show(old.plain(key))}, is {show(new.plain(key))}"
            for key in _WIRE
            if old.plain(key) != new.plain(key)
        )
        yield Fact("security-scheme-changed", spot, what, old, new)
    yield from violations(old.get("x-rule"), new.get("x-rule"), spot, rule_sets)
    yield from rest(old, new, spot, {*_WIRE, "x-rule"})


def _oauth_scopes(old: Node, new: Node, spot: Spot) -> Iterator[Fact]:
    before, after = (
        {scope for scopes in node.value.values() for scope in scopes} for node in (old, new)
    )
    if come := sorted(after - before):
        yield Fact("scope-added", spot, f"scopes added: {show(come)}", old, new)
    if gone := sorted(before - after):
        yield Fact("scope-removed", spot, f"scopes removed: {show(gone)}", old, new)


def _scope(old: Node | None, new: Node | None, spot: Spot, rule_sets: RuleSets) -> Iterator[Fact]:
    before, after = (node.plain("name") if node else None for node in (old, new))
    if before != after:
        change_type = "scope-changed" if old and new else "scope-added" if new else "scope-removed"
        yield Fact(
            change_type,
            spot,
            f"scope: was {before or 'none'}, is {after or 'none'}",
            old,
            new,
        )
    yield from reference(member(old, "rule"), member(new, "rule"), spot.below(", scope"), rule_sets)


def _shown(names: frozenset[str]) -> str:
    return " and ".join(sorted(names)) or "calls without a credential"


def _listed(needs: Mapping[frozenset[str], Node]) -> str:
    return " or ".join(map(_shown, needs))
