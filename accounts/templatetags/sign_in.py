from __future__ import annotations

from django import template

from ..sign_in import SENTENCES, WHY

register = template.Library()


@register.simple_tag(takes_context=True)
def why_sign_in(context: template.Context) -> str:
    """Why the user must sign in, as the address says it; "" when they came by themselves."""
    request = context.get("request")
    return SENTENCES.get(request.GET.get(WHY, ""), "") if request else ""
