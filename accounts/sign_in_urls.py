"""The pages of allauth that Varig uses, and no others.

The system administrator enters e-mail addresses, and nobody signs up, so allauth's pages for
those are left out. `account_signup` stays, since allauth links to it, and says it is closed.
"""

from allauth.account import urls as account
from allauth.mfa import urls as mfa
from allauth.socialaccount import urls as socialaccount
from allauth.urls import build_provider_urlpatterns
from django.urls import include, path

LEFT_OUT = {
    "account_email",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_confirm_login_code",
    "account_request_login_code",
    "socialaccount_connections",
    "socialaccount_signup",
}

urlpatterns = [
    *[pattern for pattern in account.urlpatterns if pattern.name not in LEFT_OUT],
    path("totrinn/", include(mfa.urlpatterns)),
    path(
        "ekstern/",
        include([pattern for pattern in socialaccount.urlpatterns if pattern.name not in LEFT_OUT]),
    ),
    *build_provider_urlpatterns(),
]
