//! The pages as static HTML: each is whole in itself and loads nothing; links between them are relative.

use askama::Template;

use crate::policy::prose::Clause;
use crate::report::book::markdown::expectation;
use crate::report::book::model::{Book, Chapter, Example, Group, Page, Piece, Shelf, pieces};
use crate::report::html::shown::link;
use crate::report::number::count;
use crate::text::sanitize::one_line;

const STYLE: &str = concat!(include_str!("../html/templates/page.css"), include_str!("templates/book.css"));

/// The pages of `book`: `index.html`, `rules/ID.html` and `packs/NAME.html`.
///
/// # Errors
/// None that can happen: a template written into memory does not fail.
pub fn html(book: &Book<'_>) -> Result<Vec<Page>, String> {
    let render = |path: String, template: &dyn Fn() -> askama::Result<String>| {
        template().map(|text| Page { path, text }).map_err(|error| error.to_string())
    };
    let mut pages = vec![render("index.html".to_owned(), &|| Index::of(book).render())?];
    for (place, pack) in book.packs.iter().enumerate() {
        let template =
            || PackPage { style: STYLE, name: &pack.name, file: &pack.file, rules: book.of_pack(place) }.render();
        pages.push(render(format!("packs/{}.html", pack.name), &template)?);
    }
    for chapter in &book.rules {
        let pack = book.pack_of(chapter).map(|pack| pack.name.as_str());
        let template = || RulePage { style: STYLE, chapter, pack }.render();
        pages.push(render(format!("rules/{}.html", chapter.id()), &template)?);
    }
    Ok(pages)
}

#[derive(Template)]
#[template(path = "book-index.html")]
struct Index<'b, 's> {
    style: &'static str,
    lead: String,
    severities: Vec<Group<'b, 's>>,
    services: Vec<Group<'b, 's>>,
    shelves: Vec<Shelf<'b, 's>>,
    packs: Vec<(&'b str, &'b str, usize)>,
}

impl<'b, 's> Index<'b, 's> {
    fn of(book: &'b Book<'s>) -> Self {
        let packs = book.packs.iter().enumerate();
        Self {
            style: STYLE,
            lead: format!("{} in {}", count(book.rules.len(), "rule"), count(book.packs.len(), "policy file")),
            severities: book.by_severity(),
            services: book.by_service(),
            shelves: book.by_control(),
            packs: packs
                .map(|(place, pack)| (pack.name.as_str(), pack.file.as_str(), book.of_pack(place).len()))
                .collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "book-pack.html")]
struct PackPage<'b, 's> {
    style: &'static str,
    name: &'b str,
    file: &'b str,
    rules: Vec<&'b Chapter<'s>>,
}

#[derive(Template)]
#[template(path = "book-rule.html")]
struct RulePage<'b, 's> {
    style: &'static str,
    chapter: &'b Chapter<'s>,
    pack: Option<&'b str>,
}

impl RulePage<'_, '_> {
    fn severity(&self) -> &'static str {
        self.chapter.rule.severity.word()
    }

    fn rationale(&self) -> Option<Vec<Piece>> {
        self.chapter.rule.rationale.as_deref().map(pieces)
    }

    fn remediation(&self) -> Option<Vec<Piece>> {
        self.chapter.rule.remediation.as_deref().map(pieces)
    }

    /// Population, obligation and exceptions, each a list of lines with their depth.
    fn clauses(&self) -> Vec<Vec<(usize, Vec<Piece>)>> {
        let chapter = self.chapter;
        let lines =
            |clause: &Clause| clause.lines().into_iter().map(|(depth, text)| (depth.min(8), pieces(text))).collect();
        [&chapter.population, &chapter.obligation].into_iter().chain(&chapter.exceptions).map(lines).collect()
    }

    fn message(&self) -> Option<String> {
        self.chapter.rule.message.as_ref().map(|message| one_line(&message.text).into_owned())
    }

    fn services(&self) -> String {
        if self.chapter.services.is_empty() {
            return "any".to_owned();
        }
        let names: Vec<_> = self.chapter.services.iter().map(|name| one_line(name)).collect();
        names.join(", ")
    }

    fn tags(&self) -> String {
        self.chapter.rule.tags.iter().map(|tag| one_line(tag)).collect::<Vec<_>>().join(", ")
    }

    fn controls(&self) -> Vec<(String, String)> {
        let controls = self.chapter.rule.controls.iter();
        controls
            .map(|(framework, ids)| {
                let ids: Vec<_> = ids.iter().map(|id| one_line(id)).collect();
                (one_line(framework).into_owned(), ids.join(", "))
            })
            .collect()
    }

    fn references(&self) -> Vec<(Option<&str>, String)> {
        let references = self.chapter.rule.references.iter();
        references.map(|reference| (link(reference), one_line(reference).into_owned())).collect()
    }

    fn examples(&self) -> Vec<Example<'_>> {
        self.chapter.examples()
    }

    fn expects(&self, example: &Example<'_>) -> &'static str {
        expectation(example.expect)
    }
}
