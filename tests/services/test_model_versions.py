"""Which model answers: settings, switches of the archive, the catalogue; switching, and back."""

from __future__ import annotations

import pytest

from aima.domain import decisions
from aima.domain.observation import ObservationKey, Receipt
from aima.domain.switching import ActiveModel
from aima.errors import EventUnknown, ModelBehind, ModelMissing, ModelUnknown, SettingInvalid
from aima.models.build import build
from aima.models.catalogue import find
from aima.services.fusion import FusionReport
from aima.services.model_versions import ActiveModels, ModelService, active, code_version
from aima.services.persons import PersonService
from aima.settings import Models, Settings
from aima.stores.postgres import PostgresStores
from aima.stores.vectors import Space
from tests.persons_made import add_medium, content, made_run, made_track, record

SMALL, LARGE, TASK = "face_embedding_512", "face_embedding_1024", "face_embedding"


@pytest.fixture(scope="session")
def built(settings) -> Settings:
    """Settings with both face models built."""
    build(settings, [find(settings, SMALL), find(settings, LARGE)], progress=lambda _: None)
    return settings


class Fusing:
    """Takes down under which models the archive is fused."""

    def __init__(self) -> None:
        self.models: list[str] = []

    def __call__(self, settings: Settings) -> FusionReport:
        self.models.append(settings.models.face_embedding)
        return FusionReport(True, 0, 0, "")


@pytest.fixture
def fusing() -> Fusing:
    return Fusing()


@pytest.fixture
def models(built, stores, fusing) -> ModelService:
    return ModelService(built, stores, "somebody", fusing)


@pytest.fixture
def media(stores):
    return [add_medium(stores, name) for name in ("a.mp4", "b.mp4")]


def version(settings: Settings, model: str) -> str:
    return code_version(TASK, find(settings, model))


def observe(stores: PostgresStores, name: str, model_version: str, analyzer: str = "face_embedder") -> None:
    key = ObservationKey(content(name), analyzer, model_version, "0" * 16)
    stores.observations.commit([Receipt(key, 0, f"{name}/{key.short}", "0" * 64, 1, 0.1, 0.1, "here")])


def chosen(settings: Settings, **models: str) -> Settings:
    """The settings with what a user has set."""
    return settings.model_copy(update={"models": settings.models.model_copy(update=models)})


def both(settings, stores, names=("a.mp4", "b.mp4")) -> None:
    for name in names:
        observe(stores, name, version(settings, SMALL))
        observe(stores, name, version(settings, LARGE))


def test_what_was_set_comes_before_what_was_switched_to_before_the_catalogue(built, stores, models, media):
    both(built, stores)
    assert active(built, stores).models.face_embedding == SMALL
    models.switch(TASK, LARGE)
    assert active(built, stores).models.face_embedding == LARGE
    assert active(chosen(built, face_embedding=SMALL), stores).models.face_embedding == SMALL
    assert active(Settings(models=Models()), stores).models.face_embedding == LARGE


def test_a_switch_is_an_event_a_row_and_an_announcement_and_links_persons_anew(built, stores, models, media, fusing):
    both(built, stores)
    before = stores.outbox.head()
    done = models.switch(TASK, LARGE)
    assert (done.model, done.before, done.changed, done.lacking) == (LARGE, SMALL, True, 0)
    assert fusing.models == [LARGE]
    (event,) = stores.ledger.events()
    assert (event.kind, event.actor) == ("switched", "somebody")
    assert event.payload == {"task": TASK, "model": LARGE, "model_version": f"{LARGE}@1"}
    assert stores.models.all() == {TASK: ActiveModel(TASK, LARGE, f"{LARGE}@1")}
    assert [(c.topic, c.key) for c in stores.outbox.after(before, 10)] == [("model", TASK)]
    assert "face_embedding_1024 answers" in PersonService(stores, "x").history()[0].text


def test_a_switch_to_what_answers_already_writes_nothing(built, stores, models, media, fusing):
    both(built, stores)
    assert not models.switch(TASK, SMALL).changed
    models.switch(TASK, LARGE)
    assert not models.switch(TASK, LARGE).changed
    assert len(stores.ledger.events()) == 1
    assert fusing.models == [SMALL, LARGE, LARGE]


def test_a_model_that_has_not_seen_everything_is_refused_unless_forced(built, stores, models, media, fusing):
    both(built, stores, ["a.mp4"])
    observe(stores, "b.mp4", version(built, SMALL))
    with pytest.raises(ModelBehind, match="lacks 1 media") as caught:
        models.switch(TASK, LARGE)
    assert f"AIMA_MODELS__FACE_EMBEDDING={LARGE} aima analyze" in caught.value.remedy
    assert (stores.ledger.events(), fusing.models) == ([], [])
    done = models.switch(TASK, LARGE, force=True)
    assert (done.changed, done.lacking) == (True, 1)


def test_media_that_no_model_could_see_hold_nobody_back(built, stores, models, media):
    both(built, stores, ["a.mp4"])
    assert models.switch(TASK, LARGE).changed


