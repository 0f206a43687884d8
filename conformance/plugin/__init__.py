"""The pytest plugin that runs the checks.

`pytest -p session_contracts.conformance.plugin --pyargs session_contracts.conformance.checks`
loads it; `runner.verify` does so in its own process. Each module is a plugin of its own:

- `options`: command-line options and markers;
- `collection`: which checks run, and for what;
- `fixtures`: what a check receives;
- `evidence`: what a check reports of its rules.

`collector` and `progress` are objects that a run registers if it wants them.
"""

pytest_plugins = (
    "session_contracts.conformance.plugin.options",
    "session_contracts.conformance.plugin.collection",
    "session_contracts.conformance.plugin.fixtures",
    "session_contracts.conformance.plugin.evidence",
)
