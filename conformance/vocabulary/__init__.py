"""What an API calls the things that generic checks speak of."""

from collections.abc import Mapping

from conformance.vocabulary import mobilenext, openscouter, promptster, rentalot, saleslab
from conformance.vocabulary.model import Vocabulary

_VOCABULARIES: Mapping[str, tuple[Vocabulary, ...]] = {
    "rentalot": (rentalot.SESSION,),
    "saleslab": (saleslab.SESSION, saleslab.SCORECARD),
    "openscouter": (openscouter.SESSION,),
    "promptster": (promptster.SESSION,),
    "mobilenext": (mobilenext.SESSION,),
}


def vocabularies(api: str) -> tuple[Vocabulary, ...]:
    """The vocabularies of one API, its main resource first. Raises KeyError."""
    return _VOCABULARIES[api]


__all__ = ["Vocabulary", "vocabularies"]
