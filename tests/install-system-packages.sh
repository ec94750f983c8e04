#!/bin/sh
# What the tests need of the system: Chromium, the faces that text is measured in, and nginx.
# Looks first, and installs only what is missing: with apt-get, as root or by sudo without a password.
# usage: install-system-packages.sh PYTHON
set -eu
python=$1
PATH=$PATH:/usr/sbin:/sbin # where Debian puts nginx, and not every user looks

has_command() { command -v "$1" >/dev/null 2>&1; }
has_face() { has_command fc-list && fc-list --quiet "$1"; }

has_shell() { has_command chromium-headless-shell; } # a new context costs it a fifth of what it costs Chromium
has_chromium() {
    has_shell || has_command chromium || has_command chromium-browser || has_command google-chrome ||
        "$python" -c 'import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    sys.exit(not pathlib.Path(p.chromium.executable_path).exists())' 2>/dev/null
}

missing() { # Debian's names of the packages that are missing
    has_command fc-list || echo fontconfig
    has_face "DejaVu Sans" || echo fonts-dejavu-core
    has_face "Liberation Sans" || echo fonts-liberation
    has_face "Noto Sans" || echo fonts-noto-core
    has_face "Noto Sans CJK SC" || echo fonts-noto-cjk
    has_command nginx || echo nginx
    has_command openssl || echo openssl
    has_chromium || echo chromium-headless-shell
}

faster() { # the package that makes a Chromium which is there already needless
    has_shell || ! has_command chromium || ! apt-cache show chromium-headless-shell >/dev/null 2>&1 ||
        echo chromium-headless-shell
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

install_with_apt() {
    as_root env DEBIAN_FRONTEND=noninteractive sh -eu -s -- "$@" <<'EOF_ROOT'
# Debian starts a service as soon as it is installed, unless this file forbids it.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
apt-get update -qq
for package; do # Ubuntu has Chromium as a snap only
    apt-cache show "$package" >/dev/null 2>&1 || { shift; continue; }
    shift
    set -- "$@" "$package"
done
apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" </dev/null >/dev/null
case " $* " in *" nginx "*) update-rc.d nginx disable >/dev/null ;; esac # nor when the machine starts again
EOF_ROOT
}

packages=$(missing; faster)
[ -n "$packages" ] || exit 0
if has_command apt-get && as_root true 2>/dev/null; then
    echo "Installing with apt-get:" $packages
    install_with_apt $packages || true # what is missing after all is listed below
fi
if ! has_chromium; then
    echo "Installing Playwright's Chromium"
    "$python" -m playwright install chromium || true
fi

packages=$(missing)
[ -n "$packages" ] || exit 0
echo "The tests need these, which could not be installed (names of Debian's packages):" $packages >&2
echo "Install them with your system's packages, then run make test again." >&2
exit 1
