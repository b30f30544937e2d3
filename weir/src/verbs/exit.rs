//! How the program ends.

use std::io::{self, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use weir::desk::LoadError;

/// End of a verb that could be carried out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// All is well.
    Fine,
    /// The input has problems, and they were said.
    Problems,
}

impl Exit {
    pub(super) fn problems_if(found: bool) -> Self {
        if found { Exit::Problems } else { Exit::Fine }
    }
}

pub(super) fn code(result: anyhow::Result<Exit>) -> ExitCode {
    let error = match result {
        Ok(Exit::Fine) => return ExitCode::SUCCESS,
        Ok(Exit::Problems) => return ExitCode::from(1),
        Err(error) => error,
    };
    // Whoever reads us has seen enough: `weir replay ... | head`.
    if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    let red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    let _ = writeln!(super::out::stderr(), "{red}error{red:#}: {error:#}");
    let is_input = matches!(error.downcast_ref::<LoadError>(), Some(LoadError::Refused { .. }));
    ExitCode::from(if is_input { 1 } else { 2 })
}
