"""Which APIs there are: the vendors', and a user's own, each of which is a folder that is found by its name."""

import importlib
import os
import re
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from session_contracts.openapi.errors import PartError, UnknownApi
from session_contracts.openapi.model import Contract

_HERE = Path(__file__).parent

#: The vendors' APIs that have a contract, in the order in which they are served and listed.
API_NAMES: tuple[str, ...] = ("rentalot", "saleslab", "openscouter", "promptster", "mobilenext")
#: The contract of the mock's own control API.
CONTROL = _HERE / "control.yaml"
#: What stands at the root of the mock or of the reference, or means something else where an API is named.
RESERVED = frozenset({"control", "w", "docs", "mock", "any", "lint", "diff", "guides", "try"})
#: The environment variable that names the folders in which own APIs are looked for; without it, the current one.
VARIABLE = "SESSION_CONTRACTS_APIS"

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Home:
    """Where an API lives. `folder` is that of an own one, with everything that belongs to it; None of a vendor's."""

    name: str
    contract: Path
    folder: Path | None = None

    def file(self, part: str) -> Path:
        """One of the Python files of an own API; `checks.test_more` is one in a folder below."""
        assert self.folder is not None, "only of an own API"
        return self.folder.joinpath(*part.split(".")).with_suffix(".py")


def find(name: str) -> Home:
    """Raises UnknownApi."""
    if name in API_NAMES:
        return Home(name, _HERE / f"{name}.yaml")
    if is_name(name) and name not in RESERVED:
        for root in roots():
            if (file := root / name / f"{name}.yaml").is_file():
                return Home(name, file, file.parent)
        hint = f"; one of your own is found where {name}/{name}.yaml is in the current folder, or in one of {VARIABLE}"
        raise UnknownApi(name, names(), hint)
    raise UnknownApi(name, names())


def home_of(contract: Contract) -> Home:
    """Where a contract was found, wherever one would look for it now."""
    file = Path(contract.file)
    return Home(contract.name, file, None if contract.name in API_NAMES else file.parent)


def is_name(text: str) -> bool:
    """Whether an API may be called so: what Python takes for a name, in lower case."""
    return _NAME.fullmatch(text) is not None


def names() -> tuple[str, ...]:
    """The vendors' APIs, then those of one's own that are found."""
    return (*API_NAMES, *own_names())


def own_names() -> tuple[str, ...]:
    """Folders of other projects may well hold a YAML file of their own name; one of ours has words for the suite, too."""
    found = {folder.name for root in roots() for folder in _folders(root) if _is_home(folder)}
    return tuple(sorted(found - RESERVED - set(API_NAMES)))


def _folders(root: Path) -> Iterator[Path]:
    """What is in a folder, as far as it can be read."""
    try:
        yield from root.iterdir()
    except OSError:
        return


def _is_home(folder: Path) -> bool:
    return is_name(folder.name) and all(
        (folder / file).is_file() for file in (f"{folder.name}.yaml", "vocabulary.py")
    )


def roots() -> tuple[Path, ...]:
    """The folders in which own APIs are looked for; of two of one name the first counts."""
    named = [part for part in os.environ.get(VARIABLE, "").split(os.pathsep) if part]
    return tuple(Path(part).absolute() for part in named or ["."])


# ---- the parts of an own API that are Python


def part(home: Home, name: str) -> ModuleType:
    """The module `<name>.py` in the folder of an own API; it may import its neighbours with `from . import`. Raises PartError."""
    file = home.file(name)
    if not file.is_file():
        raise PartError(
            file,
            None,
            "there is no such file",
            "'session-contracts new' shows what belongs into it",
        )
    try:
        return importlib.import_module(f"{_package(file.parents[name.count('.')])}.{name}")
    except Exception as error:
        raise _broken(home, file, error) from error


def _package(folder: Path) -> str:
    """The name of the package that a folder is, which no other has: neither a module of the user's, nor one of another folder."""
    name = f"_session_contracts_{folder.name}_{sha256(os.fsencode(folder)).hexdigest()[:12]}"
    if name not in sys.modules:
        sys.modules[name] = package = ModuleType(name, f"The API in {folder}.")
        package.__path__ = [str(folder)]
    return name


def _broken(home: Home, file: Path, error: Exception) -> PartError:
    """What went wrong while a part was imported, and where: in the last line of the folder that was on its way."""
    said = str(error.msg if isinstance(error, SyntaxError) else error)
    what = f"{type(error).__name__}: {said.replace(f'{_package(home.contract.parent)}.', '')}"
    if isinstance(error, SyntaxError) and error.filename:
        return PartError(Path(error.filename), error.lineno, what, "mend it")
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(home.contract.parent)
    ]
    return (
        PartError(Path(frames[-1].filename), frames[-1].lineno, what, "mend it")
        if frames
        else PartError(file, None, what, "mend it")
    )


def of_part(home: Home, name: str, member: str, fix: str) -> object:
    """What a part must have; `fix` says what it is. Raises PartError."""
    module = part(home, name)
    if not hasattr(module, member):
        raise PartError(home.file(name), None, f"there is no {member}", fix)
    return getattr(module, member)


def line_of(file: Path, text: str) -> int | None:
    """The first line that has a text, to tell where something is meant."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if text in line), None)
