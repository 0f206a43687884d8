"""The command `diff`, on files and on real git repositories."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from session_contracts import openapi
from session_contracts.cli import main

pytestmark = pytest.mark.slow

MINI = (Path(__file__).parent / "mini.yaml").read_text()
BREAKING = MINI.replace("        at: {type: string, format: date-time}\n", "").replace(
    "[-at]", "[-until]"
)
BREAKING = BREAKING.replace("field: at}", "field: until}").replace("since: at", "since: until")
RISKY = MINI.replace("A thing is lost in time.", "A thing is lost at once.")
COMPATIBLE = MINI.replace("summary: All things", "summary: Every thing")


def diff(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["diff", *map(str, arguments)])


def refused(*arguments: object) -> str:
    """The error message, which is one line."""
    done = diff(*arguments)
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def write(name: str, text: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    return write


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two commits of `openapi/mini.yaml`, the first tagged v1, and changes in the work tree."""
    folder = tmp_path / "repository"
    file = folder / "openapi" / "mini.yaml"
    file.parent.mkdir(parents=True)
    git(folder, "init", "--initial-branch", "main")
    for text in (MINI, RISKY):
        file.write_text(text)
        git(folder, "add", ".")
        git(folder, "commit", "-m", "A version")
        if text == MINI:
            git(folder, "tag", "-a", "v1", "-m", "One")
    file.write_text(BREAKING)
    monkeypatch.chdir(folder)
    return folder


# ---- reports


@pytest.mark.parametrize(
    ("text", "status", "headline"),
    [
        (MINI, 0, "no changes from"),
        (COMPATIBLE, 0, "0 breaking, 0 risky, 1 compatible from"),
        (RISKY, 0, "0 breaking, 1 risky, 0 compatible from"),
    ],
)
def test_only_breaking_changes_fail(
    write: Callable[[str, str], Path], text: str, status: int, headline: str
) -> None:
    done = diff(write("old.yaml", MINI), write("new.yaml", text))
    assert done.exit_code == status
    assert done.stdout.startswith(headline)


def test_text(write: Callable[[str, str], Path]) -> None:
    old, new = write("old.yaml", MINI), write("new.yaml", BREAKING)
    done = diff(old, new)
    assert done.exit_code == 1
    line = MINI.splitlines().index("        at: {type: string, format: date-time}") + 1
    assert (
        f"""
risky response-optional-member-removed
  Thing.at (listThings [200], createThing [201], getThing [200] and 1 more): removed
  Clients: had to handle its absence, but may rely on it sometimes.
  {old}:{line}
"""
        in done.stdout
    )


def test_json(write: Callable[[str, str], Path]) -> None:
    old, new = (
        write("old.yaml", MINI),
        write(
            "new.yaml",
            MINI.replace("[lost], status: 409", "[lost], status: 422")
            .replace("[409]", "[422]")
            .replace('"409":', '"422":'),
        ),
    )
    done = diff(old, new, "--format", "json")
    report = json.loads(done.stdout)
    assert done.exit_code == 1
    assert report["old"] == str(old)
    assert report["new"] == str(new)
    assert report["summary"] == {"breaking": 2, "risky": 1, "compatible": 1}
    line = next(
        number for number, line in enumerate(MINI.splitlines(), 1) if "[lost], status: 409" in line
    )
    assert report["changes"][0] == {
        "id": "refusal-status-changed",
        "kind": "breaking",
        "where": "shutThing [lost]: lifecycle Thing",
        "operations": ["shutThing"],
        "what": "status: was 409, is 422",
        "why": "Clients: code that recognizes the refusal by its status fails.",
        "old": {"line": line, "value": 409},
        "new": {"line": line, "value": 422},
    }


