"""Renders templates; their filters and globals are listed here."""

import posixpath
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from session_contracts.diagram import captions
from session_contracts.docs import constraints, lifecycle_table, rules, text
from session_contracts.openapi import pages


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("session_contracts.docs"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        duration=captions.duration,
        ticked=text.ticked,
        breakable=text.breakable,
        code=text.code,
        json=text.as_json,
    )
    environment.globals.update(
        pages=pages,
        anchor=text.anchor,
        cell=lifecycle_table.cell,
        columns=lifecycle_table.columns,
        pseudo=lifecycle_table.PSEUDO,
        guard_text=lifecycle_table.guard_text,
        violations=constraints.violations,
        levels=rules.LEVELS,
        status_summary=rules.status_summary,
    )
    return environment


def render(template: str, path: str, **context: Any) -> bytes:
    """The page at `path`; in its template `url('a/b.html', 'c')` links to another page."""

    def url(target: str, fragment: str = "") -> str:
        return relative(path, target) + (f"#{fragment}" if fragment else "")

    html = (
        _environment()
        .get_template(template)
        .render(path=path, url=url, root=relative(path, ""), **context)
    )
    return html.encode()


def relative(path: str, target: str) -> str:
    """Link from one page to another; if `target` is empty, to the root, with a slash at the end."""
    return _from(posixpath.dirname(path) or ".", target)


@cache
def _from(folder: str, target: str) -> str:
    found = posixpath.relpath(target or ".", folder)
    return found if target else found + "/"


@cache
def static(name: str) -> bytes:
    """A static file."""
    return (files("session_contracts.docs") / "static" / name).read_bytes()
