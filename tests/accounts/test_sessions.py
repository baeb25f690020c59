"""A session ends in time, and at once when it must (issue 12, point 11)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import AccessEventKind
from accounts.models import AccessEvent, Draft, Role, User
from tests import factories as f

pytestmark = pytest.mark.django_db
PAGE = "/min-profil/"


@pytest.fixture
def admin(login):
    return login("systemadministrator")


def later(time_machine, **how) -> None:
    time_machine.move_to(timezone.now() + timedelta(**how), tick=False)


def is_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def again(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def committed(capture, call):
    with capture(execute=True):
        return call()


# ------------------------------------------------------------------ the clock


def test_session_ends_after_half_an_hour_without_a_request(as_caseworker, time_machine):
    later(time_machine, minutes=29)
    assert is_in(as_caseworker)
    later(time_machine, minutes=29)
    assert is_in(as_caseworker)
    later(time_machine, minutes=31)
    assert not is_in(as_caseworker)
    later(time_machine, minutes=-31)
    assert not is_in(as_caseworker)  # it does not come back


def test_session_in_use_ends_after_the_working_day(as_caseworker, time_machine):
    for _quarter in range(39):
        later(time_machine, minutes=15)
        assert is_in(as_caseworker)
    later(time_machine, minutes=15)
    assert not is_in(as_caseworker)


def test_session_is_not_written_for_every_request(as_caseworker, django_assert_num_queries):
    key = as_caseworker.session.session_key
    is_in(as_caseworker)
    before = as_caseworker.session["seen"]
    is_in(as_caseworker)
    assert as_caseworker.session["seen"] == before
    assert as_caseworker.session.session_key == key


def test_page_after_the_limit_says_why_and_leads_back(as_caseworker, time_machine):
    later(time_machine, minutes=31)
    response = as_caseworker.get(PAGE)
    page = as_caseworker.get(response.url).content.decode()
    assert "lenge siden du gjorde noe" in page
    assert f"next={PAGE}" in response.url


def test_what_was_typed_survives_the_limit(as_caseworker, time_machine):
    person = f.PersonFactory()
    url = reverse("casework:note_new", args=[person.pk])
    form = as_caseworker.get(url).context["form"]
    ticket = form.draft_box.ticket.signed()
    later(time_machine, minutes=45)
    sent = {"observation": "Hun trenger et sted nær skolen.", "draft": ticket}
    response = as_caseworker.post(url, sent)
    assert response.status_code == 302
    assert "utkast" in response.url
    assert not person.notes.exists()
    draft = Draft.objects.get(user=as_caseworker.user)
    assert draft.data["observation"] == [sent["observation"]]
    as_caseworker.force_login(as_caseworker.user)
    assert sent["observation"] in as_caseworker.get(url).content.decode()


def test_saving_a_draft_keeps_the_session(as_caseworker, time_machine):
    url = reverse("casework:note_new", args=[f.PersonFactory().pk])
    ticket = as_caseworker.get(url).context["form"].draft_box.ticket.signed()
    save = reverse("accounts:draft_save")
    for number in range(3):
        later(time_machine, minutes=20)
        sent = {"observation": f"Mer {number}", "draft": ticket, "draft_order": str(number + 1)}
        assert as_caseworker.post(save, sent).status_code == 200
    assert is_in(as_caseworker)


# ------------------------------------------------------------------ everywhere


def test_signing_out_everywhere_ends_every_session_of_the_user_alone(
    as_caseworker, login, django_capture_on_commit_callbacks
):
    other_machine, colleague = again(as_caseworker.user), login("saksbehandler")
    url = reverse("accounts:sign_out_everywhere")
    committed(django_capture_on_commit_callbacks, lambda: as_caseworker.post(url))
    assert not is_in(as_caseworker)
    assert not is_in(other_machine)
    assert is_in(colleague)
    assert AccessEvent.objects.get().event == AccessEventKind.SIGNED_OUT


def test_administrator_signs_a_user_out(admin, as_caseworker, django_capture_on_commit_callbacks):
    url = reverse("accounts:user_sign_out", args=[as_caseworker.user.pk])
    assert "logget inn ett sted" in page_of(admin, as_caseworker.user)
    committed(django_capture_on_commit_callbacks, lambda: admin.post(url))
    assert not is_in(as_caseworker)
    assert is_in(admin)
    assert is_in(again(as_caseworker.user))


def page_of(admin: Client, user: User) -> str:
    return admin.get(reverse("accounts:user", args=[user.pk])).content.decode()


# ------------------------------------------------------------------ stopped


def stop(admin: Client, user: User, reason: str = "Mistet telefonen."):
    return admin.post(reverse("accounts:user_stop", args=[user.pk]), {"reason": reason})


def test_stopped_user_is_out_at_once_and_stays_out(
    admin, as_caseworker, django_capture_on_commit_callbacks
):
    user = as_caseworker.user
    committed(django_capture_on_commit_callbacks, lambda: stop(admin, user))
    assert not is_in(as_caseworker)
    client = Client()
    client.post("/konto/login/", {"login": user.username, "password": "et-langt-passord-1"})
    assert not is_in(client)
    start = reverse("accounts:user_start", args=[user.pk])
    committed(django_capture_on_commit_callbacks, lambda: admin.post(start))
    assert not is_in(as_caseworker)  # the old session is gone
    assert is_in(again(user))
    told = list(AccessEvent.objects.order_by("pk").values_list("event", "reason", "by"))
    assert told == [
        (AccessEventKind.STOPPED, "Mistet telefonen.", admin.user.pk),
        (AccessEventKind.STARTED, "", admin.user.pk),
    ]


def test_stopped_user_is_out_before_their_sessions_are_gone(admin, as_caseworker):
    stop(admin, as_caseworker.user)  # on_commit has not run
    assert not is_in(as_caseworker)


def test_page_of_stopping_shows_what_the_user_holds(admin, as_caseworker):
    f.ApplicationFactory(responsible=as_caseworker.user)
    url = reverse("accounts:user_stop", args=[as_caseworker.user.pk])
    assert "Saker" in admin.get(url).content.decode()
    stop(admin, as_caseworker.user)
    assert reverse("accounts:hand_over", args=[as_caseworker.user.pk]) in page_of(
        admin, as_caseworker.user
    )


def test_nobody_stops_themselves_or_without_a_reason(admin, as_caseworker):
    assert "stoppe deg selv" in stop(admin, admin.user).content.decode()
    assert stop(admin, as_caseworker.user, "").status_code == 200
    assert not User.objects.filter(is_active=False).exists()


def test_the_second_who_stops_is_told(admin):
    user = f.UserFactory(caseworker=True)
    stop(admin, user)
    assert "nettopp gjort dette" in stop(admin, user).content.decode()


# ------------------------------------------------------------------ a role that ends


@pytest.mark.parametrize("began", ["earlier", "today", "tomorrow"])
def test_role_ended_now_opens_nothing_in_a_session_that_is_open(admin, login, today, began):
    client = login("saksbehandler")
    first = {"earlier": f.LONG_AGO, "today": today, "tomorrow": today + timedelta(days=1)}[began]
    client.user.roles.update(period=f.since(first))
    opened = client.get(reverse("desk:persons"))
    assert opened.status_code == (403 if began == "tomorrow" else 200)
    role = client.user.roles.get()
    sent = {"last_day": f"{today:%d.%m.%Y}", "at_once": "on"}
    assert admin.post(reverse("accounts:role_end", args=[role.pk]), sent).status_code == 302
    assert client.get(reverse("desk:persons")).status_code == 403
    assert not User.objects.get(pk=client.user.pk).roles_on(today + timedelta(days=2))
    assert AccessEvent.objects.get().event == AccessEventKind.ENDED
    assert Role.history.filter(user=client.user).exists()
