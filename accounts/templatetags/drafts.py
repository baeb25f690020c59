from __future__ import annotations

from typing import Any

from django import forms, template

from ..drafts import DraftMixin

register = template.Library()


@register.inclusion_tag("accounts/draft.html", takes_context=True)
def draft(context: template.Context, form: Any, *parts: forms.BaseForm) -> dict[str, Any]:
    """First in a `<form>`: fills it from the draft, says so, and makes the page keep what is
    typed. `parts` are other forms in the same `<form>`."""
    box = None
    if isinstance(form, DraftMixin) and context.get("request"):
        box = form.begin_draft(context["request"], *parts)
    return {"box": box}


@register.inclusion_tag("accounts/draft_status.html")
def draft_status(form: Any) -> dict[str, Any]:
    """After the button of a `<form>`: when the draft was saved, and how to discard it."""
    return {"box": getattr(form, "draft_box", None)}
