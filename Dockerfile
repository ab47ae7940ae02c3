# Liveblog as one small image: the locked packages, the code, an account without rights.
ARG BASE=python:3.13-slim

FROM ${BASE} AS packages
COPY requirements-container.lock /build/
RUN python3 -m venv --without-pip /opt/venv \
 && python3 -m pip --python /opt/venv/bin/python install --disable-pip-version-check --no-cache-dir --no-compile \
      --only-binary :all: --require-hashes -r /build/requirements-container.lock

FROM ${BASE}
RUN groupadd --gid 10001 liveblog \
 && useradd --uid 10001 --gid liveblog --no-create-home --home-dir /data --shell /usr/sbin/nologin liveblog \
 && install -d -o liveblog -g liveblog -m 0700 /data /data/media
COPY --from=packages /opt/venv /opt/venv
COPY LICENSE pyproject.toml /srv/liveblog/
COPY migrations /srv/liveblog/migrations
COPY app /srv/liveblog/app
RUN /opt/venv/bin/python -m compileall -q /opt/venv /srv/liveblog \
 && printf '#!/bin/sh\nexec /opt/venv/bin/python -m app.cli "$@"\n' > /usr/local/bin/liveblog \
 && chmod 0755 /usr/local/bin/liveblog

# The address is that of the container; the address readers type (LIVEBLOG_PUBLIC_URL) is for the operator to set.
ENV PYTHONPATH=/srv/liveblog PYTHONUNBUFFERED=1 \
    LIVEBLOG_DATA_DIR=/data LIVEBLOG_HOST=0.0.0.0 LIVEBLOG_PORT=8000 LIVEBLOG_LOG_FORMAT=json
USER 10001:10001
WORKDIR /srv/liveblog
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["/opt/venv/bin/python", "-c", \
  "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['LIVEBLOG_PORT']}/healthz\", timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["liveblog"]
CMD ["serve"]
