//! The conversation: messages in, answers and diagnostics out, until the client says `exit`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::Date;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidChangeWatchedFiles, DidChangeWorkspaceFolders, DidCloseTextDocument, DidOpenTextDocument,
    DidSaveTextDocument, Exit as ExitNotification, Initialized, Notification as _, PublishDiagnostics,
};
use lsp_types::request::{RegisterCapability, Request as _, Shutdown};
use lsp_types::{
    ClientCapabilities, Diagnostic, DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern,
    InitializeParams, PublishDiagnosticsParams, Registration, RegistrationParams, Uri,
};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::cli::args::LspArgs;
use crate::cli::check::today;
use crate::cli::exit::Exit;
use crate::cli::lsp::address::path_of;
use crate::cli::lsp::answer::{Asked, answer, capabilities};
use crate::cli::lsp::documents::Documents;
use crate::cli::lsp::root::Root;
use crate::cli::lsp::samples::Samples;
use crate::cli::lsp::{Options, log};
use crate::lsp::diagnostics::{Links, diagnostic};
use crate::policy::error::PolicyError;

/// How long the typing must rest before diagnostics are looked for.
const REST: Duration = Duration::from_millis(30);

/// A server in conversation with one client.
pub struct Server<'c> {
    connection: &'c Connection,
    documents: Documents,
    samples: Samples,
    as_of: Option<Date>,
    policies: Vec<String>,
    pages: Option<String>,
    client: ClientCapabilities,
    /// What the client shows.
    published: BTreeMap<Uri, Vec<Diagnostic>>,
    /// What is wrong with each file, as it was published.
    errors: BTreeMap<Uri, Vec<PolicyError>>,
    is_stale: bool,
    was_shut_down: bool,
}

impl<'c> Server<'c> {
    /// A server for the client that sent `initialize`, which it answers.
    pub fn new(connection: &'c Connection, arguments: &LspArgs, id: RequestId, parameters: serde_json::Value) -> Self {
        let parameters: InitializeParams = serde_json::from_value(parameters).unwrap_or_else(|error| {
            log(&format!("initialize: {error}"));
            InitializeParams::default()
        });
        let options: Options = match parameters.initialization_options.clone() {
            None | Some(serde_json::Value::Null) => Options::default(),
            Some(options) => serde_json::from_value(options).unwrap_or_else(|error| {
                log(&format!("initializationOptions: {error}"));
                Options::default()
            }),
        };
        let either = |flag: &[String], option: Vec<String>| if flag.is_empty() { option } else { flag.to_vec() };
        let policies = either(&arguments.policies, options.policies);
        let sample = either(&arguments.sample, options.sample_logs);
        let folders = folders(&parameters);
        let samples = Samples::begin(&sample, folders.first().map(PathBuf::as_path));
        let roots = folders.iter().map(|folder| Root::of_workspace(folder, &policies)).collect();
        let mut documents = Documents::default();
        documents.roots = roots;
        let server = Self {
            connection,
            documents,
            samples,
            as_of: arguments.as_of,
            policies,
            pages: options.lint_pages.map(|pages| format!("{}/", pages.trim_end_matches('/'))),
            client: parameters.capabilities,
            published: BTreeMap::new(),
            errors: BTreeMap::new(),
            is_stale: false,
            was_shut_down: false,
        };
        let about = json!({"name": "trailgate", "version": env!("CARGO_PKG_VERSION")});
        server.send(Response::new_ok(id, json!({"capabilities": capabilities(), "serverInfo": about})).into());
        server
    }

    /// Answers until the client ends the conversation.
    pub fn run(mut self) -> Exit {
        loop {
            let message = if self.is_stale {
                match self.connection.receiver.recv_timeout(REST) {
                    Err(error) if error.is_timeout() => {
                        self.publish();
                        continue;
                    }
                    other => other.ok(),
                }
            } else {
                self.connection.receiver.recv().ok()
            };
            match message {
                None => {
                    log("the client went without `exit`");
                    return Exit::Abandoned;
                }
                Some(Message::Notification(notification)) if notification.method == ExitNotification::METHOD => {
                    return if self.was_shut_down { Exit::Done } else { Exit::Abandoned };
                }
                Some(Message::Notification(notification)) => self.notice(notification),
                Some(Message::Request(request)) => {
                    let response = self.request(request);
                    self.send(response.into());
                }
                // Nothing that is asked of the client changes what is answered to it.
                Some(Message::Response(_)) => {}
            }
        }
    }

    fn request(&mut self, request: Request) -> Response {
        let Request { id, method, params } = request;
        let fail = |id, code: ErrorCode, message: String| Response::new_err(id, number(code), message);
        if self.was_shut_down {
            return fail(id, ErrorCode::InvalidRequest, "the server was shut down".to_owned());
        }
        if method == Shutdown::METHOD {
            self.was_shut_down = true;
            return Response::new_ok(id, ());
        }
        // An answer goes by what the client has typed, also where it did not rest.
        let today = self.today();
        let asked = Asked {
            documents: &self.documents,
            samples: &mut self.samples,
            errors: &self.errors,
            pages: self.pages.as_deref(),
            today,
        };
        match answer(asked, &method, params) {
            Some(Ok(result)) => Response::new_ok(id, result),
            Some(Err(error)) => fail(id, ErrorCode::InvalidParams, format!("{method}: {error}")),
            None => fail(id, ErrorCode::MethodNotFound, format!("trailgate has no `{method}`")),
        }
    }

