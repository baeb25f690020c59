"""The web process: `gunicorn --config config/gunicorn.py config.wsgi`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("VARIG_PROCESS", "web")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
