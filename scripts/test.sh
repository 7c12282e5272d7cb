#!/bin/bash
# Runs the tests: scripts/test.sh main|vm [FILE...]
#   main  everything that needs no virtual machine    vm  the suite in test/vm
#   FILE  only these, as paths of their sources (test/law.test.ts)
set -euo pipefail
cd "$(dirname "$0")/.."
suite=${1:?main or vm}
shift
groups=(build test)
[ "$suite" = vm ] && groups+=(vm)
bash scripts/bootstrap.sh "${groups[@]}"

if [ $# -gt 0 ]; then
  files=()
  for file in "$@"; do files+=("out/${file%.ts}.js"); done
elif [ "$suite" = vm ]; then
  mapfile -t files < <(find out/test/vm -name '*.test.js' | sort)
else
  mapfile -t files < <(find out/test -name '*.test.js' -not -path 'out/test/vm/*' | sort)
fi

# Nothing of the user's own session reaches a test, and nothing of a test reaches the user's home.
home=$(mktemp -d "${TMPDIR:-/tmp}/cradle-home-XXXXXX")
trap 'rm -rf "$home"' EXIT
unset DBUS_SESSION_BUS_ADDRESS DBUS_SYSTEM_BUS_ADDRESS NOTIFY_SOCKET WATCHDOG_USEC
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_DATA_HOME XDG_CACHE_HOME XDG_RUNTIME_DIR XDG_CONFIG_DIRS XDG_DATA_DIRS
export CRADLE_CACHE="${CRADLE_CACHE:-$PWD/.cache}"
concurrency=2
# Milliseconds for one file; a hang shall not cost the whole run.
limit=240000
[ "$suite" = vm ] && limit=1200000
HOME=$home XDG_RUNTIME_DIR=$home/run \
  timeout --kill-after=10 3000 node --enable-source-maps --test --test-concurrency="$concurrency" --test-timeout="$limit" "${files[@]}"
