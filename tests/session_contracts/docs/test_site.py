"""`session-contracts docs build`: pages, links and content; other files in the folder are kept."""

import re
from collections.abc import Mapping
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote

import pytest

from session_contracts.docs import guides
from session_contracts.docs.build import MARKER
from session_contracts.mock_server.mutants import mutants_of
from session_contracts.mock_server.states import states_of
from session_contracts.openapi import Level, bundled_names, load, load_control
from session_contracts.openapi.locations import find
from session_contracts.openapi.pages import (
    operation_page,
    overview_page,
    rule_page,
    rules_page,
    schema_page,
)
from tests.session_contracts.docs.conftest import build
from tests.session_contracts.docs.pages import Page, read

pytestmark = pytest.mark.slow

CONTRACTS = [load_control(), *map(load, bundled_names())]


@pytest.fixture(scope="module")
def pages(built: Path) -> Mapping[str, Page]:
    """Every page, by its path."""
    return {file.relative_to(built).as_posix(): read(file) for file in built.rglob("*.html")}


def test_every_element_has_a_page(pages: Mapping[str, Page]) -> None:
    wanted = {"index.html", "all.html", "guides/integrators.html"}
    for contract in CONTRACTS:
        wanted |= {
            overview_page(contract.name),
            rules_page(contract.name),
            f"{contract.name}/decisions.html",
        }
        wanted |= {operation_page(contract.name, name) for name in contract.operations}
        wanted |= {rule_page(contract.name, name) for name in contract.rules}
        wanted |= {schema_page(contract.name, name) for name in contract.schemas}
    assert wanted <= set(pages)


def test_links_resolve(built: Path, pages: Mapping[str, Page]) -> None:
    dead = []
    for path, page in pages.items():
        for link in set(page.links):
            if link.startswith(("https://", "http://", "mailto:")):
                continue
            target, _, fragment = link.partition("#")
            found = normpath(join(dirname(path), unquote(target))) if target else path
            found = f"{found}/index.html" if (built / found).is_dir() else found
            if not (built / found).is_file() or (fragment and fragment not in pages[found].ids):
                dead.append(f"{path} -> {link}")
    assert dead == []


def test_pages_are_well_formed(pages: Mapping[str, Page]) -> None:
    for path, page in pages.items():
        assert page.problems == [], path
        assert len(page.ids) == len(set(page.ids)), path
        assert page.headings[0] == 1, path
        assert page.headings.count(1) == 1, path
        assert all(
            after - before <= 1
            for before, after in zip(page.headings, page.headings[1:], strict=False)
        ), (path, page.headings)


def test_titles_and_descriptions_are_unique(built: Path) -> None:
    for part in (r"<title>(.+?)</title>", r'<meta name="description" content="([^"]+)">'):
        found: dict[str, list[str]] = {}
        for file in built.rglob("*.html"):
            said = re.search(part, file.read_text(encoding="utf-8"), re.DOTALL)
            assert said, (file, part)
            found.setdefault(said[1], []).append(file.relative_to(built).as_posix())
        assert [files for files in found.values() if len(files) > 1] == []


def test_no_external_resources(built: Path) -> None:
    fetched = re.compile(r"(?:src=\"|url\(['\"]?|@import ['\"]?|<link [^>]*href=\")(?:https?:)?//")
    for file in (*built.rglob("*.html"), *built.glob("*.css"), *built.glob("*.js")):
        assert not fetched.search(file.read_text(encoding="utf-8")), file


def test_index_links_to_every_page(pages: Mapping[str, Page]) -> None:
    linked = {normpath(link.partition("#")[0]) for link in pages["all.html"].links}
    assert {
        path for path in pages if not path.endswith(("rules/index.html", "decisions.html"))
    } <= linked | {"all.html"}


def test_page_of_a_rule(pages: Mapping[str, Page]) -> None:
    page = pages["rentalot/rules/rentalot.review.final.html"]
    rule = load("rentalot").rules["rentalot.review.final"]
    for part in (
        rule.statement,
        "409",
        "reviewSession, in state approved: refused with 409",
        "test_cell",
        "reviewSession-denied",
    ):
        assert part in page.text
    assert mutants_of(find("rentalot"))[rule.id].mistake in page.text
    assert (
        "curl -X PUT http://127.0.0.1:8080/_mock/broken-rules "
        """--json '{"rules": ["rentalot.review.final"]}'""" in page.text
    )
    assert rule.source in page.links
    assert "../operations/reviewSession.html#lifecycle" in page.links


