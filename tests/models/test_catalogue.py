import pytest
from pydantic import ValidationError

from aima.analyzers.base import Analyzer
from aima.errors import ModelRefused, ModelUnknown, SettingInvalid
from aima.models.catalogue import Entry, catalogue, check_licence, find, used
from aima.settings import Models, Settings

OWN = """
[[model]]
name = "face_vit"
version = "1"
task = "{task}"
summary = "A user's own model"
default = true
[model.source]
kind = "hub"
repository = "someone/face-vit"
revision = "{revision}"
[model.source.files]
"config.json" = "{digest}"
"model.safetensors" = "{digest}"
[model.licence]
code = "Apache-2.0"
weights = "Apache-2.0"
stated = true
note = "as its card says"
"""


def own_catalogue(settings, task="face_detection"):
    settings.models_dir.mkdir(parents=True)
    text = OWN.format(task=task, revision="a" * 40, digest="b" * 64)
    (settings.models_dir / "catalogue.toml").write_text(text)
    return with_models(settings, profile="production")


def with_models(settings, **changes):
    return settings.model_copy(update={"models": settings.models.model_copy(update=changes)})


def test_each_task_has_one_default_and_each_default_a_stated_or_named_licence(settings):
    entries = catalogue(settings).values()
    tasks = [entry.task for entry in entries if entry.default]
    assert len(tasks) == len(set(tasks))
    assert {"face_detection", "face_embedding", "face_expression", "mouth_landmarks", "object_detection"} <= set(tasks)
    for entry in entries:
        assert entry.licence.note
        if not entry.licence.stated:
            assert "unverified" in entry.licence.note


def test_a_task_gives_its_default_and_a_name_itself(settings):
    assert find(settings, "face_detection").name == "centerface"
    assert find(settings, "face_embedding_1024").dimension == 1024


def test_the_settings_choose_the_face_model(settings):
    assert find(settings, "face_embedding").name == "face_embedding_512"
    chosen = with_models(settings, face_embedding="face_embedding_1024")
    assert find(chosen, "face_embedding").name == "face_embedding_1024"


@pytest.mark.parametrize("name", ["centerface", "nonsense"])
def test_a_face_model_of_another_task_contradicts_the_settings(settings, name):
    with pytest.raises(SettingInvalid, match=f"AIMA_MODELS__FACE_EMBEDDING: {name}") as caught:
        find(with_models(settings, face_embedding=name), "face_embedding")
    assert "face_embedding_512, face_embedding_1024" in caught.value.remedy


def test_the_models_of_pictures_and_texts_may_be_chosen_too(settings):
    assert find(settings, "text_embedding") == find(with_models(settings, text_embedding=""), "text_embedding")
    chosen = with_models(settings, text_embedding="multilingual_e5_small")
    assert find(chosen, "text_embedding").name == "multilingual_e5_small"
    with pytest.raises(SettingInvalid, match="AIMA_MODELS__IMAGE_EMBEDDING: face_embedding_512 is no model"):
        find(with_models(settings, image_embedding="face_embedding_512"), "image_embedding")


def test_an_unknown_task_is_named(settings):
    with pytest.raises(ModelUnknown, match="telepathy") as caught:
        find(settings, "telepathy")
    assert "aima models list" in caught.value.remedy


def test_strict_licences_refuse_what_is_unverified(settings):
    strict = with_models(settings, strict_licences=True)
    with pytest.raises(ModelRefused, match="face_embedding_512") as caught:
        check_licence(strict, find(strict, "face_embedding"))
    assert caught.value.remedy == "choose face_embedding_1024, or unset AIMA_MODELS__STRICT_LICENCES"
    names = {entry.name for entry in used(strict)}
    assert {"centerface", "face_expression_7", "centernet"} <= names
    assert not {"face_embedding_512", "face_landmarks_68"} & names
    assert "mobilenet_v2" in names
    assert find(strict, "image_embedding").name == "mobilenet_v2"
    assert find(settings, "image_embedding").name == "efficientnet_lite3"
    check_licence(strict, find(strict, "face_embedding_1024"))
    check_licence(settings, find(settings, "face_embedding"))


def test_own_entries_come_first_in_the_production_profile_only(empty):
    production = own_catalogue(empty)
    entry = find(production, "face_detection")
    assert (entry.name, entry.runtime) == ("face_vit", "torch")
    assert set(entry.files) == {"config.json", "model.safetensors"}
    assert find(production, "face_expression").name == "face_expression_7"
    assert find(empty, "face_detection").name == "centerface"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("[[model", "Expected"), ('[[model]]\nname = "x"', "version: Field required"), ("\xff", "invalid|Invalid")],
)
def test_an_own_catalogue_that_cannot_be_read_is_named(empty, text, reason):
    production = own_catalogue(empty)
    (empty.models_dir / "catalogue.toml").write_text(text, encoding="latin-1")
    with pytest.raises(SettingInvalid, match=rf"catalogue\.toml: .*({reason})"):
        catalogue(production)


@pytest.mark.parametrize(
    "change",
    [{"built_sha256": None}, {"built": {"a": "0" * 64}}, {"name": "../x"}, {"version": "a/b"}, {"surprise": 1}],
)
def test_entries_keep_to_the_form(tiny, change):
    with pytest.raises(ValidationError):
        Entry.model_validate({**tiny.model_dump(), **change})


def test_every_analyzer_finds_its_task(settings):
    from aima.analyzers import registry  # noqa: F401

    tasks = {analyzer.task for analyzer in Analyzer.__subclasses__() if analyzer.task}
    assert {find(settings, task).task for task in tasks} == tasks


def test_profile_names_are_checked():
    with pytest.raises(ValidationError):
        Settings(models=Models(profile="guess"))
