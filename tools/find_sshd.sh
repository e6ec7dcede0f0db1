#!/usr/bin/env bash
# See that the machine has an OpenSSH server to test against; install it where we may, without starting it. Exit code 1
# where there is none.
set -euo pipefail
present() { [ -x /usr/sbin/sshd ]; }
present && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  apt-get update -qq >&2 || true
  apt-get install -y -qq --no-install-recommends openssh-server >&2 || true
fi
present