@pytest.mark.parametrize("contract", CONTRACTS[1:], ids=lambda contract: contract.name)
def test_every_rule_has_level_and_source(contract: object, pages: Mapping[str, Page]) -> None:
    api = load(contract.name)  # type: ignore[attr-defined]
    for rule in api.rules.values():
        page = pages[rule_page(api.name, rule.id)]
        assert rule.statement in page.text
        assert str(rule.level) in page.text
        assert rule.source in page.links
    decided = pages[f"{api.name}/decisions.html"].text
    for rule in api.rules.values():
        assert (rule.statement in decided) == (rule.level is Level.DECISION)


@pytest.mark.parametrize("api", bundled_names())
def test_provider_states_have_their_params(api: str, pages: Mapping[str, Page]) -> None:
    text = pages[overview_page(api)].text
    for name, state in states_of(find(api)).items():
        assert name in text
        assert all(param in text for param in state.checker.schema["properties"])


def test_lifecycle_table(pages: Mapping[str, Page]) -> None:
    text = re.sub(r"\s", "", pages["rentalot/operations/reviewSession.html"].text)
    assert (
        "reviewSession✕refusedwith422✕refusedwith422→transitiontoapprovedwherereviewStatusisapproved→transitiontodenied"
        in text
    )


def test_page_of_an_operation(
    pages: Mapping[str, Page],
) -> None:
    page = pages["mobilenext/operations/listSessions.html"]
    sections = ["parameters", "example", "responses", "lifecycle", "rules", "api-rules"]
    assert [
        link.removeprefix("#") for link in page.links if link.removeprefix("#") in sections
    ] == [section for section in sections if section in page.ids]
    ours = load("mobilenext").rules
    for rule in (rule for rule in ours if rule.startswith("mobilenext.organization.")):
        assert f"../rules/{rule}.html" in page.links
        assert ours[rule].statement in page.text
    _, _, below = page.text.partition("403 The organization is not one of the caller's.")
    assert "mobilenext.organization.foreign" in below.partition("Lifecycle")[0]


def test_equal_responses_are_shown_once(pages: Mapping[str, Page]) -> None:
    page = pages["openscouter/operations/analyzeSession.html"]
    text = " ".join(page.text.split())
    assert "202 also legal: 200 201 Done." in text
    assert text.count("Done.") == 1
    assert {"status-200", "status-201", "status-202"} <= set(page.ids)
    assert "as under 401" in text
    assert text.count("success always false required") == 1


def test_decisions_are_marked(pages: Mapping[str, Page]) -> None:
    text = re.sub(r"\s+", " ", pages["openscouter/operations/completeSession.html"].text)
    assert "transition to completed ○, a decision" in text
    assert "○ a decision, not documented" in text
    assert "Not JSON: openscouter.request.malformed-body" in text
    assert "409 or any other 4xx except 401, 403, 404 and 429" in re.sub(
        r"\s+", " ", pages["openscouter/rules/openscouter.analyze.completed-only.html"].text
    )


def test_guides_link_to_guides_and_contracts(pages: Mapping[str, Page]) -> None:
    assert {"readme.html", "../control/index.html"} <= set(pages["guides/integrators.html"].links)
    linked = {link.partition("#")[0] for link in pages["guides/readme.html"].links}
    assert {"integrators.html", "architecture.html", "license.txt"} <= linked


def test_links_of_guides_resolve(pages: Mapping[str, Page]) -> None:
    """To pages where they are Markdown; other files of the repository need not be on the site."""
    known = guides.pages_by_source(pages)
    for guide in guides.guides():
        linked: list[str] = []
        guides.render(guide, lambda path, linked=linked: linked.append(path))  # type: ignore[misc]
        lost = [
            path
            for path in linked
            if path not in known and (path.endswith(".md") or not (guides.root() / path).exists())
        ]
        assert lost == [], guide.source


def test_build_is_reproducible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    for seed in ("1", "2"):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        assert build(tmp_path / seed, "mobilenext").returncode == 0
        written.append(
            {
                file.relative_to(tmp_path / seed): file.read_bytes()
                for file in (tmp_path / seed).rglob("*")
                if file.is_file()
            }
        )
    assert written[0] == written[1]


