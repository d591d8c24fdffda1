//! The services: proto messages to the core's types, and back.
//!
//! A request's way: `convert` checks it and makes a `Job`, which cannot be wrong; `workers` runs `analyse` on it; the
//! answer goes back as it is.

mod analyse;
mod analysis;
mod answer;
mod convert;
pub mod deadline;
mod elements;
mod encoded;
mod engine;
mod info;
mod keyword;
mod language;
mod limits;
mod offset;
pub mod proto;
mod sentence;
pub mod status;
mod summary;
pub mod workers;
mod writer;

pub use analyse::{analyse, count};
pub use answer::Answer;
pub use convert::{IntoJob, job};
pub use engine::{AnalysedLanguage, Engine, SERVICES, routes};
pub use limits::Limits;
