//! `trailgate schema`: the JSON Schema of a file that people write.

use crate::cli::args::{SchemaArgs, SchemaOf};
use crate::cli::configuration;
use crate::cli::exit::Exit;
use crate::cli::output::print;
use crate::policy::schema;

/// Runs `trailgate schema`.
pub fn schema(arguments: &SchemaArgs) -> Exit {
    let schema = match arguments.of {
        SchemaOf::Policy => schema::policy(),
        SchemaOf::Waivers => schema::waivers(),
        SchemaOf::Config => configuration::schema(),
    };
    print(format!("{schema:#}\n").as_bytes()).map_or_else(|exit| exit, |()| Exit::Done)
}
