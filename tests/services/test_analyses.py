"""The main job on real media: through Ray Data into PostgreSQL, to persons."""

from __future__ import annotations

import platform
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aima.analyzers.registry import DEFAULT, stream_of
from aima.bootstrap import Services, open_services
from aima.domain.job import Job
from aima.errors import ArchiveDamaged, MediaMissing, PlanInvalid
from aima.services.sample import portraits
from tests.media.sounds import add_sound, write_wave
from tests.media_made import two_person_clip, write_picture
from tests.voices_made import HIGH, RATE, speak

ADDED = "emotion"
WANTED = {name: {} for name in DEFAULT if name != ADDED}
SEEING = {name for name in WANTED if stream_of(name) == "sight"}
HEARD = {"shot_cuts": {}, "waveform": {}, "voice_activity": {}}


@pytest.fixture(scope="module")
def faces(settings) -> dict[str, Path]:
    return portraits(settings)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("analyses")


@pytest.fixture(scope="module")
def clip(folder, faces) -> Path:
    return two_person_clip(folder / "two.mp4", faces)


@pytest.fixture(scope="module")
def picture(folder, faces) -> Path:
    return write_picture(folder / "one.jpg", faces["astronaut"], brightness=0.8)


@pytest.fixture(scope="module")
def services(stack, workspace):
    with open_services(workspace) as opened:
        yield opened


@pytest.fixture(scope="module")
def first(services: Services, clip: Path, picture: Path):
    heard = []
    report = services.analyses.analyze([clip, picture], WANTED, heard.append)
    return report, heard


def test_persons_of_a_clip_are_found_again_in_a_picture(first, services):
    report, _ = first
    assert [f.state for f in report.files] == ["done", "done"]
    assert report.fusion.changed
    persons = services.persons.list()
    assert len(persons) == 2
    files = sorted(sorted({a.filename for a in person.appearances}) for person in persons)
    assert files == [["one.jpg", "two.mp4"], ["two.mp4"]]


def test_intervals_are_those_of_the_clip(first, services):
    spans = sorted(
        (a.start_us / 1e6, a.end_us / 1e6)
        for person in services.persons.list()
        for a in person.appearances
        if a.filename == "two.mp4"
    )
    assert spans[0] == pytest.approx((0.0, 8.0), abs=0.25)
    assert spans[1] == pytest.approx((4.0, 8.0), abs=0.25)


def test_progress_reaches_the_end_with_a_rate(first):
    _, heard = first
    assert heard[-1].done_s == pytest.approx(heard[-1].total_s)
    assert heard[-1].rate > 0
    assert heard[-1].left_s == pytest.approx(0.0)


def test_cpu_is_told_by_analyzer(first):
    report, _ = first
    assert set(report.cpu_s) == {*SEEING, "decode"}, "there is no sound in them"
    assert report.cpu_s["face_detector"] > 0


def test_crops_of_the_faces_lie_in_the_archive(first, services):
    (medium,) = [m for m in services.stores.media.all() if m.filename == "two.mp4"]
    crops = services.stores.observations.crops(medium.content_id)
    assert 2 <= len(crops) <= 20
    assert all(services.archive.get(crop.path).startswith(b"\xff\xd8") for crop in crops)


def test_shots_of_every_medium_are_known_afterwards(first, services):
    report, _ = first
    assert report.sightings.contents == 2
    assert report.sightings.unseen == ()
    for medium in services.stores.media.all():
        shots = services.stores.sightings.get(medium.content_id).shots
        segments = services.stores.media.segments(medium.content_id)
        assert (shots[0].start_us, shots[-1].end_us) == (0, segments[-1].end_us)
    assert services.analyses.sightings.refresh().contents == 0


def test_what_it_cost_is_written_and_in_the_figures(first, services):
    decoding = services.stores.metrics.since("decode_cpu_s", datetime.now(UTC) - timedelta(hours=1))
    assert {metric.labels["kind"] for metric in decoding} == {"video", "image"}
    jobs = {
        job.job_id for medium in services.stores.media.all() for job in services.stores.jobs.of_medium(medium.media_id)
    }
    assert {metric.job_id for metric in decoding} <= jobs
    assert all(metric.node for metric in decoding)
    stages = {(stage.stage, stage.kind) for stage in services.metrics.figures().stages}
    assert {("face_detector", "video"), ("face_detector", "image"), ("decode", "video")} <= stages


