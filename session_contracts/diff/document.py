"""Compares the rest of the documents: version, info, servers, and components without a use."""

from collections.abc import Iterator

from session_contracts.diff.change import Fact, Spot, rest, same
from session_contracts.diff.node import Node, entries, references, steps, value
from session_contracts.diff.operations import servers
from session_contracts.openapi.json_schema import pointer


def compare(old: Node, new: Node) -> Iterator[Fact]:
    """Facts about the documents apart from operations, lifecycles, rules and rate limits."""
    yield from _versions(old, new)
    for fact in rest(old.get("info"), new.get("info"), Spot("info"), {"version"}):
        yield Fact("prose-changed", fact.spot, fact.what, fact.old, fact.new)
    yield from servers(old.get("servers"), new.get("servers"), Spot("servers"))
    elsewhere = {
        "openapi",
        "info",
        "servers",
        "paths",
        "components",
        "security",
        "x-lifecycles",
        "x-rules",
        "x-rate-limits",
    }
    yield from rest(old, new, Spot("document"), elsewhere)
    yield from _components(old, new)


def _versions(old: Node, new: Node) -> Iterator[Fact]:
    for parent, key in ((None, "openapi"), ("info", "version")):
        before, after = ((node.get(parent) if parent else node) for node in (old, new))
        one, other = (node.get(key) if node else None for node in (before, after))
        if not same(one, other):
            what = f"{key}: was {value(one, 'none')}, is {value(other, 'none')}"
            yield Fact("version-changed", Spot(parent or "document"), what, one, other)


def _components(old: Node, new: Node) -> Iterator[Fact]:
    """Added, removed and unused components; used ones are compared where they are used."""
    used = _used(old) & _used(new)
    before, after = _named(old), _named(new)
    for path in {**before, **after}:
        spot = Spot(f"components, {path[1]} {path[2]}")
        if path not in after:
            yield Fact("component-removed", spot, "removed", before[path], None)
        elif path not in before:
            yield Fact("component-added", spot, "added", None, after[path])
        elif path not in used and not same(before[path], after[path]):
            yield Fact("unused-component-changed", spot, "changed", before[path], after[path])


def _named(document: Node) -> dict[tuple[str, str, str], Node]:
    return {
        ("components", kind, name): node
        for kind, parts in entries(document.get("components")).items()
        for name, node in parts.entries().items()
    }


def _used(document: Node) -> set[tuple[str | int, ...]]:
    """The paths of all components that operations refer to, directly or not."""
    waiting = [*references(document.plain("paths"))]
    found: set[tuple[str | int, ...]] = set()
    while waiting:
        path = steps(waiting.pop())[:3]
        if path not in found:
            found.add(path)
            waiting.extend(references(pointer(document.value, f"#/{'/'.join(map(str, path))}")))
    schemes = entries(document.get("components")).get("securitySchemes")
    return found | {
        ("components", "securitySchemes", name)
        for name in entries(schemes)
        if name in _required_schemes(document)
    }


def _required_schemes(document: Node) -> set[str]:
    """The security schemes that an operation requires."""
    names = set()
    for item in entries(document.get("paths")).values():
        for operation in item.entries().values():
            needs = operation.plain("security", document.plain("security", []))
            names |= {name for need in needs for name in need}
    return names
