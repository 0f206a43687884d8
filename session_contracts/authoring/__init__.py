"""What somebody writes an API of his own with: one module for each file of its folder, with all that such a file needs.

`session-contracts new` makes such a folder; docs/tutorial.md goes through it. Nothing else of this project is to be imported there.

| file | what it has | its module here |
| --- | --- | --- |
| `handlers.py` | a function for each operation and for each effect, and `error_body` | `authoring.handlers` |
| `states.py` | `STATES: dict[str, State]`, the provider states by name | `authoring.states` |
| `mutants.py` | `MUTANTS: dict[str, Mutant]`, by rule how to break exactly it | `authoring.mutants` |
| `profile.py` | `PROFILES: tuple[SuiteProfile, ...]`, the suite's words for the API | `authoring.profile` |
| `checks/test_*.py` | checks of rules that the suite has none for | `authoring.checks` |

The first three belong to the mock, the others to the suite, which knows nothing of the mock: neither imports the other.
"""
