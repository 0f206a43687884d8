"""The README's console lines print what it shows."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import start

README = (Path(__file__).parents[2] / "README.md").read_text()


def console(text: str) -> list[tuple[str, str]]:
    """Commands and what follows each."""
    lines = "\n".join(re.findall(r"```console\n(.*?)```", text, re.DOTALL))
    parts = re.split(r"^\$ ", lines, flags=re.MULTILINE)[1:]
    return [(part.partition("\n")[0], part.partition("\n")[2].strip()) for part in parts]


@pytest.fixture(scope="module")
def output() -> list[tuple[str, str, str]]:
    """Each command of the README, what it is said to print, and what it prints."""
    clock = re.search(r"serve --clock (\S+)", README)
    assert clock
    process, url = start("--clock", clock.group(1))
    try:
        commands = console(README)
        script = "\n".join(f"{command}\nprintf '\\036'" for command, _ in commands).replace(
            "http://127.0.0.1:8080", url
        )
        printed = subprocess.run(
            ["bash", "-c", script], capture_output=True, text=True, check=True, timeout=60
        ).stdout.split("\036")
    finally:
        process.terminate()
        process.communicate(timeout=10)
    return [
        (command, said, did.strip())
        for (command, said), did in zip(commands, printed[:-1], strict=True)
    ]


def test_the_commands_print_what_the_readme_shows(output: list[tuple[str, str, str]]) -> None:
    assert len(output) >= 9
    for command, said, did in output:
        assert did == said, command


def test_the_test_that_the_readme_shows_passes(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "test_readme_shows.py").write_text(code)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout
