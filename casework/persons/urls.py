from django.urls import path

from .views import claims, corrections, documents, merging, notes, past, persons, representatives

urlpatterns = [
    path("personer/ny/", persons.person_new, name="person_new"),
    path("nummerkontroll/<int:pk>/", claims.number_claim, name="number_claim"),
    path("personer/<int:pk>/endre/", persons.person_edit, name="person_edit"),
    path("personer/<int:pk>/husstand/", persons.household, name="household"),
    path("husstandsmedlem/<int:pk>/rett/", corrections.member_correct, name="member_correct"),
    path("feilregistrert/<slug:what>/<int:pk>/", corrections.take_back, name="take_back"),
    path(
        "personer/<int:pk>/representanter/",
        representatives.representatives,
        name="representatives",
    ),
    path(
        "representanter/<int:pk>/endre/",
        representatives.representative_edit,
        name="representative_edit",
    ),
    path("personer/<int:pk>/sla-sammen/", merging.merge_find, name="merge_find"),
    path("personer/<int:pk>/sla-sammen/<int:other>/", merging.merge, name="merge"),
    path("sammenslainger/<int:pk>/angre/", merging.merge_undo, name="merge_undo"),
    path("personer/<int:pk>/notat/ny/", notes.note_new, name="note_new"),
    path("notater/<int:pk>/", notes.note, name="note"),
    path("notater/<int:pk>/innsigelse/", notes.note_objection, name="note_objection"),
    path("personer/<int:pk>/dokument/nytt/", documents.document_new, name="document_new"),
    path("dokumenter/<int:pk>/", documents.document, name="document"),
    path("dokumenter/<int:pk>/trekk/", documents.document_withdraw, name="document_withdraw"),
    path("personer/<int:pk>/tidligere-forhold/", past.past_matters, name="past_matters"),
    path("personer/<int:pk>/tidligere-forhold/nytt/", past.past_matter_new, name="past_matter_new"),
    path("tidligere-forhold/<int:pk>/", past.past_matter, name="past_matter"),
    path(
        "tidligere-forhold/<int:pk>/nedbetaling/",
        past.past_matter_payments,
        name="past_matter_payments",
    ),
]
