//! `weir up` as a process.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Command, Stdio};

/// A running proxy; killed where a test fails.
pub(crate) struct Up {
    pub(crate) child: Child,
    pub(crate) said: BufReader<ChildStderr>,
    pub(crate) address: String,
    pub(crate) admin: String,
}

impl Up {
    /// On ports of the system's choice.
    pub(crate) fn start(arguments: &[&str]) -> Up {
        let mut command = Command::new(env!("CARGO_BIN_EXE_weir"));
        command.args(["up", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--threads", "2"]).args(arguments);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stderr.take().unwrap());
        let mut up = Up { child, said, address: String::new(), admin: String::new() };
        up.address = after(&up.wait_for("is protected at "), "protected at http://");
        up.admin = after(&up.wait_for("metrics at "), "http://");
        up
    }

    /// The next line that has `text` in it.
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        let mut all = String::new();
        loop {
            let mut line = String::new();
            assert!(self.said.read_line(&mut line).unwrap() > 0, "never said `{text}`, but:\n{all}");
            if line.contains(text) {
                return line;
            }
            all.push_str(&line);
        }
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn after(line: &str, start: &str) -> String {
    let at = line.find(start).unwrap() + start.len();
    line[at..].split([' ', '/', '\n', ',']).next().unwrap().to_owned()
}
