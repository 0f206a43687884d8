"""Virtual environments with what a user installs; their processes see nothing of the checkout."""

import csv
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
CONSTRAINTS = ROOT / "constraints.txt"
DISTRIBUTION = "session_contracts"


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and the folder in which its programs run."""

    path: Path
    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.path / "bin" / "python"

    @property
    def command(self) -> Path:
        """Its `session-contracts`."""
        return self.path / "bin" / "session-contracts"

    @property
    def site_packages(self) -> Path:
        """Where it installs to."""
        (found,) = self.path.glob("lib/python*/site-packages")
        return found

    def run(
        self,
        *command: str | Path,
        folder: Path | None = None,
        paths: Sequence[Path | str] = (),
    ) -> subprocess.CompletedProcess[str]:
        """Run a command; `paths` is its PYTHONPATH. Whether it succeeded is up to the caller."""
        return subprocess.run(
            command,
            cwd=folder or self.folder,
            env=bare_environment(paths),
            capture_output=True,
            text=True,
            timeout=600,
        )

    def succeed(
        self,
        *command: str | Path,
        folder: Path | None = None,
        paths: Sequence[Path | str] = (),
    ) -> str:
        """Run a command that must exit with 0; its output."""
        done = self.run(*command, folder=folder, paths=paths)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout


def bare_environment(paths: Sequence[Path | str] = ()) -> dict[str, str]:
    """The variables of this process without those that lead Python back to the checkout."""
    variables = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "VIRTUAL_ENV", "PYTEST"))
    }
    if paths:
        variables["PYTHONPATH"] = os.pathsep.join(map(str, paths))
    return variables | {"PYTHONUNBUFFERED": "1"}


def create(path: Path, folder: Path) -> Environment:
    """A new environment that holds pip alone."""
    subprocess.run([sys.executable, "-m", "venv", path], check=True)
    return Environment(path, folder)


def pip(environment: Environment, host: Environment, *arguments: str | Path) -> None:
    """Run the pip of `host` for an environment; the two may be the same."""
    host.succeed(
        *(host.python, "-m", "pip", "--python", environment.python),
        *(arguments[0], "--quiet", *arguments[1:]),
    )


def create_beside(installed: Environment, path: Path) -> Environment:
    """A new environment with all packages of `installed` but ours, by links.

    Installing fifty packages takes half a minute, this takes a moment.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", path], check=True)
    links = path / "dependencies"
    links.mkdir()
    for file in installed.site_packages.iterdir():
        if not file.name.startswith(DISTRIBUTION):
            (links / file.name).symlink_to(file)
    folder = path / "elsewhere"
    folder.mkdir()
    environment = Environment(path, folder)
    (environment.site_packages / "zz_dependencies.pth").write_text(f"{links}\n", encoding="utf-8")
    return environment


def missing_files(environment: Environment, distribution: str) -> list[str]:
    """The files that a distribution installed, by its RECORD, and that are gone."""
    (metadata,) = environment.site_packages.glob(f"{distribution}-*.dist-info")
    with (metadata / "RECORD").open(encoding="utf-8", newline="") as record:
        names = [row[0] for row in csv.reader(record)]
    assert names
    return [name for name in names if not (environment.site_packages / name).is_file()]
