"""What counts as contact with a person, and who is without any help (need T6).

The kinds of contact are a registry, because contacts are kept both in casework and in `peers`, an
app above.
"""

from __future__ import annotations

from common.sql import end_of_day

# name → an SQL condition: somebody was in contact with the person `{person}` on a day after
# %(contact_after)s and up to %(on)s.
_contacts: dict[str, str] = {
    "notes": f"""EXISTS (
        SELECT FROM casework_note note
        WHERE note.is_contact AND note.person_id = {{person}}
          AND note.written_at >= {end_of_day("%(contact_after)s")}
          AND note.written_at < {end_of_day()})"""
}


def register_contact(name: str, sql: str) -> None:
    """Add a kind of contact, from an app above. The SQL is like that in `_contacts`.

    It tells only whether somebody reached the person, never what was said.
    """
    _contacts[name] = sql


def no_service_sql(person: str) -> str:
    """SQL condition: the person in the column `person` has no service on the date, and no contact
    since `%(contact_after)s` (rules-and-scenarios.md, `no_service`). Takes `%(on)s` and
    `%(contact_after)s`.
    """
    # IN, not EXISTS: PostgreSQL then reads the services of the day once, however few rows it
    # expects. With EXISTS the stay job asked the index for each of 18 446 rows: 6 % of its time.
    service = f"""{person} IN (
        SELECT service.person_id FROM casework_service service
        WHERE service.period @> %(on)s::date)"""
    contacts = (sql.format(person=person) for sql in _contacts.values())
    return " AND ".join(f"NOT {sql}" for sql in (service, *contacts))
