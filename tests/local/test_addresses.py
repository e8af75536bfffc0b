import psycopg
import pytest

from aima.errors import StackDown
from aima.local import postgres_url
from tests.conftest import make_home, make_settings


def test_the_url_leads_to_our_database(postgres: str) -> None:
    with psycopg.connect(postgres.replace("+psycopg", "")) as link:
        row = link.execute("SELECT current_user, current_database(), current_setting('server_encoding')").fetchone()
    assert row == ("aima", "aima", "UTF8")


def test_without_a_stack_the_remedy_is_named() -> None:
    with pytest.raises(StackDown) as caught:
        postgres_url(make_settings(make_home()))
    assert caught.value.remedy == "start it with: aima up"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_an_external_url_gets_the_driver_that_we_have(scheme: str) -> None:
    settings = make_settings(make_home(), stores={"postgres": f"{scheme}://u:p@db.example:5/x"})
    assert postgres_url(settings) == "postgresql+psycopg://u:p@db.example:5/x"
