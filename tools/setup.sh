#!/usr/bin/env bash
# Build .venv from a lock with hashes: `setup.sh run` (to run HoSo) or `setup.sh dev` (to work on it as well).
# Ends at once where nothing changed since the last time.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-run}
lock=requirements.lock
[ "$kind" = dev ] && lock=requirements-dev.lock

find_python() {
  for name in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
    if [ -n "$name" ] && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  echo "Cần Python ≥ 3.11 (đặt PYTHON=…). Python ≥ 3.11 is needed (set PYTHON=…)." >&2
  exit 1
}

stamp() { cat "$1" pyproject.toml tools/setup.sh | sha256sum | cut -d ' ' -f 1; }

# The dev lock holds the same versions and more, so it serves for running too.
for built in "$kind" dev; do
  built_lock=requirements.lock
  [ "$built" = dev ] && built_lock=requirements-dev.lock
  if [ -x .venv/bin/hoso ] && [ "$(cat ".venv/built-$built" 2>/dev/null)" = "$(stamp "$built_lock")" ]; then
    exit 0
  fi
done

python=$(find_python)
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  "$python" -m venv --clear .venv || {
    echo "Không tạo được .venv: cài gói python3-venv. Could not make .venv: install python3-venv." >&2
    exit 1
  }
fi
echo "Cài đặt vào .venv… Installing into .venv from $lock…"
rm -f .venv/built-*
pip=(.venv/bin/python -m pip --disable-pip-version-check --no-input -qq)
"${pip[@]}" install --require-hashes --only-binary :all: -r "$lock"
"${pip[@]}" install --no-deps --no-build-isolation --no-index -e .
.venv/bin/python -m compileall -q -j 0 src/hoso || true  # else the first command would take that time
stamp "$lock" >".venv/built-$kind"
