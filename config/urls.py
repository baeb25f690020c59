from django.apps import apps
from django.urls import include, path

from config import health

APPS = [
    "common",
    "accounts",
    "housing",
    "casework",
    "stays",
    "allocation",
    "peers",
    "desk",
    "insight",
]
if apps.is_installed("demo"):
    APPS.append("demo")

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("konto/", include("accounts.sign_in_urls")),
    *[path("", include(f"{app}.urls")) for app in APPS],
]
