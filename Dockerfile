# Dockerfile - the backend as an image: built in one stage, run unprivileged in another, with the programs of PostgreSQL 18
# (pg_dump has to be at least as new as the server that it backs up)
ARG DEBIAN=trixie

FROM debian:${DEBIAN}-slim AS pgdg
# PostgreSQL's own repository: Debian has an older major version
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates postgresql-common \
 && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
 && rm -rf /var/lib/apt/lists/*

FROM pgdg AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev meson ninja-build pkgconf \
        libpq-dev libssl-dev libuv1-dev libmicrohttpd-dev libjansson-dev libsodium-dev libcmocka-dev libpg-query-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN meson setup /build --prefix=/usr/local --libdir=lib -Dbuildtype=release \
 && ninja -C /build installed \
 && DESTDIR=/image meson install -C /build --no-rebuild

FROM pgdg
RUN apt-get update \
 && apt-get install -y --no-install-recommends postgresql-client-18 \
        libpq5 libssl3t64 libuv1t64 libmicrohttpd12t64 libjansson4 libsodium23 curl \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/deploystack --create-home --shell /usr/sbin/nologin deploystack
COPY --from=build /image/usr/local/ /usr/local/
RUN ldconfig && deploystack --version && tusk --version
USER deploystack
WORKDIR /var/lib/deploystack
VOLUME /var/lib/deploystack
ENV HOST=0.0.0.0 PORT=3000 FRONTEND_PORT=0
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD curl -fsS http://127.0.0.1:3000/api/health || exit 1
ENTRYPOINT ["deploystack"]
CMD ["serve"]
