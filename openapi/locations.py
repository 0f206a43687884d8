"""Finds APIs and imports their parts.

An API has parts: a contract, a fixture, checks, and four Python modules (`Part`). A user's API
keeps all of them in one folder of its name. The parts of a bundled API are kept in the package
that uses them, so that the suite never imports the mock. Past `find`, which returns an
`ApiLocation`, nothing distinguishes the two.
"""

import importlib
import os
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from session_contracts.openapi.errors import PartError, UnknownApi
from session_contracts.openapi.model import Contract

_HERE = Path(__file__).parent
_PACKAGE = _HERE.parent

#: The contract of the mock's own control API.
CONTROL = _HERE / "control.yaml"
#: Not names of APIs: each has another meaning in a URL, on the reference site or in a command.
RESERVED = frozenset({"control", "w", "docs", "mock", "any", "lint", "diff", "guides", "try"})
#: Environment variable: the folders that contain users' APIs. Default: the current folder.
VARIABLE = "SESSION_CONTRACTS_APIS"

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Part(StrEnum):
    """A part that is a Python module; the value is the name of the module."""

    HANDLERS = "handlers"
    STATES = "states"
    MUTANTS = "mutants"
    PROFILE = "profile"


@dataclass(frozen=True)
class ApiLocation:
    """The paths of the parts of one API. `packages` maps each Python part to its folder."""

    name: str
    contract: Path
    fixture: Path
    checks: Path
    packages: Mapping[Part, Path] = field(hash=False)

    def file(self, part: Part) -> Path:
        """The file of a Python part."""
        return self.packages[part] / f"{part}.py"

    def check_files(self) -> list[Path]:
        """The API's own test modules, sorted."""
        return sorted(self.checks.rglob("test_*.py"))


@cache
def _bundled(name: str) -> ApiLocation:
    mock, suite = _PACKAGE / "mock_server", _PACKAGE / "conformance"
    return ApiLocation(
        name,
        contract=_HERE / f"{name}.yaml",
        fixture=_fixtures(mock) / f"{name}.yaml",
        checks=suite / "checks" / "vendors" / name,
        packages={
            Part.HANDLERS: mock / "vendors" / name,
            Part.STATES: mock / "vendors" / name,
            Part.MUTANTS: mock / "vendors" / name,
            Part.PROFILE: suite / "vendors" / name,
        },
    )


def _fixtures(mock: Path) -> Path:
    """Inside the installed package of the mock, or at the top level of a checkout."""
    packaged = mock / "fixtures"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "fixtures"


@cache
def _in_folder(folder: Path) -> ApiLocation:
    return ApiLocation(
        folder.name,
        contract=folder / f"{folder.name}.yaml",
        fixture=folder / "fixture.yaml",
        checks=folder / "checks",
        packages=dict.fromkeys(Part, folder),
    )


def find(name: str) -> ApiLocation:
    """The location of an API. Raises UnknownApi."""
    if name in bundled_names():
        return _bundled(name)
    if is_name(name) and name not in RESERVED:
        for root in roots():
            if (root / name / f"{name}.yaml").is_file():
                return _in_folder(root / name)
        hint = (
            f"; your own API is found if {name}/{name}.yaml is in the current folder,"
            f" or in a folder that {VARIABLE} lists"
        )
        raise UnknownApi(name, names(), hint)
    raise UnknownApi(name, names())


def location_of(contract: Contract) -> ApiLocation:
    """The location from which a contract was read, even if `find` now returns another one."""
    folder = Path(contract.file).parent
    return _bundled(contract.name) if folder == _HERE else _in_folder(folder)


def is_name(text: str) -> bool:
    """Whether an API may have this name: letters, digits and _, in lower case, a letter first."""
    return _NAME.fullmatch(text) is not None


def names() -> tuple[str, ...]:
    """The names of all APIs: bundled ones first, then the user's."""
    return (*bundled_names(), *user_names())


def bundled_names() -> tuple[str, ...]:
    """The names of the APIs that come with this package."""
    return tuple(sorted(file.stem for file in _HERE.glob("*.yaml") if file != CONTROL))


def user_names() -> tuple[str, ...]:
    """The names of the user's APIs.

    Other projects, too, may have a YAML file named like its folder (a Helm chart, say), so an API
    is listed only if it has a suite profile as well.
    """
    found = {folder.name for root in roots() for folder in _folders(root) if _is_api(folder)}
    return tuple(sorted(found - RESERVED - set(bundled_names())))


def _folders(root: Path) -> Iterator[Path]:
    """The entries of a folder; none if it cannot be read."""
    try:
        yield from root.iterdir()
    except OSError:
        return


def _is_api(folder: Path) -> bool:
    if not is_name(folder.name):
        return False
    api = _in_folder(folder)
    return api.contract.is_file() and api.file(Part.PROFILE).is_file()


def roots() -> tuple[Path, ...]:
    """The folders to search for users' APIs; of two with the same name, the first wins."""
    named = [part for part in os.environ.get(VARIABLE, "").split(os.pathsep) if part]
    return tuple(Path(part).absolute() for part in named or ["."])


# ---- importing parts


def load_part(api: ApiLocation, part: Part) -> ModuleType:
    """Import a part, which may import its neighbours by `from . import`. Raises PartError."""
    return load_module(api, api.file(part))


def load_module(api: ApiLocation, file: Path) -> ModuleType:
    """Import a Python file of an API. Raises PartError."""
    if not file.is_file():
        fix = "create it; 'session-contracts new' makes one to start from"
        raise PartError(file, None, "no such file", fix)
    try:
        return importlib.import_module(_module_name(api, file))
    except Exception as error:
        raise import_failure(api, file, error) from error


def _module_name(api: ApiLocation, file: Path) -> str:
    """A name below this package, or below a package made for the API's folder."""
    inside = file.with_suffix("")
    if inside.is_relative_to(_PACKAGE):
        return ".".join([_PACKAGE.name, *inside.relative_to(_PACKAGE).parts])
    folder = api.contract.parent
    return ".".join([_package(folder), *inside.relative_to(folder).parts])


def _package(folder: Path) -> str:
    """Register a folder as a package, under a name that is its own; return the name."""
    name = f"_session_contracts_{folder.name}_{sha256(os.fsencode(folder)).hexdigest()[:12]}"
    if name not in sys.modules:
        sys.modules[name] = package = ModuleType(name, f"The API in {folder}.")
        package.__path__ = [str(folder)]
    return name


def import_failure(api: ApiLocation, file: Path, error: Exception) -> PartError:
    """The error of an import, located at the innermost line of the API's folder."""
    folder = file.parent
    message = str(error.msg if isinstance(error, SyntaxError) else error)
    message = message.replace(f"{_module_name(api, file).rpartition('.')[0]}.", "")
    what = f"{type(error).__name__}: {message}"
    if isinstance(error, SyntaxError) and error.filename:
        return PartError(Path(error.filename), error.lineno, what, "fix it")
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(folder)
    ]
    if not frames:
        return PartError(file, None, what, "fix it")
    return PartError(Path(frames[-1].filename), frames[-1].lineno, what, "fix it")


def member_of(api: ApiLocation, part: Part, member: str, fix: str) -> object:
    """A name that a part must define; `fix` says how. Raises PartError."""
    module = load_part(api, part)
    if not hasattr(module, member):
        raise PartError(api.file(part), None, f"{member} is not defined", fix)
    return getattr(module, member)


def line_of(file: Path, text: str) -> int | None:
    """The number of the first line that contains a text; None if no line does."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if text in line), None)
