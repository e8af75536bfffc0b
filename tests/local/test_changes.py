from aima import local
from aima.local.changes import Changed, given
from aima.local.home import home_at, prepare
from aima.local.postgres import Postgres
from aima.local.ray_head import RayHead
from aima.local.state import Board, supervisor_lock
from aima.settings import Settings
from tests.conftest import ONLY_POSTGRES, make_settings


def test_a_running_stack_is_compared_with_the_settings(spare: Settings) -> None:
    other = make_settings(spare.home, **ONLY_POSTGRES, local={"postgres_port": 54321})
    assert local.changed(other) == []
    local.start(spare)
    assert local.changed(spare) == []
    (port,) = local.changed(other)
    assert port == Changed("postgres", ("AIMA_LOCAL__POSTGRES_PORT",))
    assert port.text == "postgres runs with other settings (AIMA_LOCAL__POSTGRES_PORT)"
    missing = local.changed(make_settings(spare.home))
    assert [one.text for one in missing] == [
        f"{name} does not belong to the running stack" for name in ("documents", "vectors", "ray")
    ]
    local.stop(spare)
    assert local.changed(other) == []


def test_servers_know_what_they_are_started_with_and_no_secret(spare: Settings) -> None:
    settings = make_settings(spare.home, stores={"postgres": "postgresql://u:secret@h/x"})
    home = home_at(settings.home)
    ray = given(RayHead(settings, home))
    assert ray["AIMA_RAY__NUM_CPUS"] == "2"
    assert ray["AIMA_MEDIA__SAMPLE_FPS"] == "5.0"
    assert "AIMA_LOCAL__POSTGRES_PORT" not in ray
    assert set(given(Postgres(settings, home))) == {"AIMA_LOCAL__POSTGRES_PORT", "AIMA_LOCAL__UNPRIVILEGED_USER"}
    assert "secret" not in str(ray)


def test_what_an_older_supervisor_did_not_record_counts_as_unchanged(spare: Settings) -> None:
    home = home_at(spare.home)
    prepare(home)
    with supervisor_lock(home):
        Board(home).change("postgres", state="healthy")
        assert local.changed(make_settings(spare.home, **ONLY_POSTGRES, local={"postgres_port": 54321})) == []
