"""Transcripts as they are asked for: of a medium, a stretch of it, or as if so many spoke; and why one is empty."""

from __future__ import annotations

from dataclasses import dataclass, replace

from aima.domain.media import Medium
from aima.domain.speech import Hearing
from aima.domain.text import display
from aima.errors import MediaError
from aima.fusion.utterances import WORDS
from aima.services.hearings import HearingService
from aima.services.media import find_medium
from aima.services.naming import names_of_speakers
from aima.stores.ports import Stores


@dataclass(frozen=True, slots=True)
class Transcript:
    """What is heard in a medium, speakers who are persons by their names. remark: why nothing is said; or None."""

    medium: Medium
    hearing: Hearing
    remark: str | None


class TranscriptService:
    """Reads transcripts from the truth: they are never behind it."""

    def __init__(self, stores: Stores, hearings: HearingService) -> None:
        self._stores, self._hearings = stores, hearings

    def transcript(self, which: str, speakers: int | None = None) -> Transcript:
        """What is heard in a medium, given by id, beginning of an id, name or path.

        speakers: how many there are, where somebody knows; what is kept stays as it is.

        Raises:
            MediaMissing, MediaError: none or several are meant, or its sound was never analysed.
            ArchiveDamaged: with `speakers`, observations are missing or damaged.
        """
        medium = find_medium(self._stores.media, which)
        if not medium.info.has_sound:
            return Transcript(medium, Hearing(medium.content_id, "", (), (), (), ()), _silent(medium))
        hearing = self._hearing(medium.content_id, speakers)
        if hearing is None:
            name = display(medium.filename)
            raise MediaError(f"the sound of {name} was not analysed", f"run: aima analyze {display(medium.path)}")
        return Transcript(medium, hearing, self._remark(medium, hearing))

    def _hearing(self, content_id: str, speakers: int | None) -> Hearing | None:
        if speakers is not None:
            return self._hearings.counted(content_id, speakers)
        hearing = self._hearings.of(content_id)
        return hearing and replace(hearing, names=names_of_speakers(self._stores.persons, content_id))

    def _remark(self, medium: Medium, hearing: Hearing) -> str | None:
        if hearing.utterances:
            return None
        name = display(medium.filename)
        observed = {receipt.key.analyzer for receipt in self._stores.observations.receipts(medium.content_id)}
        if WORDS not in observed:
            return f"what is said in {name} was not analysed; run: aima analyze {display(medium.path)} --with {WORDS}"
        return f"nothing is said in {name}"


def _silent(medium: Medium) -> str:
    problem = medium.info.details.get("sound_problem")
    name = display(medium.filename)
    return f"the sound of {name} cannot be analysed: {display(str(problem))}" if problem else f"{name} has no sound"
