"""All settings, from the environment.

VARIG_MODE is `production` (the default: refuses to start insecurely), `demo` (one machine,
no real persons, embedded services) or `test`. `.env.example` explains every variable.
"""

import secrets
from pathlib import Path

from config.environment import Environment, database_from_url, local_services
from config.logs import logging_config
from config.safety import weaknesses

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = Environment()
MODE = env.mode()
PRODUCTION = MODE == "production"
DEMO = MODE == "demo"
TEST = MODE == "test"
PROCESS = env.text("VARIG_PROCESS", "command")  # web, worker, beat, owner (of the tables), command

# ------------------------------------------------------------------ safety

DEBUG = env.yes("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")

if not PRODUCTION:
    ALLOWED_HOSTS = ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]", "testserver"]
    if not SECRET_KEY and DEMO:
        key_file = VAR_DIR / "secret_key"
        if not key_file.exists():
            VAR_DIR.mkdir(exist_ok=True)
            key_file.touch(mode=0o600)
            key_file.write_text(secrets.token_urlsafe(50))
        SECRET_KEY = key_file.read_text()
    SECRET_KEY = SECRET_KEY or secrets.token_urlsafe(50)

# TLS ends at the proxy, which sets X-Forwarded-Proto and drops the client's own header.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_SSL_REDIRECT = PRODUCTION and env.yes("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.number("SECURE_HSTS_SECONDS", 31_536_000) if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION and env.yes("SECURE_HSTS_INCLUDE_SUBDOMAINS", True)
# Preloading affects the whole domain, so the municipality decides it.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_HSTS_PRELOAD = PRODUCTION and env.yes("SECURE_HSTS_PRELOAD", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION and env.yes("COOKIES_SECURE", True)
SESSION_COOKIE_NAME = "__Host-varig" if PRODUCTION else "varig"
CSRF_COOKIE_NAME = "__Host-varig-csrf" if PRODUCTION else "varig-csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"  # Strict breaks the return from OIDC
SESSION_COOKIE_AGE = env.number("SESSION_HOURS", 10) * 3600  # a long working day
SESSION_IDLE_SECONDS = env.number("SESSION_IDLE_MINUTES", 30) * 60  # without a request
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
DRAFT_TICKET_AGE = 4 * 24 * 3600  # what is typed is kept on a page left open over a weekend
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"  # read from the cache, kept in both
# Not in a cookie: a message may name a person, and a cookie stays on the machine (need S8).
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "accounts.views.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# ------------------------------------------------------------------ apps and middleware

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "crispy_forms",
    "simple_history",
    "django_htmx",
    "template_partials",
    "csp",
    "common",
    "accounts",
    "housing",
    "casework",
    "stays",
    "allocation",
    "peers",
    "desk",
    "insight",
    "scenarios",
]
if not PRODUCTION:
    INSTALLED_APPS.append("demo")  # made-up people, and signing in as one of them

MIDDLEWARE = [
    "config.middleware.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",  # before the static files, which get its header too
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.NoStoreMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionMiddleware",
    "accounts.middleware.SignInMiddleware",
    "accounts.middleware.ReadLogMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "casework.persons.middleware.MergedPersonRedirectMiddleware",
    "config.middleware.OvertakenMiddleware",
    "config.middleware.CharsetMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "common.context.shell",
            ],
        },
    }
]
FORM_RENDERER = "common.widgets.WidgetRenderer"
INSTALLED_APPS.insert(0, "django.forms")  # has the templates of the other widgets
CRISPY_ALLOWED_TEMPLATE_PACKS = ("designsystemet",)
CRISPY_TEMPLATE_PACK = "designsystemet"
CRISPY_FAIL_SILENTLY = False

LANGUAGE_CODE = "nb"
TIME_ZONE = "Europe/Oslo"
USE_TZ = True
USE_I18N = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ------------------------------------------------------------------ database, cache, jobs

services = {} if PRODUCTION else local_services(BASE_DIR)
DATABASE_URL = env.text("DATABASE_URL") or services.get("database_url", "")
# The owner of the tables, who runs the migrations; the application's user owns nothing (ADR 16).
DATABASE_OWNER_URL = env.text("DATABASE_OWNER_URL")
# Someone who may make users, for `manage.py database_roles` alone.
DATABASE_ADMIN_URL = env.text("DATABASE_ADMIN_URL")
if not env.text("DATABASE_URL"):
    DATABASE_OWNER_URL = DATABASE_OWNER_URL or services.get("database_owner_url", "")
    DATABASE_ADMIN_URL = DATABASE_ADMIN_URL or services.get("database_admin_url", "")
REDIS_URL = env.text("REDIS_URL") or services.get("redis_url", "")
if PRODUCTION:
    if not DATABASE_URL:
        env.errors.append("DATABASE_URL is missing: postgresql://user:password@host:5432/varig.")
    if not REDIS_URL:
        env.errors.append("REDIS_URL is missing: redis://:password@host:6379/0.")
    if PROCESS in {"web", "worker", "beat"} and (DATABASE_OWNER_URL or DATABASE_ADMIN_URL):
        env.errors.append(
            "DATABASE_OWNER_URL and DATABASE_ADMIN_URL are for the commands migrate and"
            f" database_roles; the {PROCESS} process must not have them."
        )
    if PROCESS == "owner" and not DATABASE_OWNER_URL:
        env.errors.append("DATABASE_OWNER_URL is missing: the user who owns the tables.")
elif not (DATABASE_URL and REDIS_URL):
    env.errors.append(
        "No database is running. Run `make services` (or set DATABASE_URL, REDIS_URL)."
    )

