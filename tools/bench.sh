#!/usr/bin/env bash
# Every benchmark in the small size, one after the other; or those named.
set -euo pipefail
cd "$(dirname "$0")/.."
names=("$@")
if [ ${#names[@]} = 0 ]; then
  mapfile -t names < <(.venv/bin/python -c 'from hoso.cli.bench import benchmark_names; print("\n".join(benchmark_names()))')
fi
for name in "${names[@]}"; do
  [ -z "$name" ] || .venv/bin/hoso bench "$name" --size "${SIZE:-small}"
done
