//! Fits the language model: `language TRAINING_TEXT DECLARATIONS OUTPUT [SCRIPT]`, of all scripts or of one. See the package's README.md.

mod corpus;
mod fit;
mod outside;
mod pack;
mod random;
mod score;
mod tables;
mod transliterate;

use std::path::PathBuf;

use anyhow::{Context, Result};
use copydesk::text::detect::script::Script;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let text = arguments.next().context("first argument: language.tsv.xz")?;
    let declarations = arguments.next().context("second argument: the folder of declarations")?;
    let output = arguments.next().context("third argument: the model file to write")?;
    let only = arguments.next();
    let lines = corpus::read(&text)?;
    let mut sections = Vec::new();
    for &(script, tags) in corpus::SCRIPTS {
        if only.as_ref().is_some_and(|only| only.as_os_str() != format!("{script:?}").as_str()) {
            continue;
        }
        let classes = corpus::classes(script, tags, &lines, &declarations)?;
        let mut fit = fit::fit(script, &classes, &plan(script));
        let temperature = score::temperature(script, &classes, &fit);
        eprintln!("{script:?}: likeliest with scores times {temperature:.2}");
        fit.scale(temperature);
        sections.push((script, score::report(script, &classes, pack::section(&classes, &fit))));
    }
    std::fs::write(&output, pack::file(&sections)).with_context(|| format!("cannot write {}", output.display()))
}

/// What each script is given, of the file's 6 MB and of the time.
fn plan(script: Script) -> fit::Plan {
    match script {
        Script::Latin => {
            fit::Plan { features: 900_000, weights: 2_100_000, counted: 120_000, snippets: 150_000, refits: 40_000 }
        }
        Script::Cyrillic => {
            fit::Plan { features: 120_000, weights: 270_000, counted: 120_000, snippets: 60_000, refits: 20_000 }
        }
        Script::Arabic => {
            fit::Plan { features: 70_000, weights: 120_000, counted: 60_000, snippets: 50_000, refits: 15_000 }
        }
        Script::Devanagari => {
            fit::Plan { features: 40_000, weights: 60_000, counted: 60_000, snippets: 40_000, refits: 15_000 }
        }
        _ => fit::Plan { features: 20_000, weights: 30_000, counted: 60_000, snippets: 30_000, refits: 10_000 },
    }
}
