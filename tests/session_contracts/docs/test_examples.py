"""Every example of the reference site succeeds on a mock that has just started."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from session_contracts.docs.api_data import ApiData
from session_contracts.docs.examples import LANGUAGES, Example, curl, example, javascript, python
from session_contracts.docs.model import MOCK, mocked
from session_contracts.docs.recorder import NOW, SERVE
from tests.serving import Mock, running

pytestmark = pytest.mark.slow

APIS = mocked()


@dataclass(frozen=True)
class Shown:
    """An example of the site, and the status that it is to end with."""

    name: str
    example: Example
    status: int


EXAMPLES = [
    Shown(f"{api.name} {operation.id}", example(api, operation), next(iter(operation.responses)))
    for api in APIS
    for operation in api.contract.operations.values()
]


@pytest.fixture(scope="module")
def server() -> Iterator[Mock]:
    """As the site says that it is to be started."""
    assert SERVE.startswith("session-contracts serve --clock ")
    with running(*SERVE.removeprefix("session-contracts serve ").split()) as mock:
        yield mock


def _worlds(server: Mock, language: str) -> list[str]:
    """For each example a world of its own, as the mock was when it started."""
    made = []
    for at in range(len(EXAMPLES)):
        answer = server.control("POST", "/worlds", json={"name": f"{language}-{at}"})
        assert answer.status_code == 201
        made.append(f"{server.url}{answer.json()['path']}")
    return made


def _statuses(output: str) -> dict[str, int]:
    """Name of each example, and the status that it printed last."""
    parts = re.split(r"^#example (.+)\n", output, flags=re.MULTILINE)[1:]
    printed = dict(zip(parts[::2], parts[1::2], strict=True))
    return {
        name: int(re.findall(r"^(?:HTTP/1\.1 )?(\d{3})\b", text, re.MULTILINE)[-1])
        for name, text in printed.items()
    }


def _check(done: "subprocess.CompletedProcess[str]", server: Mock) -> None:
    for name in ("checkout-test", "old-test"):
        server.control("DELETE", f"/worlds/{name}")
    assert done.returncode == 0, done.stderr
    assert _statuses(done.stdout) == {shown.name: shown.status for shown in EXAMPLES}, done.stdout[
        -3000:
    ]


def test_every_operation_has_an_example() -> None:
    assert len(EXAMPLES) == sum(len(api.contract.operations) for api in APIS) > 50
    assert {shown.status for shown in EXAMPLES} <= {200, 201, 202}


def test_curl(server: Mock, tmp_path: Path) -> None:
    lines = ["set -eu"]
    for shown, url in zip(EXAMPLES, _worlds(server, "curl"), strict=True):
        lines += [f"echo '#example {shown.name}'", curl(shown.example).replace(MOCK, url), "echo"]
    script = tmp_path / "examples.sh"
    script.write_text("\n".join(lines))
    _check(subprocess.run(["bash", script], capture_output=True, text=True, timeout=60), server)


def test_python(server: Mock, tmp_path: Path) -> None:
    script = tmp_path / "examples.py"
    parts = [
        f"print('#example {shown.name}')\nexec({python(shown.example).replace(MOCK, url)!r}, "
        f"{{}})\n"
        for shown, url in zip(EXAMPLES, _worlds(server, "python"), strict=True)
    ]
    script.write_text("".join(parts))
    _check(
        subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60), server
    )


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_javascript(server: Mock) -> None:
    parts = [
        f"console.log({json.dumps(f'#example {shown.name}')});\n"
        f"{{\n{javascript(shown.example).replace(MOCK, url)}}}\n"
        for shown, url in zip(EXAMPLES, _worlds(server, "javascript"), strict=True)
    ]
    command = ["node", "--input-type=module"]
    _check(
        subprocess.run(command, input="".join(parts), capture_output=True, text=True, timeout=60),
        server,
    )


def test_recorded_responses_match_a_real_mock(server: Mock) -> None:
    """In a process of its own, byte by byte."""
    rentalot = ApiData(APIS[0])
    for name, answer in rentalot.responses.items():
        world = server.control("POST", "/worlds").json()["path"]
        line = curl(rentalot.examples[name]).replace(MOCK, f"{server.url}{world}")
        done = subprocess.run(["bash", "-c", line], capture_output=True, text=True)
        assert done.stdout.partition("\n\n")[2] == answer.text
        assert done.stdout.startswith(f"HTTP/1.1 {answer.status} ")


def test_recorded_responses_are_the_documented_success() -> None:
    for api in APIS:
        data = ApiData(api)
        for name, answer in data.responses.items():
            assert answer.status == next(iter(api.contract.operations[name].responses)), (
                name,
                answer.text,
            )


@pytest.mark.parametrize("api", APIS[:-1], ids=lambda api: api.name)
def test_refusal_example_is_refused_by_its_rule(api: object, server: Mock) -> None:
    """The calls that the pages of rules show, with curl."""
    data = ApiData(api)  # type: ignore[arg-type]
    assert len(data.refusals) > 8
    lines = ["set -eu"]
    for rule, (shown, _) in data.refusals.items():
        world = server.control("POST", "/worlds").json()["path"]
        lines += [
            f"echo '#example {rule}'",
            curl(shown).replace(MOCK, f"{server.url}{world}"),
            "echo",
        ]
    done = subprocess.run(
        ["bash", "-c", "\n".join(lines)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    parts = re.split(r"^#example (.+)\n", done.stdout, flags=re.MULTILINE)[1:]
    printed = {
        rule: re.findall(r"^x-mock-rule: (\S+)", text, re.MULTILINE)
        for rule, text in zip(parts[::2], parts[1::2], strict=True)
    }
    assert printed == {rule: [rule] for rule in data.refusals}


def test_languages() -> None:
    assert [language.name for language in LANGUAGES] == ["curl", "Python", "JavaScript"]
    assert NOW.isoformat() == "2026-05-06T17:00:00+00:00"
