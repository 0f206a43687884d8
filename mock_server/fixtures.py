"""Reads a world's data: the vendor's documented records as they are, and recipes for as many more as it takes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from faker import Faker

from mock_server.clock import parse_duration, parse_time, rfc3339
from mock_server.credentials import Credential
from mock_server.errors import FixtureError, UntrueAnswer
from mock_server.plan import ApiPlan
from mock_server.store import Collection, Record
from mock_server.world import World, build
from openapi import ContractError
from openapi.source import Path_, Source, read

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Fixture:
    """A fixture file, parsed but not yet made into records."""

    source: Source

    def entries(self, part: str) -> Iterator[tuple[Path_, Mapping[str, Any]]]:
        for index, entry in enumerate(self.source.value.get(part) or ()):
            yield (part, index), entry

    def error(self, path: Path_, what: str) -> FixtureError:
        return FixtureError(self.source.file, self.source.line(path), what)


def read_fixture(api: str, file: Path | None = None) -> Fixture:
    """The API's own fixture, or `file`. Raises FixtureError."""
    try:
        source = read(file or _directory() / f"{api}.yaml")
    except ContractError as error:
        violation = error.violations[0]
        raise FixtureError(violation.file, violation.line, f"{violation.what}; {violation.fix}") from None
    if not isinstance(source.value, dict) or source.value.get("api") != api:
        raise FixtureError(source.file, 1, f"this is no fixture of {api}; begin it with 'api: {api}'")
    return Fixture(source)


def _directory() -> Path:
    """Inside the package where it was installed, beside it in a checkout."""
    packaged = _HERE / "fixtures"
    return packaged if packaged.is_dir() else _HERE.parent / "fixtures"


def sow(world: World, fixtures: Mapping[str, Fixture]) -> None:
    """Give the world its records and credentials. Raises FixtureError."""
    now = world.clock.now()
    data: dict[tuple[str, str], Collection] = {}
    for api in world.plans.values():
        for resource in api.resources.values():
            data[api.name, resource.name] = Collection(resource.ordering)
    for name, fixture in fixtures.items():
        api, cook = world.plans[name], Cook(world.settings.seed, now)
        for path, entry in [*fixture.entries("records"), *_helpings(fixture, api)]:
            record, kind = _record(fixture, path, entry, api, cook)
            _put(fixture, path, record, data[api.name, kind])
    world.sow(data, {name: [*_credentials(fixture)] for name, fixture in fixtures.items()} | {"control": []})


def _credentials(fixture: Fixture) -> Iterator[Credential]:
    for path, entry in fixture.entries("credentials"):
        try:
            yield Credential(**entry)
        except TypeError as error:
            raise fixture.error(path, f"this is no credential: {error}") from None


def _helpings(fixture: Fixture, api: ApiPlan) -> Iterator[tuple[Path_, Mapping[str, Any]]]:
    """Each recipe as often as it says, with the values of its state."""
    for path, recipe in fixture.entries("recipes"):
        try:
            table = api.resources[recipe["resource"]].lifecycle
            state = table.fields_of(recipe["state"], {}) if table else {}
            for _ in range(recipe["count"]):
                yield path, {**recipe, "fields": {**recipe["fields"], **state}}
        except (KeyError, TypeError) as error:
            raise fixture.error(path, f"this recipe is incomplete or names what does not exist: {error}") from None


def _record(fixture: Fixture, path: Path_, entry: Mapping[str, Any], api: ApiPlan, cook: "Cook") -> tuple[Record, str]:
    """The record that an entry makes, and its resource."""
    try:
        resource = api.resources[entry["resource"]]
        fields, private = cook.fields(entry["fields"]), cook.fields(entry.get("private", {}))
        return build(resource, fields, entry["tenant"], private, cook.now), resource.name
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, UntrueAnswer) as error:
        raise fixture.error(path, f"this makes no record: {error}") from None


def _put(fixture: Fixture, path: Path_, record: Record, collection: Collection) -> None:
    if collection.get(record.key) is not None:
        raise fixture.error(path, f"a record with the id {record.key} stands here twice")
    collection.put(record)


class Cook:
    """Makes values of recipes. A recipe is a mapping whose first key is an operator (see `_OPERATORS`); anything else is itself."""

    def __init__(self, seed: int, now: datetime) -> None:
        self._faker = Faker("en_US")
        self._faker.seed_instance(f"fixtures {seed}")  # not the world's own numbers, which would make the same ids again
        self._random = Random(f"fixtures {seed}")
        self.now = now

    def fields(self, template: Mapping[str, Any]) -> dict[str, Any]:
        """Every field of a record, in order: a recipe may refer to those before it."""
        made: dict[str, Any] = {}
        for name, recipe in template.items():
            made[name] = self._value(recipe, made)
        return made

    def _value(self, recipe: Any, made: Mapping[str, Any]) -> Any:
        if not isinstance(recipe, Mapping) or not recipe:
            return recipe
        operator = next(iter(recipe))
        if operator in _OPERATORS:
            return _OPERATORS[operator](self, recipe, made)
        return {name: self._value(part, made) for name, part in recipe.items()}

    def fake(self, recipe: Mapping[str, Any], made: Mapping[str, Any]) -> Any:
        """`{fake: name, ...}`: a provider of Faker, with its arguments."""
        arguments = {name: value for name, value in recipe.items() if name != "fake"}
        return getattr(self._faker, recipe["fake"])(**arguments)

    def pick(self, recipe: Mapping[str, Any], made: Mapping[str, Any]) -> Any:
        """`{pick: [a, b]}`: one of them."""
        return self._value(self._random.choice(recipe["pick"]), made)

    def ago(self, recipe: Mapping[str, Any], made: Mapping[str, Any]) -> str:
        """`{ago: [PT1H, P20D]}`: a time that long before now."""
        return rfc3339(self.now - self._between(recipe["ago"]))

    def later(self, recipe: Mapping[str, Any], made: Mapping[str, Any]) -> str:
        """`{later: createdAt, by: P30D}`: a time that long after another field's."""
        return rfc3339(parse_time(made[recipe["later"]]) + self._between(recipe["by"]))

    def same(self, recipe: Mapping[str, Any], made: Mapping[str, Any]) -> Any:
        """`{same: createdAt}`: another field's value."""
        return made[recipe["same"]]

    def _between(self, bounds: str | list[str]) -> timedelta:
        low, high = (parse_duration(bound) for bound in ([bounds, bounds] if isinstance(bounds, str) else bounds))
        return timedelta(seconds=self._random.randint(int(low.total_seconds()), int(high.total_seconds())))


_OPERATORS = {name: getattr(Cook, name) for name in ("fake", "pick", "ago", "later", "same")}
