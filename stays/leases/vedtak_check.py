"""A vedtak that extends a lease is checked against the lease there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.log.enums import OWN_HOUSEHOLD
from casework.models import HouseholdMember
from casework.vedtak.completeness import EXTENSION_BASIS, Check, Contents, Found
from stays.enums import RENTED
from stays.models import Stay

if TYPE_CHECKING:
    from casework.models import Vedtak


def _no_lease(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    """A home rented by the person, or by who shares the household, that they live in."""
    if not content.extends:
        return
    application = vedtak.application
    household = HouseholdMember.objects.filter(
        household=application.household_id, relation__in=OWN_HOUSEHOLD, period__contains=on
    )
    tenants = [application.person_id, *household.values_list("person", flat=True)]
    rented = Stay.objects.current(on).filter(person__in=tenants, kind__in=RENTED)
    if not rented.exists():
        field = next((b.pk for b in content.bases if b.code == EXTENSION_BASIS), "")
        yield (
            _("Forlengelse: personen har ikke noe leieforhold som kan forlenges"),
            f"outcome_{field}",
        )


LEASE_TO_EXTEND = Check(
    "utfall", gettext_lazy("Et leieforhold som kan forlenges"), "husll. § 9-3", _no_lease
)
