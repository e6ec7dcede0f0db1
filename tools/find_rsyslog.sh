#!/usr/bin/env bash
# See that the machine has rsyslog with its TLS driver to test the listener against; install it where we may, without starting it.
# Exit code 1 where there is none.
set -euo pipefail
present() { command -v rsyslogd >/dev/null && compgen -G '/usr/lib/*/rsyslog/lmnsd_ossl.so' >/dev/null; }
present && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  apt-get update -qq >&2 || true
  apt-get install -y -qq --no-install-recommends rsyslog rsyslog-openssl >&2 || true
fi
present
