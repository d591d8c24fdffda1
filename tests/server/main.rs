//! What the server promises of load, faults, security and observability, each through a real socket on a free port.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap in a test is a failed test")]

mod browsers;
mod drain;
mod harness;
mod hostile;
mod load;
mod observability;
mod program;
mod security;
mod status;
mod traces;
