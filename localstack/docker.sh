#!/usr/bin/env bash
# Docker for the tests that need LocalStack, on a machine that has none: installed from Debian, started by hand.
#
#     localstack/docker.sh start     installs and starts what is missing, then sees to LocalStack's image
#     localstack/docker.sh stop      stops the daemon that `start` started; another's is left alone
#
# Exit status 2, and one line, when there can be no Docker here.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

pid_file=${REZ_DOCKERD_PID_FILE:-/run/rez-dockerd.pid}
log=${REZ_DOCKERD_LOG:-/var/log/rez-dockerd.log}
start_timeout_s=60
stop_timeout_s=20

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
fail() { echo "$*" >&2; exit 2; }
answers() { docker info >/dev/null 2>&1; }
alive() { [ -f "$pid_file" ] && as_root kill -0 "$(cat "$pid_file")" 2>/dev/null; }

install() {
    command -v dockerd >/dev/null && command -v docker >/dev/null && command -v debootstrap >/dev/null && return
    command -v apt-get >/dev/null || fail "no Docker, and no apt-get to install it with: install Docker Engine"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends \
        ca-certificates debootstrap docker.io iptables >/dev/null
    # Debian 13 ships the client on its own.
    command -v docker >/dev/null || as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qqy docker-cli >/dev/null
}

# In a session of its own, so that a Ctrl-C meant for the tests does not reach it before they have cleaned up.
launch() {
    as_root sh -c 'pid_file=$1 log=$2; shift 2; setsid dockerd --pidfile "$pid_file" "$@" >>"$log" 2>&1 </dev/null &' \
        sh "$pid_file" "$log" "$@"
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
        install
        answers || launch || launch --iptables=false || {
            as_root tail -3 "$log" >&2
            fail "dockerd does not start (its log: $log)"
        }
    fi
    "$here/image/build.sh"
}

stop() {
    alive || { echo "no dockerd that was started here" >&2; return; }
    as_root kill "$(cat "$pid_file")"
    for _ in $(seq $((stop_timeout_s * 5))); do
        alive || return 0
        sleep 0.2
    done
    fail "dockerd did not stop within $stop_timeout_s s"
}

case ${1:-} in
    start | stop) "$1" ;;
    *) fail "usage: localstack/docker.sh start|stop" ;;
esac
