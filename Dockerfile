# One image for web, workers, beat and the one-shot commands.
FROM python:3.12-slim-bookworm AS packages
WORKDIR /build
COPY requirements/base.txt requirements/base.txt
RUN python -m venv /opt/portal \
 && /opt/portal/bin/pip install --no-cache-dir --require-hashes -r requirements/base.txt

# The front-end packages by the same command as everywhere else; Node comes out of its wheel and stays behind.
FROM python:3.12-slim-bookworm AS frontend
WORKDIR /build
COPY requirements/local.txt requirements/local.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/local.txt
COPY package.json package-lock.json .npmrc ./
COPY reputation_portal/__init__.py reputation_portal/__init__.py
COPY reputation_portal/local reputation_portal/local
RUN python -m reputation_portal.local frontend

FROM python:3.12-slim-bookworm
ENV PATH=/opt/portal/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=reputation_portal.settings \
    VAR_DIR=/var/lib/portal
RUN useradd --system --uid 10001 --home-dir /var/lib/portal --create-home portal
COPY --from=packages /opt/portal /opt/portal
WORKDIR /srv/portal
COPY . .
COPY --from=frontend /build/static/vendor static/vendor
USER portal
# The addresses and the key are for this step alone: collecting opens no connection and signs nothing.
RUN SECRET_KEY=only-for-collecting-static-files-in-the-image-build \
    DATABASE_URL=postgres://unused@127.0.0.1:1/unused REDIS_URL=redis://127.0.0.1:1/0 \
    python manage.py collectstatic --no-input --verbosity=0
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "8", "--backpressure", "64", "--respawn-failed-workers", "--workers-kill-timeout", "20", \
     "--no-ws", "reputation_portal.wsgi:application"]
