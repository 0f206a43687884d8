"""Templates, and what they may call."""

import posixpath
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from session_contracts.diagram import words
from session_contracts.docs import facts, text
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
        duration=words.duration,
        ticked=text.ticked,
        broken=text.broken,
        code=text.code,
        json=text.as_json,
    )
    environment.globals.update(
        pages=pages, anchor=facts.anchor, cell=facts.cell, columns=facts.columns, legal=facts.legal
    )
    environment.globals.update(
        pseudo=facts.PSEUDO,
        levels=facts.LEVELS,
        broken_by=facts.broken_by,
        when_words=facts.when_words,
    )
    return environment


def render(template: str, path: str, **context: Any) -> bytes:
    """A page that stands at `path`; in it `url('a/b.html', 'c')` is a link to another page of the site."""

    def url(target: str, fragment: str = "") -> str:
        return relative(path, target) + (f"#{fragment}" if fragment else "")

    html = (
        _environment()
        .get_template(template)
        .render(path=path, url=url, root=relative(path, ""), **context)
    )
    return html.encode()


def relative(path: str, target: str) -> str:
    """From one page to another; to the root of the site, with a slash at its end, where `target` is empty."""
    return _from(posixpath.dirname(path) or ".", target)


@cache
def _from(folder: str, target: str) -> str:
    found = posixpath.relpath(target or ".", folder)
    return found if target else found + "/"


@cache
def static(name: str) -> bytes:
    """A file that is served as it is."""
    return (files("session_contracts.docs") / "static" / name).read_bytes()
