//! The transport: everything between the socket and the services.
//!
//! A call's way: `connection` accepts it within HTTP/2's limits and `tls`; `web` translates gRPC-Web; `gate`
//! checks who calls (`access`, `rates`), sets the deadline, measures ([`metrics`]) and catches what goes wrong; then
//! the services answer. `run` starts all of it on the threads of [`runtime`] and drains it at the end.

mod access;
mod connection;
mod descriptors;
mod files;
mod gate;
mod health;
pub mod heap;
pub mod logging;
pub mod metrics;
mod observed;
mod probes;
mod rates;
mod run;
pub mod runtime;
pub mod signal;
mod spans;
mod tls;
mod trace;
mod web;
mod wire;

pub use probes::{Probe, Probes};
pub use run::{Listeners, Services, check, serve};
