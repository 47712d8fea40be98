//! The command line, with help that fits the terminal.

use std::process;

use clap::Parser;
use console::{Term, colors_enabled, colors_enabled_stderr};

use crate::{output, width};

/// Parses the arguments. Help, and what is wrong with them, ends the program.
#[must_use]
pub fn parse<A: Parser>() -> A {
    A::try_parse().unwrap_or_else(|error| {
        let text = error.render();
        let (terminal, colours) = if error.use_stderr() {
            (Term::stderr(), colors_enabled_stderr())
        } else {
            (Term::stdout(), colors_enabled())
        };
        let columns = width::of(&terminal);
        let text = match columns {
            Some(_) if colours => text.ansi().to_string(),
            _ => text.to_string(),
        };
        let text = width::fold(text.trim_end(), columns.unwrap_or(width::USUAL));
        // If nobody reads it, only the status is left to tell.
        if error.use_stderr() {
            output::note(text);
        } else {
            let _ = output::line(text);
        }
        process::exit(error.exit_code())
    })
}