def test_what_a_file_cost_is_told(first):
    report, _ = first
    for file in report.files:
        assert set(file.cpu_s) == {*SEEING, "decode"}
    total = sum(file.cpu_s["face_detector"] for file in report.files)
    assert total == pytest.approx(report.cpu_s["face_detector"])


def test_it_is_known_which_machine_did_it(first, services):
    jobs = services.jobs.list(everything=True)
    nodes = [one.node.name for job in jobs[:2] for one in services.stores.queue.assignments(job.job.job_id)]
    assert nodes == [platform.node()] * 2


def test_a_content_can_be_linked_by_itself(first, services):
    (medium,) = [m for m in services.stores.media.all() if m.filename == "two.mp4"]
    fusion = services.analyses.fusion
    (watched,) = [one for one in fusion.watched() if one.content_id == medium.content_id]
    assert (watched.frames, watched.faces) == (40, 60)
    assert set(watched.cuts_us) <= {4_000_000}  # where the second face comes in, which may be taken for a cut
    assert len(fusion.link(watched.tracks)) == 2


def test_a_job_that_was_broken_off_after_its_last_segment_is_ended_by_the_next(first, services, clip):
    (medium,) = [m for m in services.stores.media.all() if m.filename == "two.mp4"]
    (job,) = services.stores.jobs.of_medium(medium.media_id)
    services.stores.jobs.set_state(job.job_id, "failed", code="interrupted", detail="killed")
    services.stores.jobs.add(Job(str(uuid.uuid4()), medium.media_id, job.analyzers))  # by who was killed at once
    assert services.analyses.analyze([clip], WANTED).segments == 0
    assert [job.state for job in services.stores.jobs.of_medium(medium.media_id)] == ["done", "failed", "failed"]


def test_a_second_run_changes_nothing(first, services, clip, picture):
    report, _ = first
    again = services.analyses.analyze([clip, picture], WANTED)
    assert again.segments == 0
    assert all(f.known for f in again.files)
    assert not again.fusion.changed
    assert again.fusion.digest == report.fusion.digest


def test_after_a_restart_everything_is_known(first, workspace, clip):
    report, _ = first
    with open_services(workspace) as reopened:
        again = reopened.analyses.analyze([clip], WANTED)
        assert again.segments == 0
        assert again.fusion.digest == report.fusion.digest
        assert reopened.persons.verify().ok


def test_equal_bytes_under_another_name_are_analysed_once(first, services, clip, folder):
    copy = folder / "copy of two.mp4"
    copy.write_bytes(clip.read_bytes())
    report = services.analyses.analyze([copy], WANTED)
    assert report.segments == 0
    assert report.files[0].known


def test_a_damaged_observation_is_named_and_seen_again(first, services, clip):
    (receipt, *_) = [r for r in services.stores.observations.receipts() if r.key.analyzer == "face_embedder"]
    before = services.analyses.analyze([clip], WANTED).fusion.digest
    services.archive.path(receipt.path).write_bytes(b"damaged")
    assert not services.analyses.analyze([clip], WANTED).fusion.changed  # nothing is new, so nothing is read
    with pytest.raises(ArchiveDamaged, match="is not what was written"):
        services.analyses.fuse()
    media = [Path(m.path) for m in services.stores.media.all() if m.content_id == receipt.key.content_id]
    again = services.analyses.analyze(media, WANTED)
    assert again.segments == 1
    assert again.fusion.digest == before


def test_one_file_by_two_names_is_one_job(first, services, folder, faces):
    one = write_picture(folder / "twin.jpg", faces["astronaut"], 0.9)
    two = folder / "twin2.jpg"
    two.write_bytes(one.read_bytes())
    report = services.analyses.analyze([one, two, one.parent / "." / one.name], WANTED)
    assert {f.state for f in report.files} == {"done"}
    (media_id,) = {f.media_id for f in report.files}
    assert [job.state for job in services.stores.jobs.of_medium(media_id)] == ["done"]


def test_what_nobody_waits_for_is_queued_and_can_be_cancelled(first, services, folder, faces):
    later = write_picture(folder / "later.jpg", faces["grace_hopper"], 0.7)
    report = services.analyses.analyze([later], WANTED, priority=3, wait=False)
    (file,) = report.files
    assert (file.state, report.segments, report.fusion.changed) == ("queued", 1, False)
    progress = services.jobs.show("later.jpg")
    assert (progress.job.job_id, progress.state, progress.job.priority) == (file.job_id, "queued", 3)
    assert [job.state for job in services.jobs.cancel([file.job_id])] == ["cancelled"]


