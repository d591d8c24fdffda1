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
    /// For being a full sentence: min(words, 12) / 12 (less under 12 words).
    pub length: f64,
    /// Against more words than one reads in one breath (over 45).
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
}

impl Weights {
    /// The weights of a profile.
    pub const fn of(profile: Profile) -> Self {
        match profile {
            Profile::News => Self {
                position: 0.9,
                decay: 4.0,
                centroid: 0.5,
                forward: 0.35,
                title: 0.25,
                length: 0.5,
                long: 0.15,
                question: 0.5,
                quote: 0.12,
                leaning: 0.3,
                redundancy: 0.3,
                repeats: 0.6,
            },
            Profile::Informative => Self {
                position: 0.82,
                decay: 1.5,
                centroid: 0.35,
                forward: 0.24,
                title: 0.8,
                length: 1.2,
                long: 0.44,
                question: 0.5,
                quote: 0.23,
                leaning: 0.3,
                redundancy: 0.5,
                repeats: 0.46,
            },
        }
    }
}
