from django.urls import path

from .views import advance_notice, applications, intake

urlpatterns = [
    path("personer/<int:pk>/soknad/ny/", applications.application_new, name="application_new"),
    path("soknader/paragraf-27/", intake.section_27, name="section_27"),
    path("soknader/<int:pk>/be-om-papirer/", intake.papers_ask, name="papers_ask"),
    path(
        "soknader/<int:pk>/bekreft-mottatt/",
        intake.transfer_acknowledge,
        name="transfer_acknowledge",
    ),
    path("soknader/", applications.applications, name="applications"),
    path("soknader/<int:pk>/ta/", applications.application_take, name="application_take"),
    path(
        "soknader/<int:pk>/trekk/", applications.application_withdraw, name="application_withdraw"
    ),
    path("soknader/<int:pk>/rett/", applications.application_correct, name="application_correct"),
    path("soknader/<int:pk>/gjenapne/", applications.application_reopen, name="application_reopen"),
    path(
        "soknader/<int:pk>/send-videre/",
        applications.application_forward,
        name="application_forward",
    ),
    path("soknader/<int:pk>/forelopig-svar/", applications.interim_reply, name="interim_reply"),
    path("soknader/<int:pk>/forhandsvarsel/ny/", advance_notice.notice_new, name="notice_new"),
    path("forhandsvarsel/<int:pk>/svar/", advance_notice.notice_answer, name="notice_answer"),
]
