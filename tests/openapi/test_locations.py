"""Where APIs are found, and how their parts are imported."""

import os
import sys
from pathlib import Path

import pytest

from session_contracts.openapi import Contract, PartError, UnknownApi, load, load_file
from session_contracts.openapi.locations import (
    CONTROL,
    RESERVED,
    VARIABLE,
    Part,
    bundled_names,
    find,
    is_name,
    line_of,
    load_module,
    load_part,
    location_of,
    member_of,
    names,
    user_names,
)

CONTRACT = """\
openapi: 3.0.3
info: {title: Harbor, version: "1"}
paths: {}
"""


def make(root: Path, name: str, **modules: str) -> Path:
    """A folder with the contract of an API and these Python parts."""
    folder = root / name
    folder.mkdir(parents=True)
    (folder / f"{name}.yaml").write_text(CONTRACT)
    for module, text in modules.items():
        (folder / f"{module}.py").write_text(text)
    return folder


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which users' APIs are found."""
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    return tmp_path


def test_bundled_names() -> None:
    assert bundled_names() == ("mobilenext", "openscouter", "promptster", "rentalot", "saleslab")


@pytest.mark.parametrize("name", bundled_names())
def test_every_part_of_a_bundled_api_exists(name: str) -> None:
    api = find(name)
    assert api.contract.is_file()
    assert api.fixture.is_file()
    assert all(api.file(part).is_file() for part in Part)
    assert api.check_files()
    assert location_of(load(name)) == api


def test_user_api(root: Path) -> None:
    folder = make(root, "harbor", profile="")
    checks = folder / "checks" / "enumerate"
    checks.mkdir(parents=True)
    for name in ("test_b.py", "test_a.py", "helper.py"):
        (checks / name).touch()
    api = find("harbor")
    assert (api.name, api.contract) == ("harbor", folder / "harbor.yaml")
    assert api.fixture == folder / "fixture.yaml"
    assert [api.file(part).parent for part in Part] == [folder] * len(Part)
    assert [file.name for file in api.check_files()] == ["test_a.py", "test_b.py"]
    assert location_of(contract(folder)) == api


def contract(folder: Path) -> Contract:
    """The contract in a folder."""
    return load_file(folder / f"{folder.name}.yaml")


def test_current_folder_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(tmp_path, "harbor")
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    assert find("harbor").contract == folder / "harbor.yaml"


def test_first_folder_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (make(tmp_path / part, "harbor", profile="") for part in ("one", "two"))
    roots = [tmp_path / "none", first.parent, second.parent]
    monkeypatch.setenv(VARIABLE, os.pathsep.join(map(str, roots)))
    assert find("harbor").contract.parent == first
    assert user_names() == ("harbor",)
    assert location_of(contract(second)).contract.parent == second


def test_names_lists_only_apis_with_a_profile(root: Path) -> None:
    make(root, "chart")
    make(root, "harbor", profile="")
    make(root, "Upper", profile="")
    make(root, "docs", profile="")
    make(root, "rentalot", profile="")
    assert names() == (*bundled_names(), "harbor")
    assert find("rentalot").contract.parent == CONTROL.parent


@pytest.mark.parametrize("name", ["unknown", "../harbor", "Harbor", "", *sorted(RESERVED)])
def test_unknown_api(name: str, root: Path) -> None:
    make(root, "harbor")
    with pytest.raises(UnknownApi, match="choose one of: mobilenext, "):
        find(name)


def test_unknown_api_says_where_yours_is_searched(root: Path) -> None:
    with pytest.raises(
        UnknownApi, match=f"acme/acme.yaml is in .* or in a folder that {VARIABLE} lists"
    ):
        find("acme")


@pytest.mark.parametrize(
    ("text", "valid"), [("a", True), ("a_2", True), ("2a", False), ("a-b", False), ("A", False)]
)
def test_is_name(text: str, valid: bool) -> None:
    assert is_name(text) is valid


def test_parts_import_their_neighbours(root: Path) -> None:
    make(root, "harbor", handlers="TTL = 3\n", states="from .handlers import TTL\n")
    api = find("harbor")
    assert member_of(api, Part.STATES, "TTL", "define it") == 3
    assert load_part(api, Part.STATES) is load_module(api, api.file(Part.STATES))


def test_equal_names_in_two_folders_do_not_collide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for value in ("one", "two"):
        make(tmp_path / value, "harbor", handlers=f"VALUE = {value!r}\n")
        monkeypatch.setenv(VARIABLE, str(tmp_path / value))
        found.append(member_of(find("harbor"), Part.HANDLERS, "VALUE", "define it"))
    assert found == ["one", "two"]
    assert "harbor" not in sys.modules


def test_bundled_parts_are_imported_once() -> None:
    module = load_part(find("rentalot"), Part.HANDLERS)
    assert module.__name__ == "session_contracts.mock_server.vendors.rentalot.handlers"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, r"harbor/handlers\.py: no such file; create it"),
        ("x = (\n", r"harbor/handlers\.py:1: SyntaxError: '\(' was never closed"),
        ("x = 1\ny = z\n", r"harbor/handlers\.py:2: NameError: name 'z' is not defined"),
        ("from .gone import x\n", r"harbor/handlers\.py:1: ModuleNotFoundError: .*'gone'"),
        ("x = 1\n", r"harbor/handlers\.py: TTL is not defined; write one"),
    ],
)
def test_broken_part(text: str | None, message: str, root: Path) -> None:
    make(root, "harbor", **({} if text is None else {"handlers": text}))
    with pytest.raises(PartError, match=message):
        member_of(find("harbor"), Part.HANDLERS, "TTL", "write one")


def test_line_of(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a\nb\nb\n")
    assert (line_of(tmp_path / "file", "b"), line_of(tmp_path / "file", "c")) == (2, None)
