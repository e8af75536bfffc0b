from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aima.domain.finding import Finding, Shot, Sighting, finding_id
from aima.domain.media import MediaInfo
from aima.errors import MediaMissing
from aima.services.persons import PersonService
from aima.services.timelines import Timeline, TimelineService
from aima.stores.postgres import PostgresStores
from tests.hearings_made import made_hearing
from tests.persons_made import SECOND, add_medium, made_medium, made_run, made_track, record

HAPPY = np.array([0.1, 0.8, 0.02, 0.02, 0.02, 0.02, 0.02], np.float32)
TORN = np.array([0.3, 0.3, 0.2, 0.05, 0.05, 0.05, 0.05], np.float32)


def finding(content_id: str, kind, text: str, start_s: float, end_s: float, most: int = 1) -> Finding:
    start, end = round(start_s * SECOND), round(end_s * SECOND)
    own = finding_id(content_id, kind, text, start)
    return Finding(own, kind, text, start, end, 0.8, start, (1.0, 2.0, 3.0, 4.0), most)


def fill(stores: PostgresStores) -> None:
    """a.mp4: two persons, two shots, a dog twice, a label, a line of writing. b.mp4: one person of a.mp4 and a cat."""
    film, other = add_medium(stores, "a.mp4"), add_medium(stores, "b.mp4")
    tracks = [
        replace(made_track("a.mp4", 0, 4), expression=HAPPY),
        replace(made_track("a.mp4", 20, 22), expression=TORN),
        made_track("a.mp4", 2, 30, left=400),
        made_track("b.mp4", 1, 3),
    ]
    record(stores, made_run(tracks, (0, 1, 3), (2,)))
    stores.sightings.record(sighting_of(film.content_id))
    cat = finding(other.content_id, "object", "cat", 0, 1)
    stores.sightings.record(Sighting(other.content_id, "inputs", (), (cat,)))


def sighting_of(content_id: str) -> Sighting:
    shots = (Shot(0, 0, 15 * SECOND, (0,)), Shot(1, 15 * SECOND, 60 * SECOND))
    found = (
        finding(content_id, "object", "dog", 1, 4, most=2),
        finding(content_id, "object", "dog", 30, 31),
        finding(content_id, "label", "tabby", 0, 15),
        finding(content_id, "text", "Ausgang", 3, 9),
    )
    return Sighting(content_id, "inputs", shots, found)


@pytest.fixture
def film(stores) -> Timeline:
    fill(stores)
    return TimelineService(stores).timeline("a.mp4")


def test_one_call_has_everything_of_the_medium_and_nothing_else(film):
    assert film.end_us == 60 * SECOND
    assert [(s.start_us, s.end_us) for s in film.shots] == [(0, 15 * SECOND), (15 * SECOND, 60 * SECOND)]
    assert [lane.label for lane in film.persons] == ["Unknown 1", "Unknown 2"]
    spans = [[(p.start_us / SECOND, p.end_us / SECOND) for p in lane.presences] for lane in film.persons]
    assert spans == [[(0, 4), (20, 22)], [(2, 30)]]
    (dog,) = film.objects
    assert (dog.text, [(s.start_us / SECOND, s.most) for s in dog.spans]) == ("dog", [(1, 2), (30, 1)])
    assert [lane.text for lane in (*film.labels, *film.texts)] == ["tabby", "Ausgang"]


def test_what_is_heard_stands_beside_what_is_seen(stores, film):
    lines = [(1.0, 3.0, 0, "Hello."), (2.5, 70.0, 1, "Hello!"), (5.0, 6.0, 0, "Well.")]
    stores.hearings.record(made_hearing("a.mp4", lines, [(8.0, 9.0, "music"), (20.0, 21.0, "music")]))
    heard = TimelineService(stores).timeline("a.mp4")
    spans = [(lane.label, [turn.start_us / SECOND for turn in lane.turns]) for lane in heard.speakers]
    assert spans == [("Speaker 1", [1.0, 5.0]), ("Speaker 2", [2.5])]
    assert [(one.speaker, one.text) for one in heard.utterances] == [(0, "Hello."), (1, "Hello!"), (0, "Well.")]
    assert [(lane.label, len(lane.spans)) for lane in heard.sounds] == [("music", 2)]
    assert heard.end_us == 70 * SECOND
    assert (heard.persons, heard.objects) == (film.persons, film.objects)
    assert heard.digest != film.digest
    assert TimelineService(stores).timeline("b.mp4").utterances == ()


def test_every_appearance_has_its_own_expression(film):
    first, second = film.persons
    assert [presence.expression for presence in first.presences] == ["happiness", "uncertain"]
    assert [presence.expression for presence in second.presences] == [None]


def test_made_anew_of_the_ledger_and_the_observations_it_is_the_same(film, stores, database):
    with stores.engine.begin() as connection:
        for table in ("person_appearances", "findings", "shots"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    assert TimelineService(stores).timeline("a.mp4").digest != film.digest
    stores.ledger.rebuild()
    stores.sightings.record(sighting_of(film.medium.content_id))
    with PostgresStores.open(database) as later:
        assert TimelineService(later).timeline("a.mp4") == film


def test_the_digest_says_whether_anything_else_is_seen(film, stores):
    content_id = film.medium.content_id
    sighting = sighting_of(content_id)
    later = replace(sighting.findings[0], end_us=5 * SECOND)
    nearly = replace(sighting.findings[0], end_us=4 * SECOND + 100, score=0.802)
    digests = []
    for changed in (later, nearly):
        stores.sightings.record(replace(sighting, findings=(changed, *sighting.findings[1:])))
        digests.append(TimelineService(stores).timeline("a.mp4").digest)
    assert digests[0] != film.digest
    assert digests[1] == film.digest, "less than a millisecond and a hundredth are no difference"


def test_a_name_changes_what_is_shown_and_not_the_digest(film, stores):
    PersonService(stores, "local").name("Unknown 1", "Ada")
    named = TimelineService(stores).timeline("a.mp4")
    assert [lane.label for lane in named.persons] == ["Ada", "Unknown 2"]
    assert named.digest == film.digest


def test_a_medium_that_was_not_analysed_is_empty(stores):
    picture = made_medium("p.jpg", stores.ensure_user("local"))
    picture = replace(picture, info=MediaInfo("image", "jpeg", "mjpeg", 10, 10, 0, 0.0))
    stores.media.add(picture, [])
    found = TimelineService(stores).timeline("p.jpg")
    assert (found.end_us, found.shots, found.persons, found.objects) == (1, (), (), ())
    assert len(found.digest) == 64


def test_an_unknown_medium_is_said(stores):
    with pytest.raises(MediaMissing, match="there is no medium"):
        TimelineService(stores).timeline("z.mp4")
