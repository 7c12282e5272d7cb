#!/bin/bash
# Puts what `npm run build` made where a Linux system looks for it. For `sudo scripts/install.sh`, packages and the test machine.
#   DESTDIR  put before every path, for packaging          PREFIX  /usr/local unless told; packages say /usr
#   ZSHDIR   where zsh looks for completions, below PREFIX: share/zsh/site-functions
# udev and systemd read /usr/lib whatever the prefix is; user units and D-Bus services are found below both prefixes.
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=${PREFIX:-/usr/local}
root=${DESTDIR:-}
library=$prefix/lib/cradle

for made in dist/cradled.cjs dist/cradle.cjs build/Release/cradle.node; do
  [ -f "$made" ] || { echo "install.sh: $made is missing; run scripts/bootstrap.sh build first" >&2; exit 1; }
done

place() { # MODE FILE... FOLDER
  local mode=$1 folder=${!#}
  install -d -m 755 "$root$folder"
  install -m "$mode" "${@:2:$#-2}" "$root$folder/"
}

# The programs, the native add-on beside them, and the modules that are not bundled because they are native as well.
place 755 dist/cradled.cjs dist/cradle.cjs "$library"
rm -f "$root$library"/*.bundle.*
place 644 dist/*.bundle.* "$library"
place 644 build/Release/cradle.node "$library"
module() { # NAME PATH... : only what is needed to run
  local name=$1 path
  for path in package.json "${@:2}"; do
    install -d -m 755 "$root$library/node_modules/$name/$(dirname "$path")"
    cp -R --no-preserve=ownership "node_modules/$name/$path" "$root$library/node_modules/$name/$path"
  done
}
module better-sqlite3 LICENSE lib build/Release/better_sqlite3.node
module sd-notify LICENSE index.js build/Release/notify.node
module @serialport/bindings-cpp LICENSE "prebuilds/linux-$(node -p process.arch)"
module bindings LICENSE.md bindings.js
module file-uri-to-path LICENSE index.js
chmod -R u=rwX,go=rX "$root$library/node_modules"

install -d -m 755 "$root$prefix/bin"
for program in cradle cradled; do ln -sfn "../lib/cradle/$program.cjs" "$root$prefix/bin/$program"; done

# Rules, service files, the documented API.
place 644 data/udev-rules/*.rules /usr/lib/udev/rules.d
place 644 data/udev-rules/devices.d/*.devices /usr/share/cradle/devices.d
place 644 systemd/cradle.service "$prefix/lib/systemd/user"
place 644 data/dbus-services/*.service "$prefix/share/dbus-1/services"
place 644 data/dbus-services/interfaces/*.xml "$prefix/share/dbus-1/interfaces"
sed -i "s|/usr/bin/cradled|$prefix/bin/cradled|" \
  "$root$prefix/lib/systemd/user/cradle.service" "$root$prefix"/share/dbus-1/services/*.service

# What a person at a prompt finds; each shell has its own idea of a completion's name.
place 644 data/completions/cradle.bash "$prefix/share/bash-completion/completions"
mv "$root$prefix/share/bash-completion/completions"/cradle{.bash,}
place 644 data/completions/cradle.fish "$prefix/share/fish/vendor_completions.d"
place 644 data/completions/_cradle "$prefix/${ZSHDIR:-share/zsh/site-functions}"
for page in docs/man/*.[1-8]; do place 644 "$page" "$prefix/share/man/man${page##*.}"; done
