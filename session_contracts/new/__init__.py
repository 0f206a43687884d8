"""Creates a custom API: a folder, rendered from the templates in this package."""

import importlib.util
import keyword
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import inflection
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from session_contracts.errors import FolderNotCreated, InvalidName
from session_contracts.mock_server.compile import function_name
from session_contracts.openapi.locations import RESERVED, is_name, names

_TEMPLATES = Path(__file__).parent / "template"
_SUFFIX = ".jinja"
#: The file of a template that is called otherwise than the file that it makes.
_CONTRACT = "contract.yaml"
_RESOURCE = re.compile(r"[A-Z][A-Za-z0-9]*")
#: Schemas of the template that are not called after the resource.
_SCHEMAS = frozenset({"Status", "Pagination", "Cancellation", "Problem"})
#: An API's name is that of a fixture, too, and these are pytest's and ours.
_FIXTURES = frozenset(
    [
        *(
            "cache",
            "capfd",
            "caplog",
            "capsys",
            "doctest_namespace",
            "monkeypatch",
            "pytestconfig",
            "pytester",
            "recwarn",
            "request",
        ),
        *(
            "subtests",
            "testdir",
            "tmp_path",
            "tmpdir",
            "worker_id",
            "mock_server_url",
            "mock_world",
        ),
    ]
)
_LONGEST = 40


def make(name: str, resource: str, root: Path) -> Path:
    """Create the folder of an API with one resource, for example `Booking`; return its path.

    Raises InvalidName, or FolderNotCreated if it exists or cannot be written.
    """
    _require_name(name)
    _require_resource(resource)
    texts = dict(_rendered(_words(name, resource)))
    folder = root / name
    try:
        folder.mkdir()
    except OSError as error:
        raise FolderNotCreated(folder, error) from None
    try:
        for file, text in texts.items():
            (folder / file).write_text(text, encoding="utf-8")
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise FolderNotCreated(folder, error) from None
    return folder


def _require_name(name: str) -> None:
    if not is_name(name) or keyword.iskeyword(name) or len(name) > _LONGEST:
        form = (
            f"up to {_LONGEST} lower-case letters, digits and _, a letter first, no Python keyword"
        )
        raise InvalidName(name, f"is not a valid API name; use {form}, as in 'acme'")
    if name in names():
        raise InvalidName(name, "is already the name of an API; choose another")
    if name in RESERVED or name in _FIXTURES:
        raise InvalidName(name, "is reserved by the mock or by pytest; choose another")
    if _is_importable(name):
        raise InvalidName(
            name,
            "is the name of a Python module, with which yours would conflict; choose another",
        )


def _is_importable(name: str) -> bool:
    """Whether there is a module of that name, other than a folder right here."""
    found = importlib.util.find_spec(name)
    if found is None:
        return False
    places = [Path(place) for place in found.submodule_search_locations or ()]
    return not places or any(place.parent != Path.cwd() for place in places)


def _require_resource(resource: str) -> None:
    if not _RESOURCE.fullmatch(resource) or len(resource) > _LONGEST:
        form = f"up to {_LONGEST} letters and digits, a capital first"
        raise InvalidName(resource, f"is not a valid resource name; use {form}, as in 'Booking'")
    if resource in _SCHEMAS:
        raise InvalidName(resource, "is the name of another schema of the template; choose another")


def _words(name: str, resource: str) -> Mapping[str, Any]:
    """What the templates call things."""
    one = inflection.underscore(resource)
    resources = inflection.pluralize(resource)
    many = inflection.underscore(resources)
    operations = {verb: f"{verb}{resource}" for verb in ("create", "get", "confirm", "cancel")} | {
        "list": f"list{resources}"
    }
    return {
        "name": name,
        "title": inflection.titleize(name),
        "resource": resource,
        "resources": resources,
        "one": one.replace("_", " "),
        "many": many.replace("_", " "),
        "Many": inflection.humanize(many),
        "slug": inflection.dasherize(one),
        "path": inflection.dasherize(many),
        "functions": {verb: function_name(operation) for verb, operation in operations.items()},
    }


def _rendered(words: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each file of the folder, and its text."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        autoescape=False,
    )
    found = sorted(file.name.removesuffix(_SUFFIX) for file in _TEMPLATES.glob(f"*{_SUFFIX}"))
    return [
        (
            f"{words['name']}.yaml" if file == _CONTRACT else file,
            environment.get_template(file + _SUFFIX).render(words),
        )
        for file in found
    ]
