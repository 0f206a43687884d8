"""Resolves OLD and NEW of the command line to documents.

The first that applies:

1. a file;
2. the name of an API: the contract that is installed;
3. a git revision and a path in git's notation (`HEAD~3:openapi/rentalot.yaml`, or
   `:openapi/rentalot.yaml` for the staged file);
4. OLD only: a git revision, which means the file of NEW at that revision.

So a file takes precedence over a branch of the same name; `main:path` names the branch.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from session_contracts.contracts import contract_file
from session_contracts.errors import GitFailed, UnknownVersion, VersionNotLoaded
from session_contracts.openapi import ContractError, UnknownApi, bundled_names
from session_contracts.openapi.checks import CHECKS, Draft, Stage, run
from session_contracts.openapi.loader import load_source
from session_contracts.openapi.source import Source, parse, read

#: A document with one of these is a contract, and must be a valid one.
_OURS = ("x-lifecycles", "x-rules", "x-rate-limits")
#: The checks that any other document must pass.
_PLAIN = [
    check for check in CHECKS if check.id in ("openapi", "openapi-form", "reference-resolves")
]


@dataclass(frozen=True)
class Version:
    """A document and the name that the user gave it."""

    name: str
    source: Source


@dataclass(frozen=True)
class _Blob:
    """A file at a git revision.

    `folder` is in the work tree; `path` is relative to the root, or to `folder` after `./`.
    """

    folder: Path
    revision: str
    path: str

    @property
    def name(self) -> str:
        return f"{self.revision}:{self.path}"


def versions(old: str, new: str) -> tuple[Version, Version]:
    """Both documents. Raises UnknownVersion, GitFailed, VersionNotLoaded."""
    later = _named(new)
    if later is None:
        raise UnknownVersion("NEW", new, bundled_names())
    earlier = _named(old)
    if earlier is None:
        earlier = _at_revision(old, later)
    return _version(old, earlier), _version(new, later)


def _named(text: str) -> "Path | _Blob | None":
    revision, colon, path = text.partition(":")
    if colon and path and not Path(text).exists():
        return _Blob(Path(), revision, path)
    try:
        file = contract_file(text)
    except UnknownApi:
        return None
    return file if os.path.lexists(file) and not file.is_dir() else None


def _at_revision(revision: str, file: "Path | _Blob") -> _Blob:
    """The same file at another revision."""
    folder = file.folder if isinstance(file, _Blob) else file.parent
    if not _looks_like_a_revision(revision):
        raise UnknownVersion("OLD", revision, bundled_names())
    _check_revision(folder, revision, "OLD")
    if isinstance(file, _Blob):
        return _Blob(folder, revision, file.path)
    return _Blob(folder, revision, f"./{file.name}")


def _looks_like_a_revision(text: str) -> bool:
    return not text.endswith((".yaml", ".yml", ".json")) and not text.startswith("-")


# ---- reading


def _version(name: str, place: "Path | _Blob") -> Version:
    try:
        if isinstance(place, Path):
            source = read(place)
        else:
            name = _from_root(place)
            source = parse(_content(place), name)
        _check(source)
    except ContractError as error:
        raise VersionNotLoaded(name, error.violations) from None
    return Version(name, source)


def _check(source: Source) -> None:
    """Raise ContractError for an invalid OpenAPI 3.0 document or an invalid contract."""
    if isinstance(source.value, dict) and any(key in source.value for key in _OURS):
        load_source(source)
        return
    # Unlike a contract, a plain document may have other extensions and recursive schemas.
    for stage in (Stage.SHAPE, Stage.REFERENCE):
        if violations := [*run(_PLAIN, Draft(source), [stage])]:
            raise ContractError(violations)


# ---- git


def _content(blob: _Blob) -> bytes:
    done = _git(blob.folder, "cat-file", "blob", blob.name)
    if done.returncode == 0:
        return done.stdout
    if blob.revision:
        _check_revision(blob.folder, blob.revision, blob.name)
    else:
        _check_repository(blob.folder)
    where = f"at revision {blob.revision}" if blob.revision else "in the index"
    path = _from_root(blob).partition(":")[2]
    raise GitFailed(
        f"no file {path!r} {where}",
        f"give its path from the root of the repository: {blob.revision}:PATH",
    )


def _from_root(blob: _Blob) -> str:
    """Revision and path from the root of the repository."""
    if not blob.path.startswith("./"):
        return blob.name
    prefix = _git(blob.folder, "rev-parse", "--show-prefix")
    return f"{blob.revision}:{prefix.stdout.decode(errors='replace').strip()}{blob.path[2:]}"


def _check_revision(folder: Path, revision: str, what: str) -> None:
    _check_repository(folder)
    done = _git(
        folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{tree}}"
    )
    if done.returncode:
        apis = ", ".join(bundled_names())
        raise GitFailed(
            f"{what}: {revision!r} is not a file, an API ({apis}) or a git revision",
            "see 'git log'; in a shallow clone, fetch the revision first",
        )


def _check_repository(folder: Path) -> None:
    done = _git(folder, "rev-parse", "--git-dir")
    if done.returncode:
        message = next(iter(done.stderr.decode(errors="replace").splitlines()), "git failed")
        raise GitFailed(
            f"{folder.absolute()}: {message}",
            "a revision needs a git repository; name a file instead",
        )


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, check=False
        )
    except FileNotFoundError:
        raise GitFailed(
            "git is not installed or not on PATH", "install it, or name two files"
        ) from None
    except ValueError as error:  # a NUL in an argument
        raise GitFailed(str(error), "name a revision") from None