def test_markdown(write: Callable[[str, str], Path]) -> None:
    new = BREAKING.replace("summary: All things", "summary: Every | *thing*").replace(
        "lost in time", "lost at <once>"
    )
    done = diff(write("old.yaml", MINI), write("new.yaml", new), "--format", "markdown")
    text = done.stdout
    assert (
        text.index("#### Breaking")
        < text.index("#### Risky")
        < text.index("<details>")
        < text.index("</details>")
    )
    assert "<summary>1 compatible</summary>" in text
    assert "at \\<once\\>" in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 6 for row in rows), rows
    assert re.search(r"`\S+old\.yaml:\d+` \| `\S+new\.yaml:\d+`", text)


def test_out(write: Callable[[str, str], Path], tmp_path: Path) -> None:
    old, new, out = write("old.yaml", MINI), write("new.yaml", BREAKING), tmp_path / "report.json"
    done = diff(old, new, "--format", "json", "--out", out)
    assert done.exit_code == 1
    assert len(done.stdout.splitlines()) == 1
    assert json.loads(out.read_text())["summary"]["breaking"] > 0
    assert "cannot be written" in refused(old, new, "--out", out / "report.json")


def test_shared_schema_is_reported_once(write: Callable[[str, str], Path]) -> None:
    done = diff(
        write("old.yaml", MINI),
        write(
            "new.yaml",
            MINI.replace("name: {type: string, maxLength: 10", "name: {type: string, maxLength: 9"),
        ),
    )
    assert done.stdout.count("bound-tightened") == 2  # as what is sent, and as what is received


def test_from_the_command_line(repository: Path) -> None:
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "session_contracts",
        "diff",
        "v1",
        "openapi/mini.yaml",
    ]
    environment = {**os.environ, "PYTHONPATH": str(Path(openapi.__file__).parents[2])}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env=environment
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines()[0].endswith("from v1:openapi/mini.yaml to openapi/mini.yaml")


# ---- OLD and NEW


def test_installed_contract(write: Callable[[str, str], Path]) -> None:
    installed = Path(openapi.load("rentalot").file).read_text()
    assert diff(write("rentalot.yaml", installed), "rentalot").stdout.startswith("no changes from")
    fewer = write(
        "fewer.yaml",
        installed.replace("enum: [approved, denied]", "enum: [approved, denied, shelved]", 1),
    )
    assert diff("rentalot", fewer).exit_code in (1, 2)


@pytest.mark.parametrize("old", ["v1", "HEAD~1", "main~1", "v1:openapi/mini.yaml"])
@pytest.mark.parametrize("new", ["HEAD:openapi/mini.yaml", "main:openapi/mini.yaml"])
def test_revisions(repository: Path, old: str, new: str) -> None:
    assert diff(old, new).stdout.startswith("0 breaking, 1 risky, 0 compatible from")


