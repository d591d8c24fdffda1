//! The messages and services of `copydesk.v1`, generated from `proto/`.

tonic::include_proto!("copydesk.v1");
tonic::include_proto!("copydesk.v1.AnalysisService");
tonic::include_proto!("copydesk.v1.InfoService");
tonic::include_proto!("copydesk.v1.KeywordService");
tonic::include_proto!("copydesk.v1.LanguageService");
tonic::include_proto!("copydesk.v1.SentenceService");
tonic::include_proto!("copydesk.v1.SummaryService");

/// The descriptors of all of the protos, comments included, for reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/copydesk.bin"));
