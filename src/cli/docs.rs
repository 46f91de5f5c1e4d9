//! `trailgate docs`: the rules of policies as pages in a folder.

use std::path::{Path, PathBuf};

use crate::audit::input::in_words;
use crate::cli::args::{DocsArgs, DocsFormat};
use crate::cli::check::today;
use crate::cli::diagnostics::print_error;
use crate::cli::exit::Exit;
use crate::cli::output::print;
use crate::cli::policies::load_or_say;
use crate::report::book::{Book, Page, html, markdown};
use crate::report::number::count;
use crate::text::sanitize::one_line;
use crate::violation::Verdict;

/// Runs `trailgate docs`.
pub fn docs(arguments: &DocsArgs) -> Exit {
    let set = match load_or_say(&arguments.policies, &[], arguments.color) {
        Ok(set) => set,
        Err(exit) => return exit,
    };
    let rules = set.rules().count();
    if rules == 0 {
        print_error("the policies hold no rule: there is nothing to write");
        return Exit::Usage;
    }
    let book = Book::new(&set, arguments.as_of.unwrap_or_else(today));
    let pages = match arguments.format {
        DocsFormat::Html => html(&book),
        DocsFormat::Markdown => Ok(markdown(&book)),
    };
    let written = pages.and_then(|pages| write(&arguments.out, &pages).map(|first| (pages.len(), first)));
    match written {
        Ok((pages, first)) => {
            let line = format!(
                "wrote {} about {}: begin at {}\n",
                count(pages, "page"),
                count(rules, "rule"),
                one_line(&first.display().to_string())
            );
            print(line.as_bytes()).map_or_else(|exit| exit, |()| Exit::Verdict(Verdict::Passed))
        }
        Err(message) => {
            print_error(&message);
            Exit::Usage
        }
    }
}

/// Writes `pages` below `folder`; where the first one is.
fn write(folder: &Path, pages: &[Page]) -> Result<PathBuf, String> {
    for page in pages {
        let path = folder.join(&page.path);
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        made.and_then(|()| std::fs::write(&path, &page.text))
            .map_err(|error| format!("cannot write the page `{}`: {}", path.display(), in_words(&error)))?;
    }
    Ok(pages.first().map(|page| folder.join(&page.path)).unwrap_or_default())
}
