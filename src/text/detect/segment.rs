//! The runs of one language in a mixed text.

use std::borrow::Cow;

use crate::{languages::Tag, text::span::Span};

use super::{Candidate, Options, Segment, posterior::posterior, reading::Reading};

/// What leaving one language for another costs, in nats.
const SWITCH: f64 = 4.0;

/// The least probability that a unit gives any language.
const FLOOR: f64 = 1e-4;

/// Of so many sentences what was read is kept; of further ones, which only a text of very short ones has, it is read again
/// when it is needed again, since it takes up to two kilobytes.
const KEPT: usize = 16_384;

/// The most languages that a text may have runs of, more than there are: a bit for each.
const LANGUAGES: usize = u128::BITS as usize;

/// The runs of one language in `text`: each sentence is read by itself, then the likeliest sequence is chosen, in which a
/// change of language has its price (Viterbi's algorithm). `None` where `stopped` says, between two sentences, that nobody
/// waits any more.
pub fn segments(text: &str, options: &Options, stopped: &dyn Fn() -> bool) -> Option<Vec<Segment>> {
    let read = |span: Span| {
        let mut reading = Reading::of(span.of(text));
        while reading.read_on() {}
        posterior(&reading, &options.candidates)
    };
    let units = units(text);
    let mut kept: Vec<Vec<Candidate>> = Vec::with_capacity(units.len().min(KEPT));
    let mut tags: Vec<Tag> = Vec::new();
    for &unit in &units {
        unless(stopped)?;
        let candidates = read(unit);
        if let Some(best) = candidates.first()
            && !tags.contains(&best.tag)
            && tags.len() < LANGUAGES
        {
            tags.push(best.tag);
        }
        if kept.len() < KEPT {
            kept.push(candidates);
        }
    }
    if tags.is_empty() {
        let whole = Segment { span: Span::new(0, text.len()), language: None };
        return Some(if text.is_empty() { Vec::new() } else { vec![whole] });
    }
    let candidates = |at: usize| match kept.get(at) {
        Some(candidates) => Cow::Borrowed(candidates.as_slice()),
        None => Cow::Owned(read(units[at])),
    };
    let mut sequence = Sequence::of(&tags);
    for at in 0..units.len() {
        unless(stopped)?;
        sequence.add(&candidates(at));
    }
    let mut segments: Vec<Segment> = Vec::new();
    let mut sums = (0.0_f64, 0.0);
    for (at, (span, tag)) in units.iter().zip(sequence.likeliest()).enumerate() {
        unless(stopped)?;
        let same = segments.last().and_then(|s| s.language).is_some_and(|c| c.tag == tag);
        if !same {
            sums = (0.0, 0.0);
            segments.push(Segment { span: *span, language: Some(Candidate { tag, confidence: 0.0 }) });
        }
        if let Some(c) = candidates(at).iter().find(|c| c.tag == tag) {
            let weight = (span.end - span.start) as f64;
            sums = (sums.0 + weight * c.confidence, sums.1 + weight);
        }
        if let Some(segment) = segments.last_mut() {
            segment.span.end = span.end;
            if let Some(language) = &mut segment.language {
                language.confidence = if sums.1 > 0.0 { sums.0 / sums.1 } else { 0.0 };
            }
        }
    }
    Some(segments)
}

fn unless(stopped: &dyn Fn() -> bool) -> Option<()> {
    (!stopped()).then_some(())
}

/// The likeliest sequences of languages up to a sentence, one that ends in each language.
struct Sequence<'t> {
    tags: &'t [Tag],
    /// The logarithm of each one's probability.
    scores: Vec<f64>,
    /// For each sentence so far, what the likeliest of all ended in before it, and a bit for each language that comes after
    /// that one rather than after itself.
    steps: Vec<(usize, u128)>,
}

impl<'t> Sequence<'t> {
    fn of(tags: &'t [Tag]) -> Self {
        Self { tags, scores: vec![0.0; tags.len()], steps: Vec::new() }
    }

    /// Goes on with a sentence that may be in one of `candidates`; in any, where there are none.
    fn add(&mut self, candidates: &[Candidate]) {
        let best = self.best();
        let by_change = self.scores[best] - SWITCH;
        let mut changed = 0;
        for (at, (score, tag)) in self.scores.iter_mut().zip(self.tags).enumerate() {
            if by_change > *score {
                *score = by_change;
                changed |= 1 << at;
            }
            if !candidates.is_empty() {
                let found = candidates.iter().find(|c| c.tag == *tag);
                *score += found.map_or(FLOOR, |c| c.confidence.max(FLOOR)).ln();
            }
        }
        self.steps.push((best, changed));
    }