CONTRACT = """\
openapi: 3.0.3
info: {title: "Shops <b>& more", version: "1"}
servers: [{url: https://shops.example.com}]
x-rules:
  - id: shop.get.returns
    level: documented
    statement: A <script>shop</script> & its name is given.
    source: https://shops.example.com/docs
  - id: shop.get.missing
    level: decision
    statement: Here it is not found.
    source: https://shops.example.com/docs
    allows: {status: [404, 410]}
x-lifecycles:
  Shop:
    schema: Shop
    identity: {parameter: id, field: id}
    given: [open, closed]
    states:
      open: {status: open}
      closed: {status: closed}
    transitions:
      getShop:
        stays: [{in: [open, closed], rule: shop.get.returns}]
        refusals: [{in: [absent, foreign], status: 404, rule: shop.get.missing}]
paths:
  /shops/{id}:
    get:
      operationId: getShop
      summary: Get a shop
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      responses:
        "200":
          description: The shop.
          content: {application/json: {schema: {$ref: "#/components/schemas/Shop"}}}
        "404": {description: None.}
components:
  schemas:
    Shop:
      type: object
      required: [id, status]
      properties: {id: {type: string}, status: {type: string, enum: [open, closed]}}
      example: {id: "<1>", status: open}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    file = tmp_path / "shop.yaml"
    file.write_text(CONTRACT)
    return file


def test_site_of_a_custom_contract(shop: Path, tmp_path: Path) -> None:
    answer = build(tmp_path / "site", str(shop))
    assert (answer.returncode, answer.stderr) == (0, "")
    overview = (tmp_path / "site/shop/index.html").read_text()
    assert "Shops &lt;b&gt;&amp; more" in overview
    rule = (tmp_path / "site/shop/rules/shop.get.returns.html").read_text()
    assert "A &lt;script&gt;shop&lt;/script&gt; &amp; its name is given." in rule
    operation = read(tmp_path / "site/shop/operations/getShop.html")
    assert operation.problems == []
    assert "curl -i https://shops.example.com/shops/id" in operation.text
    assert "the mock does not serve this contract" in operation.text
    assert not (tmp_path / "site/rentalot").exists()


def test_names_cannot_leave_the_folder(shop: Path, tmp_path: Path) -> None:
    shop.write_text(CONTRACT.replace("getShop", "../../../get a/shop"))
    answer = build(tmp_path / "site", str(shop))
    assert answer.returncode == 0, answer.stderr
    (page,) = (tmp_path / "site/shop/operations").iterdir()
    assert page.name == "--..-..-get-a-shop.html"
    assert f"operations/{page.name}" in read(tmp_path / "site/shop/index.html").links


def test_rebuild_removes_obsolete_pages(shop: Path, tmp_path: Path) -> None:
    for api in ("control", str(shop)):
        assert build(tmp_path / "site", api).returncode == 0
    assert {path.name for path in (tmp_path / "site").iterdir() if path.is_dir()} == {
        "shop",
        "guides",
        "lint",
        "diff",
    }


def test_other_files_are_kept(shop: Path, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "mine.txt").write_text("keep me")
    answer = build(folder, str(shop))
    assert (answer.returncode, answer.stdout) == (2, "")
    why = (
        f"{folder} is not empty, and was not written by 'docs build'; "
        "choose another folder with --out, or write there with --force"
    )
    assert answer.stderr == f"session-contracts: {why}\n"
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    assert build(folder, str(shop), "--force").returncode == 0
    assert build(folder, "control").returncode == 0
    assert (folder / "mine.txt").read_text() == "keep me"
    assert not (folder / "shop").exists()


def test_forged_marker_removes_nothing_outside(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / MARKER).write_text("../precious.txt\n")
    (tmp_path / "precious.txt").write_text("keep me")
    assert build(tmp_path / "site", str(shop)).returncode == 0
    assert (tmp_path / "precious.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nobody"], "there is no API named 'nobody'"),
        (["missing.yaml"], "missing.yaml:1:1: No such file"),
        (["rentalot", "elsewhere/rentalot.yaml"], "elsewhere/rentalot.yaml:1:1: No such file"),
        (["shop.yaml", "other/shop.yaml"], "two contracts are named 'shop'"),
    ],
)
def test_errors_are_one_line(
    arguments: list[str], says: str, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path = shop.parent
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other/shop.yaml").write_text(CONTRACT)
    answer = build(tmp_path / "site", *arguments)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith("session-contracts: ")
    assert answer.stderr.count("\n") == 1
    assert says in answer.stderr
    assert not (tmp_path / "site").exists()


def test_output_folder_is_a_file(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "site").write_text("a file")
    for options in ([], ["--force"]):
        answer = build(tmp_path / "site", str(shop), *options)
        assert (answer.returncode, answer.stderr.count("\n")) == (2, 1)
    assert (tmp_path / "site").read_text() == "a file"
