"""The plan: order, keys, placement, and what is said before anything starts."""

from __future__ import annotations

import itertools

import pytest

from aima.analyzers import registry
from aima.analyzers.registry import DEFAULT
from aima.errors import PlanInvalid
from aima.pipeline.plan import Place, Plan, fused, make_plan, split
from aima.settings import Media

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
    assert not set(slower.values()) & set(base.values())

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


def test_a_plan_describes_itself():
    stage = plan_of(places=fused(2)).describe()[0]
    assert stage["stage"] == "sight"
    assert stage["workers"] == 2
    assert set(stage["analyzers"]) == set(ALL)
