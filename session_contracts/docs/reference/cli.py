"""The whole command line as Markdown, read from the click commands."""

import inspect
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import click

from session_contracts.docs.reference.markdown import code, code_block, table

_OPTION_COLUMNS = ("Option", "Meaning", "Default", "Environment variable")


def command_line(program: click.Command, name: str = "session-contracts") -> str:
    """The page: a section for each command and subcommand, in the order of its name.

    A section has the usage line, the help text (with the exit codes), and a table of the options
    with their choices, defaults and environment variables; `--help`, which every command has, is
    left out. `name` is that of the executable.
    """
    return "\n".join(_page(click.Context(program, info_name=name))).rstrip() + "\n"


def _page(context: click.Context) -> Iterator[str]:
    yield "# Command line"
    yield ""
    yield from _help_text(context.command.help)
    yield from _options(context)
    sections = list(_subcommands(context))
    yield from table(
        ("Command", "Purpose"),
        [(_link(inner), inner.command.get_short_help_str(limit=200)) for inner in sections],
    )
    for inner in sections:
        yield from _section(inner)


def _subcommands(context: click.Context) -> Iterator[click.Context]:
    """A context for each command below this one, depth first."""
    if not isinstance(context.command, click.Group):
        return
    for name in context.command.list_commands(context):
        command = context.command.get_command(context, name)
        if command is not None and not command.hidden:
            inner = click.Context(command, parent=context, info_name=name)
            yield inner
            yield from _subcommands(inner)


def _title(context: click.Context) -> str:
    """The name of a command without that of the program: `docs build`."""
    return context.command_path.split(" ", 1)[1]


def _link(context: click.Context) -> str:
    title = _title(context)
    return f"[`{title}`](#{title.replace(' ', '-')})"


def _section(context: click.Context) -> Iterator[str]:
    command = context.command
    yield f"## {_title(context)}"
    yield ""
    usage = " ".join(command.collect_usage_pieces(context))
    yield from code_block(f"{context.command_path} {usage}")
    yield from _help_text(command.help)
    yield from _options(context)
    yield from _help_text(command.epilog)


def _help_text(text: str | None) -> Iterator[str]:
    r"""Help of click as paragraphs; a block that begins with `\b` is kept as it is written."""
    lines = inspect.cleandoc(text or "").splitlines()
    for blank, paragraph in groupby(lines, key=lambda line: not line.strip()):
        if blank:
            continue
        first, *rest = paragraph
        if first == "\b":
            yield from code_block("\n".join(rest))
        else:
            yield " ".join(line.strip() for line in (first, *rest))
            yield ""


def _options(context: click.Context) -> Iterator[str]:
    options = [
        parameter
        for parameter in context.command.get_params(context)
        if isinstance(parameter, click.Option)
        and not parameter.hidden
        and "--help" not in parameter.opts
    ]
    return table(_OPTION_COLUMNS, [_option(option, context) for option in options])


def _option(option: click.Option, context: click.Context) -> tuple[str, str, str, str]:
    *short, long = option.opts
    value = "" if option.is_flag else f" {_value(option, context)}"
    names = [*short, long + value, *option.secondary_opts]
    notes = [option.help or ""]
    notes += ["Required."] if option.required else []
    default = code(_default(option, context)) if option.show_default else ""
    return ", ".join(map(code, names)), " ".join(notes), default, code(_variables(option))


def _value(option: click.Option, context: click.Context) -> str:
    """What may be given: `strict|any|off`, `ID`, `INTEGER (1 or more)`."""
    metavar = option.make_metavar(context).strip("[]")
    if isinstance(option.type, click.IntRange | click.FloatRange):
        return f"{metavar.removesuffix(' RANGE')} ({_range(option.type)})"
    return metavar


def _range(type: click.IntRange | click.FloatRange) -> str:
    if type.max is None:
        return f"{type.min} or more"
    return f"{type.min} to {type.max}"


def _default(option: click.Option, context: click.Context) -> str:
    default: Any = option.get_default(context)
    if option.is_flag and option.secondary_opts:
        name = option.opts[0] if default else option.secondary_opts[0]
        return name.removeprefix("--")
    return "" if default is None else str(default)


def _variables(option: click.Option) -> str:
    variables = option.envvar or ()
    return variables if isinstance(variables, str) else ", ".join(variables)
