"""All settings, read from the environment (and from `.env` in the project's root, if there is one).

Every default is visible here but for the three keys, which have none: `make run` writes them once.
docs/operations.md lists each variable with its meaning.
"""

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _
from environs import Env

BASE_DIR = Path(__file__).resolve().parent.parent.parent


def is_ip_address(host: str | None) -> bool:
    try:
        return bool(ip_address(host or ""))
    except ValueError:
        return False


env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)
VAR_DIR = env.path("VAR_DIR", BASE_DIR / "var")  # what the platform writes

# Keys --------------------------------------------------------------------------------------------
SECRET_KEY = env.str("SECRET_KEY")
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS")  # newest first; old ones only decrypt
BLIND_INDEX_KEY = env.str("BLIND_INDEX_KEY")

# Where we are ------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", False)  # demonstration accounts, their mail box and their codes; `check --deploy` refuses it
PORT = env.int("PORT", 8000)
BASE_URL = env.str("BASE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
CONTENT_BASE_URL = env.str("CONTENT_BASE_URL", f"http://localhost:{PORT}").rstrip("/")
SITE_NAME = env.str("SITE_NAME", "Alongside")
SITE_THEME = env.str("SITE_THEME", "")  # a folder with tokens.css and logo.svg
XAPI_IRI_BASE = env.str("XAPI_IRI_BASE", "https://alongside.example/xapi").rstrip("/")
XAPI_MOST_STATEMENT_BYTES = env.int("XAPI_MOST_STATEMENT_BYTES", 5 * 1024 * 1024)  # of one request: its JSON
XAPI_MOST_ATTACHMENT_BYTES = env.int("XAPI_MOST_ATTACHMENT_BYTES", 100 * 1024 * 1024)  # one file
XAPI_MOST_BYTES = env.int("XAPI_MOST_BYTES", 200 * 1024 * 1024)  # all that it brings
XAPI_RATE, XAPI_RATE_REFUSED = env.int("XAPI_RATE", 0), env.int("XAPI_RATE_REFUSED", 0)  # in a minute; 0 for no limit
XAPI_ORIGINS = env.list("XAPI_ORIGINS", [])  # of pages elsewhere whose scripts may speak to /xapi/; * for all
HTTPS = urlsplit(BASE_URL).scheme == "https"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [urlsplit(BASE_URL).hostname, urlsplit(CONTENT_BASE_URL).hostname])
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# What we are made of -----------------------------------------------------------------------------
INSTALLED_APPS = [
    "website",
    "api",
    "recompense",
    "panels",
    "learning",
    "people",
    "pages",
    "core",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "wagtail.contrib.simple_translation",
    "wagtail.contrib.redirects",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_q",
    "django_tasks",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "rest_framework",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "core.middleware.RequestIdMiddleware",
    "core.middleware.ContentHostMiddleware",  # before anything asks for the host
    "django.middleware.security.SecurityMiddleware",
    "core.middleware.RecordStoreMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.PageCacheMiddleware",  # outside all that follows: a hit costs one query and no session
    "csp.middleware.CSPMiddleware",
    "core.middleware.AdminPolicyMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "core.middleware.WagtailSiteMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a long module in Wagtail's editor
LRS_DOCUMENT_BYTES = env.int("LRS_DOCUMENT_BYTES", 5 * 1024 * 1024)  # the largest document of the record store

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pages.context_processors.house",
            ],
        },
    },
]

# Data --------------------------------------------------------------------------------------------
VAR_DIR.mkdir(mode=0o700, exist_ok=True)  # addresses, sessions and mail: for nobody else on this machine
DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}", conn_max_age=60)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # docs/decisions/0005: what held eight threads and a worker without a locked error, and the record store's turns.
    pragmas = "journal_mode=WAL synchronous=NORMAL secure_delete=ON cache_size=-4000 wal_autocheckpoint=4000 temp_store=MEMORY"
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "; ".join(f"PRAGMA {pragma}" for pragma in pragmas.split()),
    }

REDIS_URL = env.str("REDIS_URL", "")
CACHES = {
    # Shared by all processes: allauth's rate limits and the interface's count in it.
    "default": {"KEY_FUNCTION": "core.cache_keys.hidden"}
    | (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "cache",
            "OPTIONS": {"MAX_ENTRIES": 10_000},
        }
    ),
    # Bodies of public pages, one copy in each process (core/page_cache.py).
    "pages": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 500}},
}

