"""Reads fixtures: the vendor's documented records, and recipes for generated ones."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

from faker import Faker
from faker.providers import BaseProvider
from faker.providers.date_time import Provider as DateTimeProvider

from session_contracts.mock_server.clock import parse_duration, parse_time, rfc3339, rfc3339_ms
from session_contracts.mock_server.credentials import Credential, Credentials
from session_contracts.mock_server.errors import FixtureError, ResponseContractViolation
from session_contracts.mock_server.plan import ApiPlan, Plans
from session_contracts.mock_server.resource import build
from session_contracts.mock_server.store import Collection, Record
from session_contracts.mock_server.world import Collections
from session_contracts.openapi import ContractError
from session_contracts.openapi.locations import find
from session_contracts.openapi.source import Path_, Source, read


@dataclass(frozen=True)
class Fixture:
    """A fixture file, parsed but not yet made into records."""

    source: Source

    def entries(self, part: str) -> Iterator[tuple[Path_, Mapping[str, Any]]]:
        """The entries of a part. Raises FixtureError unless it is a list of mappings."""
        listed = self.source.value.get(part) or []
        if not isinstance(listed, list):
            raise self.error((part,), f"{part} is not a list; begin each entry with a dash")
        for index, entry in enumerate(listed):
            if not isinstance(entry, dict):
                raise self.error(
                    (part, index), f"an entry of {part} is not a mapping; write it as 'name: value'"
                )
            yield (part, index), entry

    def error(self, path: Path_, what: str) -> FixtureError:
        """An error at a place of the file."""
        return FixtureError(self.source.file, self.source.line(path), what)


def read_fixtures(apis: Sequence[str], file: Path | None = None) -> dict[str, Fixture]:
    """Each API's own fixture; `file` in place of the one that it is of. Raises FixtureError."""
    given: dict[str, Path] = {}
    if file is not None:
        name = _api_of(file)
        if name is None or name not in apis:
            raise FixtureError(
                str(file),
                1,
                f"this is not a fixture of {' or '.join(apis)}; begin it with 'api: {apis[0]}'",
            )
        given[name] = file
    return {api: read_fixture(api, given.get(api)) for api in apis}


def _api_of(file: Path) -> str | None:
    try:
        value = read(file).value
    except ContractError as error:
        raise _unreadable(error) from None
    return value.get("api") if isinstance(value, dict) else None


def _unreadable(error: ContractError) -> FixtureError:
    violation = error.violations[0]
    return FixtureError(violation.file, violation.line, f"{violation.what}; {violation.fix}")


def read_fixture(api: str, file: Path | None = None) -> Fixture:
    """The API's own fixture, or `file`. Raises FixtureError."""
    try:
        source = read(file or find(api).fixture)
    except ContractError as error:
        raise _unreadable(error) from None
    if not isinstance(source.value, dict) or source.value.get("api", api) != api:
        raise FixtureError(
            source.file, 1, f"this is not a fixture of {api}; begin it with 'api: {api}'"
        )
    fixture = Fixture(source)
    for name in source.value:
        if name not in _PARTS:
            raise fixture.error(
                (name,), f"a fixture has no part {name!r}; it has {', '.join(_PARTS)}"
            )
    return fixture


_PARTS = ("api", "times", "credentials", "records", "recipes")
#: How a fixture has its times written; left out: in seconds.
_TIMES: Mapping[str, Callable[[datetime], str]] = {"seconds": rfc3339, "milliseconds": rfc3339_ms}


def sow(
    plans: Plans, fixtures: Mapping[str, Fixture], seed: int, now: datetime
) -> dict[tuple[str, str], Collection]:
    """The records of every fixture, as they are at that moment. Raises FixtureError."""
    data: dict[tuple[str, str], Collection] = {}
    for api in plans.values():
        for resource in api.resources.values():
            data[api.name, resource.name] = Collection(resource.ordering)
    for name, fixture in fixtures.items():
        api, factory = plans[name], FixtureFactory(seed, now, _written(fixture))
        for path, entry in chain(fixture.entries("records"), _expanded(fixture, api, data)):
            record, kind = _record(fixture, path, entry, api, factory)
            _put(fixture, path, record, data[api.name, kind])
    return data


