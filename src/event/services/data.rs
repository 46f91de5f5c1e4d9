//! Reads `services.bin`: gzip members of text, the index first. The format is described in `scripts/service-catalog.py`.
//!
//! The file is part of the program and a test reads all of it, so a line that cannot be read is left out rather than reported.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::OnceLock;

use flate2::bufread::GzDecoder;

use crate::event::services::catalog::{Access, Action, Service};
use crate::event::services::shape::{Depth, Names, Shapes, Type};

static FILE: &[u8] = include_bytes!("services.bin");

/// Everything the index says.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    /// The botocore release that the models are from.
    pub version: String,
    /// By event source without `.amazonaws.com`.
    pub services: BTreeMap<String, Service>,
    /// Other names that records may carry, and the event source that each stands for.
    pub aliases: BTreeMap<String, String>,
}

/// The catalogue; the index is inflated at the first call (about 370 KB of text).
pub(super) fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| read(FILE))
}

fn read(file: &'static [u8]) -> Catalog {
    let (index, mut rest) = member(file);
    let mut catalog = Catalog::default();
    let mut current: Option<Service> = None;
    for line in index.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["botocore", version] => catalog.version = (*version).to_owned(),
            ["S", source, names, depth, closed, length] => {
                let length = length.parse().unwrap_or(0);
                let (shapes, after) = rest.split_at_checked(length).unwrap_or((&[], rest));
                rest = after;
                let service = Service {
                    source: format!("{source}.amazonaws.com"),
                    actions: Vec::new(),
                    versioned: Vec::new(),
                    open: *closed == "open",
                    names: if *names == "both" { Names::Both } else { Names::Lower },
                    depth: match *depth {
                        "full" => Depth::Full,
                        "top" => Depth::Top,
                        _ => Depth::Nothing,
                    },
                    packed: shapes,
                    shapes: OnceLock::new(),
                };
                catalog.services.extend(current.replace(service).map(keyed));
            }
            ["=", alias, source] => {
                catalog.aliases.insert((*alias).to_owned(), (*source).to_owned());
            }
            [action, access @ ("r" | "w")] => {
                let access = if *access == "r" { Access::Read } else { Access::Write };
                if let Some(service) = &mut current {
                    service.push(Action { name: (*action).to_owned(), access });
                }
            }
            _ => {}
        }
    }
    catalog.services.extend(current.map(keyed));
    catalog
}

fn keyed(service: Service) -> (String, Service) {
    (service.source.trim_end_matches(".amazonaws.com").to_owned(), service)
}

/// The text of the first gzip member of `file`, and what follows it.
fn member(file: &[u8]) -> (String, &[u8]) {
    let mut decoder = GzDecoder::new(file);
    let mut text = String::new();
    // Invariant: the file is our own; what cannot be inflated is empty, and the test of the whole file fails.
    let _own = decoder.read_to_string(&mut text);
    (text, decoder.into_inner())
}

/// The shapes of one service.
pub(super) fn shapes(packed: &[u8]) -> Shapes {
    let (text, _) = member(packed);
    let mut shapes = Shapes::default();
    let (actions, structures) = text.split_once("\n\n").unwrap_or((&text, ""));
    for line in actions.lines() {
        if let [action, request, response] = line.split(' ').collect::<Vec<_>>().as_slice() {
            shapes.actions.insert((*action).to_owned(), (numbers(request), numbers(response)));
        }
    }
    for line in structures.lines() {
        let members = line.split('|').filter_map(|member| member.split_once(' '));
        shapes.structures.push(members.map(|(name, kind)| (name.to_owned(), kind_of(kind))).collect());
    }
    shapes
}

fn numbers(text: &str) -> Vec<usize> {
    text.split(',').filter_map(|number| number.parse().ok()).collect()
}

fn kind_of(text: &str) -> Type {
    match text {
        "s" => Type::String,
        "b" => Type::Bool,
        "n" => Type::Number,
        "m" => Type::Map,
        _ => match (text.strip_prefix('['), text.parse()) {
            (Some(element), _) => Type::List(Box::new(kind_of(element))),
            (None, Ok(number)) => Type::Structure(number),
            _ => Type::Unknown,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_and_every_structure_is_read() {
        let (index, rest) = member(FILE);
        let lengths: usize = index
            .lines()
            .filter_map(|line| line.strip_prefix("S "))
            .map(|line| line.rsplit(' ').next().unwrap().parse::<usize>().unwrap())
            .sum();
        assert_eq!(lengths, rest.len());
        let catalog = catalog();
        let read: usize = catalog.services.values().map(|service| service.actions.len() + 1).sum();
        assert_eq!(read + catalog.aliases.len() + 2, index.lines().count());
        let mut structures = 0;
        for service in catalog.services.values() {
            let shapes = shapes(service.packed);
            structures += shapes.structures.len();
            let within = |numbers: &[usize]| numbers.iter().all(|number| *number < shapes.structures.len());
            for (action, (request, response)) in &shapes.actions {
                assert!(within(request) && within(response), "{}: {action}", service.source);
                assert!(service.action(action).is_known(), "{}: {action}", service.source);
            }
        }
        assert!(structures > 20_000, "{structures}");
    }

    #[test]
    fn every_alias_stands_for_a_service() {
        for (alias, source) in &catalog().aliases {
            assert!(catalog().services.contains_key(source), "{alias}");
            assert!(!catalog().services.contains_key(alias), "{alias}");
        }
    }
}
