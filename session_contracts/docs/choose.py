"""Which APIs a site is about: names of ours, and files of anybody's."""

from collections.abc import Sequence
from pathlib import Path

from openapi import API_NAMES, load, load_control, load_file
from session_contracts.docs.model import Api, mocked
from session_contracts.errors import RepeatedApi

CONTROL = "control"


def choose(names: Sequence[str]) -> tuple[Api, ...]:
    """All of ours where none is named. Raises UnknownApi, ContractError, RepeatedApi."""
    if not names:
        return mocked()
    found: dict[str, Api] = {}
    for name in dict.fromkeys(names):
        api = _api(name)
        if api.name in found:
            raise RepeatedApi(api.name)
        found[api.name] = api
    return tuple(found.values())


def files(names: Sequence[str]) -> list[Path]:
    """Those of the names that are files."""
    return [Path(name) for name in names if name not in (*API_NAMES, CONTROL) and is_file(name)]


def is_file(name: str) -> bool:
    return name.endswith((".yaml", ".yml", ".json")) or "/" in name


def _api(name: str) -> Api:
    if name == CONTROL:
        return Api(load_control(), mocked=True)
    if name in API_NAMES or not is_file(name):
        return Api(load(name), mocked=True)
    return Api(load_file(Path(name)), mocked=False)
