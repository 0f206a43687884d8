"""Does what a guide of ours says, block by block, and tells what it prints."""

import os
import re
import shlex
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.serving import running

DOCS = Path(__file__).parents[3] / "docs"
#: Where a guide's mock is, unless its line says otherwise.
ADDRESS = "http://127.0.0.1:{port}"
PORT = "8080"
#: Of what is printed, only how long something took may differ, and how many requests a search has made.
VARIES = re.compile(
    r"(?<=\bin )\d+\.\d+(?=s\b)|(?<=\()\d+(\.\d+)?(?=ms\))|(?<=duration_ms )\d+(\.\d+)?|(?<=\()\d+ requests, \d+\.\d+(?= s\))"
)


@dataclass(frozen=True)
class Block:
    """A fenced block of a guide."""

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

    @property
    def is_run(self) -> bool:
        return self.language in ("console", "sh", "diff") or self.file is not None


def _command(part: str) -> tuple[str, str]:
    """A command may go on, in lines that begin with `> `."""
    first, *rest = part.splitlines()
    more = next((index for index, line in enumerate(rest) if not line.startswith("> ")), len(rest))
    return "\n".join([first, *(line.removeprefix("> ") for line in rest[:more])]), "\n".join(
        rest[more:]
    )


@dataclass(frozen=True)
class Done:
    """A command, what the guide says that it prints, what it prints, and its exit status."""

    command: str
    said: str
    printed: str
    status: int

    def check(self) -> None:
        same = VARIES.sub("0", self.printed) == VARIES.sub("0", self.said)
        assert same, (
            f"the guide says that this prints\n{self.said}\n---- but it prints\n{self.printed}\n---- of {self.command}"
        )
        assert self.status == 0, f"exit status {self.status} of {self.command}"


def sections(guide: str) -> dict[str, list[Block]]:
    """The blocks by the heading that they stand under."""
    found = {}
    for section in re.split(r"^## ", guide, flags=re.MULTILINE)[1:]:
        blocks = re.findall(r"^```(\w*)\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
        found[section.partition("\n")[0]] = [Block(language, text) for language, text in blocks]
    return found


class Reader:
    """Does what the guide says, in a folder of its own; `mock`: the URL of one that runs already where the guide says."""

    def __init__(self, folder: Path, mock: str | None = None) -> None:
        self._folder = folder
        self._urls = {ADDRESS.format(port=PORT): mock} if mock else {}
        self._servers: dict[str, ExitStack] = {}

    def close(self) -> None:
        for server in self._servers.values():
            server.close()

    def keep(self, blocks: list[Block]) -> None:
        """The guide's files."""
        for block in blocks:
            file = self._folder / str(block.file)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self._there(block.text), encoding="utf-8")

    def follow(self, blocks: list[Block], before: list[str] | None = None) -> list[Done]:
        """What became of each command. Servers start where they stand; `before`: what was set, and is known in the shell."""
        done = []
        known = [] if before is None else before
        for block in blocks:
            if block.language == "sh":
                self._serve(block.text)
            elif block.language == "diff":
                self._edit(block.text)
            elif block.file is not None:
                self.keep([block])
            else:
                told = self._run([command for command, _ in block.commands], known)
                done += [
                    Done(command, said, *did)
                    for (command, said), did in zip(block.commands, told, strict=True)
                ]
                known += [command for command, _ in block.commands if _sets(command)]
        return done

    def _serve(self, text: str) -> None:
        """One that this reader has started already is started again."""
        options, port = served(text)
        here = ADDRESS.format(port=port)
        if here in self._servers:
            self._servers.pop(here).close()
        elif here in self._urls:
            return
        words = [
            str(self._folder / word) if (self._folder / word).is_file() else word
            for word in options
        ]
        self._servers[here] = ExitStack()
        self._urls[here] = (
            self._servers[here].enter_context(running(*words, folder=self._folder)).url
        )

    def _edit(self, text: str) -> None:
        """Each hunk takes the place of the only lines that are as it has them before."""
        header, *hunks = re.split(r"^@@.*\n", text, flags=re.MULTILINE)
        file = self._folder / header.split()[1]
        content = file.read_text(encoding="utf-8")
        for hunk in hunks:
            lines = hunk.splitlines(keepends=True)
            old, new = (
                "".join(line[1:] for line in lines if line[0] in kept) for kept in (" -", " +")
            )
            assert content.count(old) == 1, f"{file.name} does not have just once:\n{old}"
            content = content.replace(old, new)
        file.write_text(content, encoding="utf-8")

    def _run(self, commands: list[str], before: list[str]) -> list[tuple[str, int]]:
        """In one shell, which knows what the commands before have set."""
        script = "\n".join(
            [*before, *(f"{command}\nprintf '\\036%s\\036' $?" for command in commands)]
        )
        run = subprocess.run(
            ["bash", "-c", self._there(script)],
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
            (self._back(text).rstrip(), int(status))
            for text, status in zip(printed[::2], printed[1::2], strict=True)
        ]

    def _environment(self) -> dict[str, str]:
        """That of the tests, without what would change what is printed, or whom the clients talk to."""
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
    assert words[:2] == ["session-contracts", "serve"], (
        f"nothing else is started in a block of sh: {text}"
    )
    options = words[2:]
    if "--port" not in options:
        return options, PORT
    at = options.index("--port")
    return options[:at] + options[at + 2 :], options[at + 1]


def _sets(command: str) -> bool:
    """Whether later commands need it: variables and functions."""
    return re.match(r"(export )?\w+=|\w+\(\)", command) is not None


def require_readable(guide: str) -> None:
    """Every block is run, no line is too long for a page, and no path of a machine of ours is in it."""
    blocks = [block for blocks in sections(guide).values() for block in blocks]
    assert 2 * len(blocks) == len(re.findall(r"^```", guide, re.MULTILINE)), (
        "a block stands above the first section, or does not end"
    )
    for block in blocks:
        assert block.is_run, f"nothing runs this: {block.text}"
    text = re.sub(r"^```console\n.*?^```$", "", guide, flags=re.DOTALL | re.MULTILINE)
    assert [line for line in text.splitlines() if len(line) > 150] == []
    assert not re.search(r"/(tmp|home|root)\b", guide)
