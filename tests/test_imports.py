"""Imports go one way: openapi <- mock_server, openapi <- conformance, all <- session_contracts."""

import ast
import importlib
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NAME = "session_contracts"

#: Which parts of `session_contracts` each may import besides itself; `rest` is all other modules.
MAY_IMPORT: Mapping[str, set[str]] = {
    "openapi": set(),
    "mock_server": {"openapi"},
    "conformance": {"openapi"},
    "rest": {"openapi", "mock_server", "conformance"},
}


def part_of(module: str) -> str:
    """The part that a module belongs to: `openapi` for `session_contracts.openapi.model`."""
    names = [*module.split("."), ""]
    return names[1] if names[1] in MAY_IMPORT else "rest"


def modules() -> Mapping[str, Path]:
    """The files of all modules of the package, by full name."""
    found = {}
    for file in sorted((ROOT / NAME).glob("**/*.py")) + [
        file for part in MAY_IMPORT for file in sorted((ROOT / part).glob("**/*.py"))
    ]:
        inside = file.relative_to(ROOT).with_suffix("").parts
        inside = inside if inside[0] == NAME else (NAME, *inside)
        found[".".join(inside).removesuffix(".__init__")] = file
    return found


MODULES = modules()


def imports(tree: ast.AST, known: Mapping[str, object] = MODULES) -> Iterator[tuple[int, str]]:
    """Line and full name of each absolute import.

    Imports in functions, under TYPE_CHECKING and by `import_module("...")` count.
    """
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                for alias in names:
                    inner = f"{module}.{alias.name}"
                    yield node.lineno, inner if inner in known else module
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__")
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(module)), *_]
                | [ast.JoinedStr(values=[ast.Constant(value=str(module)), *_]), *_],
            ):
                yield node.lineno, module.rstrip(".")


def forbidden(part: str, tree: ast.AST) -> list[tuple[int, str]]:
    """Lines and names of imports that a module of this part may not make."""
    found = []
    for line, module in imports(tree):
        top = module.partition(".")[0]
        if top in {*MAY_IMPORT, "fixtures"} or (
            top == NAME and part_of(module) not in MAY_IMPORT[part] | {part}
        ):
            found.append((line, module))
    return found


@pytest.mark.parametrize("module", MODULES)
def test_module_imports_only_lower_packages(module: str) -> None:
    tree = ast.parse(MODULES[module].read_bytes(), module)
    assert forbidden(part_of(module), tree) == []


def test_no_import_cycle() -> None:
    """Imports under TYPE_CHECKING count, and an `__init__` is a module like others."""
    graph = {
        module: {name for _, name in imports(ast.parse(file.read_bytes())) if name in MODULES}
        - {module}
        for module, file in MODULES.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_checkout_imports_one_copy_of_each_package() -> None:
    for name in ("conformance.runner", "mock_server.app", "cli"):
        importlib.import_module(f"{NAME}.{name}")

    assert not {"openapi", "mock_server", "conformance", "fixtures"} & set(sys.modules)


@pytest.mark.parametrize(
    "code",
    [
        "import session_contracts.mock_server",
        "import json, session_contracts.mock_server.store as store",
        "from session_contracts.mock_server.store import Collection",
        "from session_contracts import mock_server",
        "def late():\n    from session_contracts.mock_server import store",
        "if TYPE_CHECKING:\n    import session_contracts.mock_server",
        "import_module('session_contracts.mock_server.vendors')",
        "importlib.import_module(f'session_contracts.mock_server.vendors.{name}')",
        "from session_contracts import cli",
        "from session_contracts.cli import main",
        "import fixtures",
        "from openapi import load",
    ],
)
def test_forbidden_import_is_found(code: str) -> None:
    assert len(forbidden("conformance", ast.parse(code))) == 1


@pytest.mark.parametrize(
    "code",
    [
        "import session_contracts.openapi",
        "from session_contracts import openapi",
        "from session_contracts.openapi.model import Rule",
        "from session_contracts.conformance import oracle",
        "from . import mock_server",
    ],
)
def test_allowed_import_is_not_found(code: str) -> None:
    assert forbidden("conformance", ast.parse(code)) == []
