"""The pages of casework, room by room. The names are all `casework:…`."""

from django.urls import include, path

ROOMS = [
    "persons",
    "letters",
    "follow_up",
    "applications",
    "assessment",
    "vedtak",
    "appeals",
    "case",
]

app_name = "casework"
urlpatterns = [path("", include(f"casework.{room}.urls")) for room in ROOMS]
