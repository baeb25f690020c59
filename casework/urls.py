from django.urls import path

from .views import (
    appeals,
    applications,
    assessments,
    dimensions,
    letters,
    merging,
    persons,
    representatives,
    vedtak,
)

app_name = "casework"

urlpatterns = [
    path("personer/ny/", persons.person_new, name="person_new"),
    path("personer/<int:pk>/endre/", persons.person_edit, name="person_edit"),
    path("personer/<int:pk>/husstand/", persons.household, name="household"),
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
    path("personer/<int:pk>/notat/ny/", persons.note_new, name="note_new"),
    path("personer/<int:pk>/soknad/ny/", applications.application_new, name="application_new"),
    path("soknader/", applications.applications, name="applications"),
    path("soknader/<int:pk>/", applications.application, name="application"),
    path("soknader/<int:pk>/ta/", applications.application_take, name="application_take"),
    path(
        "soknader/<int:pk>/trekk/", applications.application_withdraw, name="application_withdraw"
    ),
    path(
        "soknader/<int:pk>/send-videre/",
        applications.application_forward,
        name="application_forward",
    ),
    path("soknader/<int:pk>/forelopig-svar/", applications.interim_reply, name="interim_reply"),
    path("soknader/<int:pk>/kartlegging/ny/", assessments.assessment_new, name="assessment_new"),
    path("soknader/<int:pk>/boligbehov/", assessments.need, name="need"),
    path("innstillinger/kartlegging/omrader/", dimensions.dimensions, name="dimensions"),
    path("innstillinger/kartlegging/nytt/", dimensions.dimension_new, name="dimension_new"),
    path(
        "innstillinger/kartlegging/<int:pk>/",
        dimensions.dimension,
        name="dimension",
    ),
    path(
        "innstillinger/kartlegging/<int:pk>/avslutt/",
        dimensions.dimension_end,
        name="dimension_end",
    ),
    path(
        "innstillinger/kartlegging/<int:pk>/flytt/",
        dimensions.dimension_move,
        name="dimension_move",
    ),
    path("kartlegging/<int:pk>/", assessments.assessment, name="assessment"),
    path("soknader/<int:pk>/vedtak/ny/", vedtak.vedtak_new, name="vedtak_new"),
    path("vedtak/<int:pk>/", vedtak.vedtak, name="vedtak"),
    path("vedtak/<int:pk>/send/", vedtak.vedtak_submit, name="vedtak_submit"),
    path("vedtak/<int:pk>/godkjenn/", vedtak.vedtak_approve, name="vedtak_approve"),
    path("vedtak/<int:pk>/send-tilbake/", vedtak.vedtak_return, name="vedtak_return"),
    path("vedtak/<int:pk>/inhabil/", vedtak.vedtak_disqualify, name="vedtak_disqualify"),
    path("vedtak/<int:pk>/forhandsvisning/", vedtak.vedtak_preview, name="vedtak_preview"),
    path("vedtak/<int:pk>/klage/ny/", appeals.appeal_new, name="appeal_new"),
    path("personer/<int:pk>/brevavtale/", letters.letter_agreement, name="letter_agreement"),
    path("soknader/<int:pk>/forhandsvarsel/ny/", letters.notice_new, name="notice_new"),
    path("klager/", appeals.appeals, name="appeals"),
    path("klager/<int:pk>/", appeals.appeal, name="appeal"),
    path("klager/<int:pk>/fordel/", appeals.appeal_assign, name="appeal_assign"),
    path("klager/<int:pk>/ta-opp/", appeals.appeal_take_up, name="appeal_take_up"),
    path("klager/<int:pk>/avvis/", appeals.appeal_dismiss, name="appeal_dismiss"),
    path("klager/<int:pk>/gjor-om/", appeals.appeal_reverse, name="appeal_reverse"),
    path("klager/<int:pk>/send-videre/", appeals.appeal_forward, name="appeal_forward"),
    path("klager/<int:pk>/trekk/", appeals.appeal_withdraw, name="appeal_withdraw"),
    path(
        "klager/<int:pk>/utsatt-iverksetting/", appeals.appeal_suspension, name="appeal_suspension"
    ),
    path(
        "klager/<int:pk>/ber-om-utsettelse/",
        appeals.appeal_ask_suspension,
        name="appeal_ask_suspension",
    ),
    path("klager/<int:pk>/svar/", appeals.appeal_outcome, name="appeal_outcome"),
    path("klager/<int:pk>/spurt/", appeals.appeal_remind, name="appeal_remind"),
    path("klager/<int:pk>/nytt-vedtak/", appeals.appeal_new_vedtak, name="appeal_new_vedtak"),
    path("klager/<int:pk>/dokumenter/", appeals.appeal_documents, name="appeal_documents"),
    path("brev/<int:pk>/", letters.letter, name="letter"),
]
