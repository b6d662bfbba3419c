# A small image that contains only the program, and runs it as an unprivileged user:
#   docker run --rm --network none --read-only --volume "$PWD:/src:ro" trailint
FROM rust:1.95.0-alpine3.22@sha256:064dfc925d68d1a63f4fd2871bd7dc6e6ea56692989a487185855d62885d90aa AS build
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
