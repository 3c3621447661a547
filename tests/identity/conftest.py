from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client

from identity import demo, services
from identity.models import Agency, Officer
from tests.identity import provider as eid
from tests.identity.provider import Person, Provider

NOW = dt.datetime(2026, 5, 4, 3, 0, tzinfo=dt.UTC)
CALLBACK = "/dang-nhap/eid/xong/"


@pytest.fixture(scope="session")
def running_provider(tmp_path_factory) -> Iterator[Provider]:
    started = eid.start(tmp_path_factory.mktemp("eid-home"), "http://testserver")
    yield started
    started.process.terminate()
    started.process.wait(10)


@pytest.fixture
def provider(running_provider: Provider, settings) -> Iterator[Provider]:
    settings.EID_ISSUER = running_provider.issuer
    settings.PUBLIC_URL = "http://testserver"
    yield running_provider
    running_provider.behave()


def number_of(nick: str) -> str:
    return next(one["number"] for one in demo.fake.persons() if one["nick"] == nick)


def leave(client: Client, onward: str = "/ho-so/") -> str:
    """Press the button of the sign-in page: the address at the provider."""
    response = client.post("/dang-nhap/eid/", {"next": onward})
    assert response.status_code == 302, response.content.decode()
    return response["Location"]


def sign_in(client: Client, nick: str, onward: str = "/ho-so/"):
    """The whole way; the portal's answer at the end."""
    back = Person(number_of(nick)).sign_in(leave(client, onward))
    return client.get(back.removeprefix("http://testserver"))


@pytest.fixture
def agency(db) -> Agency:
    return Agency.objects.create(
        key="ubnd-phuong-hai-chau", name="UBND phường Hải Châu", level="commune", kind="peoples_committee"
    )


@pytest.fixture
def officer(agency: Agency) -> Officer:
    one = demo.OFFICERS[0]
    return services.create_officer(**{**one, "agency": agency})
