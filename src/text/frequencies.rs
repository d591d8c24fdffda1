//! Document frequencies: in how many documents of an archive each stem occurs, by language.
//!
//! A newsroom counts its own archive once; keywords then pass over what is common in it. The written form is text, one line a
//! fact, sorted, tab-separated: `de<TAB>1204` says how many German documents were counted, `de<TAB>haus<TAB>310` in how many
//! of them a stem occurs.

use std::{collections::BTreeMap, fmt::Write};

use rustc_hash::{FxHashMap, FxHashSet};

use super::document::Document;

/// The first line of the written form.
const HEADER: &str = "# copydesk document frequencies 1";

/// A language with fewer documents than this says too little about its words.
const FEWEST_DOCUMENTS: u32 = 50;

/// In how many documents each stem occurs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frequencies {
    languages: BTreeMap<String, Counts>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Counts {
    documents: u32,
    stems: FxHashMap<Box<str>, u32>,
}

impl Frequencies {
    /// Counts one more document, under its language; text without a language is left out.
    pub fn count(&mut self, document: &Document<'_>) {
        let Some(tag) = document.tag() else { return };
        let counts = self.languages.entry(tag.language.code.to_owned()).or_default();
        counts.documents += 1;
        let terms = document.terms();
        let mut seen = FxHashSet::default();
        for index in 0..document.sentences().len() {
            for &token in terms.sentence(index) {
                let word = terms.word(token);
                if !word.stop && seen.insert(word.term) {
                    let stem = terms.stem(word.term);
                    match counts.stems.get_mut(stem) {
                        Some(count) => *count += 1,
                        None => {
                            counts.stems.insert(stem.into(), 1);
                        }
                    }
                }
            }
        }
    }

    /// How many documents were counted.
    pub fn documents(&self) -> u64 {
        self.languages.values().map(|counts| u64::from(counts.documents)).sum()
    }

    /// The written form. Stems of one document alone are left out: most of a large archive's are, and a stem that is not
    /// there counts as rare as they.
    pub fn write(&self) -> String {
        let mut text = format!("{HEADER}\n");
        for (language, counts) in &self.languages {
            let mut stems: Vec<(&str, u32)> =
                counts.stems.iter().filter(|&(_, &count)| count > 1).map(|(stem, &count)| (&**stem, count)).collect();
            stems.sort_unstable();
            // Writing to a string does not fail.
            let _ = writeln!(text, "{language}\t{}", counts.documents);
            for (stem, count) in stems {
                let _ = writeln!(text, "{language}\t{stem}\t{count}");
            }
        }
        text
    }

    /// What [`Self::write`] wrote; `None` if `text` is something else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next() != Some(HEADER) {
            return None;
        }
        let mut frequencies = Self::default();
        for line in lines.filter(|line| !line.is_empty()) {
            let (language, rest) = line.split_once('\t')?;
            if let Some((stem, count)) = rest.split_once('\t') {
                let counts = frequencies.languages.get_mut(language)?;
                counts.stems.insert(stem.into(), count.parse().ok().filter(|&count| count <= counts.documents)?);
            } else {
                frequencies.languages.entry(language.to_owned()).or_default().documents = rest.parse().ok()?;
            }
        }
        Some(frequencies)
    }

    /// How common the stem is among the documents of the language: 0 if a tenth of them or fewer have it, 1 if all do, by
    /// the logarithm between; `None` where too few were counted to say.
    pub(super) fn commonness(&self, language: &str, stem: &str) -> Option<f32> {
        let counts = self.languages.get(language).filter(|counts| counts.documents >= FEWEST_DOCUMENTS)?;
        let count = counts.stems.get(stem).copied().unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "a share")]
        let share = (count as f32 + 1.0) / (counts.documents as f32 + 1.0);
        Some((share * 10.0).log10().max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{languages::Tag, text::sentence::LineBreaks};

    fn counted(texts: &[&str]) -> Frequencies {
        let mut frequencies = Frequencies::default();
        for text in texts {
            frequencies.count(&Document::new(text, "", Tag::parse("en"), LineBreaks::Auto));
        }
        frequencies
    }

    #[test]
    fn a_stem_counts_once_a_document() {
        let frequencies = counted(&["Ferries and ferries. A ferry!", "The ferry sank.", "Harbours flood."]);
        assert_eq!(frequencies.documents(), 3);
        assert_eq!(frequencies.write(), "# copydesk document frequencies 1\nen\t3\nen\tferri\t2\n");
    }

    #[test]
    fn what_is_written_is_read_again() {
        let written = counted(&["The ferry sank.", "A ferry floats."]).write();
        let read = Frequencies::parse(&written);
        assert_eq!(read.map(|f| f.write()), Some(written));
    }

    #[test]
    fn other_text_is_not_read() {
        for text in
            ["", "en\t3", "# copydesk document frequencies 1\nen\tstem\t2", "# copydesk document frequencies 1\nen\tx"]
        {
            assert_eq!(Frequencies::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_language_counts_from_fifty_documents_on() {
        for (documents, known) in [(49, false), (50, true)] {
            assert_eq!(counted(&vec!["The ferry sank."; documents]).commonness("en", "ferri").is_some(), known);
        }
    }

    #[test]
    fn commonness_rises_with_the_count() {
        let texts: Vec<String> = (0..60)
            .map(|i| {
                format!(
                    "The ferry{}{}.",
                    if i < 20 { " hit a bridge" } else { "" },
                    if i < 4 { " at dawn" } else { "" }
                )
            })
            .collect();
        let frequencies = counted(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        let commonness = |stem| frequencies.commonness("en", stem).unwrap();
        assert!((commonness("ferri") - 1.0).abs() < 1e-6);
        assert!(commonness("bridg") > 0.4 && commonness("bridg") < 0.6);
        assert!(commonness("dawn") == 0.0 && commonness("zeppelin") == 0.0);
        assert_eq!(frequencies.commonness("de", "brück"), None);
    }
}
