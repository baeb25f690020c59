# The production image of Varig. Four stages: front-end packages, Python packages, the collected
# static files, and the image itself, without compilers, npm and test tools.

FROM node:22-slim AS front-end
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev

FROM python:3.11-slim AS python-packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /app/.venv
COPY requirements-production.lock /build/
RUN /app/.venv/bin/pip install --require-hashes --no-deps -r /build/requirements-production.lock

FROM python:3.11-slim AS app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    VARIG_MODE=production \
    MEDIA_ROOT=/var/lib/varig/media
RUN useradd --system --uid 10001 --home-dir /var/lib/varig --create-home varig \
    && install -d -o varig -g varig /var/lib/varig/media /var/lib/varig/beat
WORKDIR /app
COPY --from=python-packages /app/.venv .venv
COPY --from=front-end /build/node_modules/@digdir/designsystemet-css/dist node_modules/@digdir/designsystemet-css/dist
COPY --from=front-end /build/node_modules/@digdir/designsystemet-web/dist node_modules/@digdir/designsystemet-web/dist
COPY --from=front-end /build/node_modules/@fontsource/inter node_modules/@fontsource/inter
COPY --from=front-end /build/node_modules/@navikt/aksel-icons/dist/svg node_modules/@navikt/aksel-icons/dist/svg
COPY . .
RUN python -m compileall -q . || true

FROM app AS static-files
# Placeholders, since the settings must be complete; nothing connects to them or is kept.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
    ALLOWED_HOSTS=build.invalid \
    DATABASE_URL=postgresql:///build?host=/nowhere \
    REDIS_URL=unix:///nowhere \
    TRUSTED_PROXY_COUNT=1 \
    python manage.py collectstatic --no-input

FROM app
COPY --from=static-files /app/staticfiles staticfiles
USER varig
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "scripts/probe.py"]
CMD ["gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
