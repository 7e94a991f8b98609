#!/usr/bin/env bash
# What needs a resolver: `update` renews requirements.lock; `test-lowest` and `test-newest` run the tests against one end
# of the ranges in pyproject.toml. The resolver, uv, lives in an environment of its own below build/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tools=build/resolver
[ -x $tools/bin/uv ] || { "${PYTHON:-python3}" -m venv $tools && $tools/bin/python -m pip install --quiet uv; }
uv=$tools/bin/uv
compile=("$uv" pip compile pyproject.toml --quiet --upgrade --no-header --python-version 3.11)

update() {
  # One file for every system and every Python from 3.11 on, with the hashes of all files of a release, and without the
  # name of any index.
  "${compile[@]}" --universal --extra dev --generate-hashes --no-emit-index-url --output-file build/requirements.lock
  {
    echo '# Made by `make update`; what `make` installs, on every system and every Python from 3.11 on.'
    cat build/requirements.lock
  } >requirements.lock
}

test_against() { # lowest | newest
  local resolution=highest
  [ "$1" = newest ] || resolution=lowest-direct
  "${compile[@]}" --resolution "$resolution" --output-file "build/constraints-$1.txt"
  "$uv" venv --quiet --clear --python "${PYTHON:-python3}" "build/venv-$1"
  # The tools of the tests are the newest of their ranges in either case.
  VIRTUAL_ENV=build/venv-$1 "$uv" pip install --quiet --constraints "build/constraints-$1.txt" --editable '.[dev]'
  "build/venv-$1/bin/python" -m pytest -n "${JOBS:-auto}"
}

case "${1:-}" in
update) update ;;
test-lowest) test_against lowest ;;
test-newest) test_against newest ;;
*) echo "usage: $0 update | test-lowest | test-newest" >&2 && exit 2 ;;
esac
