#!/usr/bin/env python3
"""Each lint can fail: plants one violation in a copy of the tree and expects the lint to name it."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("WEIR_CACHE", ROOT / ".cache"))
CORE = "filter-core/src/"


def python(lint):
    return [sys.executable, f"scripts/lint/{lint}.py"]


# (what is planted, file, text put at the file's end, lint, words it must print)
CASES = [
    ("an early stage that imports a later one", CORE + "facts/fact.rs", "use crate::signals::Evidence;\n",
     python("stage_order"), "`facts` imports `signals`"),
    ("the same inside a group", CORE + "request/path.rs", "use crate::{\n    facts::Fact,\n    score::{self, Class},\n};\n",
     python("stage_order"), "`request` imports `score`"),
    ("a helper that imports a stage", CORE + "bytes.rs", "use crate::facts::Fact;\n",
     python("stage_order"), "`bytes` imports `facts`"),
    ("a way round by super", CORE + "facts/fact.rs", "use super::super::score::Score;\n",
     python("stage_order"), "`super` reaches the crate's root"),
    ("a stage nobody knows", CORE + "verdicts.rs", "pub struct V;\n", python("stage_order"), "neither a stage"),
    ("a clock in the core", CORE + "facts/fact.rs", "fn now() -> Instant { Instant::now() }\n",
     python("core_purity"), "reads a clock"),
    ("a float in the score", CORE + "score/table.rs", "const HALF: f64 = 0.5;\n", python("core_purity"), "uses floats"),
    ("randomness among the dependencies", "filter-core/Cargo.toml", "\n[dependencies.getrandom]\nversion = \"*\"\n",
     python("core_purity"), "getrandom"),
    ("a file that is too long", CORE + "facts/long.rs", "// one more line\n" * 601, python("file_length"), "601 lines"),
    ("a document that names a lost file", "README.md", "\nSee `filter-core/src/gone.rs`.\n",
     python("doc_paths"), "`filter-core/src/gone.rs` does not exist"),
    ("bad formatting", CORE + "facts/fact.rs", "fn  crooked( ) { }\n", ["cargo", "fmt", "--all", "--check"], "crooked"),
    ("a typo", "README.md", "\nThe filter rec" "ieves requests.\n",
     [str(CACHE / "python/bin/typos"), "README.md"], "receives"),
    ("a copyleft licence", "filter-core/Cargo.toml", "\n",
     [str(CACHE / "deny/bin/cargo-deny"), "check", "licenses"], "rejected"),
    ("a panic in the core", CORE + "facts/fact.rs", "#[doc = \"-\"]\npub fn first(bytes: &[u8]) -> u8 {\n    bytes[0]\n}\n",
     ["cargo", "clippy", "-q", "-p", "filter-core", "--", "-D", "warnings"], "indexing may panic"),
    ("std in the core", CORE + "facts/fact.rs", "extern crate std;\n",
     ["scripts/lint/no_std_gate/build"], "panic_impl"),
]


def listed():
    out = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                         capture_output=True, check=True).stdout
    return [name.decode() for name in out.split(b"\0") if name]


def plant(tree, name, text):
    path = tree / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder) / "weir"
        for name in listed():
            if (ROOT / name).is_file():
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, tree / name)
        environment = {**os.environ, "CARGO_TARGET_DIR": str(ROOT / "target/lint-self-test"), "CARGO_TERM_COLOR": "never"}
        for what, name, text, lint, words in CASES:
            before = (tree / name).read_bytes() if (tree / name).exists() else None
            plant(tree, name, text)
            if what == "a copyleft licence":
                manifest = (tree / name).read_text().replace("license.workspace = true", 'license = "GPL-3.0-only"')
                (tree / name).write_text(manifest)
            ran = subprocess.run(lint, cwd=tree, env=environment, capture_output=True, text=True)
            said = ran.stdout + ran.stderr
            caught = ran.returncode != 0 and words in said
            print(f"{'caught' if caught else 'MISSED'}: {what}", flush=True)
            if not caught:
                failed += 1
                print(f"  `{' '.join(lint)}` ended with {ran.returncode}, wanted `{words}` in:\n{said[-2000:]}")
            if before is None:
                (tree / name).unlink()
            else:
                (tree / name).write_bytes(before)
    print(f"{len(CASES) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
