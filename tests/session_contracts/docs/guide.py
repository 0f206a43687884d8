"""Runs a Markdown page: writes its files, starts its servers, applies its edits, runs its commands.

A page is written so that a reader can follow it from top to bottom in one empty folder. What a
fenced block does depends on its language:

- `sh` starts a mock: one line that ends with `session-contracts serve ...`;
- `console` has commands, each after `$ `, and below each its exact output;
- `diff` edits a file;
- any other block is a file, whose name stands in a comment on its first line.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.serving import running

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
#: The address of a page's mock, unless its `serve` line has a --port.
ADDRESS = "http://127.0.0.1:{port}"
PORT = "8080"
#: The parts of an output that differ between runs: durations, and the requests a search has made.
VARIES = re.compile(
    r"(?<=\bin )\d+\.\d+(?=s\b)|(?<=\()\d+(\.\d+)?(?=ms\))|(?<=duration_ms )\d+(\.\d+)?"
    r"|(?<=\()\d+ requests, \d+\.\d+(?= s\))"
)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    language: str
    text: str

    @property
    def file(self) -> str | None:
        """The file name in the comment on its first line."""
        named = re.match(r"(?:#|//) (\S+\.(?:py|mjs))\n", self.text)
        return named.group(1) if named else None

    @property
    def commands(self) -> list[tuple[str, str]]:
        """Of a console block: each command and its documented output."""
        parts = re.split(r"^\$ ", self.text, flags=re.MULTILINE)
        assert not parts[0], f"a console block begins with a command: {self.text}"
        return [_command(part) for part in parts[1:]]

    @property
    def is_run(self) -> bool:
        return self.language in ("console", "sh", "diff") or self.file is not None


def _command(part: str) -> tuple[str, str]:
    """A command may continue on lines that begin with `> `."""
    first, *rest = part.splitlines()
    more = next((index for index, line in enumerate(rest) if not line.startswith("> ")), len(rest))
    command = [first, *(line.removeprefix("> ") for line in rest[:more])]
    return "\n".join(command), "\n".join(rest[more:])


@dataclass(frozen=True)
class Result:
    """A command with its documented output, its actual output and its exit status."""

    command: str
    documented: str
    printed: str
    status: int

    def check(self) -> None:
        same = VARIES.sub("0", self.printed) == VARIES.sub("0", self.documented)
        assert same, (
            f"documented output of {self.command}\n{self.documented}\n"
            f"---- actual output\n{self.printed}"
        )
        assert self.status == 0, f"exit status {self.status} of {self.command}"


def sections(page: str) -> dict[str, list[Block]]:
    """The blocks by the second-level heading that they stand under."""
    found = {}
    for section in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        blocks = re.findall(r"^```(\w*)\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
        found[section.partition("\n")[0]] = [Block(language, text) for language, text in blocks]
    return found


class Reader:
    """Follows a page in one folder.

    `mock`: the URL of a mock that already runs in place of the page's first; `variables`: further
    environment variables of its commands.
    """

    def __init__(
        self, folder: Path, mock: str | None = None, variables: Mapping[str, str] | None = None
    ) -> None:
        self._folder = folder
        self._variables = dict(variables or {})
        self._urls = {ADDRESS.format(port=PORT): mock} if mock else {}
        self._servers: dict[str, ExitStack] = {}

    def close(self) -> None:
        for server in self._servers.values():
            server.close()

    def write(self, blocks: list[Block]) -> None:
        """Writes the files of these blocks."""
        for block in blocks:
            file = self._folder / str(block.file)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self._actual(block.text), encoding="utf-8")

    def follow(self, blocks: list[Block], assignments: list[str] | None = None) -> list[Result]:
        """The results of all commands.

        `assignments`: those of earlier blocks, which the shell of each later one repeats; extended.
        """
        results = []
        known = [] if assignments is None else assignments
        for block in blocks:
            if block.language == "sh":
                self._serve(block.text)
            elif block.language == "diff":
                self._edit(block.text)
            elif block.file is not None:
                self.write([block])
            else:
                outputs = self._run([command for command, _ in block.commands], known)
                results += [
                    Result(command, documented, *output)
                    for (command, documented), output in zip(block.commands, outputs, strict=True)
                ]
                known += [command for command, _ in block.commands if _assigns(command)]
        return results

    def _serve(self, text: str) -> None:
        """Starts a mock; restarts one that this reader has started at the same address."""
        options, port = served(text)
        address = ADDRESS.format(port=port)
        if address in self._servers:
            self._servers.pop(address).close()
        elif address in self._urls:
            return
        words = [
            str(self._folder / word) if (self._folder / word).is_file() else word
            for word in options
        ]
        self._servers[address] = ExitStack()
        mock = self._servers[address].enter_context(running(*words, folder=self._folder))
        self._urls[address] = mock.url

    def _edit(self, text: str) -> None:
        """Replaces, for each hunk, the one place that reads as the hunk's old lines."""
        header, *hunks = re.split(r"^@@.*\n", text, flags=re.MULTILINE)
        file = self._folder / header.split()[1]
        content = file.read_text(encoding="utf-8")
        for hunk in hunks:
            lines = hunk.splitlines(keepends=True)
            old, new = (
                "".join(line[1:] for line in lines if line[0] in kept) for kept in (" -", " +")
            )
            assert content.count(old) == 1, f"not exactly once in {file.name}:\n{old}"
            content = content.replace(old, new)
        file.write_text(content, encoding="utf-8")

    def _run(self, commands: list[str], assignments: list[str]) -> list[tuple[str, int]]:
        """Output and exit status of each command, all of them in one shell."""
        marked = (f"{command}\nprintf '\\036%s\\036' $?" for command in commands)
        run = subprocess.run(
            ["bash", "-c", self._actual("\n".join([*assignments, *marked]))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=300,
            cwd=self._folder,
            env=self._environment(),
            check=True,
        )
        printed = run.stdout.split("\036")[:-1]
        return [
            (self._shown(text).rstrip(), int(status))
            for text, status in zip(printed[::2], printed[1::2], strict=True)
        ]

    def _environment(self) -> dict[str, str]:
        """That of the tests, without variables that change an output or a client's target."""
        unwanted = re.compile(
            "PYTEST_|NODE_OPTIONS|NODE_TEST|SESSION_CONTRACTS_|RENTALOT_|FORCE_COLOR|COV_"
        )
        kept = {name: value for name, value in os.environ.items() if not unwanted.match(name)}
        return kept | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}",
            "COLUMNS": "80",
            "NO_COLOR": "1",
            "NO_PROXY": "127.0.0.1",
            "XDG_CONFIG_HOME": str(self._folder),
            "npm_config_prefer_offline": "true",
            **self._variables,
        }

    def _actual(self, text: str) -> str:
        """The page's addresses replaced by those of the running mocks."""
        for shown, url in self._urls.items():
            text = text.replace(shown, url)
        return text

    def _shown(self, text: str) -> str:
        for shown, url in self._urls.items():
            text = text.replace(url, shown)
        return text


