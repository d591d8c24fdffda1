//! The messages and services of `copydesk.v1`, generated from `proto/`.

tonic::include_proto!("copydesk.v1");

/// The descriptors of all of the protos, comments included, for reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/copydesk.bin"));
