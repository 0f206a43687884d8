"""Imports go one way: openapi <- mock_server, openapi <- conformance, all <- session_contracts."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

#: Which of our packages each may import, itself aside. The judge must not borrow the actor's logic.
MAY_IMPORT = {
    "openapi": set(),
    "mock_server": {"openapi"},
    "conformance": {"openapi"},
    "session_contracts": {"openapi", "mock_server", "conformance"},
}


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and top-level package of every absolute import, those inside of functions too, and of `import_module("...")`."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name.partition(".")[0]) for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield node.lineno, module.partition(".")[0]
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(module)), *_] | [ast.JoinedStr(values=[ast.Constant(value=str(module)), *_]), *_],
            ):
                yield node.lineno, module.partition(".")[0]


def forbidden(package: str, tree: ast.AST) -> list[tuple[int, str]]:
    others = {*MAY_IMPORT, "fixtures"} - {package} - MAY_IMPORT[package]
    return [(line, name) for line, name in imports(tree) if name in others]


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_what_it_may(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files, f"{package} has no modules"
    found = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in files
        for line, name in forbidden(package, ast.parse(file.read_bytes(), str(file)))
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "import mock_server",
        "import json, mock_server.store as store",
        "from mock_server.store import Collection",
        "def late():\n    from mock_server import store",
        "if TYPE_CHECKING:\n    import mock_server",
        "import_module('mock_server.apis')",
        "importlib.import_module(f'mock_server.apis.{name}')",
        "from session_contracts import cli",
        "import fixtures",
    ],
)
def test_every_way_to_import_is_noticed(code: str) -> None:
    assert len(forbidden("conformance", ast.parse(code))) == 1


@pytest.mark.parametrize(
    "code", ["import openapi", "from openapi.model import Rule", "from conformance import oracle", "from . import mock_server"]
)
def test_what_is_allowed_is_not_noticed(code: str) -> None:
    assert forbidden("conformance", ast.parse(code)) == []
