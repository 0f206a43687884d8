"""Where the pages of the reference site stand, relative to its root; a report or a header points to them without making them."""

import re


def overview_page(api: str) -> str:
    return f"{_named(api)}/index.html"


def operation_page(api: str, operation: str) -> str:
    return f"{_named(api)}/operations/{_named(operation)}.html"


def rules_page(api: str) -> str:
    return f"{_named(api)}/rules/index.html"


def rule_page(api: str, rule: str) -> str:
    return f"{_named(api)}/rules/{_named(rule)}.html"


def schema_page(api: str, schema: str) -> str:
    return f"{_named(api)}/schemas/{_named(schema)}.html"


def decisions_page(api: str) -> str:
    return f"{_named(api)}/decisions.html"


def download(api: str, file: str) -> str:
    return f"{_named(api)}/downloads/{_named(file)}"


#: All checks of `lint`, and all sorts of changes that `diff` tells apart.
CHECKS_PAGE, CHANGES_PAGE = "lint/index.html", "diff/index.html"


def lint_page(check: str) -> str:
    return f"lint/{_named(check)}.html"


def _named(name: str) -> str:
    """A name as that of a file or a folder: an operationId may be any text, a slash in it or two dots."""
    return re.sub(r"[^\w.-]|^\.+", "-", name)
