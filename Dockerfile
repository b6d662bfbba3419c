# A small image that contains only the program, and runs it as an unprivileged user:
#   docker run --rm --network none --read-only --volume "$PWD:/src:ro" trailint
FROM rust:1.95-alpine3.22 AS build
# Alpine removes older versions of its packages, so a pinned version would soon be unavailable.
# hadolint ignore=DL3018
RUN apk add --no-cache musl-dev
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
COPY src src
COPY rules rules
RUN cargo build --locked --profile dist

FROM scratch
COPY --from=build /build/target/dist/trailint /trailint
COPY LICENSE-APACHE LICENSE-MIT /
USER 65534:65534
WORKDIR /src
ENTRYPOINT ["/trailint"]
CMD ["check"]
