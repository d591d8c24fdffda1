//! gRPC-Web, for pages in browsers: CORS around the translation around the gate.

use std::sync::Arc;

use futures_util::future::Either;
use http::{HeaderName, HeaderValue, Method};
use tonic::body::Body;
use tonic_web::GrpcWebLayer;
use tower::{Layer, Service};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::connection::Answering;
use super::gate::Gate;
use super::trace;
use crate::config::WebSettings;

/// The gate, open to the pages of these origins too.
///
/// # Errors
/// A message that names the flag, if an origin is none.
pub fn open(gate: Gate, settings: &WebSettings) -> anyhow::Result<Answering> {
    let headers = |names: &'static [&'static str]| names.iter().map(|name| HeaderName::from_static(name));
    let cors = CorsLayer::new()
        .allow_origin(origins(&settings.cors_origins)?)
        .allow_methods([Method::POST])
        .allow_headers(
            headers(&["content-type", "x-grpc-web", "x-user-agent", "grpc-timeout", "authorization", "traceparent"])
                .chain([trace::REQUEST_ID])
                .collect::<Vec<_>>(),
        )
        .expose_headers(
            headers(&["grpc-status", "grpc-message", "grpc-status-details-bin"])
                .chain([trace::REQUEST_ID])
                .collect::<Vec<_>>(),
        )
        .max_age(std::time::Duration::from_secs(3600));
    let open = cors.layer(GrpcWebLayer::new().layer(gate));
    Ok(Arc::new(move |request, peer| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(peer.clone());
        let answer = open.clone().call(request);
        Either::Right(Box::pin(async { Ok(answer.await?.map(Body::new)) }))
    }))
}

/// The origins, as CORS wants them.
///
/// # Errors
/// A message that names the flag, if an origin is none.
pub fn origins(origins: &[String]) -> anyhow::Result<AllowOrigin> {
    if origins.iter().any(|origin| origin == "*") {
        return Ok(AllowOrigin::any());
    }
    let parse = |origin: &String| {
        // As browsers send it: a scheme and an authority.
        let sound = origin.parse::<http::Uri>().is_ok_and(|uri| {
            uri.scheme().is_some() && uri.authority().is_some() && uri.path() == "/" && !origin.ends_with('/')
        });
        let value = HeaderValue::from_str(origin).ok().filter(|_| sound);
        value.ok_or_else(|| {
            anyhow::anyhow!("invalid value {origin:?} for --cors-origins: such as https://desk.example.org")
        })
    };
    Ok(AllowOrigin::list(origins.iter().map(parse).collect::<anyhow::Result<Vec<_>>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(origin: &str, sound: bool) {
        assert_eq!(origins(&[origin.to_owned()]).is_ok(), sound, "{origin}");
    }

    #[test]
    fn an_origin_is_a_scheme_and_an_authority() {
        check("https://desk.example.org", true);
        check("http://localhost:8080", true);
        check("*", true);
        check("https://desk.example.org/", false);
        check("https://desk.example.org/page", false);
        check("desk.example.org", false);
        check("", false);
    }
}