MEDIA_ROOT = env.path("MEDIA_ROOT", VAR_DIR / "media")
MEDIA_URL = "/media/"
STATIC_ROOT = env.path("STATIC_ROOT", VAR_DIR / "static")
STATIC_URL = "/static/"
PRIVATE_ROOT = env.path("PRIVATE_ROOT", VAR_DIR / "private")
S3_BUCKET = env.str("S3_BUCKET", "")
S3 = {
    "bucket_name": S3_BUCKET,
    "endpoint_url": env.str("S3_ENDPOINT_URL", "") or None,
    "region_name": env.str("S3_REGION", "") or None,
    "default_acl": "private",
}
STORAGES = {
    "default": {"BACKEND": "config.media.Bucket", "OPTIONS": S3}
    if S3_BUCKET
    else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Receipts, pictures of experiences, attachments: never at an address, only through a view that asks who may see them.
    "private": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {**S3, "location": "private"}}
    if S3_BUCKET
    else {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": PRIVATE_ROOT,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
            "base_url": None,
        },
    },
    "staticfiles": {"BACKEND": "config.static_files.StaticFiles"},
}
FILE_UPLOAD_PERMISSIONS = 0o640
STATICFILES_DIRS = [("theme", SITE_THEME)] if SITE_THEME else []

# Work that waits ---------------------------------------------------------------------------------
Q_CLUSTER = {
    "name": "alongside",
    "workers": env.int("WORKERS", 1),
    "timeout": 120,
    "queue_limit": 1,
    "retry": 600,  # > timeout * (ceil((queue_limit + 1) / workers) + 1), or tasks run twice: core.checks
    "max_attempts": 5,
    "catch_up": False,
    "recycle": 100,
    "save_limit": 1000,
    "bulk": 1,
    "poll": 1,
    "cache": "default",
    "label": "Queue",
    **({"redis": REDIS_URL} if REDIS_URL else {"orm": "default"}),
}
TASKS = {"default": {"BACKEND": "config.tasks.Q2Backend", "QUEUES": []}}
DAY = 24 * 60
SCHEDULES = {  # what is done by the clock: a function, and every how many minutes
    "Keep nothing longer than needed": ("website.retention.run", DAY),
    "Send mail that the server did not take": ("core.mail.send_held", 5),
    "Publish and withdraw pages in time": ("website.schedules.publish_due", 5),
    "Forget what the interface need not remember": ("api.retention.run", DAY),
    "Tell other systems the news": ("api.deliveries.run", 1),
    "Forward statements to other record stores": ("learning.forwarders.run", 1),
    "Close campaigns in time": ("panels.campaigns.close_due", 5),
    "Let unanswered offers go": ("panels.recruitment.lapse_due", 5),
    "End terms that are over": ("panels.membership.end_due", 60),
    "Erase what was never sent": ("panels.erasure.clear_due", DAY),
    "Let experiences go when their time is over": ("panels.experiences.erasing.clear_due", DAY),
}

# People ------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["people.hashers.ArgonHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "people.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "people.passwords.NotCommon"},
    {"NAME": "people.passwords.NotLikeTheirName", "OPTIONS": {"user_attributes": ["display_name", "email"]}},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard"
