"""The command line as Markdown."""

import click

from session_contracts.cli import main
from session_contracts.docs.reference.cli import command_line


@click.group()
def program() -> None:
    """Do things."""


@program.command()
@click.argument("items", nargs=-1, metavar="[ITEM ...]")
@click.option(
    "-p", "--port", default=80, show_default=True, type=click.IntRange(0, 99), help="Port."
)
@click.option("--mode", type=click.Choice(["a", "b"]), envvar="MODE", required=True, help="Mode.")
@click.option("--fast/--slow", default=False, show_default=True, help="Speed.")
@click.option("--name", multiple=True, metavar="ID", help="Names. Repeatable.")
@click.option("--secret", hidden=True)
def run() -> None:
    """Run it.

    One more
    paragraph.

    \b
    0  it worked
    1  it did not
    """


EXPECTED = """\
# Command line

Do things.

| Command | Purpose |
| --- | --- |
| [`run`](#run) | Run it. |

## run

```
tool run [OPTIONS] [ITEM ...]
```

Run it.

One more paragraph.

```
0  it worked
1  it did not
```

| Option | Meaning | Default | Environment variable |
| --- | --- | --- | --- |
| `-p`, `--port INTEGER (0 to 99)` | Port. | `80` |  |
| `--mode a\\|b` | Mode. Required. |  | `MODE` |
| `--fast`, `--slow` | Speed. | `slow` |  |
| `--name ID` | Names. Repeatable. |  |  |
"""


def test_page_of_a_small_program() -> None:
    assert command_line(program, "tool") == EXPECTED


def test_page_has_every_command_and_option() -> None:
    page = command_line(main)
    for name, command in main.commands.items():
        assert f"\n## {name}\n" in page
        for parameter in command.params:
            assert all(option in page for option in parameter.opts if option.startswith("-"))
    assert "\n## docs build\n" in page
