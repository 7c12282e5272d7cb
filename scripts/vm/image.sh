#!/bin/bash
# Prints the folder of a guest image that fits these scripts, building it first when there is none or it is two weeks old.
# Kept in vm below $CRADLE_CACHE, which is .cache of the checkout unless told.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${CRADLE_CACHE:-$here/../../.cache}/vm
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
parts() {
  (cd "$here" && find . -type f ! -name image.sh -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)
  node --version
  grep ^VERSION_CODENAME= /etc/os-release
}
key=$(parts | sha256sum | cut -c1-16)
image=$cache/image-$key

usable() { [ -f "$image/complete" ]; }
fresh() { [ -n "$(find "$image/complete" -mtime -14 2> /dev/null)" ]; }
fresh && { echo "$image"; exit 0; }
# One builder at a time; the others wait for its image.
exec 9> "$cache/lock"
flock 9
fresh && { echo "$image"; exit 0; }
new=$cache/.new-$key
rm -rf "$new"
if "$here/build-image.sh" "$new" >&2; then
  touch "$new/complete"
  [ -z "${SUDO_UID:-}" ] || chown "$SUDO_UID:" "$cache" "$cache/lock" "$new/complete"
  find "$cache" -maxdepth 1 -name 'image-*' -mtime +1 -exec rm -rf {} +
  rm -rf "$image"
  mv "$new" "$image"
elif usable; then
  echo "image.sh: no newer guest image could be built; going on with the one from $(date -r "$image/complete" +%F)" >&2
  rm -rf "$new"
else
  rm -rf "$new"
  echo "image.sh: no guest image" >&2
  exit 1
fi
echo "$image"
