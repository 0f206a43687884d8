"""A custom API: created by `new`, then served, verified, proven and tested; errors in its parts."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result
from openapi_spec_validator import validate

from session_contracts import MockServer, MockWorld
from session_contracts.application import USER_ERRORS, application
from session_contracts.cli import main
from session_contracts.conformance.errors import UsageError
from session_contracts.conformance.runner import Options, verify
from session_contracts.mock_server.mutants import mutants_of
from session_contracts.openapi import (
    ContractError,
    Level,
    PartError,
    UnknownApi,
    bundled_names,
    load,
)
from session_contracts.openapi.locations import VARIABLE, find, names
from tests.serving import running

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NAME, RESOURCE = "harbor_2", "BoatTrip"
KNOWN = "7d0c5c1e-8a7b-4f5e-9c57-3f1f0a6b2d11"
KEY = {"Authorization": f"Bearer {NAME}_mockDefaultTenantKey"}
CUSTOMER = "2f6c0d1e-5b7a-4c38-9e0d-8a4b1c2d3e4f"


def invoked(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python in this folder, in another process, without the variable that locates APIs."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name != VARIABLE and not name.startswith("PYTEST_")
    }
    environment = kept | {"PYTHONPATH": str(ROOT), "MYPYPATH": str(ROOT), "COLUMNS": "120"}
    return subprocess.run(
        [sys.executable, "-W", "ignore", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an API in it, as it was made."""
    root = tmp_path_factory.mktemp("own")
    done = run(root, "-m", "session_contracts", "new", NAME, "--resource", RESOURCE)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(
        f"made {NAME}: README.md, __init__.py, fixture.yaml, handlers.py, {NAME}.yaml, mutants.py, "
    )
    return root


