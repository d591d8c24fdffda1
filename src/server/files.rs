//! Files that an operator may replace while the server runs.

use std::path::PathBuf;
use std::time::Duration;

use ring::digest::{Digest, SHA256, digest};

/// Files and what is known of their content.
pub struct Watched {
    files: Vec<PathBuf>,
    known: Vec<Option<Digest>>,
}

impl Watched {
    /// Looks at `files`; to be called before they are used, so that no change is missed in between.
    pub fn look(files: Vec<PathBuf>) -> Self {
        let known = files.iter().map(|file| std::fs::read(file).ok().as_deref().map(hash)).collect();
        Self { files, known }
    }

    /// Looks again every `interval`, for ever, and calls `reload` when the content of a file has changed.
    ///
    /// Content, not time stamps: a mounted secret changes by a symbolic link, and a half-written file is seen again
    /// when it is whole. A reload that fails keeps what was in force.
    pub async fn reload(mut self, what: &'static str, interval: Duration, reload: impl Fn() -> anyhow::Result<()>) {
        loop {
            tokio::time::sleep(interval).await;
            let found = contents(&self.files).await;
            if same(&self.known, &found) {
                continue;
            }
            self.known = found;
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
}

async fn contents(files: &[PathBuf]) -> Vec<Option<Digest>> {
    let mut digests = Vec::with_capacity(files.len());
    for file in files {
        digests.push(tokio::fs::read(file).await.ok().as_deref().map(hash));
    }
    digests
}

fn hash(content: &[u8]) -> Digest {
    digest(&SHA256, content)
}

fn same(one: &[Option<Digest>], other: &[Option<Digest>]) -> bool {
    one.iter()
        .zip(other)
        .all(|(one, other)| one.as_ref().map(AsRef::as_ref) == other.as_ref().map(AsRef::<[u8]>::as_ref))
}
