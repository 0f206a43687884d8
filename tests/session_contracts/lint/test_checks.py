"""Every check finds its bad example in the right place, and nothing in its good one."""

from pathlib import Path

import pytest

from session_contracts import openapi
from session_contracts.lint import CHECKS
from session_contracts.lint.linter import lint
from session_contracts.openapi import ContractError, Violation
from session_contracts.openapi import checks as of_any_contract
from session_contracts.openapi.checks import Check, Stage
from session_contracts.openapi.checks.example import PETS, PLAIN, complete
from session_contracts.openapi.loader import examine
from session_contracts.openapi.source import parse

#: What the reader itself notices of a file, and has no content: it has a test of its own.
WITH_EXAMPLES = [check for check in CHECKS if check.id != "readable"]
OF_THE_PROJECT = [check for check in CHECKS if check not in of_any_contract.CHECKS]


def found(
    content: str, checks: tuple[Check, ...] = of_any_contract.CHECKS, file: str = "pets.yaml"
) -> list[Violation]:
    try:
        return examine(parse(content.encode(), file), checks)[1]
    except ContractError as error:
        return list(error.violations)


def judging(check: Check) -> tuple[tuple[Check, ...], str]:
    """The checks to run on its examples, and the file name to give them."""
    return (
        ((*of_any_contract.CHECKS, check), "rentalot.yaml")
        if check in OF_THE_PROJECT
        else (of_any_contract.CHECKS, "pets.yaml")
    )


@pytest.mark.parametrize("check", WITH_EXAMPLES, ids=lambda check: check.id)
def test_bad_example_is_found_by_its_check(check: Check) -> None:
    content = complete(check.bad, check.within)
    (violation,) = found(content, *judging(check))
    before = content[: content.index(check.at)]
    assert (violation.check, violation.severity) == (check.id, check.severity)
    assert (violation.line, violation.column) == (
        before.count("\n") + 1,
        len(before) - before.rfind("\n"),
    )
    assert violation.what
    assert violation.fix


@pytest.mark.parametrize("check", WITH_EXAMPLES, ids=lambda check: check.id)
def test_good_example_has_no_findings(check: Check) -> None:
    assert found(complete(check.good, check.within), *judging(check)) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_check_has_reason_and_examples(check: Check) -> None:
    assert check.why.endswith(".")
    assert check.bad
    assert check.good
    assert check.bad != check.good


def test_check_ids_are_unique() -> None:
    ids = [check.id for check in CHECKS]
    assert len(ids) == len(set(ids))


def test_every_reported_id_is_in_the_table() -> None:
    """Findings come from checks of the table, except those of the parser."""
    reader = Path(openapi.__file__).parent.joinpath("source.py").read_text()
    assert [check.id for check in CHECKS if check.find is None] == ["readable", "yaml"]
    assert {check.id for check in CHECKS if check.stage is Stage.READ} == {"readable", "yaml"}
    assert reader.count('"readable"') == 1
    assert reader.count("Violation(") == reader.count('"yaml"') + reader.count('"readable"')


def test_checks_that_stop_loading_are_errors() -> None:
    assert [check.id for check in CHECKS if check.stops_load and check.severity != "error"] == []


def test_sample_contracts_are_clean() -> None:
    assert found(PLAIN) == []
    assert found(PETS) == []


@pytest.mark.parametrize(
    "check", [check for check in CHECKS if check.fixable], ids=lambda check: check.id
)
def test_bad_example_of_fixable_check_is_fixed(check: Check) -> None:
    """That of extension-known cannot: no known one has that name in another case."""
    (violation,) = found(complete(check.bad, check.within))
    assert (violation.autofix is not None) == (check.id != "extension-known")


@pytest.mark.parametrize(
    "file", sorted(Path(openapi.__file__).parent.glob("*.yaml")), ids=lambda file: file.stem
)
def test_bundled_contracts_are_clean(file: Path) -> None:
    assert [
        str(violation) for violation in lint(str(file), checks=of_any_contract.CHECKS).found
    ] == []


@pytest.mark.slow
def test_every_bundled_rule_has_check_and_mutant() -> None:
    for api in openapi.bundled_names():
        file = Path(openapi.__file__).parent / f"{api}.yaml"
        assert [
            str(violation) for violation in lint(str(file), checks=tuple(OF_THE_PROJECT)).found
        ] == []


def schemas(*members: str) -> str:
    return (
        PLAIN
        + "components:\n  schemas:\n"
        + "".join(f"    A{index}: {{{member}}}\n" for index, member in enumerate(members))
    )


def ids(content: str, check: str) -> list[str]:
    """What this check names in it: the schema, or the path."""
    return [
        str(violation.path[2 if violation.path[0] == "components" else 1])
        for violation in found(content)
        if violation.check == check
    ]


def test_each_pair_of_bounds_is_compared() -> None:
    pairs = [
        ("integer", "", "imum"),
        ("string", "", "Length"),
        ("array", "items: {}, ", "Items"),
        ("object", "", "Properties"),
    ]
    for kind, more, name in pairs:
        bounds = [f"type: {kind}, {more}min{name}: {least}, max{name}: 2" for least in (1, 2, 3)]
        assert ids(schemas(*bounds), "bounds-order") == ["A2"]


def test_arrays_need_items_everywhere() -> None:
    inner = [
        "properties: {a: {type: array}}",
        "type: array, items: {type: array}",
        "allOf: [{type: array}]",
        "type: array, items: {}",
    ]
    assert ids(schemas(*inner), "array-items") == ["A0", "A1", "A2"]


@pytest.mark.parametrize(
    "name",
    ["datetime", "date_time", "Date-Time", "dateTime", "uid", "UUID", "e-mail", "ip-v4", "int-32"],
)
def test_misspelt_format_is_found(name: str) -> None:
    assert ids(schemas(f"type: string, format: {name}"), "format-known") == ["A0"]


@pytest.mark.parametrize(
    "name",
    [
        "date-time",
        "uuid",
        "int16",
        "uint32",
        "uuid4",
        "ulid",
        "cuid",
        "url",
        "phone",
        "x-money",
        "ip",
    ],
)
def test_custom_format_is_allowed(name: str) -> None:
    assert ids(schemas(f"type: string, format: {name}"), "format-known") == []


def test_nullable_needs_a_type() -> None:
    nullable = [
        "nullable: true",
        "nullable: false",
        "nullable: true, type: string",
        "nullable: true, allOf: [{type: string}]",
    ]
    assert ids(schemas(*nullable), "nullable-type") == ["A0", "A3"]


def test_paths_differ_only_in_parameter_names() -> None:
    paths = ["/a/{b}", "/a/{c}", "/a/b", "/a/{b}/c/{d}", "/a/{e}/c/{f}", "/a/{b}.{c}", "/{a}/b"]
    content = PLAIN.replace(" {}", "".join(f"\n  {path}: {{}}" for path in paths))
    assert ids(content, "path-unique") == ["/a/{c}", "/a/{e}/c/{f}"]
