"""Paths of pages, relative to the root of the reference site, for links to them."""

import re


def overview_page(api: str) -> str:
    """The overview of an API."""
    return f"{_named(api)}/index.html"


def operation_page(api: str, operation: str) -> str:
    """The page of an operation."""
    return f"{_named(api)}/operations/{_named(operation)}.html"


def rules_page(api: str) -> str:
    """The list of the rules of an API."""
    return f"{_named(api)}/rules/index.html"


def rule_page(api: str, rule: str) -> str:
    """The page of a rule."""
    return f"{_named(api)}/rules/{_named(rule)}.html"


def schema_page(api: str, schema: str) -> str:
    """The page of a component schema."""
    return f"{_named(api)}/schemas/{_named(schema)}.html"


def decisions_page(api: str) -> str:
    """The list of the decisions of an API."""
    return f"{_named(api)}/decisions.html"


def download(api: str, file: str) -> str:
    """A file to download."""
    return f"{_named(api)}/downloads/{_named(file)}"


#: The list of the checks of `lint`, and that of the kinds of changes of `diff`.
CHECKS_PAGE, CHANGES_PAGE = "lint/index.html", "diff/index.html"


def lint_page(check: str) -> str:
    """The page of a check of `lint`."""
    return f"lint/{_named(check)}.html"


def _named(name: str) -> str:
    """A name as the name of a file: an operationId may contain slashes, or be `..`."""
    return re.sub(r"[^\w.-]|^\.+", "-", name)
