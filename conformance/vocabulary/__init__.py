"""What an API calls the things that generic checks speak of."""

from collections.abc import Mapping

from session_contracts.conformance.vocabulary import (
    mobilenext,
    openscouter,
    promptster,
    rentalot,
    saleslab,
)
from session_contracts.conformance.vocabulary.model import Vocabulary
from session_contracts.conformance.vocabulary.own import own_vocabularies

_VOCABULARIES: Mapping[str, tuple[Vocabulary, ...]] = {
    "rentalot": (rentalot.SESSION,),
    "saleslab": (saleslab.SESSION, saleslab.SCORECARD),
    "openscouter": (openscouter.SESSION,),
    "promptster": (promptster.SESSION,),
    "mobilenext": (mobilenext.SESSION,),
}


def vocabularies(api: str) -> tuple[Vocabulary, ...]:
    """The vocabularies of one API, its main resource first. Raises UnknownApi, PartError."""
    return _VOCABULARIES.get(api) or own_vocabularies(api)


__all__ = ["Vocabulary", "vocabularies"]
