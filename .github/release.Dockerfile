# The image of a release; .goreleaser.yaml says what is copied. It has no shell:
#   docker run --rm -v "$PWD:/work:ro" ghcr.io/fly-standards/fly-standards check
FROM gcr.io/distroless/static-debian13:nonroot@sha256:f7f8f729987ad0fdf6b05eeeae94b26e6a0f613bdf46feea7fc40f7bd72953e6
ARG TARGETPLATFORM
COPY $TARGETPLATFORM/fly-standards /usr/bin/fly-standards
WORKDIR /work
ENTRYPOINT ["/usr/bin/fly-standards"]
