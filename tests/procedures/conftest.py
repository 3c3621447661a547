import pytest

from procedures import search
from tests.reference import load_reference, rolled_back, search_as_loaded


@pytest.fixture(scope="module")
def reference_once(django_db_setup, django_db_blocker):
    with rolled_back(django_db_blocker):
        load_reference()
        yield
    search.forget()


@pytest.fixture
def catalogue(reference_once, db):
    """The whole real catalogue, units and agencies."""
    search_as_loaded()
