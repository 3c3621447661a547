"""Two editors at once: real transactions, real locks."""

import datetime as dt
import threading
from contextlib import suppress

import pytest
from django.db import connection

from identity.errors import Conflict
from identity.models import Role
from procedures.models import Synonym
from procedures.services import vocabulary
from procedures.services.vocabulary import Saying, add_synonym
from tests.factories import commune_agency, officer

AT = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("locked", "stored"), [(True, 1), (False, 2)])
def test_two_editors_cannot_give_one_phrase_two_meanings_at_once(monkeypatch, locked, stored):
    """The second row of the table is the deliberately broken variant: without the lock both are stored."""
    post = officer(commune_agency(), Role.EDITOR)
    monkeypatch.setattr(vocabulary, "cleaned", lambda saying: saying)
    if not locked:
        monkeypatch.setattr(vocabulary, "_lock", lambda: None)
    barrier = threading.Barrier(2)
    looked = vocabulary._meant_once

    def meet(saying, *, besides):
        looked(saying, besides=besides)
        if not locked:
            barrier.wait(10)

    monkeypatch.setattr(vocabulary, "_meant_once", meet)

    def work():
        try:
            with suppress(Conflict):
                add_synonym(saying=Saying(("quẩy tròn",), ("khai sinh",)), by=post, at=AT)
        finally:
            connection.close()

    editors = [threading.Thread(target=work) for _ in range(2)]
    for one in editors:
        one.start()
    for one in editors:
        one.join(20)
    assert Synonym.objects.filter(say__contains=["quẩy tròn"]).count() == stored
