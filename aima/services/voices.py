"""Voices: what is known of the speakers of all contents, and how mouths go with them, for fusion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa

from aima.domain.observation import ObservationKey, Receipt
from aima.domain.speech import Hearing, Turn
from aima.domain.track import Track
from aima.fusion.association import Tallies
from aima.fusion.lips import ACTIVITY, MOUTHS, WAVEFORM, Tally, compare, read_mouths, read_signals
from aima.fusion.voices import Voice
from aima.fusion.windows import VECTORS
from aima.models.catalogue import catalogue
from aima.models.model import Calibration
from aima.services.sources import DETECTOR, Ending, Source, SourceService, Tables
from aima.settings import Settings
from aima.stores.ports import Stores

LISTENED: Final = (VECTORS, WAVEFORM, ACTIVITY)

Receipts = Mapping[ObservationKey, Sequence[Receipt]]
Keys = dict[str, ObservationKey]


@dataclass(frozen=True, slots=True)
class VoiceSources:
    """What is to be read of the voices of each content that was ever listened to.

    hashes: what their hearings were made of. keys: of the observations of voices, of the sound and, where they are of
    the faces that fusion reads, of mouths. receipts: of all these.
    """

    hashes: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, Keys] = field(default_factory=dict)
    receipts: Receipts = field(default_factory=dict)

    @property
    def facts(self) -> list[tuple[str, str, str]]:
        """Everything that the voices are made of beside the observations, sorted: content, hearing, model."""
        return sorted((content_id, digest, self.model(content_id)) for content_id, digest in self.hashes.items())

    @property
    def models(self) -> dict[str, str]:
        """Model version by analyzer, of those that have one."""
        return {name: key.model_version for keys in self.keys.values() for name, key in keys.items()}

    def model(self, content_id: str) -> str:
        """Version of the model of the voice vectors of a content; nothing where there are none."""
        key = self.keys.get(content_id, {}).get(VECTORS)
        return key.model_version if key else ""


class VoiceReader:
    """Reads voices as fusion joins them with persons."""

    def __init__(self, settings: Settings, stores: Stores, observed: Tables) -> None:
        self._settings, self._stores, self._observed = settings, stores, observed

    def sources(self, faces: Mapping[str, Source], ending: Ending) -> VoiceSources:
        """What there is to read. faces: what fusion reads of the faces of each content."""
        hashes = self._stores.hearings.input_hashes()
        if not hashes:
            return VoiceSources()
        sources = SourceService(self._stores, ending)
        heard = sources.each(hashes)
        seen = sources.by_job((DETECTOR, MOUTHS), hashes)
        found: dict[str, Keys] = {}
        wanted: set[ObservationKey] = set()
        for content_id in sorted(hashes):
            keys: Keys = {
                name: heard[content_id][name][0].key for name in LISTENED if name in heard.get(content_id, {})
            }
            detected = faces[content_id].keys.get(DETECTOR) if content_id in faces else None
            same = (
                o for o in seen.get(content_id, ()) if MOUTHS in o and DETECTOR in o and o[DETECTOR].key == detected
            )
            if (own := next(same, None)) is not None:
                keys[MOUTHS] = own[MOUTHS].key
            found[content_id] = keys
            wanted |= set(keys.values())
        return VoiceSources(hashes, found, self._observed.receipts(wanted))

    def calibrations(self, sources: VoiceSources) -> dict[str, Calibration]:
        """Of the voice models that have one, by version."""
        entries = catalogue(self._settings)
        versions = {sources.model(content_id) for content_id in sources.hashes} - {""}
        records = {version: entries.get(version.partition("@")[0]) for version in versions}
        return {
            version: Calibration(entry.calibration.slope, entry.calibration.intercept, entry.calibration.measured_on)
            for version, entry in sorted(records.items())
            if entry is not None and entry.calibration is not None
        }

    def hearings(self, sources: VoiceSources) -> Iterator[Hearing]:
        """What is heard of each content, sorted by content."""
        for content_id in sorted(sources.hashes):
            hearing = self._stores.hearings.get(content_id)
            if hearing is not None:
                yield hearing

    def tallies(self, sources: VoiceSources, hearing: Hearing, tracks: Sequence[Track]) -> Tallies:
        """How the mouths of a content go with its speakers; nothing where the one or the other was not observed.

        Raises:
            ArchiveDamaged: a file is missing or damaged.
        """
        keys = sources.keys.get(hearing.content_id, {})
        names = (WAVEFORM, ACTIVITY, MOUTHS)
        if not hearing.turns or not tracks or not all(keys.get(name) in sources.receipts for name in names):
            return {}
        tables = {name: self._observed.read(sources.receipts[keys[name]]) for name in names}
        return _tallied(hearing, tracks, tables)


def voices_of(hearing: Hearing, model: str) -> list[Voice]:
    """The speakers of a content as what is to be joined; those who have no turn are left out."""
    by_speaker: dict[int, list[Turn]] = {}
    for turn in hearing.turns:
        by_speaker.setdefault(turn.speaker, []).append(turn)
    return [Voice(one, tuple(by_speaker[one.no]), model) for one in hearing.speakers if one.no in by_speaker]


def _tallied(hearing: Hearing, tracks: Sequence[Track], tables: Mapping[str, pa.Table]) -> Tallies:
    signals = read_signals(tables)
    found: dict[tuple[str, int], Tally] = {}
    mouths = read_mouths(tracks, tables[MOUTHS])
    for voice in voices_of(hearing, ""):
        spans = [(turn.start_us, turn.end_us) for turn in voice.turns]
        for track_id, mouth in mouths.items():
            tally = compare(mouth, signals, spans)
            if tally is not None:
                found[track_id, voice.speaker.no] = tally
    return found
