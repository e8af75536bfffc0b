"""The plan: order, keys, placement, and what is said before anything starts."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import pytest

from aima.analyzers import registry
from aima.analyzers.registry import DEFAULT
from aima.domain.job import Job
from aima.errors import PlanInvalid
from aima.pipeline import plan as plans
from aima.pipeline.plan import Place, Plan, choose_places, fused, make_plan, plan_data, plan_from, request_of, split
from aima.settings import Media, RaySettings

TASKS = {task for name in registry.ANALYZERS if (task := registry.get(name).task)}
MODELS = {task: (task, f"{task}@1") for task in TASKS}
ALL = {name: {} for name in registry.ANALYZERS}


def plan_of(wanted=None, models=MODELS, reading=None, places=None) -> Plan:
    return make_plan(wanted or ALL, models, reading or Media(), places or fused(2))


def digests(plan: Plan) -> dict[str, str]:
    return {step.analyzer: f"{step.model_version}/{step.digest}" for step in plan.steps}


@pytest.mark.parametrize("names", list(itertools.islice(itertools.permutations(DEFAULT), 6)))
def test_order_follows_from_columns_and_not_from_how_it_was_asked(names):
    order = [step.analyzer for step in plan_of({name: {} for name in names}).steps]
    assert order.index("face_detector") < order.index("face_embedder")
    assert order.index("face_detector") < order.index("mouth_motion")
    assert order == [step.analyzer for step in plan_of({name: {} for name in DEFAULT}).steps]


def test_a_missing_column_is_named_with_its_remedy():
    with pytest.raises(PlanInvalid) as caught:
        plan_of({"face_embedder": {}})
    assert "face_embedder reads faces" in caught.value.message
    assert "face_detector" in caught.value.remedy


def test_unknown_analyzers_and_options_are_refused_by_name():
    with pytest.raises(PlanInvalid, match="telepathy"):
        plan_of({"telepathy": {}})
    with pytest.raises(PlanInvalid, match=r"face_detector\.colour"):
        plan_of({"face_detector": {"colour": "blue"}})


def test_keys_change_with_everything_that_changes_results_and_with_nothing_else():
    base = digests(plan_of())
    assert digests(plan_of(places=split(1, 1))) == base
    assert digests(plan_of(reading=Media(child_cpu_s=1, max_streams=3))) == base

    slower = digests(plan_of(reading=Media(sample_fps=2)))
    assert {name for name in base if base[name] == slower[name]} == registry.SOUND, "frames are nothing to sound"

    other_detector = digests(plan_of(models={**MODELS, "face_detection": ("other", "other@2")}))
    assert {name for name in base if base[name] != other_detector[name]} == {
        "face_detector",
        "face_embedder",
        "emotion",
        "mouth_motion",
    }


def test_a_fused_plan_carries_nothing_between_workers():
    plan = plan_of(places=fused(3))
    assert [stage.carries for stage in plan.stages] == [()]
    assert plan.stages[0].place.workers == 3


def test_a_split_plan_carries_only_what_later_stages_read():
    plan = plan_of(places=split(2, 1, gpus=0.5))
    assert plan.stages[0].steps == ()
    assert {"frames", "strip"} <= set(plan.stages[0].carries)
    assert not {"samples", "speech_chance", "activities"} & set(plan.stages[0].carries), (
        "it is decoded where it is heard"
    )
    assert plan.stages[1].carries == ()
    three = plan_of(
        {"face_detector": {}, "face_embedder": {}, "shot_cuts": {}},
        places=(Place("a", ("face_detector", "shot_cuts")), Place("b", ("face_embedder",))),
    )
    assert set(three.stages[0].carries) == {"frames", "faces"}


def test_places_must_hold_every_analyzer_once_and_in_an_order_that_works():
    with pytest.raises(PlanInvalid, match="exactly once"):
        plan_of(places=(Place("some", ("face_detector",)),))
    with pytest.raises(PlanInvalid, match="before the analyzers it reads from"):
        plan_of(places=(Place("early", ("face_embedder",)), Place("late")))


def test_steps_know_their_stream_and_those_of_sound_share_a_place():
    (stage,) = plan_of().stages
    assert {step.analyzer for step in stage.of("sound")} == registry.SOUND
    assert set(stage.of("sight")) == set(stage.steps) - set(stage.of("sound"))
    assert {step.step_us for step in stage.of("sound")} == {0}
    with pytest.raises(PlanInvalid, match="several places hold analyzers of sound"):
        plan_of(places=(Place("ears", ("voice_activity",)), Place("rest")))
    apart = plan_of(places=(Place("ears", tuple(registry.SOUND)), Place("rest")))
    assert [len(stage.of("sound")) for stage in apart.stages] == [len(registry.SOUND), 0]


def test_a_plan_describes_itself():
    stage = plan_of(places=fused(2)).describe()[0]
    assert stage["stage"] == "workers"
    assert stage["workers"] == 2
    assert set(stage["analyzers"]) == set(ALL)


def job_of(plan: Plan, reading: Media) -> Job:
    return Job("j", "m", {s.analyzer: s.describe() for s in plan.steps}, request=request_of(plan, reading))


@pytest.mark.parametrize("places", [fused(3), split(2, 1)])
def test_a_plan_is_rebuilt_from_its_job_alone(places):
    reading = Media(sample_fps=2)
    wanted = {**ALL, "face_detector": {"min_score": 0.9}}
    plan = plan_of(wanted, {**MODELS, "face_detection": ("other", "other@2")}, reading, places)
    job = job_of(plan, reading)
    assert plans.plan_of(job, places) == plan
    assert job.request["reading"] == {
        "sample_fps": 2.0,
        "analysis_long_side": 1280,
        "strip_long_side": 320,
        "strip_max_fps": 30.0,
    }
    assert plan_from(json.loads(json.dumps(plan_data(plan)))) == plan


def test_a_job_that_cannot_be_rebuilt_says_why():
    job = job_of(plan_of(), Media())
    with pytest.raises(PlanInvalid, match="does not say which model"):
        plans.plan_of(replace(job, request={}), fused(1))
    with pytest.raises(PlanInvalid, match="telepathy"):
        plans.plan_of(replace(job, analyzers={"telepathy": {}}), fused(1))
    with pytest.raises(PlanInvalid, match="shot_cuts cannot be read"):
        plans.plan_of(replace(job, analyzers={"shot_cuts": {"options": {}}}), fused(1))
    old = {**job.analyzers["shot_cuts"], "options": {"colour": 1}}
    with pytest.raises(PlanInvalid, match="shot_cuts cannot be read"):
        plans.plan_of(replace(job, analyzers={"shot_cuts": old}), fused(1))


GIB = 2**30


@pytest.mark.parametrize(
    ("asked", "resources", "places", "why"),
    [
        ({}, {"CPU": 4.0}, fused(4), "4 CPUs and no GPU"),
        ({}, {}, fused(1), "1 CPUs and no GPU"),
        ({}, {"CPU": 16, "GPU": 2, "object_store_memory": 60 * GIB}, split(16, 2, 1.0), "2 GPUs"),
        ({"gpus_per_worker": 0.5}, {"CPU": 16, "GPU": 2, "object_store_memory": 60 * GIB}, split(16, 4, 0.5), "2 GPUs"),
        ({}, {"CPU": 16, "GPU": 2, "object_store_memory": 10 * GIB}, split(7, 2, 1.0), "2 GPUs"),
        ({}, {"CPU": 16, "GPU": 1, "object_store_memory": GIB}, fused(1, 1.0), "object store is too small"),
        ({"workers": 3}, {"CPU": 16}, fused(3), "16 CPUs"),
        ({"placement": "split"}, {"CPU": 4}, split(2, 2), "AIMA_RAY__PLACEMENT"),
        ({"placement": "split", "workers": 1, "decoders": 5}, {"CPU": 4}, split(5, 1), "AIMA_RAY__PLACEMENT"),
        ({"placement": "split"}, {"CPU": 1}, split(1, 1), "AIMA_RAY__PLACEMENT"),
        ({"placement": "fused"}, {"CPU": 4, "GPU": 1}, fused(1, 1.0), "AIMA_RAY__PLACEMENT"),
    ],
)
def test_places_follow_from_what_the_cluster_has_unless_settings_say_otherwise(asked, resources, places, why):
    choice = choose_places(RaySettings(**asked), resources)
    assert choice.places == places
    assert why in choice.why


@pytest.mark.parametrize("resources", [{"CPU": 2}, {"CPU": 16, "GPU": 8}])
def test_two_fleets_fit_beside_each_other(resources):
    places = choose_places(
        RaySettings(gpus_per_worker=0.5, workers=4 if "GPU" in resources else None), resources
    ).places
    for name, amount in resources.items():
        taken = sum(place.workers * (place.cpus if name == "CPU" else place.gpus) for place in places)
        assert 2 * taken <= amount


def test_stages_that_lie_apart_want_unequal_parts_or_ray_data_joins_them():
    decode, models = split(1, 1)
    assert decode.cpus != models.cpus
