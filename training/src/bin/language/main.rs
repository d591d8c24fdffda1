//! Fits the language model: `language TRAINING_TEXT OUTPUT [SCRIPT]`, of all scripts or of one. See the package's README.md.

mod corpus;
mod fit;
mod pack;
mod random;
mod tables;
mod transliterate;

use std::path::PathBuf;

use anyhow::{Context, Result};
use copydesk::text::detect::script::Script;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let text = arguments.next().context("first argument: language.tsv.xz")?;
    let output = arguments.next().context("second argument: the model file to write")?;
    let only = arguments.next();
    let lines = corpus::read(&text)?;
    let mut sections = Vec::new();
    for &(script, tags) in corpus::SCRIPTS {
        if only.as_ref().is_some_and(|only| only.as_os_str() != format!("{script:?}").as_str()) {
            continue;
        }
        let classes = corpus::classes(script, tags, &lines)?;
        let fit = fit::fit(script, &classes, &plan(script));
        eprintln!("{script:?}: {:.4} of the lines that were held out are right", fit::accuracy(script, &classes, &fit));
        sections.push((script, pack::section(&classes, &fit)));
    }
    std::fs::write(&output, pack::file(&sections)).with_context(|| format!("cannot write {}", output.display()))
}

/// What each script is given, of the file's 8 MB and of the time.
fn plan(script: Script) -> fit::Plan {
    match script {
        Script::Latin => fit::Plan { features: 700_000, weights: 2_300_000, snippets: 30_000, refits: 12_000 },
        Script::Cyrillic => fit::Plan { features: 100_000, weights: 250_000, snippets: 30_000, refits: 10_000 },
        Script::Arabic => fit::Plan { features: 60_000, weights: 120_000, snippets: 30_000, refits: 10_000 },
        _ => fit::Plan { features: 20_000, weights: 30_000, snippets: 20_000, refits: 5_000 },
    }
}
