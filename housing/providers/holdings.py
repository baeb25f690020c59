"""The quality agreements users answer for (see `accounts.leaving`)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.enums import CASE_ROLES, RoleKind
from accounts.leaving import Holding

from .models import AgreementFlag, QualityAgreement

ROLES = (*CASE_ROLES, RoleKind.STOCK_MANAGER)
HOLDINGS = (
    Holding(
        key="agreement_flags",
        label=_("Varsler om kvalitetsavtaler"),
        rows=lambda user: AgreementFlag.objects.open().filter(owner=user),
        for_receiver=lambda rows, user: rows,
        field="owner",
        roles=ROLES,
        place=1,
    ),
    Holding(
        key="agreements",
        label=_("Kvalitetsavtaler"),
        rows=lambda user: QualityAgreement.objects.filter(responsible=user),
        for_receiver=lambda rows, user: rows,
        field="responsible",
        roles=ROLES,
        place=2,
    ),
)
