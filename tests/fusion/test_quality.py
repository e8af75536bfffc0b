"""How well people are told apart on real media. Floors lie below what was measured (0.95, 1.0, 1.0)."""

import json
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import pytest

from aima.domain.media import Segment
from aima.domain.track import Cluster, Track
from aima.evaluation.reading import read_truth
from aima.evaluation.scores.persons import score_clip
from aima.fusion.persons import link
from aima.settings import Settings
from tests.conftest import MEDIA_DIR, MEDIA_REASON
from tests.fusion.seeing import Eyes

pytestmark = pytest.mark.skipif(not MEDIA_DIR.is_dir(), reason=MEDIA_REASON)

Intervals = tuple[tuple[float, float], ...]


@pytest.fixture(scope="module")
def eyes(settings: Settings) -> Eyes:
    return Eyes.open(settings)


def persons(eyes: Eyes, tracks: list[Track]) -> tuple[Cluster, ...]:
    return link(tracks, eyes.calibration, eyes.settings.identity.join, eyes.settings.identity.review)


def intervals(cluster: Cluster, tracks: Mapping[str, Track]) -> Intervals:
    return tuple((tracks[t].start_us / 1e6, tracks[t].end_us / 1e6) for t in cluster.track_ids)


@pytest.mark.parametrize(
    ("name", "floor"),
    [
        ("hamilton_short.mp4", 0.85),  # singer, pianist in profile, dark audience
        ("debate_001.avi", 0.98),
        ("pyfeat_single.mp4", 0.98),
    ],
)
def test_people_are_found_when_they_are_seen(eyes: Eyes, media_dir: Path, name: str, floor: float):
    tracks = {t.track_id: t for t in eyes.tracks(media_dir / "video" / name, "a")}
    clip = read_truth(media_dir).clips[Path(name).stem]
    found = {str(n): intervals(cluster, tracks) for n, cluster in enumerate(persons(eyes, list(tracks.values())))}
    assert score_clip(clip, found).f1 >= floor


def test_people_who_are_seen_from_behind_are_no_persons(eyes: Eyes, media_dir: Path):
    behind = Segment("a", 0, "sight", 75_000_000, 83_000_000)
    tracks = eyes.tracks(media_dir / "video" / "one_by_one.mp4", "a", [behind])
    assert tracks, "ears and hair are taken for faces now and then"
    assert persons(eyes, tracks) == ()


def test_photographs_of_many_people_fall_into_these_people(eyes: Eyes, media_dir: Path):
    identities = json.loads((media_dir / "truth" / "face_identities.json").read_text())
    chosen = [(who, file) for who, files in identities.items() if "character" in who for file in files[:2]]
    largest, everything = {}, []
    for _, file in chosen:
        tracks = eyes.tracks(media_dir / file, file)
        everything += tracks
        largest[file] = max(tracks, key=lambda t: float(t.boxes[0, 2] * t.boxes[0, 3])).track_id
    group = {t: number for number, c in enumerate(persons(eyes, everything)) for t in c.track_ids}
    pairs = [(a[0] == b[0], group[largest[a[1]]] == group[largest[b[1]]]) for a, b in combinations(chosen, 2)]
    assert not [pair for pair in pairs if pair == (False, True)], "nobody is taken for somebody else"
    assert sum(pair == (True, False) for pair in pairs) <= 0.05 * sum(same for same, _ in pairs)
