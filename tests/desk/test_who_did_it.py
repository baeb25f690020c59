"""The lines of Min dag, and a person's history, tell who did it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from casework.applications.flags import flag_deadlines, flag_papers, flag_promises
from casework.log.models import Flag
from stays.temporary.section_27 import flag_section_27
from tests import factories as f
from tests.factories_intake import MissingPaperFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def other():
    return f.UserFactory(caseworker=True, full_name="Kari Lie")


def day(client) -> str:
    return " ".join(client.get(reverse("desk:day")).text.split())


def test_min_dag_tells_who_asked_promised_and_registered(login, other, time_machine):
    client = login("saksbehandler")
    mine = {"responsible": client.user, "registered_by": other}
    paper = MissingPaperFactory(f.ApplicationFactory(**mine), due_on=f.today() - timedelta(days=1))
    paper.request.asked_by = other
    paper.request.save()
    promised = f.ApplicationFactory(
        **mine, interim_reply_at=f.now(), interim_reply_by=other, promised_on=f.today()
    )
    f.ApplicationFactory(**mine, late=True)
    f.ApplicationFactory(**mine, temporary=True, received_at=f.now())
    for job in (flag_papers, flag_promises, flag_deadlines, flag_section_27):
        job(f.today())

    html = day(client)
    assert "Kari Lie ba om papirer" in html
    assert f"Kari Lie skrev til personen at svaret skal komme innen {f.today():%d.%m.}" in html
    assert html.count("Registrert av Kari Lie.") >= 3
    assert Flag.objects.get(kind="promised").application == promised


def test_history_on_the_person_tells_who(login, other):
    event = f.EventFactory(text="Søknaden ble registrert.", by=other)
    html = login("saksbehandler").get(reverse("desk:person", args=[event.person_id])).text
    assert "Kari Lie" in html
