//! `trailgate lsp`: speaks the language server protocol over standard input and output, and logs to standard error.
//!
//! What is answered is decided in `crate::lsp`; here are the messages, the open documents and the files.

mod address;
mod answer;
mod documents;
mod root;
mod samples;
mod server;

use lsp_server::{Connection, ProtocolError};
use serde::Deserialize;

use crate::cli::args::LspArgs;
use crate::cli::diagnostics::say;
use crate::cli::exit::Exit;
use crate::cli::lsp::server::Server;
use crate::text::sanitize::one_line;

/// What a client may say in `initializationOptions`; flags win over it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Options {
    /// As `--policies`: relative to the workspace folder.
    policies: Vec<String>,
    /// As `--sample`.
    sample_logs: Vec<String>,
    /// The address of `docs/lints`, where it can be read: each code leads to its page.
    lint_pages: Option<String>,
}

/// Runs `trailgate lsp`.
pub fn lsp(arguments: &LspArgs) -> Exit {
    let (connection, threads) = Connection::stdio();
    let ended = serve(&connection, arguments);
    // The thread that writes goes on for as long as somebody could have something to say.
    drop(connection);
    let exit = match ended {
        Ok(exit) => exit,
        Err(error) => {
            log(&error.to_string());
            Exit::Abandoned
        }
    };
    if exit == Exit::Abandoned {
        // The client is gone, or sends what is no protocol: the thread that reads may wait for it for ever.
        return exit;
    }
    if let Err(error) = threads.join() {
        log(&error.to_string());
    }
    exit
}

fn serve(connection: &Connection, arguments: &LspArgs) -> Result<Exit, ProtocolError> {
    let (id, parameters) = connection.initialize_start()?;
    Ok(Server::new(connection, arguments, id, parameters).run())
}

/// Says `message` on standard error, where editors keep a log.
fn log(message: &str) {
    say(&format!("trailgate lsp: {}", one_line(message)));
}
