# One image for every part: web, worker, beat, Flower, migrate.

FROM python:3.11-slim-bookworm AS build
WORKDIR /build
RUN python -m venv /opt/taxpoynt
COPY requirements.lock setup.cfg ./
# Every hash is checked here; what only tests need stays behind.
RUN /opt/taxpoynt/bin/pip download --quiet --require-hashes --dest wheels -r requirements.lock
RUN python -c "import configparser as c; s = c.ConfigParser(); s.read('setup.cfg'); \
print(s['options']['install_requires'])" > needed.txt \
 && /opt/taxpoynt/bin/pip install --quiet --no-index --find-links wheels -r needed.txt \
 && /opt/taxpoynt/bin/pip uninstall --quiet --yes setuptools pip \
 && printf '#!/bin/sh\nexec python -m cli.main "$@"\n' > /opt/taxpoynt/bin/taxpoynt \
 && chmod +x /opt/taxpoynt/bin/taxpoynt

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/taxpoynt --create-home taxpoynt \
 && install --directory --owner taxpoynt /var/lib/taxpoynt/sandbox
COPY --from=build /opt/taxpoynt /opt/taxpoynt
WORKDIR /app
COPY . .
ENV PATH=/opt/taxpoynt/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    TAXPOYNT_HOME=/var/lib/taxpoynt
RUN python -m compileall -q /app
USER taxpoynt
ENTRYPOINT ["taxpoynt"]
CMD ["--help"]