def test_revision_alone_selects_the_file_of_new(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (
        "from v1:openapi/mini.yaml to openapi/mini.yaml" in diff("v1", "openapi/mini.yaml").stdout
    )
    monkeypatch.chdir(repository / "openapi")
    assert "from v1:openapi/mini.yaml to mini.yaml" in diff("v1", "mini.yaml").stdout
    monkeypatch.chdir(repository.parent)
    assert (
        "from v1:openapi/mini.yaml to repository/openapi/mini.yaml"
        in diff("v1", "repository/openapi/mini.yaml").stdout
    )


def test_staged_file(repository: Path) -> None:
    git(repository, "add", ".")
    assert diff(":openapi/mini.yaml", "openapi/mini.yaml").stdout.startswith("no changes")


def test_file_takes_precedence_over_api_and_branch(repository: Path) -> None:
    for name in ("main", "rentalot"):
        (repository / name).write_text(BREAKING)
        assert diff(name, "openapi/mini.yaml").stdout.startswith(f"no changes from {name} to")


def test_renamed_file_and_api(repository: Path) -> None:
    git(repository, "mv", "openapi/mini.yaml", "openapi/tiny.yaml")
    (repository / "openapi" / "tiny.yaml").write_text(MINI.replace("mini.", "tiny."))
    done = diff("v1:openapi/mini.yaml", "openapi/tiny.yaml")
    assert done.stdout.startswith("0 breaking, 0 risky, 1 compatible")
    assert "compatible api-renamed" in done.stdout
    assert "no file 'openapi/tiny.yaml' at revision v1" in refused("v1", "openapi/tiny.yaml")


# ---- errors


def test_unknown_name(repository: Path) -> None:
    assert "NEW: 'rentlot' is not a contract; name a file" in refused(
        "openapi/mini.yaml", "rentlot"
    )
    assert "OLD: 'none.yaml' is not a contract; name a file" in refused(
        "none.yaml", "openapi/mini.yaml"
    )
    assert "NEW: 'main' is not a contract" in refused("openapi/mini.yaml", "main")


def test_unknown_revision_or_path(repository: Path) -> None:
    assert "OLD: 'v9' is not a file, an API (" in refused("v9", "openapi/mini.yaml")
    assert "'v9' is not a file, an API (" in refused("v9:openapi/mini.yaml", "openapi/mini.yaml")
    assert "no file 'openapi/none.yaml' at revision v1" in refused(
        "v1:openapi/none.yaml", "openapi/mini.yaml"
    )
    assert "no file 'openapi' at revision v1" in refused("v1:openapi", "openapi/mini.yaml")
    assert "no file 'none.yaml' in the index" in refused(":none.yaml", "openapi/mini.yaml")


def test_without_a_repository(
    tmp_path: Path, write: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    file = write("mini.yaml", MINI)
    assert "not a git repository" in refused("main", file)
    assert "not a git repository" in refused("main:mini.yaml", file)


def test_without_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    assert shutil.which("git") is None
    assert "git is not installed" in refused("v1", "openapi/mini.yaml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [", "this is not YAML"),
        ("just text", "this is not an OpenAPI 3.0 document"),
        ("openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths: {/a: null}\n", "is not of type"),
        (
            MINI.replace("#/components/schemas/Money", "#/components/schemas/Gold"),
            "refers to nothing",
        ),
        (MINI.replace("[lost], status: 409", "[lost], state: 409"), "x-lifecycles.Thing"),
        (
            MINI.replace("        stays:\n          - {in: [shut], rule: mini.shut.works}\n", ""),
            "has no answer in state 'shut'",
        ),
        (
            MINI.replace(
                "error: {type: string}",
                "error: {$ref: '#/components/responses/Refused/content/application~1json/schema'}",
            ),
            "contains itself",
        ),
    ],
)
def test_invalid_version(write: Callable[[str, str], Path], text: str, expected: str) -> None:
    old = write("old.yaml", text)
    message = refused(old, write("new.yaml", MINI))
    assert f"{old} cannot be compared, as it does not load: {old}:" in message
    assert expected in message


def test_unreadable_file(write: Callable[[str, str], Path], tmp_path: Path) -> None:
    new = write("new.yaml", MINI)
    assert f"NEW: '{tmp_path}' is not a contract" in refused(new, tmp_path)
    (tmp_path / "lost.yaml").symlink_to(tmp_path / "nowhere.yaml")
    assert "No such file" in refused(tmp_path / "lost.yaml", new)


# ---- plain documents

PLAIN = """
openapi: 3.0.3
info: {title: Trees, version: "1"}
paths:
  /tree:
    get:
      responses:
        default:
          description: A tree.
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Node"}
components:
  schemas:
    Node:
      type: object
      required: [name]
      properties:
        name: {type: string}
        children:
          type: array
          items: {$ref: "#/components/schemas/Node"}
        parent:
          allOf:
            - {$ref: "#/components/schemas/Node"}
"""


def test_plain_document_with_recursive_schemas(
    write: Callable[[str, str], Path],
) -> None:
    old, new = (
        write("old.yaml", PLAIN),
        write("new.yaml", PLAIN.replace("      required: [name]\n", "")),
    )
    assert diff(old, old).stdout.startswith("no changes")
    report = json.loads(diff(old, new, "--format", "json").stdout)
    assert [change["id"] for change in report["changes"]] == ["response-member-made-optional"]
