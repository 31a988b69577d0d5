#!/usr/bin/env bash
# Docker for the tests that need LocalStack, on a machine that has none: installed from Debian, started by hand.
#
#     localstack/docker.sh start     installs and starts what is missing, then sees to LocalStack's image
#     localstack/docker.sh stop      stops the daemon that `start` started; another's is left alone
#
# A failure is one line. Exit status 3: there can be no Docker on this machine, so its tests may be skipped. Any other
# status but 0: there can be, and something is wrong, with the image for example.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

pid_file=${REZ_DOCKERD_PID_FILE:-/run/rez-dockerd.pid}
log=${REZ_DOCKERD_LOG:-/var/log/rez-dockerd.log}
start_timeout_s=60
stop_timeout_s=20
failed=2
no_docker_here=3

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
fail() { echo "$*" >&2; exit "$failed"; }
impossible() { echo "$*" >&2; exit "$no_docker_here"; }
answers() { docker info >/dev/null 2>&1; }

# The daemon that runs with this very file for its process id: the id alone may be another process's by now.
alive() {
    local id
    id=$(cat "$pid_file" 2>/dev/null) && [ -n "$id" ] || return 1
    tr '\0' '\n' 2>/dev/null <"/proc/$id/cmdline" | grep -qxF -e "$pid_file.dockerd"
}

possible() {
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null || impossible "no Docker, and nobody here may start it (run as root)"
    as_root unshare --mount true 2>/dev/null || impossible "no Docker, and this machine grants no namespaces to run it in"
}

install() {
    command -v dockerd >/dev/null && command -v docker >/dev/null && command -v debootstrap >/dev/null && return
    command -v apt-get >/dev/null || impossible "no Docker, and no apt-get to install it with: install Docker Engine"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends \
        ca-certificates debootstrap docker.io iptables >/dev/null
    # Debian 13 ships the client on its own.
    command -v docker >/dev/null || as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qqy docker-cli >/dev/null
}

# In a session of its own, so that a Ctrl-C meant for the tests does not reach it before they have cleaned up. Its id is
# noted before it is a daemon, so that `stop` finds it however early it comes.
launch() {
    as_root sh -c 'id_file=$1 log=$2; shift 2
        setsid sh -c "echo \$\$ >\"\$1\"; shift; exec dockerd \"\$@\"" sh "$id_file" --pidfile "$id_file.dockerd" "$@" \
            >>"$log" 2>&1 </dev/null &' sh "$pid_file" "$log" "$@"
    local tick
    for tick in $(seq $((start_timeout_s * 5))); do
        answers && return
        # After five seconds without a process there will be none.
        [ "$tick" -lt 25 ] || alive || return 1
        sleep 0.2
    done
    return 1
}

start() {
    if ! answers; then
        possible
        install
        answers || launch || { stop && launch --iptables=false; } || {
            as_root tail -3 "$log" >&2
            stop
            fail "dockerd does not start (its log: $log)"
        }
    fi
    "$here/image/build.sh"
}

# As often as one likes: where nothing of ours runs, there is nothing to do.
stop() {
    if alive; then
        as_root kill "$(cat "$pid_file")"
        for _ in $(seq $((stop_timeout_s * 5))); do
            alive || break
            sleep 0.2
        done
        ! alive || fail "dockerd did not stop within $stop_timeout_s s"
    fi
    as_root rm -f "$pid_file" "$pid_file.dockerd"
}

case ${1:-} in
    start | stop) "$1" ;;
    *) fail "usage: localstack/docker.sh start|stop" ;;
esac