ACCOUNT_ADAPTER = "people.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "signup": "people.forms.SignupForm",
    "login": "people.forms.LoginForm",
    "reauthenticate": "people.forms.ReauthenticateForm",
    "add_email": "people.forms.EmailForm",
    "change_email": "people.forms.CorrectEmailForm",
    "change_password": "people.forms.PasswordForm",
    "set_password": "people.forms.SetPasswordForm",
    "reset_password": "people.forms.ResetPasswordForm",
    "reset_password_from_key": "people.forms.NewPasswordForm",
    "confirm_email_verification_code": "people.forms.ConfirmCodeForm",
}
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True  # to change the address one starts again: allauth offers more to new ones
ACCOUNT_CHANGE_EMAIL = True  # one address a person
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_RATE_LIMITS = {  # beside allauth's own
    "application_link": "20/m/ip",
    "application_link_to_address": "6/h/key",
    **dict.fromkeys(["experience_begin", "experience_submit", "experience_open"], "20/m/ip"),  # a refuge is one address
    "experience_picture": "30/m/ip",  # each takes seconds to draw
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", False) else 0  # rate limits count the visitor, not the proxy
MFA_ADAPTER = "people.adapter.SecondFactorAdapter"
MFA_FORMS = {
    name: f"people.second_factor_forms.{form}Form"
    for name, form in {"authenticate": "Authenticate", "reauthenticate": "Reauthenticate", "activate_totp": "Activate"}.items()
}
# A passkey belongs to a host name (WebAuthn 5.1.3), so that none is offered where BASE_URL's host is an address.
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", *([] if is_ip_address(urlsplit(BASE_URL).hostname) else ["webauthn"])]
MFA_TOTP_ISSUER = SITE_NAME
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
USERSESSIONS_TRACK_ACTIVITY = False
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14  # a learner comes back
RETENTION_LEARNER_MONTHS = env.int("RETENTION_LEARNER_MONTHS", 36)  # then an unused account is deleted, after a warning
RETENTION_APPLICATION_MONTHS = env.int("RETENTION_APPLICATION_MONTHS", 6)  # after a campaign closes
RETENTION_EXPERIENCE_MONTHS = env.int("RETENTION_EXPERIENCE_MONTHS", 24)  # after it was sent: then it and its page go
RETENTION_DOCUMENT_MONTHS = env.int("RETENTION_DOCUMENT_MONTHS", 36)  # after a program last wrote what it keeps about somebody
RETENTION_STATEMENT_YEARS = env.int("RETENTION_STATEMENT_YEARS", 0)  # of what others say and does not count; 0: for ever
RETENTION_PAYMENT_YEARS = env.int("RETENTION_PAYMENT_YEARS", 7)  # then receipts, accounts and reasons are wiped
STAFF_SESSION_AGE = env.int("STAFF_SESSION_AGE", 60 * 60 * 10)  # seconds
QUICK_EXIT_URL = env.str("QUICK_EXIT_URL", "https://www.bbc.co.uk/weather")  # where “Leave now” leads: it looks like nothing
SUPPORT_LINES = env.path("SUPPORT_LINES", BASE_DIR / "panels" / "data" / "support.yaml")  # whom somebody can ring

# Mail --------------------------------------------------------------------------------------------
EMAIL_URL = env.str("EMAIL_URL", "")
if EMAIL_URL:
    globals().update(env.dj_email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = env.path("MAIL_DIR", VAR_DIR / "mail")
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", 10)  # seconds: a page waits for the mail server, and what it does not take is held
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"{SITE_NAME} <hello@alongside.example>")
CONTACT_EMAIL = env.str("CONTACT_EMAIL", "hello@alongside.example")

# Languages, dates --------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
# A language is added together with its catalogue (and LOCALE_PATHS): Django speaks many itself, so that a page would say
# that it is in one, over English words. Wagtail takes no language of content that is not among LANGUAGES.
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("en-gb", _("English"))]
USE_I18N = WAGTAIL_I18N_ENABLED = True
TIME_ZONE = "Europe/London"
USE_TZ = True
FORMAT_MODULE_PATH = ["config.formats"]

# Security ----------------------------------------------------------------------------------------
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_USE_SESSIONS = True
CSRF_FAILURE_VIEW = "website.views.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", False) else None
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [] if HTTPS else ["security.W004", "security.W008", "security.W012", "security.W016"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "media-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    },
    "EXCLUDE_URL_PREFIXES": ["/admin/"],
}
# Wagtail's editor writes inline styles and scripts (docs/decisions/0008); only signed-in staff reach it.
ADMIN_CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-src 'self'; "
    "frame-ancestors 'self'; form-action 'self'; base-uri 'self'; object-src 'none'"
)
PERMISSIONS_POLICY = {
    name: []
    for name in ["accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "microphone", "payment", "usb"]
}

# Wagtail -----------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = SITE_NAME
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = WAGTAIL_PASSWORD_RESET_ENABLED = WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_WORKFLOW_ENABLED = False  # authors publish what they write; Wagtail's moderators are no role here
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_FRONTEND_LOGIN_URL = "/account/login/"
WAGTAILIMAGES_IMAGE_MODEL = "pages.CustomImage"
WAGTAILDOCS_DOCUMENT_MODEL = "pages.CustomDocument"
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "odt", "pdf", "pptx", "txt", "xlsx", "mp3", "mp4", "vtt"]
WAGTAILDOCS_SERVE_METHOD = "serve_view"  # through our own host, from a bucket too
WAGTAILDOCS_MAX_UPLOAD_SIZE = 50 * 1024 * 1024
WAGTAILEMBEDS_FINDERS: list[dict] = []  # no call to anybody: link, do not embed
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

