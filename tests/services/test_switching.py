"""Two versions of a model in one archive: each is searched wholly, and a switch loses nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aima.bootstrap import Services, open_services
from aima.cli.app import app
from aima.models.build import build
from aima.models.catalogue import find
from aima.services.model_versions import code_version
from aima.services.sample import portraits
from aima.services.search.query import Query
from aima.services.search.service import SearchService
from aima.settings import Settings, load_settings
from tests.media_made import write_picture

SMALL, LARGE, TASK = "face_embedding_512", "face_embedding_1024", "face_embedding"
WANTED = {"face_detector": {}, "face_embedder": {}, "shot_cuts": {}}


@pytest.fixture(scope="module")
def faces(settings) -> dict[str, Path]:
    return portraits(settings)


@pytest.fixture(scope="module")
def versions(settings) -> dict[str, str]:
    """Version of model and code by model, both built."""
    entries = [find(settings, SMALL), find(settings, LARGE)]
    build(settings, entries, progress=lambda _: None)
    return {entry.name: code_version(TASK, entry) for entry in entries}


@pytest.fixture(scope="module")
def analysed(workspace: Settings, faces, versions, tmp_path_factory) -> Settings:
    """An archive with two pictures of one person and one of another, analysed with one model, then with the other."""
    folder = tmp_path_factory.mktemp("pictures")
    for number, (name, brightness) in enumerate([("astronaut", 0.8), ("astronaut", 0.9), ("grace_hopper", 0.8)]):
        write_picture(folder / f"{number}_{name}.jpg", faces[name], brightness=brightness)
    own = workspace.model_copy(update={"archive": tmp_path_factory.mktemp("archive")})
    for model in (SMALL, LARGE):
        told = own.model_copy(update={"models": own.models.model_copy(update={"face_embedding": model})})
        with open_services(told) as services:
            assert services.analyses.analyze([folder], WANTED).whole
    with open_services(own) as services:
        assert services.projections.catch_up().complete
    return own


@pytest.fixture
def services(analysed) -> Iterator[Services]:
    """As a new process opens them."""
    with open_services(analysed) as opened:
        yield opened


@pytest.fixture(autouse=True)
def switched_back(services) -> Iterator[None]:
    """Every test begins with the model of the catalogue."""
    yield
    if services.stores.models.all():
        services.models.back(TASK)


@pytest.fixture
def switch(analysed, monkeypatch):
    """Runs `aima models switch`."""
    stores = analysed.stores
    monkeypatch.setenv("AIMA_STORES__POSTGRES", str(stores.postgres))
    monkeypatch.setenv("AIMA_HOME", str(analysed.home))
    monkeypatch.setenv("AIMA_ARCHIVE", str(analysed.archive_dir))
    monkeypatch.setenv("AIMA_MODELS__DIR", str(analysed.models_dir))
    load_settings.cache_clear()
    yield lambda *arguments: CliRunner().invoke(app, ["models", "switch", TASK, *arguments])
    load_settings.cache_clear()


def found(services: Services, faces: dict[str, Path]) -> tuple[str, list[str]]:
    """The version that answered, and the pictures in which the astronaut was found."""
    answers = services.search.search(Query(face=faces["astronaut"]))
    return answers.models["face"], sorted(answer.place.filename for answer in answers.found)


def test_both_versions_are_kept_and_what_is_there_is_what_the_truth_says(services, versions):
    spaces = services.vectors.spaces()
    assert {space.model_version for space in spaces} == set(versions.values())
    assert len({services.vectors.count(space) for space in spaces}) == 1
    assert services.projections.verify().ok


def test_a_search_is_answered_by_one_version_and_by_the_other_after_a_switch(analysed, faces, versions, switch):
    both = ["0_astronaut.jpg", "1_astronaut.jpg"]
    with open_services(analysed) as services:
        assert found(services, faces) == (versions[SMALL], both)
        done = switch(LARGE, "--json")
        assert done.exit_code == 0, done.output
        said = json.loads(done.stdout)
        assert (said["model"], said["before"], said["changed"], said["lacking"]) == (LARGE, SMALL, True, 0)
        assert found(services, faces) == (versions[LARGE], both)
    with open_services(analysed) as services:
        assert services.settings.models.face_embedding == LARGE
        assert services.stores.persons.run().models["face_embedder"] == versions[LARGE]
        assert services.vectors.pointed("face").model_version == versions[LARGE]
        assert services.projections.verify().ok
    back = switch("--back")
    assert back.exit_code == 0, back.output
    assert f"{SMALL} answers for {TASK} now, before it was {LARGE}" in back.stdout
    with open_services(analysed) as services:
        assert found(services, faces) == (versions[SMALL], both)
        assert services.vectors.pointed("face").model_version == versions[SMALL]
        assert services.projections.verify().ok


def test_a_switch_in_the_middle_of_a_search_leaves_it_with_the_version_it_began_with(services, faces, versions):
    def opened():
        services.models.switch(TASK, LARGE)  # the query is a vector by now, and nothing has been looked up
        return services.vectors

    progress = partial(services.projections.as_of, "vectors")
    search = SearchService(services.settings, services.stores, services.spaces, opened, progress)
    answers = search.search(Query(face=faces["astronaut"]))
    assert answers.models["face"] == versions[SMALL]
    assert {answer.place.filename for answer in answers.found} == {"0_astronaut.jpg", "1_astronaut.jpg"}
    assert found(services, faces)[0] == versions[LARGE]


def test_models_in_use_are_those_that_were_switched_to(switch, monkeypatch):
    def used() -> set[str]:
        listed = json.loads(CliRunner().invoke(app, ["models", "list", "--json"]).stdout)
        return {model["name"] for model in listed if model["used"] and model["task"] == TASK}

    assert used() == {SMALL}
    assert switch(LARGE).exit_code == 0
    assert used() == {LARGE}
    monkeypatch.setenv("AIMA_STORES__POSTGRES", "postgresql://127.0.0.1:1/nobody")
    load_settings.cache_clear()
    assert used() == {SMALL}  # nobody knows of a switch; the settings do for a list


def test_wrong_calls_are_one_line_and_a_status(switch):
    for arguments, status, said in [
        ((), 2, "either a model or --back"),
        ((LARGE, "--back"), 2, "either a model or --back"),
        (("nothing",), 4, "no such model"),
        (("--back",), 5, "was never switched"),
    ]:
        done = switch(*arguments)
        assert done.exit_code == status, done.output
        assert said in done.output
