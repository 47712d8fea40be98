//! What our clients cost, compared with plain reqwest and with the limit. The README explains it.

mod builds;
mod calls;
mod growth;
mod instructions;
mod measure;
mod process;
mod program;
mod reports;
mod server;
mod sides;
mod svg;
mod table;
mod whole;
mod work;

use clap::{Parser, Subcommand};

use self::work::Work;

/// Compares the clients with what a user would write instead.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// What `cargo bench` adds to the arguments
    #[arg(long, global = true, hide = true)]
    bench: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Prints the rows of single calls: time, CPU and instructions (the default)
    Calls(calls::Sizes),
    /// Prints the rows of large files and of the archiving program
    Whole(whole::Sizes),
    /// Prints the rows of cold builds; takes many minutes
    Builds,
    /// Prints the whole table, with full sizes
    All,
    /// Draws time and memory against size
    Growth(growth::Sizes),
    /// Does one piece of work in this process, for example under a profiler
    Run(Work),
    /// Is the server of the others
    #[command(hide = true)]
    Serve,
}

fn main() {
    let default = || Command::Calls(calls::Sizes::parse_from([""]));
    match Cli::parse().command.unwrap_or_else(default) {
        Command::Calls(sizes) => {
            table::heading();
            calls::print(&sizes);
        }
        Command::Whole(sizes) => {
            table::heading();
            whole::print(&sizes);
        }
        Command::Builds => {
            table::heading();
            builds::print();
        }
        Command::All => {
            table::heading();
            calls::print(&calls::Sizes::full());
            whole::print(&whole::Sizes::parse_from([""]));
            builds::print();
        }
        Command::Growth(sizes) => growth::plot(&sizes),
        Command::Run(work) => {
            println!("{}", serde_json::to_string(&work::run(&work)).unwrap());
        }
        Command::Serve => server::serve(),
    }
}
