"""Where the pages of the reference site stand, relative to its root; a report or a header points to them without making them."""


def overview_page(api: str) -> str:
    return f"{api}/index.html"


def operation_page(api: str, operation: str) -> str:
    return f"{api}/operations/{operation}.html"


def rules_page(api: str) -> str:
    return f"{api}/rules/index.html"


def rule_page(api: str, rule: str) -> str:
    return f"{api}/rules/{rule}.html"


def schema_page(api: str, schema: str) -> str:
    return f"{api}/schemas/{schema}.html"


def decisions_page(api: str) -> str:
    return f"{api}/decisions.html"