def issued(fixtures: Mapping[str, Fixture]) -> dict[str, Credentials]:
    """The credentials of every fixture. Raises FixtureError."""
    return {name: Credentials(_credentials(fixture)) for name, fixture in fixtures.items()}


def _written(fixture: Fixture) -> Callable[[datetime], str]:
    times = fixture.source.value.get("times", "seconds")
    if times not in _TIMES:
        raise fixture.error(
            ("times",), f"times are written in {' or '.join(_TIMES)}, not {times!r}"
        )
    return _TIMES[times]


def _credentials(fixture: Fixture) -> Iterator[Credential]:
    for path, entry in fixture.entries("credentials"):
        try:
            yield Credential(**entry)
        except TypeError as error:
            raise fixture.error(path, f"this is not a credential: {error}") from None


def _expanded(
    fixture: Fixture, api: ApiPlan, data: Collections
) -> Iterator[tuple[Path_, Mapping[str, Any]]]:
    """Each recipe `count` times, or once for each record that `for_each` selects."""
    for path, recipe in fixture.entries("recipes"):
        try:
            table = api.resources[recipe["resource"]].lifecycle
            state = table.fields_of(recipe["state"], {}) if table and "state" in recipe else {}
            instance = {**recipe, "fields": {**recipe["fields"], **state}}
            if "for_each" in recipe:
                parents = _parents(recipe["for_each"], api, data)
                expanded = [
                    {**instance, "of": parent.fields, "tenant": parent.tenant} for parent in parents
                ]
            else:
                expanded = [instance] * recipe["count"]
        except (KeyError, TypeError) as error:
            raise fixture.error(
                path, f"this recipe is incomplete or names what does not exist: {error}"
            ) from None
        yield from ((path, instance) for instance in expanded)


def _parents(wanted: Mapping[str, Any], api: ApiPlan, data: Collections) -> list[Record]:
    """The records made so far that match `{resource: Session, state: scored, except: [id]}`."""
    rows = data[api.name, wanted["resource"]].rows(None, {})
    return [
        record
        for record in rows
        if record.state == wanted["state"] and record.key not in wanted.get("except", ())
    ]


def _record(
    fixture: Fixture, path: Path_, entry: Mapping[str, Any], api: ApiPlan, factory: "FixtureFactory"
) -> tuple[Record, str]:
    """The record that an entry makes, and its resource."""
    try:
        resource = api.resources[entry["resource"]]
        factory.of = entry.get("of", {})
        made, private = factory.fields(entry["fields"]), factory.fields(entry.get("private", {}))
        fields = {
            name: made[name]
            for name in (*resource.checker.schema.get("properties", {}), *made)
            if name in made
        }
        return build(resource, fields, entry["tenant"], private, factory.now), resource.name
    except (
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        OverflowError,
        ResponseContractViolation,
    ) as error:
        raise fixture.error(path, f"this makes no record: {error}") from None


def _put(fixture: Fixture, path: Path_, record: Record, collection: Collection) -> None:
    if collection.get(record.key) is not None:
        raise fixture.error(path, f"a record with the id {record.key} appears here twice")
    collection.put(record)