def test_back_is_the_model_before_and_takes_nothing_else_back(built, stores, models, media, fusing):
    both(built, stores)
    track = made_track("a.mp4", 0, 5)
    record(stores, made_run([track], [0]))
    person = stores.persons.all()[0].person_id
    models.switch(TASK, LARGE)
    stores.ledger.decide(lambda state: decisions.name(state, person, "Ann"), "x")
    done = models.back(TASK)
    assert (done.model, done.before) == (SMALL, LARGE)
    assert fusing.models == [LARGE, SMALL]
    assert (stores.models.all(), stores.persons.all()[0].name) == ({}, "Ann")
    with pytest.raises(EventUnknown, match="was never switched"):
        models.back(TASK)


def test_undoing_a_decision_about_persons_leaves_the_model_and_naming_the_event_undoes_it(built, stores, models, media):
    both(built, stores)
    models.switch(TASK, LARGE)
    persons = PersonService(stores, "x")
    with pytest.raises(EventUnknown):
        persons.undo()
    persons.undo("1")
    assert stores.models.all() == {}
    persons.undo("2")
    assert stores.models.all()[TASK].model == LARGE
    assert persons.verify().ok


@pytest.mark.parametrize(
    ("task", "model", "said"),
    [
        ("face_detection", "centerface", "no task whose model can be switched"),
        (TASK, "centerface", "no such model for face_embedding"),
        (TASK, "nothing", "no such model for face_embedding"),
        ("text_embedding", SMALL, "no such model for text_embedding"),
    ],
)
def test_what_is_no_model_of_the_task_is_refused(models, stores, task, model, said):
    with pytest.raises(ModelUnknown, match=said):
        models.switch(task, model)
    assert stores.ledger.events() == []


def test_a_model_that_is_not_built_is_refused(built, stores, fusing, tmp_path):
    bare = chosen(built, dir=tmp_path)
    with pytest.raises(ModelMissing):
        ModelService(bare, stores, "x", fusing).switch(TASK, LARGE)


def test_a_switch_that_a_setting_would_hide_is_refused(built, stores, fusing):
    told = chosen(built, face_embedding=SMALL)
    with pytest.raises(SettingInvalid, match="comes first") as caught:
        ModelService(told, stores, "x", fusing).switch(TASK, LARGE)
    assert caught.value.remedy == "unset AIMA_MODELS__FACE_EMBEDDING"


def test_a_switch_to_what_only_a_setting_chose_is_written(built, stores, fusing, media):
    """The variable with which the archive was analysed is still there."""
    both(built, stores)
    told = ModelService(chosen(built, face_embedding=LARGE), stores, "x", fusing)
    done = told.switch(TASK, LARGE)
    assert (done.changed, done.before, done.model) == (True, SMALL, LARGE)
    assert active(built, stores).models.face_embedding == LARGE
    assert not told.switch(TASK, LARGE).changed
    with pytest.raises(SettingInvalid, match="AIMA_MODELS__FACE_EMBEDDING names a model"):
        told.back(TASK)
    assert len(stores.ledger.events()) == 1


def test_the_space_that_answers_follows_a_switch_of_another_process_at_once(built, stores, models, media):
    spaces = ActiveModels(built, stores)
    assert spaces.space("face") is None
    both(built, stores)
    assert spaces.space("face") == Space("face", version(built, SMALL), 512)
    models.switch(TASK, LARGE)
    assert spaces.space("face") == Space("face", version(built, LARGE), 1024)
    assert spaces.space("speaker") is None


def test_a_setting_moves_the_searches_of_its_process_but_not_what_all_agree_on(built, stores, models, media):
    both(built, stores)
    told = ActiveModels(chosen(built, face_embedding=LARGE), stores)
    assert told.space("face") == Space("face", version(built, LARGE), 1024)
    assert told.standing("face") == Space("face", version(built, SMALL), 512)


def test_vectors_of_older_code_answer_until_there_are_newer_ones(built, stores, media):
    spaces = ActiveModels(built, stores)
    for code in (1, 2):
        observe(stores, "a.mp4", f"{SMALL}@1+{code}")
    assert spaces.space("face") == Space("face", f"{SMALL}@1+2", 512)
    observe(stores, "a.mp4", version(built, SMALL))
    assert spaces.space("face") == Space("face", version(built, SMALL), 512)


def test_a_rebuilt_projection_of_the_ledger_knows_the_model(built, stores, models, media, database):
    both(built, stores)
    models.switch(TASK, LARGE)
    with stores.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM active_models")
    stores.ledger.rebuild()
    with PostgresStores.open(database) as again:
        assert again.models.all()[TASK].model == LARGE


def test_a_run_recorded_meanwhile_keeps_the_switch(built, stores, models, media):
    both(built, stores)
    models.switch(TASK, LARGE)
    track = made_track("a.mp4", 0, 5)
    record(stores, made_run([track], [0]))
    assert stores.models.all()[TASK].model == LARGE
