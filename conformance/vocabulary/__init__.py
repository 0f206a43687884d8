"""What an API calls the things that generic checks speak of."""

from conformance.vocabulary import rentalot
from conformance.vocabulary.model import Vocabulary

_VOCABULARIES = {"rentalot": rentalot.VOCABULARY}


def vocabulary(api: str) -> Vocabulary:
    """The vocabulary of one API. Raises KeyError."""
    return _VOCABULARIES[api]


__all__ = ["Vocabulary", "vocabulary"]
