#!/usr/bin/env bash
# Makes the LocalStack image available to Docker: as it is, else pulled, else built here from Debian and Python packages.
#
#     localstack/image/build.sh
#
# REZ_LOCALSTACK_IMAGE names another image, which is never built. As root, or as somebody who can `sudo`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

version=4.9.2
own=localstack/localstack:$version
image=${REZ_LOCALSTACK_IMAGE:-$own}
pull_timeout_s=120

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
fail() { echo "$*" >&2; exit 2; }
present() { docker image inspect "$image" >/dev/null 2>&1; }

# Debian 12 has Python 3.11, which this LocalStack is known to run on.
debian() {
    command -v debootstrap >/dev/null || fail "cannot build \`$image\`: install debootstrap"
    as_root debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv bookworm "$work/root" >"$work/log" 2>&1 \
        || { tail -5 "$work/log" >&2; fail "debootstrap failed"; }
    as_root tar -C "$work/root" --exclude=./dev --exclude='./var/cache/apt/*' --exclude='./var/lib/apt/lists/*' -c . \
        | docker import - "$1" >/dev/null
}

# Installs with this host's network, certificates and settings of pip.
packages() {
    local from_host=(--network host -e "LOCALSTACK_VERSION=$version" -v "$here:/run/host/recipe:ro") file name
    for file in /etc/pip.conf "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}"; do
        [ ! -f "$file" ] || from_host+=(-v "$file:/run/host/$(basename "$file"):ro")
    done
    from_host+=(-e PIP_CONFIG_FILE=/run/host/pip.conf)
    [ ! -f "$file" ] || from_host+=(-e "PIP_CERT=/run/host/$(basename "$file")")
    for name in PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_TRUSTED_HOST HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy; do
        [ -z "${!name:-}" ] || from_host+=(-e "$name")
    done
    docker run --cidfile "$work/container" "${from_host[@]}" "$1" /run/host/recipe/install.sh
}

# A new image of the container's files, because a commit would keep its variables: of a proxy, say. What is set here is what
# the image on the registry sets too, and what stands in for what it brings: no certificate from the network, no usage
# statistics, DynamoDB by moto.
keep() {
    docker export "$(cat "$work/container")" | docker import \
        --change 'ENV PATH=/opt/localstack/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
        --change 'ENV GATEWAY_LISTEN=0.0.0.0:4566 SKIP_SSL_CERT_DOWNLOAD=1 DISABLE_EVENTS=1 PROVIDER_OVERRIDE_DYNAMODB=moto' \
        --change 'ENTRYPOINT ["python", "-m", "localstack.runtime.main"]' \
        --change 'EXPOSE 4566' \
        - "$image" >/dev/null
}

clean() {
    [ ! -s "$work/container" ] || docker rm -f "$(cat "$work/container")" >/dev/null || true
    as_root rm -rf "$work"
}

docker info >/dev/null 2>&1 || fail "no Docker daemon answers: start one (localstack/docker.sh start)"
present && exit 0
echo "pulling $image" >&2
if timeout "$pull_timeout_s" docker pull --quiet "$image" >/dev/null 2>&1; then exit 0; fi
[ "$image" = "$own" ] || fail "cannot pull \`$image\` (REZ_LOCALSTACK_IMAGE), and only $own can be built here"

echo "no registry: building $image (about four minutes)" >&2
work=$(mktemp -d)
trap clean EXIT
base=rez-localstack-base:$version
docker image inspect "$base" >/dev/null 2>&1 || debian "$base"
packages "$base"
keep
