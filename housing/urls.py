from django.urls import path

from . import views
from .providers import views as providers

app_name = "housing"
urlpatterns = [
    path("boliger/eksport/", views.export_stock, name="export"),
    path("eiendommer/ny/", views.property_new, name="property_new"),
    path("eiendommer/<int:pk>/bolig/ny/", views.unit_new, name="unit_new"),
    path("eiendommer/<int:pk>/endre/", views.property_edit, name="property_edit"),
    path("eiendommer/<int:pk>/feil/ny/", views.upkeep_new, name="upkeep_new"),
    path("eiendommer/<int:pk>/husmoter/nytt/", views.meeting_new, name="meeting_new"),
    path("leverandorer/", providers.providers, name="providers"),
    path("leverandorer/ny/", providers.provider_new, name="provider_new"),
    path("leverandorer/<int:pk>/", providers.provider, name="provider"),
    path("leverandorer/<int:pk>/endre/", providers.provider_edit, name="provider_edit"),
    path("leverandorer/<int:pk>/avtale/", providers.agreement_new, name="agreement_new"),
    path("leverandorer/<int:pk>/kontroll/", providers.check_new, name="check_new"),
    path("leverandorer/varsler/<int:pk>/", providers.agreement_flag, name="agreement_flag"),
    path("kvalitetsavtaler/<int:pk>/rett/", providers.agreement_correct, name="agreement_correct"),
    path("kontroller/<int:pk>/rett/", providers.check_correct, name="check_correct"),
    path("husmoter/<int:pk>/rett/", views.meeting_correct, name="meeting_correct"),
    path("vedlikehold/<int:pk>/gjenapne/", views.upkeep_reopen, name="upkeep_reopen"),
    path("kontroller/<int:pk>/rettet/", providers.check_mended, name="check_mended"),
    path("vedlikehold/", views.upkeep, name="upkeep"),
    path("vedlikehold/<int:pk>/", views.upkeep_done, name="upkeep_done"),
    path("boliger/ord/", views.words, name="words"),
    path("boliger/ord/<int:pk>/fjern/", views.word_remove, name="word_remove"),
    path("boliger/<int:pk>/del/", views.unit_reshape, name="unit_reshape"),
    path("boliger/<int:pk>/del/angre/", views.unit_reshape_undo, name="unit_reshape_undo"),
    path("boliger/<int:pk>/ute-av-bruk/", views.out_of_use_new, name="out_of_use_new"),
    path("boliger/ute-av-bruk/<int:pk>/", views.out_of_use_edit, name="out_of_use_edit"),
    path("boliger/<int:pk>/endre/", views.unit_edit, name="unit_edit"),
]
