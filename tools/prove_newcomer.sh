#!/usr/bin/env bash
# The README's two commands in empty folders, as root and as an ordinary user: `make demo` must end at the sign-in page,
# `make test` green. Run as root. `--demo-only` leaves the tests out; PORT=… moves the demonstration from port 8000.
# What is committed is what is tried.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
newcomer=hoso_newcomer
work=$(mktemp -d /tmp/newcomer-XXXXXX)
address=127.0.0.1:${PORT:-8000}
demo_only=no
[ "${1:-}" = --demo-only ] && demo_only=yes

[ "$(id -u)" = 0 ] || { echo "prove_newcomer.sh must run as root: it makes the user $newcomer" >&2; exit 1; }
id "$newcomer" >/dev/null 2>&1 || useradd --create-home --shell /bin/bash "$newcomer"
chmod 755 "$work"

# A login's environment, with how this machine reaches the package registry and nothing else of ours.
as_user() {
  local user=$1 home keep=()
  shift
  home=$(getent passwd "$user" | cut -d : -f 6)
  while IFS= read -r line; do keep+=("$line"); done < <(env | grep -E '^(PIP_|SSL_CERT|REQUESTS_CA|https?_proxy=|no_proxy=|CI=)' || true)
  [ "$address" = 127.0.0.1:8000 ] || keep+=("HOSO_BIND=$address")
  runuser -u "$user" -- env -i "HOME=$home" "USER=$user" LANG=C.UTF-8 \
    PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin "${keep[@]}" "$@"
}

wait_for_page() { # seconds
  local end=$((SECONDS + $1))
  until curl --silent --fail --location --max-time 5 --output "$work/page.html" "http://$address/"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.5
  done
  grep -q 'type="password"' "$work/page.html" && grep -q 'Đăng nhập' "$work/page.html"
}

demo() { # user, folder, most seconds, log
  local started=$SECONDS
  as_user "$1" setsid --wait make --no-print-directory -C "$2" demo >"$4" 2>&1 &
  local job=$!
  if ! wait_for_page "$3"; then
    echo "!! $1: no sign-in page after $3 s" >&2
    tail -30 "$4" >&2
    stop_demo "$2"
    exit 1
  fi
  echo "   sign-in page after $((SECONDS - started)) s"
  stop_demo "$2"
  wait "$job" || true
  grep -q 'bacsi' "$4" || { echo "!! $1: no sign-ins were printed" >&2; exit 1; }
}

stop_demo() { # folder: only the demonstration that runs in it
  local process
  for process in /proc/[0-9]*; do
    if [ "$(readlink "$process/cwd" 2>/dev/null)" = "$1" ] &&
      { tr '\0' ' ' <"$process/cmdline" | grep -q '/hoso demo'; } 2>/dev/null; then
      kill -TERM "${process#/proc/}" 2>/dev/null || true
    fi
  done
}

prove() { # user
  local user=$1 folder="$work/$1/hoso" started
  mkdir -p "$work/$user"
  git clone --quiet "$root" "$folder"
  chown -R "$user:" "$work/$user"
  echo "== $user in $folder"
  started=$SECONDS
  as_user "$user" make --no-print-directory -C "$folder" setup >"$work/$user/setup.log" 2>&1 ||
    { tail -30 "$work/$user/setup.log" >&2; exit 1; }
  echo "   installed after $((SECONDS - started)) s"
  demo "$user" "$folder" 90 "$work/$user/demo.log"
  demo "$user" "$folder" 15 "$work/$user/demo-again.log"
  if [ "$demo_only" = no ]; then
    started=$SECONDS
    as_user "$user" make --no-print-directory -C "$folder" test >"$work/$user/test.log" 2>&1 ||
      { echo "!! $user: make test failed, see $work/$user/test.log" >&2; tail -40 "$work/$user/test.log" >&2; exit 1; }
    echo "   make test after $((SECONDS - started)) s: $(tail -1 "$work/$user/test.log")"
  fi
}

prove root
prove "$newcomer"
rm -rf "$work"
echo "Both newcomers came to the sign-in page$([ "$demo_only" = yes ] || echo ' and to a green suite')."
