"""Two records of one person are merged without loss, and the merge can be undone (need C4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from simple_history.models import HistoricalChanges

from casework.log.enums import IdKind, Protection
from casework.models import Household, HouseholdMember, Note, Person, PersonMerge
from casework.persons.actions import merging
from casework.persons.actions.persons import MergedAway, change_person
from common.formatting import nbdate
from common.locking import JustGone
from config.middleware import OvertakenMiddleware
from tests.factories import (
    ApplicationFactory,
    FamilyFactory,
    FlagFactory,
    MemberFactory,
    NoteFactory,
    PeerLinkFactory,
    PersonFactory,
    RepresentativeFactory,
    StayFactory,
    UserFactory,
    now,
    since,
    tenor_id,
    today,
)
from tests.factories_merging import MergeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def caseworker(client):
    user = UserFactory(caseworker=True)
    client.force_login(user)
    return user


def everything() -> dict[str, list]:
    """The person of every row that refers to one, and all memberships."""
    found = {
        field.model._meta.label: list(
            field.model._base_manager.order_by("pk").values_list("pk", field.attname)
        )
        for field in (relation.field for relation in Person._meta.related_objects)
        if not issubclass(field.model, HistoricalChanges)
        and field.model not in (PersonMerge, HouseholdMember)
        and field.model._meta.label != "casework.Event"
    }
    found["members"] = list(
        HouseholdMember.objects.order_by("pk").values_list(
            "pk", "household", "person", "relation", "living", "period"
        )
    )
    found["persons"] = list(
        Person.objects.order_by("pk").values_list(
            "pk", "first_name", "national_id", "duf", "id_kind", "phone", "protection", "shielded"
        )
    )
    return found


def with_a_life(**facts) -> Person:
    person = PersonFactory(with_household=True, **facts)
    ApplicationFactory(person=person, granted=True)
    NoteFactory(person=person)
    RepresentativeFactory(person=person)
    FlagFactory(person=person, key=f"{person.pk}:90")
    return person


def undo(merge: PersonMerge) -> Person:
    return merging.undo_merge(merge=merge, by=UserFactory(caseworker=True), at=now())


def test_merging_moves_all_rows_and_undoing_moves_them_back(client, caseworker):
    survivor, loser = with_a_life(), with_a_life()
    StayFactory(person=loser, days_ago=100)
    PeerLinkFactory(person=loser, linked=True)
    before = everything()

    merge = MergeFactory(survivor, loser)
    for relation in Person._meta.related_objects:
        model = relation.related_model
        if model in (Person, PersonMerge):
            continue
        left = model._base_manager.filter(**{relation.field.name: loser})
        assert not left.exists(), f"{model._meta.label} still points to the loser"
    assert survivor.applications.count() == 2
    assert client.get(reverse("desk:person", args=[survivor.pk])).status_code == 200

    undo(merge)
    assert everything() == before
    assert client.get(reverse("desk:person", args=[loser.pk])).status_code == 200


def test_merged_person_joins_the_household_of_the_survivor():
    survivor = PersonFactory(with_household=True)
    family = FamilyFactory(children=2)
    loser = family.members.get(relation="hovedperson").person
    case = ApplicationFactory(person=loser, household=family)
    before = everything()

    merge = MergeFactory(survivor, loser)
    case.refresh_from_db()
    home = Household.objects.of(survivor, today()).get()
    assert case.household == home
    assert home.members.count() == 3, "the survivor, and the two children"

    undo(merge)
    assert everything() == before


def test_a_child_registered_twice_is_in_the_household_once():
    family = FamilyFactory(children=1)
    child = family.members.get(relation="barn").person
    twin = PersonFactory()
    MemberFactory(household=family, person=twin, relation="barn")

    merge = MergeFactory(child, twin)
    assert family.members.filter(relation="barn").count() == 1
    undo(merge)
    assert family.members.filter(relation="barn").count() == 2


def test_two_current_temporary_stays_stop_the_merge_with_a_message():
    survivor, loser = PersonFactory(), PersonFactory()
    StayFactory(person=survivor, days_ago=100)
    StayFactory(person=loser, days_ago=20)
    NoteFactory(person=loser)
    before = everything()

    with pytest.raises(merging.MergeRefused, match="midlertidig opphold i denne perioden"):
        MergeFactory(survivor, loser)
    assert everything() == before


def test_merged_person_redirects_to_the_survivor_and_is_in_no_list(client, caseworker):
    survivor = PersonFactory(first_name="Åse", last_name="Tveit")
    loser = PersonFactory(first_name="Aase", last_name="Tveit")
    number = loser.national_id
    MergeFactory(survivor, loser)

    for name in ("desk:person", "desk:person_events", "casework:household"):
        answer = client.get(reverse(name, args=[loser.pk]))
        assert answer.url == reverse(name, args=[survivor.pk])
    assert "Aase" not in client.get(reverse("desk:persons")).content.decode()
    search = client.post(reverse("desk:search"), {"q": number})
    assert search.url == reverse("desk:person", args=[survivor.pk]), "found by both numbers"
    taken = client.post(
        reverse("casework:person_new"),
        {"first_name": "A", "last_name": "B", "id_kind": "fnr", "national_id": number},
    )
    assert taken.context["form"].existing == survivor


def test_form_opened_before_the_merge_is_saved_on_the_record_kept(client, caseworker):
    survivor, loser = PersonFactory(), PersonFactory()
    form = client.get(reverse("casework:note_new", args=[loser.pk])).context["form"]
    sent = {field.html_name: field.value() or "" for field in form}
    sent |= {"observation": "Ringte og fortalte om huset.", "is_contact": "on"}
    MergeFactory(survivor, loser)
    answer = client.post(reverse("casework:note_new", args=[loser.pk]), sent, follow=True)
    assert answer.redirect_chain[0] == (reverse("casework:note_new", args=[survivor.pk]), 307)
    assert answer.status_code == 200
    note = Note.objects.get()
    assert (note.person, note.observation) == (survivor, "Ringte og fortalte om huset.")


def test_who_is_overtaken_on_a_page_without_a_form_is_told(client, caseworker):
    page = "http://testserver" + reverse("casework:application", args=[ApplicationFactory().pk])
    request = client.get(page, headers={"referer": page}).wsgi_request
    answer = OvertakenMiddleware(lambda request: None).process_exception(request, JustGone())
    assert answer.url == page
    assert [str(message) for message in get_messages(request)] == [str(JustGone())]


def test_what_an_older_tab_or_job_writes_goes_to_the_record_kept():
    last, survivor, loser = PersonFactory(), PersonFactory(), PersonFactory()
    MergeFactory(survivor, loser)
    MergeFactory(last, survivor)
    note, flag, stay = (make(person=loser) for make in (NoteFactory, FlagFactory, StayFactory))
    for row in (note, flag, stay):
        row.refresh_from_db()
        assert row.person == last
    with pytest.raises(MergedAway):
        change_person(person=loser, by=UserFactory(), at=now(), facts={"phone": "1"}, version=0)


def test_values_are_chosen_in_a_side_by_side_comparison(client, caseworker):
    survivor = PersonFactory(id_kind=IdKind.NONE, national_id="", phone="+4740000117")
    loser = PersonFactory(phone="+4740000118", last_name=survivor.last_name)
    number = loser.national_id
    url = reverse("casework:merge", args=[survivor.pk, loser.pk])
    form = client.get(url).context["form"]
    assert form["number"].initial == "der", "a known value replaces an unknown one"

    sent = dict.fromkeys(form.groups, "her") | {"number": "der", "phone": "der"}
    assert "reason" in client.post(url, sent).context["form"].errors
    assert client.post(url, sent | {"reason": "Viste pass."}).status_code == 302

    survivor.refresh_from_db()
    assert (survivor.national_id, survivor.phone) == (number, "+4740000118")
    merge = PersonMerge.objects.get()
    undo(merge)
    survivor.refresh_from_db()
    loser.refresh_from_db()
    assert (survivor.national_id, survivor.phone) == ("", "+4740000117")
    assert loser.national_id == number


def test_undo_keeps_later_changes_and_is_stopped_by_a_changed_national_id():
    survivor = PersonFactory(id_kind=IdKind.NONE, national_id="", phone="")
    loser = PersonFactory(phone="+4740000118")
    merge = MergeFactory(survivor, loser, from_loser=["phone"])
    survivor.refresh_from_db()
    survivor.phone = "+4799999999"
    survivor.save()
    undo(merge)
    survivor.refresh_from_db()
    assert survivor.phone == "+4799999999"

    other = MergeFactory(survivor, loser, from_loser=["number"])
    survivor.refresh_from_db()
    survivor.national_id = tenor_id(today() - timedelta(days=9000))
    survivor.save()
    with pytest.raises(merging.MergeRefused, match="Nummeret er endret"):
        undo(other)


def test_merges_are_undone_once_in_reverse_order(client, caseworker):
    survivor = PersonFactory()
    first = MergeFactory(survivor, PersonFactory())
    second = MergeFactory(survivor, PersonFactory(), at=now() + timedelta(seconds=1))
    page = reverse("casework:merge_undo", args=[first.pk])
    assert "Angre den siste først" in client.post(page).content.decode()

    last = reverse("casework:merge_undo", args=[second.pk])
    assert client.post(last).status_code == 302
    assert "allerede angret" in client.post(last).content.decode()
    assert client.post(page).status_code == 302


def test_undoing_twice_shows_the_day_of_the_first_undo():
    merge = MergeFactory()
    undo(merge)
    tomorrow = now() + timedelta(days=1)
    with pytest.raises(merging.MergeRefused, match=f"angret {nbdate(now())}"):
        merging.undo_merge(merge=merge, by=UserFactory(caseworker=True), at=tomorrow)


def test_person_is_not_merged_with_themselves_or_twice():
    survivor = PersonFactory()
    with pytest.raises(merging.MergeRefused):
        MergeFactory(survivor, survivor)
    merge = MergeFactory(survivor)
    with pytest.raises(merging.MergeRefused, match="allerede slått sammen"):
        MergeFactory(PersonFactory(), merge.loser)


def test_protection_of_either_person_is_kept_and_needs_access(client, caseworker):
    survivor, loser = PersonFactory(), PersonFactory(protected=True, shielded=True)
    assert client.get(reverse("casework:merge", args=[survivor.pk, loser.pk])).status_code == 404

    merge = MergeFactory(survivor, loser)
    survivor.refresh_from_db()
    assert survivor.protection == loser.protection != Protection.NONE
    assert survivor.shielded
    assert client.get(reverse("casework:merge_undo", args=[merge.pk])).status_code == 404
    assert client.get(reverse("desk:person", args=[loser.pk])).status_code == 404

    undo(merge)
    survivor.refresh_from_db()
    assert survivor.protection == Protection.NONE


def test_duplicate_is_found_by_similarity_or_search(client, caseworker):
    person = PersonFactory(first_name="Karianne", last_name="Wiik")
    alike = PersonFactory(first_name="Kari Anne", last_name="Wiik", birth_date=person.birth_date)
    url = reverse("casework:merge_find", args=[person.pk])
    assert alike.name in client.get(url).content.decode()
    assert alike.name in client.post(url, {"q": alike.national_id}).content.decode()


def test_flag_that_both_persons_have_becomes_one():
    survivor, loser = PersonFactory(), PersonFactory()
    FlagFactory(person=survivor, key="2026-08-01:90")
    FlagFactory(person=loser, key="2026-08-01:90")
    MergeFactory(survivor, loser)
    assert survivor.flags.count() == 1
    assert not loser.flags.exists()


def test_merging_covers_every_table_that_refers_to_a_person():
    """The list of tables comes from the models, so that none is forgotten."""
    tables = {field.model._meta.label for field in merging._relations()}
    assert {"casework.Application", "stays.Stay", "peers.PeerLink", "casework.Letter"} <= tables
    assert not any("Historical" in table for table in tables)


def test_periods_that_do_not_overlap_are_both_kept():
    survivor, loser = PersonFactory(), PersonFactory()
    StayFactory(person=survivor, period=since(today() - timedelta(days=90), today()))
    StayFactory(person=loser, period=since(today()))
    MergeFactory(survivor, loser)
    assert survivor.stays.count() == 2


def test_how_letters_reach_the_person_is_chosen_too(client, caseworker):
    survivor, loser = PersonFactory(), PersonFactory()
    loser.letter_way, loser.letter_agreement = "kontoret", "Hentes av søsteren."
    loser.save()
    url = reverse("casework:merge", args=[survivor.pk, loser.pk])
    form = client.get(url).context["form"]
    assert form["letters"].initial == "der", "what is agreed goes before what is not"
    sent = dict.fromkeys(form.groups, "her") | {"letters": "der", "reason": "Viste pass."}
    assert client.post(url, sent).status_code == 302
    survivor.refresh_from_db()
    assert (survivor.letter_way, survivor.letter_agreement) == ("kontoret", "Hentes av søsteren.")
    undo(PersonMerge.objects.get())
    survivor.refresh_from_db()
    assert (survivor.letter_way, survivor.letter_agreement) == ("papir", "")
