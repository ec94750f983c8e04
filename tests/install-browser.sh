#!/bin/sh
# Find Chromium, or install it: from the system's packages where that is allowed, else Playwright's own build.
# usage: install-browser.sh PYTHON
set -eu
python=$1

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if "$python" -c 'import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    sys.exit(not pathlib.Path(p.chromium.executable_path).exists())' 2>/dev/null; then exit 0; fi

if command -v apt-get >/dev/null 2>&1; then
    sudo=
    [ "$(id -u)" -eq 0 ] || sudo="sudo -n"
    echo "Installing Chromium and a Chinese font with apt-get"
    if $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
        $sudo apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; then exit 0; fi
fi

echo "Installing Playwright's Chromium"
"$python" -m playwright install chromium && exit 0

echo "No Chromium found or installed. Install it with your system's packages, then run make test again." >&2
exit 1
