//! Copydesk: language, sentences, keywords and summary of news text.
//!
//! Modules in reading order: [`languages`] is the data, [`text`] the analyses as pure functions over `&str`. With the
//! feature `server` (on by default) come the generated protos, `service` (proto to domain and back), `server` (the
//! transport) and `cli` (the other subcommands).

pub mod languages;
pub mod text;
