import psycopg
import pytest

from aima import local
from aima.errors import StackDown
from aima.local import dashboard_url, milvus_url, mongo_url, namespace, postgres_url, ray_environment
from aima.settings import Settings
from tests.conftest import make_settings


def test_the_url_leads_to_our_database(postgres: str) -> None:
    with psycopg.connect(postgres.replace("+psycopg", "")) as link:
        row = link.execute("SELECT current_user, current_database(), current_setting('server_encoding')").fetchone()
    assert row == ("aima", "aima", "UTF8")


def test_a_wrong_password_is_refused(postgres: str) -> None:
    host = postgres.rpartition("@")[2]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"postgresql://aima:wrong@{host}")


def test_the_bootstrap_superuser_cannot_log_in(postgres: str) -> None:
    host = postgres.rpartition("@")[2]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"postgresql://postgres:any@{host}")


def test_without_a_stack_the_remedy_is_named(spare: Settings) -> None:
    local_ray = make_settings(spare.home)
    for ask in (postgres_url, mongo_url, milvus_url, namespace, ray_environment, dashboard_url):
        with pytest.raises(StackDown) as caught:
            ask(local_ray)
        assert caught.value.remedy == "start it with: aima up"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_an_external_url_gets_the_driver_that_we_have(spare: Settings, scheme: str) -> None:
    settings = make_settings(spare.home, stores={"postgres": f"{scheme}://u:p@db.example:5/x"})
    assert postgres_url(settings) == "postgresql+psycopg://u:p@db.example:5/x"


@pytest.mark.parametrize("address", ["head.example:6379", "ray://head.example:10001"])
def test_an_external_cluster_is_named_to_drivers(spare: Settings, address: str) -> None:
    settings = make_settings(spare.home, ray={"address": address})
    assert ray_environment(settings) == {"RAY_ADDRESS": address}
    assert dashboard_url(settings) == "http://head.example:8265"


def test_urls_replace_documents_and_vectors(spare: Settings) -> None:
    stores = {"mongo": "mongodb://u:p@m.example:5/", "milvus": "https://v.example:6"}
    settings = make_settings(spare.home, stores=stores)
    assert (mongo_url(settings), milvus_url(settings)) == (stores["mongo"], stores["milvus"])


@pytest.mark.parametrize("name", ["aima", "aima_0123456789ab", "a" * 41])
def test_the_namespace_is_the_name_of_the_database(spare: Settings, name: str) -> None:
    assert namespace(make_settings(spare.home, stores={"postgres": f"postgresql://u@h/{name}"})) == name


def test_names_that_not_every_server_takes_are_rewritten_and_stay_different(spare: Settings) -> None:
    odd = ["A-b", "a-b", "a.b", "1a", "a" * 42, "a" * 43, "über"]
    given = [namespace(make_settings(spare.home, stores={"postgres": f"postgresql://u@h/{name}"})) for name in odd]
    assert len(set(given)) == len(odd)
    for name in given:
        assert Settings(stores={"namespace": name}).stores.namespace == name


def test_a_namespace_that_is_set_counts(spare: Settings) -> None:
    stores = {"postgres": "postgresql://u@h/x", "namespace": "other"}
    assert namespace(make_settings(spare.home, stores=stores)) == "other"


def test_a_server_that_the_running_stack_lacks_is_named(spare: Settings) -> None:
    local.start(spare)
    with pytest.raises(StackDown, match="documents does not belong to the stack") as caught:
        mongo_url(make_settings(spare.home))
    assert caught.value.remedy == "run: aima down; aima up"
