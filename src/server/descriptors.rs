//! The methods that the server knows, read from the descriptors of its protos.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context;
use prost::Message;
use prost_types::FileDescriptorSet;

use super::metrics::MethodMetrics;

/// Every method by its path, such as `/copydesk.v1.LanguageService/DetectLanguage`.
#[derive(Debug)]
pub struct Methods {
    known: HashMap<String, Arc<Method>>,
    unknown: Arc<Method>,
}

/// One method.
#[derive(Debug)]
pub struct Method {
    /// Its path, `unknown` for all that the server does not have: names from outside are no labels.
    pub path: String,
    /// How many messages go each way.
    pub kind: Kind,
    /// Whose it is.
    pub owner: Owner,
    /// What is counted of it.
    pub metrics: MethodMetrics,
}

/// How many messages go each way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One, and one back.
    Unary,
    /// A stream in one direction or both.
    Streaming,
}

/// Whose a method is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// Copydesk's own, on texts.
    Copydesk,
    /// Copydesk's own, about itself: no call of it waits for a thread.
    Info,
    /// `grpc.health`.
    Health,
    /// `grpc.reflection`.
    Reflection,
    /// Nobody's: not known.
    Nobody,
}

impl Methods {
    /// The methods of all services in these encoded descriptor sets.
    ///
    /// # Errors
    /// If one is no descriptor set.
    pub fn read(descriptor_sets: &[&[u8]]) -> anyhow::Result<Self> {
        let mut known = HashMap::new();
        for set in descriptor_sets {
            let set = FileDescriptorSet::decode(*set).context("cannot decode a descriptor set")?;
            for file in &set.file {
                for service in &file.service {
                    let service_name = format!("{}.{}", file.package(), service.name());
                    for method in &service.method {
                        let path = format!("/{service_name}/{}", method.name());
                        known.insert(path.clone(), Arc::new(Method::new(path, &service_name, method)));
                    }
                }
            }
        }
        let unknown = Method {
            path: "unknown".into(),
            kind: Kind::Unary,
            owner: Owner::Nobody,
            metrics: MethodMetrics::new("unary", "unknown", "unknown"),
        };
        Ok(Self { known, unknown: Arc::new(unknown) })
    }

    /// The method of a path.
    pub fn of(&self, path: &str) -> &Arc<Method> {
        self.known.get(path).unwrap_or(&self.unknown)
    }
}

impl Method {
    fn new(path: String, service_name: &str, method: &prost_types::MethodDescriptorProto) -> Self {
        let (kind, label) = match (method.client_streaming(), method.server_streaming()) {
            (false, false) => (Kind::Unary, "unary"),
            (true, false) => (Kind::Streaming, "client_stream"),
            (false, true) => (Kind::Streaming, "server_stream"),
            (true, true) => (Kind::Streaming, "bidi_stream"),
        };
        let owner = match service_name {
            name if name.starts_with("grpc.health.") => Owner::Health,
            name if name.starts_with("grpc.reflection.") => Owner::Reflection,
            "copydesk.v1.InfoService" => Owner::Info,
            _ => Owner::Copydesk,
        };
        Self { path, kind, owner, metrics: MethodMetrics::new(label, service_name, method.name()) }
    }
}
