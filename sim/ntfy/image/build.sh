#!/usr/bin/env bash
# Makes the image of the ntfy with faults: the release binary and the libraries that it is linked to, nothing else.
#
#     sim/ntfy/image/build.sh
#     docker run --rm -p 8082:8082 -p 8083:8083 rez-ntfy:local
#
# REZ_NTFY_IMAGE names the image. Ports 8082 (ntfy) and 8083 (admin); it is ready when it prints a line of JSON.
set -euo pipefail
cd "$(dirname "$0")/../../.."

image=${REZ_NTFY_IMAGE:-rez-ntfy:local}
label=rez-ntfy.sha256
fail() { echo "$*" >&2; exit 2; }

docker info >/dev/null 2>&1 || fail "no Docker daemon answers: start one (localstack/docker.sh start)"
# Without `-p`, so that it is what `cargo build --release` has built already.
cargo build --release --locked --bin rez-ntfy
binary=${CARGO_TARGET_DIR:-target}/release/rez-ntfy
sum=$(sha256sum "$binary" | cut -d' ' -f1)

# An image of this very binary may be there.
if [ "$(docker image inspect --format "{{index .Config.Labels \"$label\"}}" "$image" 2>/dev/null)" != "$sum" ]; then
    root=$(mktemp -d)
    trap 'rm -rf "$root"' EXIT

    install -D "$binary" "$root/usr/bin/rez-ntfy"
    # Absolute paths: the libraries, and the loader by the very name that the binary asks for.
    ldd "$binary" | grep -oE '/[^ ]+' | while read -r library; do
        install -D "$library" "$root$library"
    done

    tar -C "$root" --owner=0 --group=0 -c . | docker import \
        --change 'ENTRYPOINT ["/usr/bin/rez-ntfy", "--bind", "0.0.0.0", "--json"]' \
        --change 'EXPOSE 8082 8083' \
        --change 'USER 65534:65534' \
        --change "LABEL $label=$sum" \
        - "$image" >/dev/null
fi
echo "$image"
