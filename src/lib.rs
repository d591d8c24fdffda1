//! Copydesk: language, sentences, keywords and summary of news text.
//!
//! Modules in reading order: [`languages`] is the data, [`text`] the analyses as pure functions over `&str`. With the
//! feature `server` (on by default) come `service` (the protos, to the core's types and back), `server` (the transport)
//! and `cli` (the other subcommands).

pub mod languages;
pub mod text;

#[cfg(feature = "server")]
pub mod cli;
#[cfg(feature = "server")]
pub mod config;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "server")]
pub mod service;
