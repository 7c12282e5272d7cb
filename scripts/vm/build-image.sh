#!/bin/bash
# Builds the guest of `npm run test:vm`: kernel, initramfs and root disk, from Debian packages of this machine's own apt sources.
#   build-image.sh FOLDER
# Leaves in FOLDER: vmlinuz, initrd, root.img, id (the key to log in with), known_hosts. Wants root.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(mkdir -p "$1" && cd "$1" && pwd)
[ "$(id -u)" = 0 ] || { echo "build-image.sh: building a root disk with the right owners wants root, once; run: sudo $here/image.sh" >&2; exit 1; }
[ "$(dpkg --print-architecture)" = amd64 ] || { echo "build-image.sh: only amd64 guests are known" >&2; exit 1; }
for tool in mmdebstrap busybox cpio zstd mke2fs depmod ssh-keygen node; do
  command -v $tool > /dev/null || { echo "build-image.sh: $tool is missing; scripts/bootstrap.sh vm installs it" >&2; exit 1; }
done
# The add-ons under test are built here, so the guest is the same Debian as the host.
suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
sources=()
for list in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do [ -s "$list" ] && sources+=("$list"); done

work=$(mktemp -d "$out/.work.XXXX")
trap 'rm -rf "$work"' EXIT
lap() { echo "[guest image] $1, ${SECONDS} s"; }
listed() { sed -e 's/#.*//' -e '/^\s*$/d' "$here/$1"; }

# 1. The packages; and the kernel's, unpacked but not installed: the guest needs neither GRUB nor initramfs-tools.
root=$work/root
mmdebstrap --quiet --mode=root --variant=minbase --include="$(listed packages | paste -sd,)" \
  --aptopt='Apt::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook="cd '$work' && export APT_CONFIG=\$MMDEBSTRAP_APT_CONFIG && apt-get -qq -o APT::Sandbox::User=root download \
    \$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9].*-amd64\)\$/\1/p' | head -n 1)" \
  "$suite" "$root" "${sources[@]}"
dpkg-deb -x "$work"/linux-image-*.deb "$work/kernel"
version=$(basename "$work"/kernel/lib/modules/*)
cp "$work/kernel/boot/vmlinuz-$version" "$out/vmlinuz"
lap "packages and kernel $version unpacked"

# 2. The modules named, with what they depend on.
depmod -b "$work/kernel" "$version"
mkdir -p "$root/lib/modules/$version"
cp "$work/kernel/lib/modules/$version"/modules.{order,builtin,builtin.modinfo} "$root/lib/modules/$version/"
# Every path a module needs, in the order it wants to be loaded.
needed() { for m in "$@"; do modprobe -d "$work/kernel" -S "$version" --show-depends "$m" | awk '$1 == "insmod" { print $2 }'; done | awk '!seen[$0]++'; }
mapfile -t modules < <(listed modules)
needed "${modules[@]}" | while read -r module; do
  install -D -m 644 "$module" "$root/${module#"$work/kernel/"}"
done
depmod -b "$root" "$version"

# 3. One ordinary user who sits at the seat; in no group that opens device nodes, so access is what logind gives.
cp -a --no-preserve=ownership "$here/overlay/." "$root/"
chroot "$root" useradd -m -u 1000 -s /bin/bash tester
for unit in $(listed masked); do ln -sf /dev/null "$root/etc/systemd/system/$unit"; done
for unit in guest-net guest-ready; do ln -sf "../$unit.service" "$root/etc/systemd/system/multi-user.target.wants/$unit.service"; done
ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
[ -f "$out/id" ] || ssh-keygen -q -t ed25519 -N '' -C guest -f "$out/id"
install -d -m 700 "$root/root/.ssh"
install -m 600 "$out/id.pub" "$root/root/.ssh/authorized_keys"
rm -f "$root"/etc/ssh/ssh_host_*
ssh-keygen -q -t ed25519 -N '' -C guest -f "$root/etc/ssh/ssh_host_ed25519_key"
echo "guest $(cut -d' ' -f1,2 "$root/etc/ssh/ssh_host_ed25519_key.pub")" > "$out/known_hosts"
install -m 755 "$(readlink -f "$(command -v node)")" "$root/usr/bin/node"
chroot "$root" systemd-hwdb update
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale,info}/*
lap "root tree of $(du -sm --exclude=proc "$root" | cut -f1) MB configured"

# 4. The initramfs: busybox and the way to the disk.
ram=$work/ram
mkdir -p "$ram"/{bin,dev,proc,sys,root,modules}
cp "$(command -v busybox)" "$ram/bin/busybox"
install -m 755 "$here/init" "$ram/init"
needed virtio_pci virtio_blk crc32c_generic ext4 | while read -r module; do
  cp "$module" "$ram/modules/"
  basename "$module" >> "$ram/modules/order"
done
(cd "$ram" && find . | cpio -o -H newc --quiet | zstd -q -3) > "$out/initrd"

# 5. The root disk: without a journal, since no guest ever writes to it.
size=$(($(du -sm --exclude=proc "$root" | cut -f1) * 12 / 10 + 1500))
rm -f "$out/root.img"
mke2fs -q -t ext4 -O '^has_journal,^metadata_csum' -E lazy_itable_init=1,root_owner=0:0 -d "$root" "$out/root.img" "${size}M" > /dev/null
# Built with sudo, used without.
[ -z "${SUDO_UID:-}" ] || chown -R "$SUDO_UID:" "$out"
lap "done: $(du -sm "$out/root.img" | cut -f1) MB on disk"
