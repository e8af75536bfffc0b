"""Search: asks what is given, joins what lies together, and says why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence, Set
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final, Protocol

from aima.services.media import resolve as resolve_medium
from aima.services.naming import find_person
from aima.services.search import filters
from aima.services.search.answers import Answer, Answers
from aima.services.search.clues import Trail, contents_of
from aima.services.search.near import Near, Spaces
from aima.services.search.query import Query
from aima.services.search.ranking import Moment, moments
from aima.settings import Settings
from aima.stores.moments import MomentStore, Place, Presence, Within
from aima.stores.ports import Stores
from aima.stores.vectors import VectorStore

if TYPE_CHECKING:
    from aima.services.search.encoding import Encoders

POOL: Final = 10
"""Clues that are looked at for each answer that is wanted: several lie in one moment, others are filtered out."""
LEAST_POOL: Final = 100


Look = Callable[[Set[str] | None], Trail]
"""Looks for one thing, in these contents or in all."""


class Progress(Protocol):
    """How far the vectors follow the truth."""

    @property
    def seq(self) -> int:
        """The last change up to which they hold everything."""
        ...

    @property
    def behind(self) -> int:
        """Changes that they have still to hear of."""
        ...


class SearchService:
    """Answers queries over the whole archive. It never waits for projections: the answers say how far these are."""

    def __init__(
        self,
        settings: Settings,
        stores: Stores,
        spaces: Spaces,
        vectors: Callable[[], VectorStore],
        progress: Callable[[], Progress],
    ) -> None:
        self._settings, self._stores, self._progress = settings, stores, progress
        self._near = Near(settings, spaces, vectors)

    def search(self, query: Query) -> Answers:
        """The moments that fulfil everything that is asked for, best first.

        Raises:
            QueryInvalid: a picture shows no face, or not so many.
            MediaError: a picture cannot be read, or no or several media are meant.
            PersonError: nobody or several persons are meant.
            ModelError: a face or a picture is asked for and its model cannot be used.
            StoreUnreachable, StackDown: the truth is away, or a face or a picture is asked for and the vectors are.
        """
        reached = self._progress()
        within = self._within(query)
        contents = {place.content_id for place in self._stores.moments.places(within)} if within.narrows else None
        trails = self._trails(query, contents)
        asked = any(trail.vectors for trail in trails)
        found = moments([trail.clues for trail in trails], round(query.within_s * 1e6))
        return Answers(
            self._answers(found, within, query.limit),
            reached.seq if asked else self._stores.outbox.head(),
            reached.behind if asked else 0,
            models={name: version for trail in trails for name, version in trail.models.items()},
            unasked=tuple(unasked for trail in trails for unasked in trail.unasked),
            remarks=tuple(remark for trail in trails for remark in trail.remarks),
        )

    def _within(self, query: Query) -> Within:
        medium = resolve_medium(self._stores.media.all(), query.medium).media_id if query.medium else None
        return Within(medium, query.kind, query.since, query.until)

    def _trails(self, query: Query, contents: Set[str] | None) -> list[Trail]:
        """One for each thing asked for; what the truth alone can answer comes first and narrows the rest."""
        trails: list[Trail] = []
        for look in (*self._known(query), *self._encoded(query)):
            trails.append(look(contents))
            contents = contents_of(trails[-1].clues)
        return trails

    def _known(self, query: Query) -> Iterator[Look]:
        """What needs no vectors."""
        truth = self._stores.moments
        tracks: frozenset[str] | None = None
        if query.person is not None:
            person = find_person(self._stores.persons.all(), query.person)
            tracks = frozenset(t for seen in truth.presences([person.person_id]) for t in seen.track_ids)
            yield partial(filters.persons, truth, person)
        if query.object is not None:
            yield partial(filters.objects, truth, query.object)
        if query.expression is not None:
            yield partial(filters.expressions, truth, query.expression, tracks)

    def _encoded(self, query: Query) -> Iterator[Look]:
        """What is compared with vectors. Imported at use: decoders and networks take a second."""
        wanted = max(POOL * query.limit, LEAST_POOL)
        if query.text is not None:
            from aima.services.search.texts import TextSearch

            yield partial(TextSearch(*self._with).trail, query.text, wanted)
        if query.said is not None:
            from aima.services.search.texts import TextSearch

            yield partial(TextSearch(*self._with).said, query.said, wanted)
        if query.image is not None:
            from aima.services.search.images import ImageSearch

            yield partial(ImageSearch(*self._with).trail, query.image, wanted)
        if query.face is not None:
            from aima.services.search.faces import FaceSearch

            yield partial(FaceSearch(*self._with).trail, query.face, query.face_number, wanted)

    @cached_property
    def _with(self) -> tuple[Encoders, MomentStore, Near]:
        from aima.services.search.encoding import Encoders

        return Encoders(self._settings), self._stores.moments, self._near

    def _answers(self, found: Sequence[Moment], within: Within, limit: int) -> tuple[Answer, ...]:
        """The best moments in their media. Content that several own answers once for each."""
        places = self._stores.moments.places(within, {moment.content_id for moment in found})
        by_content: dict[str, list[Place]] = defaultdict(list)
        for place in places:
            by_content[place.content_id].append(place)
        pairs = [(moment, place) for moment in found for place in by_content[moment.content_id]]
        pairs.sort(key=lambda pair: (-round(pair[0].score, 6), pair[1].filename, pair[1].media_id, pair[0].start_us))
        best = pairs[:limit]
        seen = self._stores.moments.presences(None, {moment.content_id for moment, _ in best})
        pictures = self._pictures([moment for moment, _ in best])
        return tuple(
            Answer(
                place,
                moment.start_us,
                moment.end_us,
                moment.score,
                moment.reasons,
                _who(moment, seen),
                next((pictures[track] for track in _tracks(moment) if track in pictures), None),
            )
            for moment, place in best
        )

    def _pictures(self, found: Sequence[Moment]) -> dict[str, str]:
        """Kept pictures of the tracks that are evidence, by track."""
        faces = self._stores.moments.faces({track for moment in found for track in _tracks(moment)})
        return {track: face.picture_path for track, face in faces.items() if face.picture_path is not None}


def _tracks(moment: Moment) -> list[str]:
    """Tracks that are evidence, those of the strongest reason first."""
    return [e.id for reason in moment.reasons for e in reason.evidence if e.kind == "track"]


def _who(moment: Moment, seen: Sequence[Presence]) -> tuple[str, ...]:
    """Who is seen during a moment."""
    there = {
        one.label
        for one in seen
        if one.content_id == moment.content_id and one.start_us < moment.end_us and moment.start_us < one.end_us
    }
    return tuple(sorted(there))
