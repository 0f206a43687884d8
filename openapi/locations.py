"""Where APIs and their parts are: the bundled ones, and a user's own folders.

An API has parts: a contract, a fixture, checks, and four Python modules (`Part`). A user's API has
all of them in one folder of its name. Those of a bundled one lie with the package that uses them,
so that the suite never imports the mock. Whoever needs a part asks its ApiLocation.
"""

import importlib
import os
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from session_contracts.openapi.errors import PartError, UnknownApi
from session_contracts.openapi.model import Contract

_HERE = Path(__file__).parent
_PACKAGE = _HERE.parent

#: The contract of the mock's own control API.
CONTROL = _HERE / "control.yaml"
#: Names with a meaning of their own in URLs of the mock, on the reference site or on the command line.
RESERVED = frozenset({"control", "w", "docs", "mock", "any", "lint", "diff", "guides", "try"})
#: The environment variable that names the folders of own APIs; without it, the current folder.
VARIABLE = "SESSION_CONTRACTS_APIS"

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Part(StrEnum):
    """The parts of an API that are Python modules; the value is the name of the module."""

    HANDLERS = "handlers"
    STATES = "states"
    MUTANTS = "mutants"
    PROFILE = "profile"


@dataclass(frozen=True)
class ApiLocation:
    """Where the parts of one API are. `packages` has the folder of each Python part."""

    name: str
    contract: Path
    fixture: Path
    checks: Path
    packages: Mapping[Part, Path]

    def file(self, part: Part) -> Path:
        """The file of a Python part."""
        return self.packages[part] / f"{part}.py"

    def check_files(self) -> list[Path]:
        """The modules of checks that come with the API, in order."""
        return sorted(self.checks.rglob("test_*.py"))


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
    """Inside the mock's package where it was installed, at the top level of a checkout."""
    packaged = mock / "fixtures"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "fixtures"


def _own(folder: Path) -> ApiLocation:
    return ApiLocation(
        folder.name,
        contract=folder / f"{folder.name}.yaml",
        fixture=folder / "fixture.yaml",
        checks=folder / "checks",
        packages=dict.fromkeys(Part, folder),
    )


def find(name: str) -> ApiLocation:
    """Where the API of this name is. Raises UnknownApi."""
    if name in bundled_names():
        return _bundled(name)
    if is_name(name) and name not in RESERVED:
        for root in roots():
            if (root / name / f"{name}.yaml").is_file():
                return _own(root / name)
        hint = (
            f"; an API of your own is found where {name}/{name}.yaml is in the current folder,"
            f" or in one of {VARIABLE}"
        )
        raise UnknownApi(name, names(), hint)
    raise UnknownApi(name, names())


def location_of(contract: Contract) -> ApiLocation:
    """Where a contract was read from, wherever one of its name would be found now."""
    folder = Path(contract.file).parent
    return _bundled(contract.name) if folder == _HERE else _own(folder)


def is_name(text: str) -> bool:
    """Whether an API may have this name: a Python identifier in lower case."""
    return _NAME.fullmatch(text) is not None


def names() -> tuple[str, ...]:
    """The bundled APIs, then a user's own that are found."""
    return (*bundled_names(), *own_names())


def bundled_names() -> tuple[str, ...]:
    """The APIs whose contracts come with this package."""
    return tuple(sorted(file.stem for file in _HERE.glob("*.yaml") if file != CONTROL))


def own_names() -> tuple[str, ...]:
    """Other projects may have a YAML file of its folder's name; one of ours has a suite profile too."""
    found = {folder.name for root in roots() for folder in _folders(root) if _is_api(folder)}
    return tuple(sorted(found - RESERVED - set(bundled_names())))


def _folders(root: Path) -> Iterator[Path]:
    """What is in a folder, as far as it can be read."""
    try:
        yield from root.iterdir()
    except OSError:
        return


def _is_api(folder: Path) -> bool:
    if not is_name(folder.name):
        return False
    own = _own(folder)
    return own.contract.is_file() and own.file(Part.PROFILE).is_file()


def roots() -> tuple[Path, ...]:
    """The folders in which own APIs are looked for; of two of one name the first counts."""
    named = [part for part in os.environ.get(VARIABLE, "").split(os.pathsep) if part]
    return tuple(Path(part).absolute() for part in named or ["."])


# ---- importing parts


def load_part(api: ApiLocation, part: Part) -> ModuleType:
    """The module of a part; it may import its neighbours with `from . import`. Raises PartError."""
    return load_module(api, api.file(part))


def load_module(api: ApiLocation, file: Path) -> ModuleType:
    """A Python file of an API as a module. Raises PartError."""
    if not file.is_file():
        fix = "'session-contracts new' shows what belongs into it"
        raise PartError(file, None, "there is no such file", fix)
    try:
        return importlib.import_module(_module_name(api, file))
    except Exception as error:
        raise import_failure(api, file, error) from error


def _module_name(api: ApiLocation, file: Path) -> str:
    """Below our own package for a bundled API, else below a package that only this folder has."""
    inside = file.with_suffix("")
    if inside.is_relative_to(_PACKAGE):
        return ".".join([_PACKAGE.name, *inside.relative_to(_PACKAGE).parts])
    folder = api.contract.parent
    return ".".join([_package(folder), *inside.relative_to(folder).parts])


def _package(folder: Path) -> str:
    """The name of the package that a folder is, which no other has: neither a module of the user's,
    nor one of another folder.
    """
    name = f"_session_contracts_{folder.name}_{sha256(os.fsencode(folder)).hexdigest()[:12]}"
    if name not in sys.modules:
        sys.modules[name] = package = ModuleType(name, f"The API in {folder}.")
        package.__path__ = [str(folder)]
    return name


def import_failure(api: ApiLocation, file: Path, error: Exception) -> PartError:
    """Why a Python file of an API cannot be imported, and the last line of its folder involved."""
    folder = file.parent
    said = str(error.msg if isinstance(error, SyntaxError) else error)
    said = said.replace(f"{_module_name(api, file).rpartition('.')[0]}.", "")
    what = f"{type(error).__name__}: {said}"
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
    """A name that a part must define; `fix` says what it is. Raises PartError."""
    module = load_part(api, part)
    if not hasattr(module, member):
        raise PartError(api.file(part), None, f"there is no {member}", fix)
    return getattr(module, member)


def line_of(file: Path, text: str) -> int | None:
    """The first line that has a text, for an error's position."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if text in line), None)
