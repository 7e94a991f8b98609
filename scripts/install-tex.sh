#!/usr/bin/env bash
# Installs what the PDFs need (XeLaTeX, ctex, the fonts) on Debian and its relatives, and the packages named, such as
# chromium for the tests of the page. Does nothing when all of it is there; where it cannot install, it says exactly what is missing
# and exits 1.
set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# One list for this script and for the message of cheatsheet/pages/compile.py.
mapfile -t packages <"$here/../cheatsheet/pages/tex-packages.txt"

have_tex() {
  command -v xelatex >/dev/null && command -v pdftotext >/dev/null &&
    kpsewhich ctex.sty unicode-math.sty pzdr.tfm texgyrepagella-math.otf \
      texgyrepagella-regular.otf texgyreheros-regular.otf texgyrecursor-regular.otf >/dev/null &&
    fc-list | grep -q 'Noto Serif CJK SC' && fc-list | grep -q 'Noto Sans CJK SC'
}

give_up() {
  {
    echo "The PDFs need XeLaTeX and fonts that are not installed, and $1."
    echo "Debian, Ubuntu:  apt-get update && apt-get install --no-install-recommends ${packages[*]}"
    echo "Elsewhere:       TeX Live with xelatex, ctex, unicode-math, xeCJK, hyperref, bookmark and the"
    echo "                 TeX Gyre fonts (Pagella, Heros, Cursor, Pagella Math) as OpenType; Noto Serif"
    echo "                 CJK SC and Noto Sans CJK SC, visible to fc-list; poppler (pdftotext)."
  } >&2
  exit 1
}

have_tex && [ $# -eq 0 ] && exit 0
have_tex && packages=()
packages+=("$@")

command -v apt-get >/dev/null || give_up "this system has no apt-get"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || give_up "you are not root and there is no sudo"
  as_root=(sudo)
  # Where nobody can type a password, sudo must not wait for one.
  [ -t 0 ] || as_root=(sudo -n)
  "${as_root[@]}" true || give_up "sudo refuses"
fi

export DEBIAN_FRONTEND=noninteractive
echo "Installing (TeX and fonts are about 240 MB to download): ${packages[*]}" >&2
"${as_root[@]}" apt-get update -qq </dev/null || give_up "apt-get update failed"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
  --no-install-recommends "${packages[@]}" </dev/null >&2 || give_up "apt-get install failed"
have_tex || give_up "the packages were installed but something is still not found"