def test_a_bad_file_is_told_and_the_good_one_beside_it_analysed(services, folder, faces):
    mixed = folder / "mixed"
    mixed.mkdir()
    write_picture(mixed / "good.jpg", faces["grace_hopper"], 1.1)
    (mixed / "empty.mp4").write_bytes(b"")
    (mixed / "text.mp4").write_text("this is no film\n" * 50)
    (mixed / "list.mp4").write_text("#EXTM3U\n#EXTINF:1,\n/etc/passwd\n")
    report = services.analyses.analyze([mixed], WANTED)
    ended = {Path(f.path).name: (f.state, f.code) for f in report.files}
    assert ended["good.jpg"] == ("done", None)
    assert ended["empty.mp4"] == ("failed", "media_empty")
    assert ended["text.mp4"][0] == "failed"
    assert ended["list.mp4"][0] == "failed"
    assert {f.path for f in report.failed} == {str(mixed / n) for n in ("empty.mp4", "list.mp4", "text.mp4")}
    assert all(str(Path(f.path).name) in (f.detail or "") for f in report.failed)


def test_only_what_is_missing_runs_when_an_analyzer_is_added(first, services, clip):
    before = {r.key.analyzer for r in services.stores.observations.receipts()}
    assert ADDED not in before
    report = services.analyses.analyze([clip], {**WANTED, ADDED: {}})
    assert set(report.cpu_s) == {"decode", ADDED}
    assert report.files[0].state == "done"


def test_a_path_that_is_missing_and_a_plan_that_cannot_work_start_nothing(services, folder):
    with pytest.raises(MediaMissing, match="nowhere"):
        services.analyses.analyze([folder / "nowhere.mp4"], WANTED)
    with pytest.raises(PlanInvalid, match="face_embedder"):
        services.analyses.analyze([folder], {"face_embedder": {}})


@pytest.fixture(scope="module")
def heard(first, services, folder, clip):
    """A film with a voice, the voice alone, and what their first analysis came to."""
    voice = speak(HIGH, 3.0)[None]
    film = add_sound(clip, folder / "voice.mkv", voice, RATE)
    alone = write_wave(folder / "voice.wav", voice, RATE)
    return (film, alone), services.analyses.analyze([film, alone], HEARD)


def test_a_film_is_seen_and_heard_and_sound_alone_is_heard(heard, services):
    (film, alone), report = heard
    by_name = {Path(file.path).name: file for file in report.files}
    assert (report.segments, {file.state for file in report.files}) == (3, {"done"})
    assert set(by_name[film.name].cpu_s) == {*HEARD, "decode"}
    assert set(by_name[alone.name].cpu_s) == {"waveform", "voice_activity", "decode"}
    detail = services.media.show("voice.mkv")
    assert [(s.stream, s.no, s.start_us, s.end_us) for s in detail.segments] == [
        ("sight", 0, 0, 8_000_000), ("sound", 0, 0, 3_000_000)
    ]  # fmt: skip
    (job, _) = (services.jobs.show(name) for name in (film.name, alone.name))
    assert (job.segments, job.done, job.total_us) == (2, 2, 11_000_000)
    stages = {(s.stage, s.kind): s.media_us for s in services.metrics.figures().stages}
    assert (stages["waveform", "video"], stages["waveform", "audio"]) == (3_000_000, 3_000_000)


def test_after_a_restart_what_was_heard_is_known_and_only_what_is_missing_runs(heard, workspace):
    paths, _ = heard
    with open_services(workspace) as reopened:
        again = reopened.analyses.analyze(list(paths), HEARD)
        assert (again.segments, {file.known for file in again.files}) == (0, {True})
        more = reopened.analyses.analyze(list(paths), {**HEARD, "sound_events": {}})
    assert (more.segments, set(more.cpu_s)) == (2, {"sound_events", "decode"})


def test_a_medium_that_no_analyzer_of_an_analysis_fits_says_so(heard, services, picture):
    (film, alone), _ = heard
    unseen = services.analyses.analyze([alone], {"shot_cuts": {}}).files[0]
    assert (unseen.state, unseen.code, unseen.whole) == ("done", "nothing_fits", True)
    assert "voice.wav has no pictures" in (unseen.detail or "")
    unheard = services.analyses.analyze([picture], {"waveform": {}}).files[0]
    assert unheard.code == "nothing_fits"
    assert services.analyses.analyze([film], {"waveform": {}}).files[0].code is None
