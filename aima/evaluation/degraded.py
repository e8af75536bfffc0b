"""How faces of known persons survive what happens to photographs: shrunk, compressed, cut, turned, without colour.

Every photograph is decoded once; its copies are made in memory (see `degraded.toml`) and looked at by the analyzers,
options and fusion of the product.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from pydantic import Field

from aima.errors import MediaError
from aima.evaluation.degrading import Copy, Variant, degrade, variants
from aima.evaluation.likeness import Likeness, Rule, Seen, compare
from aima.evaluation.scores.result import Result
from aima.evaluation.subject import main_face
from aima.evaluation.truth import Truth
from aima.pipeline.looking import Eyes, Pixels, decode
from aima.settings import Settings

Progress = Callable[[int, int], None]
"""Called with the number of photographs that are done, and of all."""


class VariantScore(Likeness):
    """What becomes of the photographs in one variant."""

    name: str
    group: str = Field(description="variants of one group make a curve: size, jpeg, crop, rotate ...")
    strength: float = Field(description="place on the curve, in the unit of the group")
    unit: str = Field(description="of strength: px, %, degrees ...")


class DegradedReport(Result):
    """All variants, the untouched photographs first."""

    photos: int
    persons: int
    model: str = Field(description="name and version of the face vectors")
    join: float = Field(description="log-odds from which tracks are one person")
    variants: tuple[VariantScore, ...]
    unreadable: dict[str, str] = Field(description="reason by photograph that was left out")
    cpu_s: float = Field(description="CPU seconds of making the copies and of looking at all; decoding is left out")

    @property
    def wrong_joins(self) -> int:
        """Found persons that hold several true ones, over all variants."""
        return sum(len(variant.mixed) for variant in self.variants)


def measure(settings: Settings, truth: Truth, progress: Progress | None = None) -> DegradedReport:
    """Look at every photograph of the truth's identities in every variant.

    Raises:
        ModelError: a model is missing, see `aima.models.loader.load`.
    """
    photos = [(person, file) for person, files in truth.identities.items() for file in files]
    gallery, unreadable = _Gallery(Eyes.open(settings), variants()), {}
    for number, (person, file) in enumerate(photos, 1):
        try:
            gallery.add(person, file, decode(truth.folder / file, settings.media))
        except MediaError as error:
            unreadable[file] = str(error)
        if progress:
            progress(number, len(photos))
    return gallery.report(truth, settings, unreadable)


class _Gallery:
    """Photographs and their copies, seen."""

    def __init__(self, eyes: Eyes, chosen: Sequence[Variant]) -> None:
        self._eyes, self._variants = eyes, chosen
        self._seen: dict[str, list[Seen]] = {variant.name: [] for variant in chosen}
        self._cpu_s = 0.0

    def add(self, person: str, file: str, pixels: Pixels) -> None:
        """Look at a photograph in all variants. Where it shows no face, nothing is known of its copies either."""
        started = time.process_time()
        tracks = self._eyes.tracks(pixels, file)
        face = main_face(tracks, (0, 0, pixels.shape[1], pixels.shape[0]))
        plain = Copy.of(pixels, face.box) if face else None
        for variant in self._variants:
            if not variant.steps:
                seen = Seen(person, file, "", tuple(tracks), face)
            elif plain is None:
                seen = Seen(person, file, variant.name)
            else:
                seen = self._look(person, file, variant.name, degrade(plain, variant))
            self._seen[variant.name].append(seen)
        self._cpu_s += time.process_time() - started

    def report(self, truth: Truth, settings: Settings, unreadable: dict[str, str]) -> DegradedReport:
        """Everything that was seen, scored."""
        model, identity = self._eyes.model, settings.identity
        assert model.calibration is not None, f"{model.name} has no calibration"
        rule = Rule(model.calibration, identity.join, identity.review)
        plain = next(variant.name for variant in self._variants if not variant.steps)
        return DegradedReport(
            photos=len(self._seen[plain]),
            persons=len({seen.person for seen in self._seen[plain]}),
            model=model.model_version,
            join=identity.join,
            variants=tuple(self._score(variant, self._seen[plain], truth, rule) for variant in self._variants),
            unreadable=unreadable,
            cpu_s=self._cpu_s,
        )

    def _look(self, person: str, file: str, variant: str, copy: Copy) -> Seen:
        tracks = tuple(self._eyes.tracks(copy.pixels, f"{file} ({variant})"))
        there = [track for track in tracks if copy.holds(track.box)]
        return Seen(person, file, variant, tracks, main_face(there, copy.place))

    def _score(self, variant: Variant, taken: Sequence[Seen], truth: Truth, rule: Rule) -> VariantScore:
        figures = compare(self._seen[variant.name], taken if variant.steps else (), truth.pairs, rule)
        said = variant.model_dump(exclude={"steps"})
        return VariantScore(**said, **dict(figures))
