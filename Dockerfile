# A small image with nothing but the program, which runs as nobody in particular:
#   docker run --rm --network none --read-only --volume "$PWD:/src:ro" trailint
FROM rust:1.95-alpine3.22 AS build
# Alpine keeps no older versions of its packages, so a version that is written here would soon not be there.
# hadolint ignore=DL3018
RUN apk add --no-cache musl-dev
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
COPY src src
COPY rules rules
RUN cargo build --locked --release

FROM scratch
COPY --from=build /build/target/release/trailint /trailint
COPY LICENSE-APACHE LICENSE-MIT /
USER 65534:65534
WORKDIR /src
ENTRYPOINT ["/trailint"]
CMD ["check"]