    fn notice(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            Initialized::METHOD => {
                self.documents.load();
                self.publish();
                self.watch();
            }
            DidOpenTextDocument::METHOD => {
                if let Some(opened) = read::<DidOpenTextDocument>(params) {
                    self.documents.open(opened.text_document.uri, opened.text_document.text);
                    self.publish();
                }
            }
            DidChangeTextDocument::METHOD => {
                if let Some(changed) = read::<DidChangeTextDocument>(params) {
                    self.documents.change(&changed.text_document.uri, changed.content_changes);
                    self.is_stale = true;
                }
            }
            DidCloseTextDocument::METHOD => {
                if let Some(closed) = read::<DidCloseTextDocument>(params) {
                    self.documents.close(&closed.text_document.uri);
                    self.publish();
                }
            }
            DidSaveTextDocument::METHOD => self.publish(),
            DidChangeWatchedFiles::METHOD => {
                self.documents.load();
                self.publish();
            }
            DidChangeWorkspaceFolders::METHOD => {
                if let Some(changed) = read::<DidChangeWorkspaceFolders>(params) {
                    for gone in changed.event.removed.iter().filter_map(|folder| path_of(&folder.uri)) {
                        self.documents.leave(&gone);
                    }
                    let paths = changed.event.added.iter().filter_map(|folder| path_of(&folder.uri));
                    self.documents.roots.extend(paths.map(|folder| Root::of_workspace(&folder, &self.policies)));
                    self.documents.load();
                    self.publish();
                }
            }
            _ => {}
        }
    }

    /// Looks for what is wrong with every project, and tells the client where that has changed.
    #[expect(clippy::mutable_key_type, reason = "the protocol's type; an address is not changed while it is a key")]
    fn publish(&mut self) {
        self.is_stale = false;
        let today = self.today();
        let mut current: BTreeMap<Uri, Vec<Diagnostic>> = BTreeMap::new();
        self.errors.clear();
        for root in &self.documents.roots {
            let links = Links { addresses: &|name: &str| root.address(name), pages: self.pages.as_deref() };
            for (name, errors) in root.project.findings(today).by_file {
                let Some(uri) = root.address(&name).filter(|uri| !self.documents.is_blank(uri)) else { continue };
                current.insert(uri.clone(), errors.iter().map(|error| diagnostic(error, links)).collect());
                self.errors.insert(uri, errors);
            }
        }
        let gone: Vec<Uri> = self.published.keys().filter(|uri| !current.contains_key(*uri)).cloned().collect();
        current.extend(gone.into_iter().map(|uri| (uri, Vec::new())));
        for (uri, diagnostics) in &current {
            let shown = self.published.get(uri).map(Vec::as_slice).unwrap_or_default();
            if shown != diagnostics.as_slice() {
                let parameters =
                    PublishDiagnosticsParams { uri: uri.clone(), diagnostics: diagnostics.clone(), version: None };
                self.send(Notification::new(PublishDiagnostics::METHOD.to_owned(), parameters).into());
            }
        }
        current.retain(|_, diagnostics| !diagnostics.is_empty());
        self.published = current;
    }

    /// Asks the client to tell of changes to files that are not open, where it can.
    fn watch(&self) {
        let can = self.client.workspace.as_ref().and_then(|workspace| workspace.did_change_watched_files);
        if can.and_then(|watched| watched.dynamic_registration) != Some(true) {
            return;
        }
        let glob = GlobPattern::String("**/*.{yaml,yml,txt}".to_owned());
        let options = DidChangeWatchedFilesRegistrationOptions {
            watchers: vec![FileSystemWatcher { glob_pattern: glob, kind: None }],
        };
        let registration = Registration {
            id: "policies".to_owned(),
            method: DidChangeWatchedFiles::METHOD.to_owned(),
            register_options: serde_json::to_value(options).ok(),
        };
        let parameters = RegistrationParams { registrations: vec![registration] };
        self.send(Request::new("watch".to_owned().into(), RegisterCapability::METHOD.to_owned(), parameters).into());
    }

    fn today(&self) -> Date {
        self.as_of.unwrap_or_else(today)
    }

    fn send(&self, message: Message) {
        // A client that no longer reads will not read the complaint either; the next receive ends the conversation.
        let _gone = self.connection.sender.send(message);
    }
}

/// The folders that the client has open.
fn folders(parameters: &InitializeParams) -> Vec<PathBuf> {
    let folders = parameters.workspace_folders.iter().flatten().filter_map(|folder| path_of(&folder.uri));
    let mut folders: Vec<PathBuf> = folders.collect();
    #[expect(deprecated, reason = "older clients name their one folder here")]
    if folders.is_empty() {
        folders.extend(parameters.root_uri.as_ref().and_then(path_of));
    }
    folders
}

fn read<N>(parameters: serde_json::Value) -> Option<N::Params>
where
    N: lsp_types::notification::Notification,
    N::Params: DeserializeOwned,
{
    match serde_json::from_value(parameters) {
        Ok(parameters) => Some(parameters),
        Err(error) => {
            log(&format!("{}: {error}", N::METHOD));
            None
        }
    }
}

/// The number of an error in the protocol.
const fn number(code: ErrorCode) -> i32 {
    match code {
        ErrorCode::InvalidRequest => -32600,
        ErrorCode::MethodNotFound => -32601,
        ErrorCode::InvalidParams => -32602,
        _ => -32603,
    }
}
