"""The command `export`: every format of every contract, reproducible output, errors."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openapi_spec_validator import OpenAPIV30SpecValidator

from session_contracts.cli import main
from session_contracts.export import FORMATS, exports
from session_contracts.export.document import Refs
from tests.session_contracts.export.contracts import ALL, OWN, contract

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exports of a contract from a process with another hash seed."""
    folder = tmp_path_factory.mktemp("export") / "new" / "folder"
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "session_contracts",
        "export",
        "rentalot",
        "--out",
        str(folder),
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    assert done.stdout.split() == [str(folder / name) for name in exports(contract("rentalot"))]
    return folder


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["export", *arguments])


def one_line(result: Result) -> str:
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    return result.stderr


def test_exported_folder_is_complete(folder: Path) -> None:
    files = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    assert files == exports(contract("rentalot"))
    assert set(files) == {each.file for each in FORMATS.values()} | {"control.openapi-3.1.json"}
    sources = json.loads(files["arazzo.json"])["sourceDescriptions"]
    assert {source["url"].removeprefix("./") for source in sources} <= set(files)


@pytest.mark.parametrize("name", FORMATS)
def test_standard_output_equals_file(name: str, folder: Path) -> None:
    assert (
        run("rentalot", "--format", name).stdout_bytes == (folder / FORMATS[name].file).read_bytes()
    )


def test_custom_contract(tmp_path: Path) -> None:
    assert run(str(OWN), "--format", "dot", "--out", str(tmp_path / "own.dot")).exit_code == 0
    assert (tmp_path / "own.dot").read_text(encoding="utf-8") == exports(contract(str(OWN)))[
        "lifecycles.dot"
    ]


@pytest.mark.parametrize("name", ALL)
def test_json_is_the_document(name: str) -> None:
    """With references it equals the parsed file; without, only references are replaced."""
    own = contract(name)
    kept = json.loads(FORMATS["json"].write(own, Refs.KEEP), object_pairs_hook=list)
    assert kept == json.loads(json.dumps(own.document), object_pairs_hook=list)
    flat = json.loads(exports(own)["openapi.json"])
    assert [*references(flat)] == []
    assert list(flat) == list(own.document)
    assert flat["components"]["schemas"] == own.schemas
    assert flat.get("x-lifecycles") == own.document.get("x-lifecycles")
    assert [error.message for error in OpenAPIV30SpecValidator(flat).iter_errors()] == []


def references(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in references(value)]
    return [found for item in node for found in references(item)] if isinstance(node, list) else []


def test_text_and_numbers_survive() -> None:
    written = exports(contract(str(OWN)))["openapi.json"]
    assert "naïve" in written
    assert "1000000000000000000000" in written
    assert '"maximum": 99.5' in written


def test_refs_option() -> None:
    for name in ("json", "openapi-3.1"):
        kept, flat = (
            run("mobilenext", "--format", name, "--refs", refs).stdout
            for refs in ("keep", "inline")
        )
        assert references(json.loads(kept))
        assert not references(json.loads(flat))


@pytest.mark.parametrize("name", ["mermaid", "dot", "scxml", "arazzo"])
def test_contract_without_lifecycle(name: str) -> None:
    assert "control has no x-lifecycles" in one_line(run("control", "--format", name))


def test_control_api() -> None:
    assert set(exports(contract("control"))) == {"openapi.json", "openapi-3.1.json"}


def test_unknown_api_and_missing_file(tmp_path: Path) -> None:
    assert "choose one of: mobilenext" in one_line(run("rentlot", "--format", "json"))
    assert "No such file" in one_line(run(str(tmp_path / "none.yaml"), "--format", "json"))


def test_infinity_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "endless.yaml"
    file.write_text("openapi: 3.0.3\ninfo: {title: Endless, version: .inf}\npaths: {}\n")
    assert "endless.yaml:2:33: JSON has no value like '.inf'" in one_line(
        run(str(file), "--format", "json")
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("rentalot",), "choose a notation with --format, or a folder"),
        (("rentalot", "--format", "yaml"), "'arazzo'"),
        (
            ("rentalot", "--format", "dot", "--refs", "keep"),
            "--refs needs --format json or --format openapi-3.1",
        ),
        (
            ("rentalot", "--out", "x", "--refs", "keep"),
            "--refs needs --format json or --format openapi-3.1",
        ),
        (("rentalot", "--format", "dot", "--out", "/proc/none/x.dot"), "cannot be written"),
        (("rentalot", "--format", "dot", "--out", "/"), "cannot be written"),
    ],
)
def test_wrong_options(arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr


def test_too_many_paths(tmp_path: Path) -> None:
    """Each state leads to each other, so eight of them have 109,600 ways through."""
    file = tmp_path / "many.yaml"
    file.write_text(json.dumps(many([f"s{letter}" for letter in "abcdefgh"])))
    assert "more than 1000 paths" in one_line(run(str(file), "--format", "arazzo"))
    assert run(str(file), "--format", "mermaid").exit_code == 0


def many(states: list[str]) -> dict[str, Any]:
    """A contract in which one operation leads from each state to each."""
    at = {"type": "object", "properties": {"at": {"type": "string", "enum": states}}}
    schema = {"content": {"application/json": {"schema": at}}}
    moves = [
        {"from": one, "to": other, "when": {"at": other}, "rule": "many.thing.goes"}
        for one in states
        for other in states
    ]
    return {
        "openapi": "3.0.3",
        "info": {"title": "Many", "version": "1"},
        "x-lifecycles": {
            "Thing": {
                "schema": "Thing",
                "identity": {"parameter": "id", "field": "id"},
                "given": states,
                "states": {state: {"at": state} for state in states},
                "transitions": {
                    "go": {
                        "moves": moves,
                        "refusals": [
                            {
                                "in": ["absent", "foreign"],
                                "status": 404,
                                "rule": "many.thing.unknown",
                            }
                        ],
                    }
                },
            }
        },
        "x-rules": [
            {
                "id": "many.thing.goes",
                "level": "documented",
                "statement": "It goes anywhere.",
                "source": "https://many.example",
            },
            {
                "id": "many.thing.unknown",
                "level": "documented",
                "statement": "It is not found.",
                "source": "https://many.example",
            }
            | {"allows": {"status": [404]}},
        ],
        "paths": {
            "/things/{id}": {
                "put": {
                    "operationId": "go",
                    "parameters": [
                        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
                    ],
                    "requestBody": schema,
                    "responses": {"200": {"description": "Done."}, "404": {"description": "None."}},
                }
            }
        },
        "components": {"schemas": {"Thing": at}},
    }
