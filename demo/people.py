"""The users of the demo's sign-in page, and what each role can see."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from accounts.enums import RoleKind
from accounts.models import Role, User

SEE = {
    RoleKind.CASEWORKER: _(
        "Min dag med varsler og frister, personer, søknader, kartlegging og utkast til vedtak."
    ),
    RoleKind.APPROVER: _("Vedtak som venter på godkjenning, og brevet slik søkeren får det."),
    RoleKind.CHAIR: _("Ventelisten, tildelingsmøtet med ledige boliger og hvem de passer for."),
    RoleKind.STOCK_MANAGER: _("Boligene: hva som er ledig, utleid, og under oppussing."),
    RoleKind.PEER_COORDINATOR: _("Hvem som ønsker en likeperson, og koblingene som er i gang."),
    RoleKind.PEER: _("Mine deltakere og en enkel logg, laget for telefonen."),
    RoleKind.MANAGER: _("Oversikten: hvor mange som venter, hvor lenge, og hvor de bor nå."),
    RoleKind.PRIVACY_OFFICER: _("Leseloggen: hvem som har sett hvem, og når."),
    RoleKind.SYSTEM_ADMIN: _("Brukere, roller og innstillinger, uten personopplysninger."),
}
SHOWN_PER_ROLE = 3
MOST_OTHERS = 50


def people(on: date) -> list[dict]:
    """The users of each role in the order of the sign-in page, and what they can see."""
    by_role: dict[str, list[User]] = {}
    roles = (
        Role.objects.filter(period__contains=on, user__is_active=True)
        .select_related("user", "unit")
        .order_by("user_id", "pk")
    )
    seen: set[int] = set()
    for role in roles:
        # A user is listed once, under their first role.
        if role.user_id in seen:
            continue
        seen.add(role.user_id)
        role.user.demo_unit = role.unit.name
        by_role.setdefault(role.kind, []).append(role.user)
    return [
        {
            "kind": kind,
            "label": RoleKind(kind).label,
            "see": see,
            "users": by_role[kind][:SHOWN_PER_ROLE],
            "others": by_role[kind][SHOWN_PER_ROLE:][:MOST_OTHERS],
        }
        for kind, see in SEE.items()
        if kind in by_role
    ]
