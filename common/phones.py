"""Phone numbers: kept in one form (E.164: «+4741234567»), shown as they are written in Norway.
A short number, as 116117 of the legevakt, is not in E.164, and is kept as its digits.

What cannot be read, from before or from a file, is kept as it is written, and shown with a word
that it should be checked.
"""

from __future__ import annotations

import re
from typing import Any

import phonenumbers
from django.db import connection
from django.db.models import Model
from django.utils.translation import gettext as _
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType, shortnumberinfo

HOME = "NO"
# Longest of E.164 is sixteen signs; a number that cannot be read may be longer.
LONGEST = 20
SIX = re.compile(r"(\d{3})(\d{3})", re.ASCII)
MOBILE = re.compile(r"\+47([49]\d\d)(\d\d)(\d{3})", re.ASCII)
WRITTEN = re.compile(r"[+\d\s().\-]+")
SMS = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def read(text: str, *, mobile: bool = False) -> str:
    """The number as it is kept; "" if it is none, or if `mobile` and it takes no SMS.

    Without a country code it is Norwegian.
    """
    if not WRITTEN.fullmatch(text.strip()):  # the library also finds a number among words
        return ""
    try:
        number = phonenumbers.parse(text, HOME)
    except NumberParseException:
        return ""
    if number.extension:
        return ""
    if not mobile and shortnumberinfo.is_valid_short_number_for_region(number, HOME):
        return str(number.national_number)
    if not phonenumbers.is_valid_number(number):
        return ""
    if mobile and phonenumbers.number_type(number) not in SMS:
        return ""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def kept(text: Any) -> str:
    """How the number is kept: in E.164, or as it is written if it cannot be read."""
    text = " ".join(str(text or "").split())
    return read(text) or text


def shown(number: str | None) -> str:
    """«412 34 567», «22 33 44 55», «+46 70 123 45 67»: grouped as in its country."""
    text = (number or "").strip()
    if not (known := read(text)):
        return text
    # The library writes mobile numbers two and two; in Norway they are read 412 34 567.
    if match := MOBILE.fullmatch(known) or SIX.fullmatch(known):
        return " ".join(match.groups())
    if not known.startswith("+"):
        return known
    parsed = phonenumbers.parse(known)
    at_home = parsed.country_code == phonenumbers.country_code_for_region(HOME)
    style = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)


def checked(number: str | None) -> str:
    """`shown`, and that the number must be checked if it cannot be read."""
    text = shown(number)
    if not text or read(text):
        return text
    return _("%(number)s (kontroller nummeret)") % {"number": text}


def put_in_form(apps: Any, *columns: tuple[str, str, str]) -> None:
    """For migrations: put the numbers of the columns (app, model, field) in the form they are kept
    in. One statement each; it writes history, by nobody, so that it is not taken for a change made
    by the next who saves the row."""
    for app, name, field in columns:
        model = apps.get_model(app, name)
        rows = model._base_manager.exclude(**{field: ""}).values_list("pk", field)
        changed = {pk: kept(number) for pk, number in rows.iterator() if kept(number) != number}
        with connection.cursor() as cursor:
            cursor.execute(
                _update(model, apps.get_model(app, f"Historical{name}"), field),
                [list(changed), list(changed.values())],
            )


def _update(model: type[Model], history: type[Model], field: str) -> str:
    own = {one.column for one in model._meta.concrete_fields}
    copied = (f for f in history._meta.concrete_fields if not f.generated)
    columns = ", ".join(f.column for f in copied if f.column in own)
    return f"""
    WITH changed AS (
        UPDATE {model._meta.db_table} t SET {field} = put.number
        FROM unnest(%s::bigint[], %s::text[]) put(id, number) WHERE t.id = put.id RETURNING t.*
    )
    INSERT INTO {history._meta.db_table} (history_date, history_type, {columns})
    SELECT clock_timestamp(), '~', {columns} FROM changed
    """
