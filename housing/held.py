"""The days on which a home is the municipality's to let: the rule of every count of empty days.

A day counts from the day the home is in use, and never before the municipality had the property.
When neither day is known, it counts from the day the home was registered in Varig, so that a home
imported without dates is not empty since the beginning of time. Days between a closing and a new
start of use do not count.
"""

from __future__ import annotations

from django.conf import settings

from .enums import UnavailableCause

# SQL of a `housing_unit u`: a date range, empty when no day is known.
HELD_DAYS = f"""u.in_use * daterange(coalesce(
    greatest(lower(u.in_use), (SELECT acquired_on FROM housing_property WHERE id = u.property_id)),
    (SELECT (min(history_date) AT TIME ZONE '{settings.TIME_ZONE}')::date
     FROM housing_historicalunit WHERE id = u.id),
    'infinity'), NULL)"""
NOT_VOID = UnavailableCause.NOT_IN_STOCK.value
