# Shared by the scripts: where things are, how they speak, how they fail. Source it, do not run it.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${WEIR_CACHE:-$ROOT/.cache}   # what the scripts install for themselves; safe to delete
LOGS=$CACHE/logs
mkdir -p "$LOGS"

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  BOLD=$'\e[1m' DIM=$'\e[2m' RED=$'\e[31m' GREEN=$'\e[32m' RESET=$'\e[0m'
else
  BOLD='' DIM='' RED='' GREEN='' RESET=''
fi

say() { printf '%s\n' "$*"; }
title() { printf '\n%s%s%s\n' "$BOLD" "$*" "$RESET"; }

# die "what failed" "remedy": every failure names what to do about it.
die() {
  printf '%serror%s: %s\n' "$RED" "$RESET" "$1" >&2
  [ -z "${2:-}" ] || printf '  remedy: %s\n' "$2" >&2
  exit 1
}

# need PROGRAM "remedy"
need() { command -v "$1" >/dev/null 2>&1 || die "\`$1\` is not installed" "$2"; }

# step "name" "remedy" command...: runs quietly with its time; shows the log's end when it fails.
step() {
  local name=$1 remedy=$2 begin=$SECONDS log
  shift 2
  log=$LOGS/$(printf '%s' "$name" | tr -cs 'A-Za-z0-9_\n' '-').log
  printf '  %-58s ' "$name"
  "$@" >"$log" 2>&1 &
  local child=$! code=0
  if [ -t 1 ]; then
    while kill -0 "$child" 2>/dev/null; do
      printf '\r  %-58s %s%4d s%s' "$name" "$DIM" $((SECONDS - begin)) "$RESET"
      sleep 0.5
    done
    printf '\r  %-58s ' "$name"
  fi
  wait "$child" || code=$?
  if [ "$code" = 0 ]; then
    printf '%sok%s %4d s\n' "$GREEN" "$RESET" $((SECONDS - begin))
  else
    printf '%sfailed%s %4d s\n' "$RED" "$RESET" $((SECONDS - begin))
    tail -n 40 "$log" | sed 's/^/    | /' >&2
    die "$name" "$remedy (whole log: ${log#"$ROOT"/})"
  fi
}

# as_root command...: runs it as root where that is possible without a question.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_apt() { command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; }

# The scripts' own Python: a virtual environment in .cache/, so that nothing is installed into the system's.
PYTHON=$CACHE/python/bin/python
make_python() {
  [ -x "$PYTHON" ] && "$PYTHON" -m pip --version >/dev/null 2>&1 && return
  need python3 "install Python 3.9 or newer"
  python3 -m venv --clear "$CACHE/python" 2>/dev/null ||
    { can_apt && as_root apt-get install -y -qq python3-venv >/dev/null && python3 -m venv --clear "$CACHE/python"; } ||
    die "python3 cannot make a virtual environment" "install its venv module (Debian: apt-get install python3-venv)"
}

# The pinned Rust's channel, and whether a toolchain has all that is built and linted with.
RUST=$(sed -n 's/^channel = "\(.*\)"/\1/p' "$ROOT/rust-toolchain.toml")
has_rust() {
  local part installed
  installed=$(rustup component list --toolchain "$1" --installed 2>/dev/null) || return 1
  for part in rustc- clippy- rustfmt- rust-std-wasm32-wasip1 rust-std-wasm32-unknown-unknown; do
    case $installed in *"$part"*) ;; *) return 1 ;; esac
  done
}

# A machine whose `stable` is the pinned Rust needs no second copy of it, and may not be able to get one.
use_rust() {
  command -v rustup >/dev/null && [ -z "${RUSTUP_TOOLCHAIN:-}" ] && ! has_rust "$RUST" || return 0
  case $(rustc +stable --version 2>/dev/null) in
    "rustc $RUST "*) ! has_rust stable || export RUSTUP_TOOLCHAIN=stable ;;
  esac
}
use_rust

# The pinned Rust with its wasm targets and components; touches nothing that is there.
install_rust() {
  need cargo "install Rust: https://rustup.rs"
  command -v rustup >/dev/null || return 0    # a Rust of the system's must bring its targets itself
  has_rust "${RUSTUP_TOOLCHAIN:-$RUST}" ||
    step "Rust $RUST with its wasm targets (rustup)" "check rustup and the network; \`rustup show\` says what is there" \
      rustup toolchain install "$RUST" --profile minimal -c clippy -c rustfmt -t wasm32-wasip1 -t wasm32-unknown-unknown --no-self-update
}
