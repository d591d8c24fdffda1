//! The weights that a sentence is scored with.

use super::Profile;

/// How much each property of a sentence counts. Properties run from 0 to 1; `docs/summaries.md` explains each and
/// `training/src/bin/summaries.rs` fits them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// For standing early: exp(-i / `decay`) for the i-th candidate.
    pub position: f64,
    /// After how many sentences the position counts 1/e.
    pub decay: f64,
    /// For being like the document as a whole.
    pub centroid: f64,
    /// For being taken up by what follows.
    pub forward: f64,
    /// For being like the title.
    pub title: f64,
    /// For being a full sentence: min(words, 16) / 16.
    pub length: f64,
    /// For saying more where sentences are counted, not words: min(words, 25) / 25.
    pub extent: f64,
    /// Against more words than one reads in one breath (over 40).
    pub long: f64,
    /// Against a question.
    pub question: f64,
    /// Against opening with a quotation.
    pub quote: f64,
    /// Against leaning on a sentence that is not in the summary.
    pub leaning: f64,
    /// Against likeness to what is chosen already.
    pub redundancy: f64,
    /// The likeness (cosine) to a chosen sentence from which on a sentence repeats it and is never chosen.
    pub repeats: f64,
    /// The share of a budget in words or characters from which on a summary rather ends than fill the rest with a
    /// sentence of less worth than one that is too long.
    pub enough: f64,
}

impl Weights {
    /// The weights of a profile.
    pub const fn of(profile: Profile) -> Self {
        match profile {
            Profile::News => Self {
                position: 0.8,
                decay: 2.0,
                centroid: 0.0,
                forward: 0.7,
                title: 0.9,
                length: 0.25,
                extent: 0.0,
                long: 0.15,
                question: 0.5,
                quote: 0.25,
                leaning: 0.7,
                redundancy: 0.6,
                repeats: 0.5,
                enough: 0.8,
            },
            Profile::Informative => Self {
                position: 0.5,
                decay: 3.0,
                centroid: 0.35,
                forward: 0.25,
                title: 0.9,
                length: 1.6,
                extent: 1.2,
                long: 0.0,
                question: 0.5,
                quote: 0.1,
                leaning: 0.7,
                redundancy: 1.1,
                repeats: 0.5,
                enough: 1.0,
            },
        }
    }
}