    fn best(&self) -> usize {
        (0..self.tags.len()).max_by(|&a, &b| self.scores[a].total_cmp(&self.scores[b])).unwrap_or(0)
    }

    /// The language of each sentence.
    fn likeliest(self) -> Vec<Tag> {
        let mut state = self.best();
        let mut tags: Vec<Tag> = Vec::with_capacity(self.steps.len());
        for &(best, changed) in self.steps.iter().rev() {
            tags.push(self.tags[state]);
            if changed >> state & 1 == 1 {
                state = best;
            }
        }
        tags.reverse();
        tags
    }
}

/// Sentences and lines, roughly: they end at line breaks and at a terminal mark before white space.
fn units(text: &str) -> Vec<Span> {
    let mut units = Vec::new();
    let (mut start, mut terminal, mut ended) = (0, false, false);
    for (at, c) in text.char_indices() {
        if c.is_whitespace() {
            ended |= terminal || c == '\n';
            continue;
        }
        if ended {
            units.push(Span::new(start, at));
            start = at;
            ended = false;
        }
        terminal = match c {
            '.' | '!' | '?' | '…' | '؟' | '۔' | '।' | '॥' | '։' | '።' | '။' | '་' | '།' => true,
            '。' | '！' | '？' | '｡' => {
                ended = true;
                true
            }
            '"' | '\'' | '”' | '’' | '»' | '“' | ')' | ']' | '」' | '』' | '）' => terminal,
            _ => false,
        };
    }
    if start < text.len() {
        units.push(Span::new(start, text.len()));
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expected: &[&str]) {
        let text = expected.concat();
        let found: Vec<&str> = units(&text).into_iter().map(|span| span.of(&text)).collect();
        assert_eq!(found, expected);
    }

    /// Checks the likeliest sequence for sentences that are surely in the language `read`, English or German.
    #[track_caller]
    fn check_sequence(read: &str, expected: &str) {
        let tags = ["en", "de"].map(|code| Tag::parse(code).unwrap());
        let named = |letter| tags[usize::from(letter == 'd')];
        let mut sequence = Sequence::of(&tags);
        for letter in read.chars() {
            // As likely as e^6 to 1.
            let confidences = [(named(letter), 0.9975), (tags[usize::from(letter != 'd')], 0.0025)];
            sequence.add(&confidences.map(|(tag, confidence)| Candidate { tag, confidence }));
        }
        let found = sequence.likeliest();
        let letters: String = found.iter().map(|tag| if *tag == tags[0] { 'e' } else { 'd' }).collect();
        assert_eq!(letters, expected);
    }

    #[test]
    fn a_change_of_language_costs_four_nats() {
        // Once, at the end, and there and back again.
        check_sequence("eeed", "eeed");
        check_sequence("eedee", "eeeee");
        check_sequence("eeddee", "eeddee");
        check_sequence("dddee", "dddee");
    }

    #[test]
    fn a_sentence_that_is_in_no_other_language_is_a_run_of_its_own() {
        let tags = ["en", "de"].map(|code| Tag::parse(code).unwrap());
        let mut sequence = Sequence::of(&tags);
        for tag in [0, 0, 1, 0, 0].map(|language| tags[language]) {
            sequence.add(&[Candidate { tag, confidence: 0.9995 }]);
        }
        assert_eq!(sequence.likeliest(), [0, 0, 1, 0, 0].map(|language| tags[language]));
    }

    #[test]
    fn what_may_be_in_any_language_joins_its_neighbour() {
        let tags = ["en", "de"].map(|code| Tag::parse(code).unwrap());
        let mut sequence = Sequence::of(&tags);
        for candidates in [&[][..], &[Candidate { tag: tags[1], confidence: 0.9 }], &[]] {
            sequence.add(candidates);
        }
        assert_eq!(sequence.likeliest(), [tags[1]; 3]);
    }

    #[test]
    fn units_end_at_terminal_marks_and_line_breaks() {
        check(&["One. ", "“Two?” ", "Three\n\n", "four"]);
        check(&["一。", "二。", "三"]);
        check(&["پہلا۔ ", "دوسرا"]);
    }

    #[test]
    fn a_point_inside_a_token_ends_nothing() {
        check(&["At 3.50 in example.org it was"]);
        check(&[]);
    }
}
