//! Files that an operator may replace while the server runs.

use std::path::PathBuf;
use std::time::Duration;

use ring::digest::{Digest, SHA256, digest};

/// Looks at `files` every `interval`, for ever, and calls `reload` when the content of one has changed.
///
/// Content, not time stamps: a mounted secret changes by a symbolic link, and a half-written file is seen again when it
/// is whole. A reload that fails keeps what was in force.
pub async fn watch(
    what: &'static str,
    files: Vec<PathBuf>,
    interval: Duration,
    reload: impl Fn() -> anyhow::Result<()>,
) {
    let mut known = contents(&files).await;
    loop {
        tokio::time::sleep(interval).await;
        let found = contents(&files).await;
        if same(&known, &found) {
            continue;
        }
        known = found;
        let result = match reload() {
            Ok(()) => {
                tracing::info!(what, "reloaded");
                "ok"
            }
            Err(error) => {
                tracing::error!(what, error = format!("{error:#}"), "not reloaded: the former one stays in force");
                "failed"
            }
        };
        metrics::counter!("copydesk_reloads_total", "what" => what, "result" => result).increment(1);
    }
}

async fn contents(files: &[PathBuf]) -> Vec<Option<Digest>> {
    let mut digests = Vec::with_capacity(files.len());
    for file in files {
        digests.push(tokio::fs::read(file).await.ok().map(|content| digest(&SHA256, &content)));
    }
    digests
}

fn same(one: &[Option<Digest>], other: &[Option<Digest>]) -> bool {
    one.iter()
        .zip(other)
        .all(|(one, other)| one.as_ref().map(AsRef::as_ref) == other.as_ref().map(AsRef::<[u8]>::as_ref))
}
