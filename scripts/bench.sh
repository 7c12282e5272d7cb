#!/bin/bash
# Measures: scripts/bench.sh [name...] [--json]; without a name all of them.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/bootstrap.sh build test >&2
exec node --expose-gc out/bench/main.js "$@"
