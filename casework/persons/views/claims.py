from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.once import once
from accounts.reads import log_read
from common.access import allowed
from common.form_errors import errors_as_message

from .. import perms
from ..actions.claims import answer_claim
from ..models import NumberClaim


@require_http_methods(["GET", "POST"])
@allowed(perms.can_answer_number_claims)
@once
def number_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Who wrote the number of somebody hidden from them, and that contact is taken."""
    claims = NumberClaim.objects.visible_to(request.user).exclude(asked_by=request.user)
    claim = get_object_or_404(claims.select_related("person", "asked_by", "answered_by"), pk=pk)
    if request.method == "POST":
        with errors_as_message(request):
            answer_claim(claim=claim, by=request.user, at=timezone.now())
            messages.success(request, _("Det er ført at kontakten er tatt."))
        return redirect("casework:number_claim", pk)
    log_read(request, claim.person_id, "number-claim")
    return render(request, "casework/persons/number_claim.html", {"claim": claim})
