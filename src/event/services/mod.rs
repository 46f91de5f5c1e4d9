//! What CloudTrail records of each AWS service: event sources, the events of each, and the fields of their request and response.
//!
//! Names go in, what is known of them comes out; where the records of a service do not follow its API, the answer is that it is
//! not known. Reading and matching do not look here. The data is built by `scripts/service-catalog.py`.

pub mod catalog;
mod data;
mod shape;

pub use catalog::{
    Access, Action, Recorded, Service, action_sources, actions_near, botocore_version, service, services,
    services_with, sources_near,
};
pub use shape::{Case, Field, Part};