@pytest.fixture
def found(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The created API, found through the environment variable."""
    monkeypatch.setenv(VARIABLE, str(root))
    return root / NAME


@pytest.fixture
def own(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the created API that a test may change."""
    shutil.copytree(root / NAME, tmp_path / NAME, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv(VARIABLE, os.pathsep.join(["/nowhere", str(tmp_path)]))
    return tmp_path / NAME


# ---- as created


def test_served_together_with_a_vendor(found: Path) -> None:
    with running("--clock", "2026-05-04T09:00:00Z", apis=[NAME, "rentalot"]) as mock:
        world = MockWorld(mock.url)
        api = world.api(NAME)
        assert api.headers == KEY
        trips = f"{api.base_url}/v1/boat-trips"
        assert (
            httpx.get(f"{trips}/{KNOWN}", headers=KEY).json()["data"]["expiresAt"]
            == "2026-05-05T07:00:00Z"
        )
        assert httpx.get(trips, headers=KEY).json()["pagination"]["total"] == 31
        assert set(httpx.get(f"{mock.url}/_mock/health").json()["apis"]) == {NAME, "rentalot"}
        assert [entry["operation"] for entry in api.journal] == ["getBoatTrip", "listBoatTrips"]
        with world.fork() as other:
            made = other.api(NAME).given("boat trip", status="cancelled")["id"]
            there = f"{other.api(NAME).base_url}/v1/boat-trips/{made}"
            assert httpx.get(there, headers=KEY).json()["data"]["status"] == "cancelled"
            other.api(NAME).fault("confirmBoatTrip", status=503)
            assert httpx.post(f"{there}/confirm", headers=KEY).status_code == 503
            other.clear_faults()
            refused = httpx.post(f"{there}/confirm", headers=KEY)
            assert (refused.status_code, refused.headers["X-Mock-Rule"]) == (
                422,
                f"{NAME}.confirm.pending-only",
            )
            other.break_rule(f"{NAME}.confirm.pending-only")
            assert (
                httpx.post(f"{there}/confirm", headers=KEY).json()["data"]["status"] == "confirmed"
            )
            kept = other.export()
            covered = other.coverage()["apis"][NAME]["summary"]["refusal"]["reached"]
        assert covered == 1
        world.load(kept)
        assert httpx.get(f"{trips}/{made}", headers=KEY).json()["data"]["status"] == "confirmed"
        assert (
            httpx.get(f"{trips}/{made}", headers=api.credential(tenant="other")).status_code == 404
        )
        assert httpx.get(trips, headers=api.credential(revoked=True)).status_code == 401


def test_verified_and_proven(root: Path) -> None:
    """With the command line, in its parent folder, with all checks."""
    with running("--clock", "2026-05-04T09:00:00Z", apis=[NAME], folder=root) as mock:
        urls = (
            "--base-url",
            f"{mock.url}/{NAME}",
            "--states-url",
            f"{mock.url}/_mock/{NAME}/states",
        )
        done = run(root, "-m", "session_contracts", "verify", NAME, *urls, "--max-examples", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(rules(root))} passed" in done.stdout
    chosen = (f"{NAME}.boat-trip.expires", f"{NAME}.cancel.kept")
    options = [word for rule in chosen for word in ("--rule", rule)]
    done = run(root, "-m", "session_contracts", "prove", NAME, *options, "--max-examples", "1")
    assert done.stdout.splitlines() == [
        "unbroken: conforms",
        *(f"killed   {rule}" for rule in chosen),
        "proven",
    ]


def rules(root: Path) -> list[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(root))
        return list(load(NAME).rules)


def test_scenario_passes_in_parallel(root: Path) -> None:
    done = run(root, "-m", "pytest", "-q", "-W", "error", "-n", "2", "-p", "no:cacheprovider", NAME)
    assert "4 passed" in done.stdout, done.stdout + done.stderr


def test_files_are_lint_clean(root: Path, found: Path) -> None:
    (root / "mypy.ini").write_text("[mypy]\nstrict = true\n")
    for command in (
        (
            "ruff",
            "check",
            "--isolated",
            "--no-cache",
            "--line-length=110",
            "--select=B,C4,E,F,I,N,PT,RUF,SIM,UP,W",
            NAME,
        ),
        ("mypy", "--config-file=mypy.ini", f"--cache-dir={ROOT / '.mypy_cache'}", NAME),
    ):
        done = run(root, "-m", *command)
        assert done.returncode == 0, done.stdout + done.stderr
    validate(dict(load(NAME).document))


def test_every_rule_but_decisions_has_a_mutant(found: Path) -> None:
    wanted = {rule.id for rule in load(NAME).rules.values() if rule.level is not Level.DECISION}
    assert set(mutants_of(find(NAME))) == wanted


def test_mock_and_suite_parts_are_independent() -> None:
    for modules, unwanted in (
        (("profile", "checks"), "mock_server"),
        (("handlers", "states", "mutants"), "conformance"),
    ):
        imports = "; ".join(f"import session_contracts.authoring.{module}" for module in modules)
        done = run(
            ROOT,
            "-c",
            f"{imports}; import sys; "
            f"sys.exit(any(name.startswith({unwanted!r}) for name in sys.modules))",
        )
        assert done.returncode == 0, done.stderr


def test_vendors_are_served_by_default(found: Path) -> None:
    with MockServer() as mock:
        assert set(httpx.get(f"{mock.url}/_mock/health").json()["apis"]) == set(bundled_names())


# ---- locating APIs


def test_found_by_variable_or_current_folder(
    found: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find(NAME).contract == found / f"{NAME}.yaml"
    assert names() == (*bundled_names(), NAME)
    monkeypatch.delenv(VARIABLE)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        UnknownApi,
        match=f"{NAME}/{NAME}.yaml is in the current folder, or in a folder that {VARIABLE}",
    ):
        find(NAME)
    monkeypatch.chdir(found.parent)
    assert load(NAME).file == str(found / f"{NAME}.yaml")


def test_other_folders_are_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("control", "chart"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.yaml").write_text("name: chart\n")
    assert names() == bundled_names()
    with pytest.raises(UnknownApi):
        find("control")
    with pytest.raises(UnknownApi):
        find("../chart")


# ---- invalid options of new


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rentalot"], "'rentalot' is already the name of an API"),
        (["control"], "is reserved by the mock"),
        (["docs"], "is reserved"),
        (["request"], "or by pytest"),
        (["json"], "is the name of a Python module"),
        (["openapi"], "is the name of a Python module"),
        (["class"], "is not a valid API name"),
        (["Acme"], "is not a valid API name"),
        (["../acme"], "is not a valid API name"),
        (["2acme"], "is not a valid API name"),
        (["a" * 41], "is not a valid API name"),
        (["acme", "--resource", "booking"], "'booking' is not a valid resource name"),
        (["acme", "--resource", "Problem"], "is the name of another schema"),
    ],
)
def test_invalid_name(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = invoked("new", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_no_overwriting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "mine.txt").write_text("kept")
    done = invoked("new", "acme")
    assert done.exit_code == 2
    said = (
        "acme exists already, and is not overwritten; choose another name, "
        "or another folder with --dir"
    )
    assert done.stderr == f"session-contracts: {said}\n"
    assert [file.name for file in (tmp_path / "acme").iterdir()] == ["mine.txt"]


def test_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "apis").mkdir()
    done = invoked("new", "acme", "--dir", "apis")
    assert done.exit_code == 0
    assert f"to use it, set {VARIABLE}={tmp_path / 'apis'}" in done.stdout
    assert (tmp_path / "apis" / "acme" / "acme.yaml").is_file()


# ---- errors in a custom API


@dataclass(frozen=True)
class Mistake:
    """Replace `old` in `file` by `new` (None: delete the file); `said` is part of the message."""

    file: str
    old: str
    new: str | None
    said: str


MOCK_MISTAKES = [
    Mistake("handlers.py", "", None, "/handlers.py: no such file; create it"),
    Mistake(
        "handlers.py", "def stamp(", "def stamp(:", "/handlers.py:68: SyntaxError: invalid syntax"
    ),
    Mistake(
        "handlers.py",
        "timedelta(days=1)",
        "timedelta(days=1) / nothing",
        "/handlers.py:23: NameError: name 'nothing' is not defined",
    ),
    Mistake(
        "handlers.py",
        "def cancel_boat_trip",
        "def cancel",
        "there is no function cancel_boat_trip; write the function",
    ),
    Mistake(
        "handlers.py",
        "def store_reason",
        "def keep_reason",
        "/handlers.py: there is no function store_reason; write the effect that",
    ),
    Mistake(
        "states.py",
        "STATES:",
        "STATE:",
        "/states.py: STATES is not defined; write 'STATES: dict[str, State] = {...}', by name",
    ),
    Mistake(
        "mutants.py",
        "handlers.stamp)",
        "handlers.stomp)",
        "/mutants.py:147: AttributeError: module 'handlers' has no",
    ),
    Mistake(
        "mutants.py",
        f"{NAME}.cancel.kept",
        f"{NAME}.cancel.lost",
        "/mutants.py:147: the contract has no rule 'harbor_2.cancel.lost'",
    ),
    Mistake(
        "mutants.py",
        '"title", "maxLength"',
        '"name", "maxLength"',
        "the mutant of harbor_2.create.title does not fit the contract",
    ),
    Mistake(
        "fixture.yaml", "quantity: 2", "quantity: many", "/fixture.yaml:9: this makes no record"
    ),
    Mistake(
        "fixture.yaml",
        "api: harbor_2",
        "api: other",
        "/fixture.yaml:1: this is not a fixture of harbor_2",
    ),
]
SUITE_MISTAKES = [
    Mistake("profile.py", "", None, "/profile.py: no such file; create it"),
    Mistake(
        "profile.py",
        "PROFILES =",
        "WORDS =",
        "/profile.py: PROFILES is not defined; write 'PROFILES = (Sui",
    ),
    Mistake(
        "profile.py",
        'read="getBoatTrip"',
        'read="getTrip"',
        "/profile.py:8: the contract has no operation 'getTrip'",
    ),
    Mistake(
        "profile.py",
        '"quantity": 3',
        '"quantity": 0',
        "the example of createBoatTrip is refused: 0 is less than the minimum of 1",
    ),
    Mistake(
        "profile.py",
        '"cancelBoatTrip": {"reason": "The',
        '"confirmBoatTrip": {"reason": "The',
        "has no example of a body",
    ),
    Mistake(
        "profile.py",
        'scopes={"customerId"',
        'scopes={"customer"',
        "listBoatTrips cannot be narrowed to a 'customer'",
    ),
]
CONTRACT_MISTAKES = [
    Mistake(f"{NAME}.yaml", "x-lifecycles:", "x-lifecycles: [", ": this is not YAML"),
    Mistake(
        f"{NAME}.yaml",
        "      summary: Create boat trip\n",
        "      summary: [Create]\n",
        'this is not of type "string"',
    ),
    Mistake(
        f"{NAME}.yaml",
        'schemas/Cancellation"',
        'schemas/Cancelation"',
        "'#/components/schemas/Cancelation' refers to nothing",
    ),
    Mistake(
        f"{NAME}.yaml",
        "from: pending, to: confirmed",
        "from: pending, to: sunk",
        "there is no state 'sunk'",
    ),
    Mistake(
        f"{NAME}.yaml",
        "kept: harbor_2.create.kept}",
        "kept: harbor_2.create.lost}",
        "there is no rule 'harbor_2.create.lost'",
    ),
    Mistake(
        f"{NAME}.yaml", "cancel.again}", "cancel.twice}", "there is no rule 'harbor_2.cancel.twice'"
    ),
]


def make_mistake(own: Path, mistake: Mistake) -> None:
    file = own / mistake.file
    if mistake.new is None:
        file.unlink()
        return
    text = file.read_text()
    assert mistake.old in text, "the template has changed; choose another text to replace"
    file.write_text(text.replace(mistake.old, mistake.new, 1))


@pytest.mark.parametrize("mistake", MOCK_MISTAKES, ids=lambda mistake: mistake.said)
def test_error_of_the_mock(mistake: Mistake, own: Path) -> None:
    make_mistake(own, mistake)
    with pytest.raises(USER_ERRORS) as caught:
        application([NAME])
    assert mistake.said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert invoked("serve", NAME).stderr == f"session-contracts: {caught.value}\n"


@pytest.mark.parametrize("mistake", SUITE_MISTAKES, ids=lambda mistake: mistake.said)
def test_error_of_the_suite(mistake: Mistake, own: Path) -> None:
    make_mistake(own, mistake)
    done = invoked("verify", NAME, "--base-url", "http://127.0.0.1:9")
    assert done.exit_code == 2, done.output
    assert mistake.said in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("mistake", CONTRACT_MISTAKES, ids=lambda mistake: mistake.said)
def test_error_of_the_contract(mistake: Mistake, own: Path) -> None:
    make_mistake(own, mistake)
    with pytest.raises(ContractError, match=rf"{NAME}/{NAME}.yaml:\d+:\d+: ") as caught:
        application([NAME])
    assert mistake.said in str(caught.value)
    with pytest.raises(ContractError):
        verify(Options(NAME, "http://127.0.0.1:9"))


def test_paths_are_relative_to_the_current_folder(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(own.parent)
    make_mistake(own, MOCK_MISTAKES[2])
    make_mistake(own, CONTRACT_MISTAKES[4])
    done = invoked("serve", NAME)
    assert done.stderr.startswith(f"session-contracts: {NAME}/{NAME}.yaml:")


def test_own_checks_are_read_before_any_request(own: Path) -> None:
    (own / "checks").mkdir()
    (own / "checks" / "test_more.py").write_text(
        "import session_contracts.authoring.checks\n\nassert False, 'not yet'\n"
    )
    with pytest.raises(PartError, match=r"checks/test_more.py:3: AssertionError: not yet"):
        verify(Options(NAME, "http://127.0.0.1:9"))
    (own / "checks" / "test_more.py").write_text("")
    with pytest.raises(UsageError, match="is the server running"):
        verify(Options(NAME, "http://127.0.0.1:9"))


def test_own_check_of_an_unknown_rule(own: Path) -> None:
    (own / "checks").mkdir()
    text = (
        "from session_contracts.authoring.checks import verifies\n\n\n"
        '@verifies("get.retruns")\ndef test_more() -> None:\n    pass\n'
    )
    (own / "checks" / "test_more.py").write_text(text)
    done = run(
        own.parent, "-m", "session_contracts", "verify", NAME, "--base-url", "http://127.0.0.1:9"
    )
    where = f"{NAME}/checks/test_more.py:4"
    assert done.stderr.startswith(
        f"session-contracts: {where}: test_more verifies 'get.retruns', "
        "which the contract does not state;"
    )
    assert len(done.stderr.splitlines()) == 1
    assert done.returncode == 2


def test_rule_without_a_mutant_cannot_be_broken(own: Path) -> None:
    make_mistake(
        own, Mistake("mutants.py", f'    "{NAME}.get.returns"', f'    # "{NAME}.get.returns"', "")
    )
    assert f"{NAME}.get.returns" not in mutants_of(find(NAME))
    with MockServer(NAME, clock="2026-05-04T09:00:00Z") as mock:
        assert (
            httpx.put(
                f"{mock.url}/_mock/broken-rules", json={"rules": [f"{NAME}.get.returns"]}
            ).status_code
            == 400
        )


@pytest.fixture(autouse=True)
def _nothing_left() -> Iterator[None]:
    """Remove the modules of deleted folders."""
    before = set(sys.modules)
    yield
    for name in [
        name for name in set(sys.modules) - before if name.startswith("_session_contracts_")
    ]:
        del sys.modules[name]
