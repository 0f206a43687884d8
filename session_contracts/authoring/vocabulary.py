"""For `vocabulary.py`: the suite's words for an API. `VOCABULARIES` has one for each resource that has a lifecycle, the main one first."""

from session_contracts.conformance.vocabulary import Vocabulary

__all__ = ["Vocabulary"]
