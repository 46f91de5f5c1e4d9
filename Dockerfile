# docker build --build-arg VERSION=0.1.0 --build-arg REVISION="$(git rev-parse HEAD)" -t trailgate .
# docker run --rm --network none -v "$PWD:/work:ro" trailgate check logs
FROM rust:1.95.0-alpine3.22 AS build
WORKDIR /source
COPY . .
# Alpine's own target is musl: the program is static and needs nothing beside it.
RUN cargo build --release --locked --bin trailgate

FROM scratch
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="trailgate" \
      org.opencontainers.image.description="Policy-as-code compliance checker for audit logs, AWS CloudTrail first" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /source/target/release/trailgate /usr/local/bin/trailgate
WORKDIR /work
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/trailgate"]
