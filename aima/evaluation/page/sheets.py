"""Contact sheets of a clip: the faces of each found person, and the frames in which somebody was not found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from aima.domain.text import count
from aima.evaluation.answers import SeenFace
from aima.evaluation.page.elements import Element, element, figure, remark, span, strip
from aima.evaluation.page.lanes import ClipView
from aima.evaluation.page.pictures import Album
from aima.evaluation.scores.persons import Mistake

CROPS: Final = 8
FRAMES: Final = 24


def found_faces(view: ClipView, album: Album) -> Iterator[Element]:
    """The faces of every found person in the order of time; red where they should not be there."""
    tracks: dict[str | None, list[SeenFace]] = defaultdict(list)
    for face in sorted(view.seen, key=lambda face: face.start):
        tracks[face.person].append(face)
    order: list[str | None] = [*view.matched, *view.strays]
    for person in [*order, *(other for other in tracks if other not in order)]:
        if tracks[person]:
            heading = element("h4", _heading(view, person), " ", element("small", count(len(tracks[person]), "track")))
            yield element("div", heading, strip(_crops(view, person, tracks[person], album)), class_="group")


def wrong_frames(view: ClipView, album: Album) -> Iterator[Element | None]:
    """Frames from the middle of the longest stretches that are wrong, in the order of time."""
    longest = sorted(view.score.mistakes, key=lambda mistake: mistake.start - mistake.end)[:FRAMES]
    chosen = sorted(longest, key=lambda mistake: mistake.start)
    if not chosen:
        return
    shown = album.frames(view.clip.file, [(mistake.start + mistake.end) / 2 for mistake in chosen])
    yield element("h4", "Frames that are wrong")
    yield strip(
        figure(photo.jpeg if photo else None, _caption(mistake), mistake.kind)
        for photo, mistake in zip(shown, chosen, strict=True)
    )
    more = len(view.score.mistakes) - len(chosen)
    yield remark(f"{count(more, 'shorter stretch', 'shorter stretches')} without a frame here" if more else None)


def _heading(view: ClipView, person: str | None) -> str:
    if person is None:
        return "Faces of nobody"
    if person in view.matched:
        true = next(one for one in view.clip.persons if one.id == view.matched[person])
        return f"{person} is {true.id}" + (f" \u2013 {true.description}" if true.description else "")
    return f"{person} stands for nobody"


def _crops(view: ClipView, person: str | None, faces: Sequence[SeenFace], album: Album) -> Iterator[Element]:
    wrong = [mistake for mistake in view.score.mistakes if mistake.predicted == person is not None]
    for face in _spread(faces):
        middle = (face.start + face.end) / 2
        astray = any(mistake.start <= middle < mistake.end for mistake in wrong)
        yield figure(album.crop(face.picture), span(face.start, face.end), "wrong" if astray else "")


def _spread(faces: Sequence[SeenFace]) -> list[SeenFace]:
    """At most eight, evenly from the first to the last."""
    if len(faces) <= CROPS:
        return list(faces)
    return [faces[round(place * (len(faces) - 1) / (CROPS - 1))] for place in range(CROPS)]


def _caption(mistake: Mistake) -> str:
    when = span(mistake.start, mistake.end)
    match mistake.kind:
        case "missed":
            return f"{when} {mistake.person} is missed"
        case "false":
            return f"{when} {mistake.predicted} is not there"
        case "swapped":
            return f"{when} {mistake.person} is taken for {mistake.predicted}"
