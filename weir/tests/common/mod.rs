//! Runs the built program in a folder of its own.

#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod up;
pub(crate) mod running;
pub(crate) mod vendor;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use filter_core::policy::{check_content, wire};

/// A folder with a bundle in it, gone when the test ends.
pub(crate) struct Desk {
    pub(crate) folder: PathBuf,
}

/// What a run gave.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("weir-desk-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let content = check_content(&std::fs::read_to_string(data("policy.json")).unwrap()).unwrap();
        std::fs::write(folder.join("bundle.json"), wire::write(&content, 7).unwrap()).unwrap();
        Desk { folder }
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// Runs a verb that judges, with the test's bundle.
    pub(crate) fn judge(&self, arguments: &[&str]) -> Ran {
        let bundle = self.path("bundle.json");
        run(&[arguments, &["--bundle", &bundle]].concat(), b"")
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A committed input.
pub(crate) fn data(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name).display().to_string()
}

/// Runs the program with `input` on its standard input.
pub(crate) fn run(arguments: &[&str], input: &[u8]) -> Ran {
    run_with(arguments, input, &[])
}

/// The same with variables set, and without the vendors' tokens that there may be.
pub(crate) fn run_with(arguments: &[&str], input: &[u8], variables: &[(&str, String)]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_weir"))
        .args(arguments)
        .env_remove("FASTLY_API_TOKEN")
        .env_remove("CLOUDFLARE_API_TOKEN")
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let Output { status, stdout, stderr } = std::thread::scope(|scope| {
        // Beside reading: a program may answer before it has read all. One that does not read its input closes it.
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap()
    });
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
}
