#!/usr/bin/env bash
# A Debian 13 tree with AMD's real XRT in it, and the stand-in of the driver compiled for it.
# Usage: setup.sh FOLDER    As root. Makes only what is missing; status 3 where it cannot be made.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$1
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
packages=python3-xrt,libxrt-npu2,libxrt-utils,libxrt-utils-npu,linux-libc-dev # of backports
packages+=,python3,python3-numpy,python3-pytest,gcc,libc6-dev,ca-certificates

cannot() {
  echo "XRT's tests cannot be set up: $1" >&2
  exit 3
}

tools() {
  [ "$(id -u)" = 0 ] || cannot "a tree to chroot into takes root. Run as root (sudo make xrt)."
  [ "$(dpkg --print-architecture 2>/dev/null || uname -m)" = amd64 ] || [ "$(uname -m)" = x86_64 ] ||
    cannot "AMD's NPUs, and XRT's packages for them, are of x86-64; this is $(uname -m)."
  command -v mmdebstrap >/dev/null && return
  echo "Installing mmdebstrap ..."
  { command -v apt-get && apt-get update -qq && apt-get install -y -qq mmdebstrap; } >/dev/null 2>&1 ||
    cannot "mmdebstrap is missing and apt-get could not install it. Install it: apt install mmdebstrap"
}

# Everything in one go: what is named from backports, the rest as Debian 13 has it.
tree() {
  local want="$packages $mirror"
  [ "$(cat "$root.packages" 2>/dev/null)" = "$want" ] && return
  tools
  echo "Making a Debian 13 tree with XRT in $root (a minute or two) ..."
  rm -rf "$root" "$root.packages"
  mkdir -p "$(dirname "$root")"
  mmdebstrap --quiet --variant=minbase --include="$packages" --setup-hook='
      printf "Package: *xrt* linux-libc-dev\nPin: release n=trixie-backports\nPin-Priority: 900\n" \
        >"$1/etc/apt/preferences.d/xrt"' trixie "$root" \
    "deb $mirror trixie main" "deb $mirror trixie-backports main" 2>"$root.log" ||
    cannot "Debian's packages could not be had from $mirror (see $root.log).
On another network: DEBIAN_MIRROR=URL make xrt. On Ubuntu: apt install debian-archive-keyring"
  echo "$want" >"$root.packages"
}

# What XRT looks for in /dev: mmdebstrap leaves plain nodes; the accelerator's is any file.
nodes() {
  mkdir -p "$root/dev/accel" "$root/dev/shm" "$root/run" "$root/work"
  touch "$root/dev/accel/accel0"
  chmod 666 "$root/dev/accel/accel0"
}

driver() {
  mkdir -p "$root/opt/driver"
  cp "$here"/driver/*.[ch] "$root/opt/driver/"
  chroot "$root" sh -c 'cd /opt/driver && gcc -std=gnu17 -O2 -Wall -Wextra -Werror -shared -fPIC \
    -o standin.so *.c -pthread'
  # Flushes go through the driver, which then sees them: XRT does them itself otherwise.
  printf '[Debug]\nforce_driver_sync=true\n' >"$root/opt/xrt.ini"
}

tree
nodes
driver
echo "XRT $(chroot "$root" dpkg-query -W -f '${Version}' libxrt-npu2) is ready in $root"
