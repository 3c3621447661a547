#!/bin/sh
# The steps of the image, one word each, so that they can be tried without a container engine:
#   deploy/build.sh system | python ENVIRONMENT | static PYTHON | account
set -eu
cd "$(dirname "$0")/.."

case "${1:-}" in
system) # the libraries that no wheel carries
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update
    apt-get -qq install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core
    rm -rf /var/lib/apt/lists/*
    ;;
python) # exactly the locked libraries
    python3 -m venv "$2"
    "$2/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps --require-hashes \
        -r requirements.lock
    ;;
static) # no server and no secret is needed to collect files
    export DATABASE_URL=postgresql://build/none REDIS_URL=redis://build SECRET_KEY=only-while-building
    "$2" manage.py collectstatic --no-input --verbosity 0
    ;;
account) # an account without shell or home, owning only what is written at run time
    useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin portal
    mkdir -p /srv/portal/media /srv/portal/signing /srv/portal/settlement
    chown -R 10001:10001 /srv/portal
    chmod 0700 /srv/portal/signing
    ;;
*)
    echo "deploy/build.sh system | python ENVIRONMENT | static PYTHON | account" >&2
    exit 2
    ;;
esac
