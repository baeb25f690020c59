from django.urls import path

from . import views

app_name = "insight"
urlpatterns = [path("oversikt/", views.overview, name="overview")]
