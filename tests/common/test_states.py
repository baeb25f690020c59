"""A process follows its state table, and each move is made once and logged."""

from datetime import UTC, datetime

import pytest

from common.errors import RuleBroken
from common.states import ChangedByOther, MoveNotAllowed, StateTable

AT = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


@pytest.fixture
def log():
    return []


@pytest.fixture
def table(log):
    return StateTable(
        "ting",
        {"draft": {"sent"}, "sent": ["done", "draft"], "done": ()},
        log=lambda *row: log.append(row),
    )


def test_an_allowed_move_is_saved_and_logged(thing, table, log):
    draft = thing.objects.create(name="a")
    assert table.may(draft, "sent")
    table.move(draft, "sent", by="Ingrid", at=AT)
    assert draft.state == "sent"
    draft.refresh_from_db()
    assert draft.state == "sent"
    assert log == [(draft, "draft", "sent", "Ingrid", AT)]


def test_disallowed_move_is_refused_with_user_facing_labels(thing, table, log):
    draft = thing.objects.create(name="a")
    assert not table.may(draft, "done")
    with pytest.raises(MoveNotAllowed, match=r"«Utkast».*«Avgjort»") as error:
        table.move(draft, "done", by="Ingrid", at=AT)
    assert isinstance(error.value, RuleBroken)
    assert draft.state == "draft"
    assert log == []


def test_second_of_two_simultaneous_moves_is_refused(thing, table, log):
    mine = thing.objects.create(name="a", state="sent")
    theirs = thing.objects.get(pk=mine.pk)
    table.move(theirs, "draft", by="Marit", at=AT)
    with pytest.raises(ChangedByOther, match="En annen har endret"):
        table.move(mine, "done", by="Ingrid", at=AT, decided_at=AT)
    assert (mine.state, mine.decided_at) == ("sent", None)
    assert thing.objects.get(pk=mine.pk).state == "draft"
    assert len(log) == 1


def test_facts_tied_to_a_state_are_written_with_it(thing, table):
    sent = thing.objects.create(name="a", state="sent")
    table.move(sent, "done", by="Ingrid", at=AT, decided_at=AT)
    sent.refresh_from_db()
    assert (sent.state, sent.decided_at) == ("done", AT)


def test_final_state_allows_no_move(thing, table):
    done = thing(state="done")
    assert table.allowed(done) == ()
    assert table.is_final(done)


def test_the_table_answers_in_its_own_order(thing, table):
    assert table.allowed(thing(state="sent")) == ("draft", "done")


def test_misspelt_state_raises_at_import():
    with pytest.raises(ValueError, match="doone"):
        StateTable("ting", {"draft": {"doone"}}, log=print)


def test_nothing_is_saved_when_the_log_fails(thing):
    def broken(*_row):
        raise RuntimeError

    table = StateTable("ting", {"draft": {"sent"}, "sent": ()}, log=broken)
    draft = thing.objects.create(name="a")
    with pytest.raises(RuntimeError):
        table.move(draft, "sent", by="Ingrid", at=AT)
    assert thing.objects.get(pk=draft.pk).state == "draft"
