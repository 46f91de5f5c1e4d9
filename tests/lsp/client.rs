//! A small client of the language server: starts the program, speaks `Content-Length` framing, and records what is said.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// Longest wait for an answer; far longer than one takes, so that a slow machine is not taken for a silent server.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Client {
    process: Child,
    stdin: Option<ChildStdin>,
    messages: Receiver<Value>,
    folder: TempDir,
    asked: i64,
    /// The last diagnostics of each file, by its name in the folder.
    pub diagnostics: BTreeMap<String, Vec<Value>>,
}

impl Client {
    /// A conversation about a folder with these files, begun and `initialized`.
    pub fn new(files: &[(&str, &str)]) -> Self {
        Self::with(files, &[], json!({}))
    }

    pub fn with(files: &[(&str, &str)], arguments: &[&str], options: Value) -> Self {
        let mut client = Self::start(files, arguments);
        let uri = client.uri("");
        let parameters = json!({
            "processId": null, "rootUri": uri, "capabilities": {}, "initializationOptions": options,
            "workspaceFolders": [{"uri": uri, "name": "w"}],
        });
        client.request("initialize", parameters);
        client.notify("initialized", json!({}));
        client
    }

    /// The program, with nothing said yet.
    pub fn start(files: &[(&str, &str)], arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let mut process = Command::new(env!("CARGO_BIN_EXE_trailgate"))
            .arg("lsp")
            .args(arguments)
            .args(["--as-of", "2026-11-26"])
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdin = process.stdin.take();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut stdout) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Self { process, stdin, messages, folder, asked: 0, diagnostics: BTreeMap::new() }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn uri(&self, name: &str) -> String {
        format!("file://{}", self.folder.path().join(name).display()).trim_end_matches('/').to_owned()
    }

    pub fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let stdin = self.stdin.as_mut().unwrap();
        write!(stdin, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        stdin.flush().unwrap();
    }

    pub fn notify(&mut self, method: &str, parameters: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": parameters}));
    }

    /// The whole response to a request.
    pub fn request(&mut self, method: &str, parameters: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": parameters}));
        loop {
            let message = self.receive();
            if message["id"] == id && message.get("method").is_none() {
                return message;
            }
        }
    }

    /// The result of a request about a place, given as the text around it: `needle` with `|` where the cursor is.
    pub fn at(&mut self, method: &str, name: &str, text: &str, needle: &str) -> Value {
        let before = needle.find('|').unwrap();
        let start = text.find(&needle.replace('|', "")).unwrap_or_else(|| panic!("{needle} is not in the text"));
        let position = position(text, start + before);
        let parameters = json!({
            "textDocument": {"uri": self.uri(name)}, "position": position, "context": {"includeDeclaration": true, "triggerKind": 1},
        });
        let response = self.request(method, parameters);
        assert!(response.get("error").is_none(), "{response}");
        self.neutral(&response["result"])
    }

    pub fn open(&mut self, name: &str, text: &str) {
        let document = json!({"uri": self.uri(name), "languageId": "yaml", "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// Puts `text` in place of the whole document.
    pub fn change(&mut self, name: &str, text: &str) {
        let document = json!({"uri": self.uri(name), "version": 2});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [{"text": text}]}));
    }

    /// The next message; diagnostics are kept too.
    pub fn receive(&mut self) -> Value {
        let message = self.messages.recv_timeout(PATIENCE).expect("the server says nothing");
        if message["method"] == "textDocument/publishDiagnostics" {
            let parameters = self.neutral(&message["params"]);
            let name = parameters["uri"].as_str().unwrap().trim_start_matches("file:///w/").to_owned();
            self.diagnostics.insert(name, parameters["diagnostics"].as_array().unwrap().clone());
        }
        message
    }

    /// Waits until diagnostics of `name` come.
    pub fn diagnostics_of(&mut self, name: &str) -> Vec<Value> {
        self.diagnostics.remove(name);
        loop {
            if let Some(found) = self.diagnostics.get(name) {
                return found.clone();
            }
            self.receive();
        }
    }

    /// Lets the server answer everything that was sent, diagnostics of changes included.
    pub fn settle(&mut self) {
        // A save looks for diagnostics at once, and the answer to a request behind it comes behind them.
        self.notify("textDocument/didSave", json!({"textDocument": {"uri": self.uri("x.yaml")}}));
        self.request("trailgate/nothing", json!({}));
    }

    /// Ends the conversation; the exit code.
    pub fn end(mut self) -> i32 {
        let answer = self.request("shutdown", Value::Null);
        assert_eq!(answer["result"], Value::Null, "{answer}");
        self.notify("exit", Value::Null);
        self.process.wait().unwrap().code().unwrap()
    }

    /// Goes away without a word; the exit code.
    pub fn leave(mut self) -> i32 {
        self.stdin = None;
        self.process.wait().unwrap().code().unwrap()
    }

    /// The exit code of a server that ended by itself.
    pub fn wait(mut self) -> i32 {
        self.process.wait().unwrap().code().unwrap()
    }

    /// `value` with the folder called `/w`.
    pub fn neutral(&self, value: &Value) -> Value {
        let folder = self.folder.path().display().to_string();
        serde_json::from_str(&value.to_string().replace(&folder, "/w")).unwrap()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _gone = self.process.wait();
    }
}

/// Line and UTF-16 column of a byte.
pub fn position(text: &str, offset: usize) -> Value {
    let before = &text[..offset];
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap().encode_utf16().count();
    json!({"line": line, "character": column})
}

/// The next message; `None` at the end. Anything that is no message ends the test.
fn read(stdout: &mut impl BufRead) -> Option<Value> {
    let mut header = String::new();
    if stdout.read_line(&mut header).ok()? == 0 {
        return None;
    }
    let length: usize = header.strip_prefix("Content-Length: ").expect(&header).trim().parse().unwrap();
    let mut blank = String::new();
    stdout.read_line(&mut blank).unwrap();
    assert_eq!(blank, "\r\n");
    let mut body = vec![0; length];
    stdout.read_exact(&mut body).unwrap();
    Some(serde_json::from_slice(&body).unwrap())
}
