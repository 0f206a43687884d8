"""What docs/integrators.md shows is run, and prints what it shows."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.serving import running

GUIDE = (Path(__file__).parents[2] / "docs" / "integrators.md").read_text(encoding="utf-8")

#: Where the guide's mock is, unless its line says otherwise.
ADDRESS = "http://127.0.0.1:{port}"
PORT = "8080"
#: Of what is printed, only how long something took may differ.
DURATION = re.compile(r"(?<=\bin )\d+\.\d+(?=s\b)|(?<=\()\d+(\.\d+)?(?=ms\))|(?<=duration_ms )\d+(\.\d+)?")


@dataclass(frozen=True)
class Block:
    """A fenced block of the guide."""

    language: str
    text: str

    @property
    def file(self) -> str | None:
        """The name that its first line gives it."""
        named = re.match(r"(?:#|//) (\S+\.(?:py|mjs))\n", self.text)
        return named.group(1) if named else None

    @property
    def commands(self) -> list[tuple[str, str]]:
        """Of a terminal: each command, and what it prints."""
        parts = re.split(r"^\$ ", self.text, flags=re.MULTILINE)
        assert not parts[0], f"a terminal's block begins with a command: {self.text}"
        return [_command(part) for part in parts[1:]]


def _command(part: str) -> tuple[str, str]:
    """A command may go on, in lines that begin with `> `."""
    first, *rest = part.splitlines()
    more = next((index for index, line in enumerate(rest) if not line.startswith("> ")), len(rest))
    return "\n".join([first, *(line.removeprefix("> ") for line in rest[:more])]), "\n".join(rest[more:])


def sections() -> dict[str, list[Block]]:
    """The blocks by the heading that they stand under."""
    found = {}
    for section in re.split(r"^## ", GUIDE, flags=re.MULTILINE)[1:]:
        blocks = re.findall(r"^```(\w*)\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
        found[section.partition("\n")[0]] = [Block(language, text) for language, text in blocks]
    return found


SECTIONS = sections()


class Reader:
    """Does what the guide says, in a folder of its own."""

    def __init__(self, folder: Path, mock: str) -> None:
        self._folder = folder
        self._urls = {ADDRESS.format(port=PORT): mock}
        self._servers = ExitStack()

    def close(self) -> None:
        self._servers.close()

    def keep(self, blocks: list[Block]) -> None:
        """The guide's files, of other sections too: a reader has them all in one folder."""
        for block in blocks:
            (self._folder / str(block.file)).write_text(self._there(block.text), encoding="utf-8")

    def follow(self, blocks: list[Block]) -> list[tuple[str, str, str, int]]:
        """Each command, what the guide says that it prints, what it prints, and its exit status. Servers start where they stand."""
        done = []
        before: list[str] = []
        for block in blocks:
            if block.language == "sh":
                self._serve(block.text)
            elif block.file is None:
                told = self._run([command for command, _ in block.commands], before)
                done += [(command, said, *did) for (command, said), did in zip(block.commands, told, strict=True)]
                before += [command for command, _ in block.commands if _sets(command)]
        return done

    def _serve(self, text: str) -> None:
        options, port = served(text)
        here = ADDRESS.format(port=port)
        if here not in self._urls:
            known = [str(self._folder / word) if (self._folder / word).is_file() else word for word in options]
            self._urls[here] = self._servers.enter_context(running(*known)).url

    def _run(self, commands: list[str], before: list[str]) -> list[tuple[str, int]]:
        """In one shell, which knows what the commands before have set."""
        script = "\n".join([*before, *(f"{command}\nprintf '\\036%s\\036' $?" for command in commands)])
        run = subprocess.run(
            ["bash", "-c", self._there(script)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=120,
            cwd=self._folder,
            env=self._environment(),
            check=True,
        )
        printed = run.stdout.split("\036")[:-1]
        return [(self._back(text).rstrip(), int(status)) for text, status in zip(printed[::2], printed[1::2], strict=True)]

    def _environment(self) -> dict[str, str]:
        """That of the tests, without what would change what is printed, or whom the clients talk to."""
        unwanted = re.compile("PYTEST_|NODE_OPTIONS|NODE_TEST|SESSION_CONTRACTS_|RENTALOT_|FORCE_COLOR|COV_")
        kept = {name: value for name, value in os.environ.items() if not unwanted.match(name)}
        return kept | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}",
            "COLUMNS": "80",
            "NO_COLOR": "1",
            "NO_PROXY": "127.0.0.1",
            "XDG_CONFIG_HOME": str(self._folder),
            "npm_config_prefer_offline": "true",
        }

    def _there(self, text: str) -> str:
        for shown, url in self._urls.items():
            text = text.replace(shown, url)
        return text

    def _back(self, text: str) -> str:
        for shown, url in self._urls.items():
            text = text.replace(url, shown)
        return text


def served(text: str) -> tuple[list[str], str]:
    """What `session-contracts serve` is given, and the port."""
    words = shlex.split(text)
    assert words[:2] == ["session-contracts", "serve"], f"nothing else is started in a block of sh: {text}"
    options = words[2:]
    if "--port" not in options:
        return options, PORT
    at = options.index("--port")
    return options[:at] + options[at + 2 :], options[at + 1]


def _sets(command: str) -> bool:
    """Whether later commands need it: variables and functions."""
    return re.match(r"(export )?\w+=|\w+\(\)", command) is not None


def needs_node(blocks: list[Block]) -> bool:
    return any(re.match(r"(node|npm|npx) ", command) for block in blocks if block.language == "console" for command, _ in block.commands)


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    """The mock that the guide starts first."""
    options, _ = served(next(block for block in SECTIONS["Start the mock"] if block.language == "sh").text)
    with running(*options) as mock:
        yield mock.url


@pytest.fixture
def reader(mock: str, tmp_path: Path) -> Iterator[Reader]:
    reader = Reader(tmp_path, mock)
    yield reader
    reader.close()


@pytest.mark.parametrize("title", [title for title, blocks in SECTIONS.items() if blocks])
def test_what_is_printed_is_what_comes(title: str, reader: Reader) -> None:
    blocks = SECTIONS[title]
    if needs_node(blocks):
        for program in ("node", "npm"):
            if shutil.which(program) is None:
                pytest.skip(f"{program} is not installed")
    reader.keep([block for blocks in SECTIONS.values() for block in blocks if block.file])
    done = reader.follow(blocks)
    assert done, "a section with blocks runs something"
    for command, said, did, status in done:
        same = DURATION.sub("0", did) == DURATION.sub("0", said)
        assert same, f"the guide says that this prints\n{said}\n---- but it prints\n{did}\n---- of {command}"
        assert status == 0, f"exit status {status} of {command}"


def test_every_block_is_run() -> None:
    blocks = [block for blocks in SECTIONS.values() for block in blocks]
    assert 2 * len(blocks) == len(re.findall(r"^```", GUIDE, re.MULTILINE)), "a block stands above the first section, or does not end"
    for block in blocks:
        assert block.language in ("console", "sh") or block.file, f"nothing runs this: {block.text}"


def test_the_guide_can_be_read_as_a_page() -> None:
    text = re.sub(r"^```console\n.*?^```$", "", GUIDE, flags=re.DOTALL | re.MULTILINE)
    assert [line for line in text.splitlines() if len(line) > 150] == []
    assert not re.search(r"/(tmp|home|root)\b", GUIDE)
