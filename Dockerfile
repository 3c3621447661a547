# One image for web, worker, beat and migrate. Every step is a word of deploy/build.sh.
FROM python:3.11-slim-bookworm
WORKDIR /app

COPY deploy/build.sh deploy/build.sh
RUN deploy/build.sh system
COPY requirements.lock ./
RUN deploy/build.sh python /opt/portal
COPY . .
ENV PATH=/opt/portal/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PORTAL_HOME=/srv/portal \
    STATIC_ROOT=/opt/portal/static \
    XDG_CACHE_HOME=/tmp/cache
RUN deploy/build.sh static /opt/portal/bin/python && deploy/build.sh account

USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "portal.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "--graceful-timeout", "20", "--no-control-socket"]
