from django.urls import path

from . import views

app_name = "housing"
urlpatterns = [
    path("boliger/import/", views.import_stock, name="import"),
    path("boliger/import/<int:pk>/", views.import_review, name="import_review"),
    path("boliger/import/<int:pk>/ta-inn/", views.import_apply, name="import_apply"),
    path("boliger/eksport/", views.export_stock, name="export"),
    path("eiendommer/<int:pk>/endre/", views.property_edit, name="property_edit"),
    path("eiendommer/<int:pk>/feil/ny/", views.upkeep_new, name="upkeep_new"),
    path("eiendommer/<int:pk>/husmoter/nytt/", views.meeting_new, name="meeting_new"),
    path("vedlikehold/", views.upkeep, name="upkeep"),
    path("vedlikehold/<int:pk>/", views.upkeep_done, name="upkeep_done"),
    path("boliger/ord/", views.words, name="words"),
    path("boliger/ord/<int:pk>/fjern/", views.word_remove, name="word_remove"),
    path("boliger/<int:pk>/endre/", views.unit_edit, name="unit_edit"),
]