# Tests make databases, and then act as the application's user (tests/conftest.py).
AS_OWNER = DATABASE_OWNER_URL if PROCESS == "owner" else DATABASE_ADMIN_URL if TEST else ""
database: dict = {}
# The name of the application's user, to whom the owner gives its rights after a migration.
DATABASE_APPLICATION_USER = ""
try:
    if DATABASE_URL:
        database = database_from_url(DATABASE_URL, env.text("VARIG_DB_NAME"))
        DATABASE_APPLICATION_USER = database["USER"]
        if AS_OWNER:
            database = database_from_url(AS_OWNER, env.text("VARIG_DB_NAME"))
            if PRODUCTION and database["USER"] == DATABASE_APPLICATION_USER:
                env.errors.append("DATABASE_OWNER_URL must name another user than DATABASE_URL.")
except ValueError as error:
    env.errors.append(f"DATABASE_URL is not usable: {error}.")
if database:
    options = database["OPTIONS"]
    options.setdefault("connect_timeout", "5")
    options.setdefault("application_name", f"varig-{PROCESS}")
    if PROCESS == "web":
        # A thread takes a connection from the pool per request; the pool replaces broken ones.
        database["CONN_MAX_AGE"] = 0
        options["pool"] = {
            "min_size": 1,
            "max_size": env.number("DATABASE_POOL_SIZE", 8),
            "timeout": 10,
        }
        # No page needs half a minute, and a slow query must not hold locks.
        options.setdefault("options", "-c statement_timeout=30s -c lock_timeout=10s")
    else:
        database["CONN_MAX_AGE"] = 0 if TEST else 300
        database["CONN_HEALTH_CHECKS"] = True
    if TEST:
        # Tests need no durability, and waiting for the disk takes half the time.
        options.setdefault("options", "-c synchronous_commit=off")
    database["TEST"] = {"NAME": f"test_{database['NAME']}"}
DATABASES = {"default": database}

DATABASE_NAME = database.get("NAME", "varig")
if TEST or not REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
else:
    CACHES = {
        "default": {
            "BACKEND": "config.cache.ForgivingRedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": DATABASE_NAME,
        }
    }

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_TASK_DEFAULT_QUEUE = DATABASE_NAME  # several databases may share one Redis
CELERY_TASK_ALWAYS_EAGER = CELERY_TASK_EAGER_PROPAGATES = TEST
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_ENABLE_UTC = True
# A job is acknowledged when done, so that the job of a dead worker runs again. Jobs are safe to
# run twice.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_TIME_LIMIT = 600
# Longer than the longest job, or Redis hands a running job to a second worker.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 1800}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500

# ------------------------------------------------------------------ sign-in

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarityValidator": {"user_attributes": ("username", "full_name", "email")},
        "MinimumLengthValidator": {"min_length": 12},
        "CommonPasswordValidator": {},
    }.items()
]
AUTH_PASSWORD_VALIDATORS.append({"NAME": "accounts.passwords.ContextWordsValidator"})
PASSWORD_RESET_TIMEOUT = 3600  # whoever asks for the link sits and waits for it
if TEST:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# In demo mode you choose which user to be.
LOGIN_URL = LOGOUT_REDIRECT_URL = "demo:sign_in" if DEMO else "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {"login": "accounts.sign_in_forms.LoginForm"}
SOCIALACCOUNT_ADAPTER = "accounts.adapters.SocialAccountAdapter"
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before changing the second factor
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # users are made by an administrator or by OpenID Connect
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
# The limits of failed sign-ins are for the client's address, as the nearest of these saw it.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
# Users who sign in with a password must have a second factor; see accounts.middleware.
SECOND_FACTOR_REQUIRED = env.yes("SECOND_FACTOR_REQUIRED", default=PRODUCTION)
MFA_TOTP_ISSUER = "Varig"
SOCIALACCOUNT_ONLY = False
# The municipality's own sign-in finds the user by an e-mail address it has verified.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
# A list of allauth OpenID Connect apps (Entra ID, Ansattporten): see .env.example.
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": env.json("OPENID_CONNECT_APPS", [])}
}

# ------------------------------------------------------------------ static files and mail

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
NODE_MODULES = BASE_DIR / "node_modules"
ICON_DIR = NODE_MODULES / "@navikt" / "aksel-icons" / "dist" / "svg"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/designsystemet", NODE_MODULES / "@digdir" / "designsystemet-css" / "dist"),
    ("vendor/designsystemet-web", NODE_MODULES / "@digdir" / "designsystemet-web" / "dist"),
    ("vendor/inter", NODE_MODULES / "@fontsource" / "inter"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = PRODUCTION
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION
# Allowed types of uploads (`casework.persons.uploads.TYPES`); the largest size is an app setting.
UPLOAD_TYPES = env.words("UPLOAD_TYPES") or ["pdf", "jpeg", "png", "docx", "odt", "txt"]
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(VAR_DIR / "media")))  # never served by URL

# The address of Varig for users, for links in mails.
PUBLIC_URL = env.text("PUBLIC_URL") or f"https://{ALLOWED_HOSTS[0] if ALLOWED_HOSTS else ''}/"
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.yes("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("DEFAULT_FROM_EMAIL", "varig@localhost")
if TEST:
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
elif not EMAIL_HOST:
    # Without a mail server nothing is sent, and mails are not written to a log or file.
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

# ------------------------------------------------------------------ logs

LOGGING = logging_config(
    level=env.text("LOG_LEVEL", "WARNING" if TEST else "INFO"),
    as_json=PRODUCTION or env.yes("LOG_JSON", default=False),
)

if PRODUCTION:
    env.errors += weaknesses(globals())
env.refuse()