class FixtureFactory:
    """Makes values of recipes.

    A recipe is a mapping whose first key is an operator (see `_OPERATORS`); any other value stands
    for itself.
    """

    def __init__(
        self, seed: int, now: datetime, written: Callable[[datetime], str] = rfc3339
    ) -> None:
        self._faker = Faker("en_US")
        self._faker.seed_instance(
            f"fixtures {seed}"
        )  # not the world's own numbers, which would make the same ids again
        self._random = Random(f"fixtures {seed}")
        self._turns: Counter[int] = Counter()
        self._numbers: dict[tuple[str, int], int] = {}
        self._written = written
        self.now = now
        #: The fields of the record for which this one is made.
        self.of: Mapping[str, Any] = {}

    def fields(self, template: Mapping[str, Any]) -> dict[str, Any]:
        """All fields of a record, in order; a recipe may refer to fields before it."""
        made: dict[str, Any] = {}
        for name, recipe in template.items():
            made[name] = self._value(recipe, made)
        return made

    def _value(self, recipe: Any, made: Mapping[str, Any]) -> Any:
        if isinstance(recipe, list):
            return [self._value(part, made) for part in recipe]
        if not isinstance(recipe, Mapping) or not recipe:
            return recipe
        operator = next(iter(recipe))
        if operator in _OPERATORS:
            return _OPERATORS[operator](self, recipe, made)
        return {name: self._value(part, made) for name, part in recipe.items()}

    def fake(self, recipe: Mapping[str, Any], made: Mapping[str, Any]) -> Any:
        """`{fake: name, ...}`: a provider of Faker with its arguments; not one of the clock."""
        if hasattr(DateTimeProvider, recipe["fake"]) and not hasattr(BaseProvider, recipe["fake"]):
            raise ValueError(
                f"fake: {recipe['fake']} depends on the machine's clock; use ago, later or pick"
            )
        arguments = {name: value for name, value in recipe.items() if name != "fake"}
        return getattr(self._faker, recipe["fake"])(**arguments)

    def pick(self, recipe: Mapping[str, Any], made: Mapping[str, Any]) -> Any:
        """`{pick: [a, b]}`: one of them."""
        return self._value(self._random.choice(recipe["pick"]), made)

    def cycle(self, recipe: Mapping[str, Any], made: Mapping[str, Any]) -> Any:
        """`{cycle: [a, b]}`: the next of them, from the start again after the last."""
        values = recipe["cycle"]
        self._turns[id(values)] += 1
        return self._value(values[(self._turns[id(values)] - 1) % len(values)], made)

    def parent(self, recipe: Mapping[str, Any], made: Mapping[str, Any]) -> Any:
        """`{parent: id}`: a field of the record for which this one is made (`for_each`)."""
        return self.of[recipe["parent"]]

    def step(self, recipe: Mapping[str, Any], made: Mapping[str, Any]) -> Any:
        """`{step: score, from: {85: high, 0: low}}`: by the bound that another field reaches."""
        return self._value(
            next(
                value
                for least, value in recipe["from"].items()
                if made[recipe["step"]] >= float(least)
            ),
            made,
        )

    def number(self, recipe: Mapping[str, Any], made: Mapping[str, Any]) -> str:
        """`{number: sess, from: 101}`: `sess_101`, and the next number each time, from there on."""
        start = (recipe["number"], recipe["from"])
        self._numbers[start] = self._numbers.get(start, recipe["from"] - 1) + 1
        return f"{recipe['number']}_{self._numbers[start]:03}"

    def ago(self, recipe: Mapping[str, Any], made: Mapping[str, Any]) -> str:
        """`{ago: [PT1H, P20D]}`: a time that long before now."""
        return self._written(self.now - self._between(recipe["ago"]))

    def later(self, recipe: Mapping[str, Any], made: Mapping[str, Any]) -> str:
        """`{later: createdAt, by: P30D}`: a time that long after another field's.

        `by: {seconds: duration}` takes the seconds from a field. The other field may be one of the
        record for which this one is made: `later: {parent: startedAt}`.
        """
        by, since = recipe["by"], recipe["later"]
        moment = self._value(since, made) if isinstance(since, Mapping) else made[since]
        step = (
            timedelta(seconds=made[by["seconds"]]) if isinstance(by, Mapping) else self._between(by)
        )
        return self._written(parse_time(moment) + step)

    def same(self, recipe: Mapping[str, Any], made: Mapping[str, Any]) -> Any:
        """`{same: createdAt}`: another field's value."""
        return made[recipe["same"]]

    def _between(self, bounds: str | list[str]) -> timedelta:
        low, high = (
            parse_duration(bound)
            for bound in ([bounds, bounds] if isinstance(bounds, str) else bounds)
        )
        return timedelta(
            seconds=self._random.randint(int(low.total_seconds()), int(high.total_seconds()))
        )


_OPERATORS = {
    name: getattr(FixtureFactory, name)
    for name in ("fake", "pick", "cycle", "parent", "step", "number", "ago", "later", "same")
}