# API ---------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.SessionAuthentication"],  # tokens: api/endpoints.py alone
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.JSONParser"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "api.schema.AutoSchema",
    "EXCEPTION_HANDLER": "api.errors.problem",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
API_RATE_SIGNED_IN = env.int("API_RATE_SIGNED_IN", 600)  # requests in a minute, of a person or a token
API_RATE_ANONYMOUS = env.int("API_RATE_ANONYMOUS", 60)  # of an address
API_RATE_TELLING = env.int("API_RATE_TELLING", 20)  # experiences sent in a minute, and tries to open one, of an address
WEBHOOKS_INSIDE = env.bool("WEBHOOKS_INSIDE", False)  # whether news may go to addresses inside our own network
FORWARDING_INSIDE = [host.lower() for host in env.list("FORWARDING_INSIDE", default=[])]  # hosts to which statements may go
# Our own model from the first migration on, and no second table beside it (docs/decisions/0013).
KNOX_TOKEN_MODEL = "api.Token"  # noqa: S105 - the name of a model
MIGRATION_MODULES = {"knox": None}
REST_KNOX = {"TOKEN_PREFIX": "alongside_"}  # so that whoever finds one, a scanner too, knows what it is
EXPERIENCE_KEY = {"type": "apiKey", "in": "header", "name": "Authorization"}
EXPERIENCE_KEY["description"] = "Reference and passphrase of an experience, as `Experience 7QX2-K9MD.K3VM-8RT2-QX7N-4HWD`."
SPECTACULAR_SETTINGS = {
    "TITLE": f"{SITE_NAME} API",
    "DESCRIPTION": "Equality panels, recompense and learning.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["api.schema.only_ours"],
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "api.schema.share_problems"],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": False, "defaultModelsExpandDepth": 0},  # a link in a button is none
    "COMPONENT_SPLIT_REQUEST": True,
    "APPEND_COMPONENTS": {"securitySchemes": {"experience": EXPERIENCE_KEY}},
    "ENUM_NAME_OVERRIDES": {
        "ApplicationStatus": "panels.models.recruitment.Application.Status",
        "CampaignStatus": "panels.models.recruitment.Campaign.Status",
        "ClaimStatus": "recompense.models.claims.Claim.Status",
        "DeliveryStatus": "api.models.Delivery.Status",
        "ExperienceStatus": "panels.models.experiences.Experience.Status",
        "MeetingStatus": "panels.models.meetings.Meeting.Status",
        "ExperiencePart": "panels.models.experiences.Passage.Kind",
        "MembershipRole": "panels.models.membership.Membership.Role",
        "MembershipStatus": "panels.models.membership.Membership.Status",
        "OfferStatus": "panels.models.recruitment.Offer.Status",
        "KindEnum": "recompense.models.claims.Receipt.Kind",
        "PaymentRunStatus": "recompense.models.payments.PaymentRun.Status",
    },
}

# Small numbers (core/disclosure.py) --------------------------------------------------------------
DISCLOSURE_THRESHOLD = env.int("DISCLOSURE_THRESHOLD", 5)
DISCLOSURE_ROUNDING = env.int("DISCLOSURE_ROUNDING", 5)
DISCLOSURE_SHARE_BASE = env.int("DISCLOSURE_SHARE_BASE", 20)

# Log: never a body, a name or an address ---------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "core.request_id.RequestIdFilter"}, "secrets": {"()": "core.log.SecretsFilter"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id", "secrets"]}},
    # Django's handlers of its own would go past our filters.
    "loggers": {name: {"handlers": [], "level": "INFO", "propagate": True} for name in ["django", "django.server"]},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
}