def served(text: str) -> tuple[list[str], str]:
    """The arguments of `session-contracts serve` without the port, and the port."""
    _, serves, arguments = text.rpartition("session-contracts serve")
    assert serves, f"a block of sh starts a mock: {text}"
    options = shlex.split(arguments)
    if "--port" not in options:
        return options, PORT
    at = options.index("--port")
    return options[:at] + options[at + 2 :], options[at + 1]


def follow_page(page: str, folder: Path, variables: Mapping[str, str] | None = None) -> None:
    """Checks every command of a page, from top to bottom in one folder."""
    reader = Reader(folder, variables=variables)
    assignments: list[str] = []
    try:
        for blocks in sections(page).values():
            for result in reader.follow(blocks, assignments):
                result.check()
    finally:
        reader.close()


def require_readable(page: str) -> None:
    """Every block is run, no line is too long, and no path of a developer's machine shows."""
    blocks = [block for blocks in sections(page).values() for block in blocks]
    assert 2 * len(blocks) == len(re.findall(r"^```", page, re.MULTILINE)), (
        "a block stands above the first section, or does not end"
    )
    for block in blocks:
        assert block.is_run, f"nothing runs this block: {block.text}"
    text = re.sub(r"^```console\n.*?^```$", "", page, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^\|.*\|$", "", text, flags=re.MULTILINE)
    assert [line for line in text.splitlines() if len(line) > 150] == []
    assert not re.search(r"/(tmp|home|root)\b", page)


def _assigns(command: str) -> bool:
    """Whether later commands may need it: variables and functions."""
    return re.match(r"(export )?\w+=|\w+\(\)", command) is not None
