//! Requests about documents: parameters in, results out.

use std::collections::BTreeMap;

use jiff::civil::Date;
use lsp_types::request::{
    CodeActionRequest, Completion, DocumentSymbolRequest, Formatting, GotoDefinition, HoverRequest, References, Request,
};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionOrCommand, CodeActionProviderCapability, CompletionList,
    CompletionOptions, CompletionResponse, DocumentSymbolResponse, GotoDefinitionResponse, HoverProviderCapability,
    Location, OneOf, SaveOptions, ServerCapabilities, TextDocumentPositionParams, TextDocumentSyncCapability,
    TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions, TextEdit, Uri,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use serde::Serialize;
use serde_json::{Error, Value};

use crate::cli::lsp::documents::Documents;
use crate::cli::lsp::log;
use crate::cli::lsp::root::Root;
use crate::cli::lsp::samples::Samples;
use crate::lsp::complete::complete;
use crate::lsp::diagnostics::{Links, actions};
use crate::lsp::hover::hover;
use crate::lsp::navigate::{Target, definition, references, symbols};
use crate::lsp::position::Positions;
use crate::lsp::project::File;
use crate::policy::error::PolicyError;
use crate::policy::format::{FormatError, format};
use crate::text::Span;

/// What answers are made of.
pub struct Asked<'a> {
    /// The documents.
    pub documents: &'a Documents,
    /// The sample logs.
    pub samples: &'a mut Samples,
    /// What is wrong with the files.
    pub errors: &'a BTreeMap<Uri, Vec<PolicyError>>,
    /// Where the pages about codes are.
    pub pages: Option<&'a str>,
    /// The day.
    pub today: Date,
}

/// What the server can do.
pub fn capabilities() -> ServerCapabilities {
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(["$", ".", "{", "[", "\"", " "].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        document_formatting_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    }
}

/// The result of a request; `None` where there is no such request.
///
/// # Errors
/// Parameters that are none of the request.
pub fn answer(mut asked: Asked<'_>, method: &str, parameters: Value) -> Option<Result<Value, Error>> {
    Some(match method {
        Completion::METHOD => asked.result::<Completion>(parameters, |asked, parameters| {
            let at = parameters.text_document_position;
            let (root, file, offset) = place(asked.documents, &at)?;
            let items = complete(&root.project, file, asked.samples.so_far(), offset);
            Some(CompletionResponse::List(CompletionList { is_incomplete: false, items }))
        }),
        HoverRequest::METHOD => asked.result::<HoverRequest>(parameters, |asked, parameters| {
            let at = parameters.text_document_position_params;
            let (root, file, offset) = place(asked.documents, &at)?;
            let findings = root.project.findings(asked.today);
            hover(&root.project, &findings, file, asked.samples.wait(), offset)
        }),
        GotoDefinition::METHOD => asked.result::<GotoDefinition>(parameters, |asked, parameters| {
            let at = parameters.text_document_position_params;
            let (root, file, offset) = place(asked.documents, &at)?;
            let found = locations(root, &definition(&root.project, file, offset));
            (!found.is_empty()).then_some(GotoDefinitionResponse::Array(found))
        }),
        References::METHOD => asked.result::<References>(parameters, |asked, parameters| {
            let at = parameters.text_document_position;
            let (root, file, offset) = place(asked.documents, &at)?;
            let found = references(&root.project, file, offset, parameters.context.include_declaration);
            Some(locations(root, &found))
        }),
        DocumentSymbolRequest::METHOD => asked.result::<DocumentSymbolRequest>(parameters, |asked, parameters| {
            let (_, file) = asked.documents.file(&parameters.text_document.uri)?;
            Some(DocumentSymbolResponse::Nested(symbols(file)))
        }),
        Formatting::METHOD => asked.result::<Formatting>(parameters, |asked, parameters| {
            let (_, file) = asked.documents.file(&parameters.text_document.uri)?;
            formatted(file)
        }),
        CodeActionRequest::METHOD => asked.result::<CodeActionRequest>(parameters, |asked, parameters| {
            let uri = parameters.text_document.uri;
            let (root, file) = asked.documents.file(&uri)?;
            // Of a text that has changed since, places are not known.
            let errors = asked.errors.get(&uri).map(Vec::as_slice).unwrap_or_default();
            let current: Vec<PolicyError> =
                errors.iter().filter(|error| error.source.text == file.source.text).cloned().collect();
            let links = Links { addresses: &|name: &str| root.address(name), pages: asked.pages };
            let found = actions(&current, parameters.range, &uri, links);
            Some(found.into_iter().map(CodeActionOrCommand::CodeAction).collect::<Vec<_>>())
        }),
        _ => return None,
    })
}

impl Asked<'_> {
    fn result<R: Request>(
        &mut self,
        parameters: Value,
        result: impl FnOnce(&mut Self, R::Params) -> R::Result,
    ) -> Result<Value, Error>
    where
        R::Result: Serialize,
    {
        serde_json::to_value(result(self, serde_json::from_value(parameters)?))
    }
}

/// The policy at `at`, and the byte there.
fn place<'d>(documents: &'d Documents, at: &TextDocumentPositionParams) -> Option<(&'d Root, &'d File, usize)> {
    let (root, file) = documents.file(&at.text_document.uri)?;
    Some((root, file, Positions::new(&file.source.text).offset(at.position)))
}

fn locations(root: &Root, targets: &[Target<'_>]) -> Vec<Location> {
    let location = |target: &Target<'_>| {
        let uri = root.address(&target.file.source.name)?;
        Some(Location { uri, range: Positions::new(&target.file.source.text).range(target.span) })
    };
    targets.iter().filter_map(location).collect()
}

/// The edit that brings a file into its one form; none where it is in that, or cannot be brought there.
fn formatted(file: &File) -> Option<Vec<TextEdit>> {
    let text: &str = &file.source.text;
    match format(&file.source) {
        Ok(new_text) if new_text == text => Some(Vec::new()),
        Ok(new_text) => {
            let range = Positions::new(text).range(Span::new(0, text.len()));
            Some(vec![TextEdit { range, new_text }])
        }
        // What is wrong is shown already.
        Err(FormatError::Yaml(_)) => None,
        Err(error) => {
            log(&format!("{}: {error}", file.source.name));
            None
        }
    }
}
