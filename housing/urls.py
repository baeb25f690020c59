from django.urls import path

from . import views

app_name = "housing"
urlpatterns = [
    path("boliger/import/", views.import_stock, name="import"),
    path("boliger/import/<int:pk>/", views.import_review, name="import_review"),
    path("boliger/import/<int:pk>/ta-inn/", views.import_apply, name="import_apply"),
    path("boliger/<int:pk>/endre/", views.unit_edit, name="unit_edit"),
]
