from django.conf import settings
from django.urls import path

from . import views

app_name = "common"

# The component page is for developers of Varig; a municipality never sees it.
urlpatterns = (
    [] if settings.PRODUCTION else [path("ui-komponenter/", views.components, name="components")]
)
