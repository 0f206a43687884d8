"""The names for writing your own API: one module for each file of its folder.

`session-contracts new` makes such a folder; docs/tutorial.md explains it. Import nothing else of
this project there.

| file | what it has | its module here |
| --- | --- | --- |
| `handlers.py` | a function for each operation and effect, `error_body` | `authoring.handlers` |
| `states.py` | `STATES: dict[str, State]`, the provider states by name | `authoring.states` |
| `mutants.py` | `MUTANTS: dict[str, Mutant]`, by rule | `authoring.mutants` |
| `profile.py` | `PROFILES: tuple[SuiteProfile, ...]`, by resource | `authoring.profile` |
| `checks/test_*.py` | checks of rules that the suite has none for | `authoring.checks` |

The first three belong to the mock, the others to the suite; neither imports the other.
"""
