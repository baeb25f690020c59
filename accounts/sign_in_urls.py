"""The pages of allauth that Varig uses, and no others.

E-mail addresses are kept by the system administrator, and nobody signs up; allauth's pages for
those are not reachable. `account_signup` stays, since allauth links to it, and says it is closed.
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
    *[one for one in account.urlpatterns if one.name not in LEFT_OUT],
    path("totrinn/", include(mfa.urlpatterns)),
    path(
        "ekstern/",
        include([one for one in socialaccount.urlpatterns if one.name not in LEFT_OUT]),
    ),
    *build_provider_urlpatterns(),
]
