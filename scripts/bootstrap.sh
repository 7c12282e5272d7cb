#!/bin/bash
# Makes ready what `npm run demo`, `npm test` and their like need: scripts/bootstrap.sh [build] [test] [vm]
# Debian packages, node_modules, the native addon, out/ and dist/. Says nothing and is quick when nothing is missing.
# Without root it prints the line that installs the packages, and exits 1.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'bootstrap: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

packages_of() {
  case $1 in
    build) echo build-essential python3 libudev-dev libsystemd-dev pkg-config ;;
    test) echo bash-completion dbus fish iproute2 libglib2.0-bin libopenobex2-dev libwbxml2-dev libwbxml2-utils libxml2-utils man-db \
      media-player-info obexftp openobex-apps openssl php-cli php-horde-icalendar php-horde-syncml php-horde-xml-wbxml \
      php-mbstring php-xml procps python3 python3-twisted rsync shellcheck syncevolution syncevolution-http systemd tshark \
      udev umockdev unison util-linux zsh ;;
    vm) echo bc busybox-static cpio dosfstools e2fsprogs kmod mmdebstrap mtools openssh-client qemu-system-x86 zstd ;;
    *) die "there is no group $1: build, test, vm" ;;
  esac
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

install_packages() {
  local wanted missing
  # dpkg-query fails when it does not know one of them.
  wanted=$(for group in "$@"; do packages_of "$group"; done | tr ' ' '\n' | sort -u)
  missing=$(comm -23 <(echo "$wanted") <(
    # shellcheck disable=SC2086 # one word a package
    dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
      sed -n 's/^installed //p' | sort -u
  ))
  [ -n "$missing" ] || return 0
  missing=$(tr '\n' ' ' <<<"$missing")
  local line="apt-get install --no-install-recommends -y ${missing% }"
  if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
    die "Debian packages are missing; run this, then try again:
  sudo $line"
  fi
  say "installing ${missing% }"
  local log=.cache/apt.log options=(-qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Acquire::http::Timeout=60)
  as_root timeout 300 apt-get "${options[@]}" update >"$log" 2>&1 || say "apt-get update failed; going on with the old lists"
  # shellcheck disable=SC2086 # one word a package
  as_root env DEBIAN_FRONTEND=noninteractive timeout 1200 apt-get "${options[@]}" install --no-install-recommends -y \
    $missing >>"$log" 2>&1 || { tail -n 20 "$log" >&2; die "installing failed; the whole story is in $log"; }
}

# Runs "$@" unless the stamp file holds this very text; writes it when it went well.
unless_stamped() { # STAMP TEXT COMMAND...
  local stamp=$1 text=$2
  shift 2
  [ "$(cat "$stamp" 2>/dev/null)" = "$text" ] && return 0
  "$@"
  echo "$text" >"$stamp"
}

hash_of() { # FILE... : folders with all that is in them
  find "$@" -type f -print0 2>/dev/null | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1
}

install_modules() {
  local log=.cache/npm.log
  say 'installing node_modules'
  # Aborted installations leave a tree that looks whole.
  rm -f node_modules/.cradle-stamp
  timeout 1500 npm ci --no-audit --no-fund --no-update-notifier >"$log" 2>&1 </dev/null ||
    { tail -n 40 "$log" >&2; die "npm ci failed; the whole story is in $log"; }
  # npm has built the addon as well, unless it was told to run no scripts.
  if [ -f build/Release/cradle.node ]; then echo "$addon_text" >build/Release/.cradle-stamp; fi
}

build_addon() {
  local log=.cache/addon.log
  say 'building the native addon'
  timeout 600 npm exec -c 'node-gyp rebuild' >"$log" 2>&1 </dev/null ||
    { tail -n 40 "$log" >&2; die "the native addon did not build; the whole story is in $log"; }
}

build_programs() {
  say 'building'
  timeout 600 npm run --silent build </dev/null >&2 || die 'the build failed'
}

mkdir -p .cache
# One at a time: a second one waits, and then finds all done. Its children shall not keep the lock when it is killed.
exec 9>.cache/bootstrap.lock
flock --wait 2400 9 || die 'another bootstrap has been running for 40 minutes'

groups=("$@")
[ ${#groups[@]} -gt 0 ] || groups=(build)
for group in "${groups[@]}"; do packages_of "$group" >/dev/null; done
if command -v dpkg-query >/dev/null; then install_packages "${groups[@]}" 9>&-; fi

for program in node npm; do
  command -v "$program" >/dev/null || die 'Node.js 20 or newer and npm are needed'
done
read -r major abi prefix < <(node -p '
  const { versions, arch, config } = process;
  [versions.node.split(".")[0], versions.modules + "-" + arch, config.variables.node_prefix].join(" ")')
[ "$major" -ge 20 ] || die "Node.js 20 or newer is needed; this is $(node --version) ($(command -v node))"
# The headers that came with this Node, so that node-gyp need not fetch them.
for place in "$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")" "$prefix"; do
  if [ -f "$place/include/node/node_api.h" ]; then
    export npm_config_nodedir=$place
    break
  fi
done
# npm wants a home that it can write to.
if [ -z "${HOME:-}" ] || [ ! -w "$HOME" ]; then export npm_config_cache=$PWD/.cache/npm; fi

addon_text="$(hash_of native binding.gyp) ${abi#*-}"
unless_stamped node_modules/.cradle-stamp "$(sha256sum <package-lock.json | cut -d ' ' -f 1) $abi" install_modules 9>&-
unless_stamped build/Release/.cradle-stamp "$addon_text" build_addon 9>&-
# out/ and dist/ go together; both are emptied by a build that fails half way.
[ -f dist/cradled.cjs ] || rm -f out/.cradle-stamp
unless_stamped out/.cradle-stamp "$(hash_of src test demo bench scripts/build.mjs tsconfig.json package.json)" build_programs 9>&-
