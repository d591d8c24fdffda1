//! `grpc.health.v1` and server reflection.

use anyhow::Context;
use tonic::service::Routes;
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

use crate::service::SERVICES;
use crate::service::proto::FILE_DESCRIPTOR_SET;

/// The descriptors of all services that the server has.
pub const DESCRIPTOR_SETS: [&[u8]; 4] = [
    FILE_DESCRIPTOR_SET,
    tonic_health::pb::FILE_DESCRIPTOR_SET,
    tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
    tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
];

/// What health checks are told, of the server as a whole and of each service.
#[derive(Clone, Default)]
pub struct Health {
    reporter: HealthReporter,
}

impl Health {
    /// Every service serves.
    pub async fn serving(&self) {
        self.set(ServingStatus::Serving).await;
    }

    /// No service serves.
    pub async fn not_serving(&self) {
        self.set(ServingStatus::NotServing).await;
    }

    /// `routes` with the health service among them.
    pub fn add_to(&self, routes: Routes) -> Routes {
        routes.add_service(HealthServer::new(HealthService::from_health_reporter(self.reporter.clone())))
    }

    async fn set(&self, status: ServingStatus) {
        for service in [""].iter().chain(&SERVICES) {
            self.reporter.set_service_status(service, status).await;
        }
    }
}

/// `routes` with server reflection among them, in both its versions; the details of errors can be read by it too.
///
/// # Errors
/// If a descriptor set is damaged.
pub fn add_reflection(routes: Routes) -> anyhow::Result<Routes> {
    let builder = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
    };
    let v1 = builder().build_v1().context("cannot build reflection v1")?;
    let v1alpha = builder().build_v1alpha().context("cannot build reflection v1alpha")?;
    Ok(routes.add_service(v1).add_service(v1alpha))
}
