//! The runs of one language in a mixed text.

use crate::text::span::Span;

use super::{Candidate, Options, Segment, posterior::posterior, reading::Reading};

/// What leaving one language for another costs, in nats.
const SWITCH: f64 = 4.0;

/// The least probability that a unit gives any language.
const FLOOR: f64 = 1e-4;

/// The runs of one language in `text`: each sentence is read by itself, then the likeliest sequence is chosen, in which a
/// change of language has its price (Viterbi's algorithm). `None` where `stopped` says, between two sentences, that nobody
/// waits any more.
pub fn segments(text: &str, options: &Options, stopped: &dyn Fn() -> bool) -> Option<Vec<Segment>> {
    let read = |span: Span| {
        (!stopped()).then_some(())?;
        let mut reading = Reading::of(span.of(text));
        while reading.read_on() {}
        Some((span, posterior(&reading, &options.candidates)))
    };
    let units: Vec<(Span, Vec<Candidate>)> = units(text).into_iter().map(read).collect::<Option<_>>()?;
    let mut tags: Vec<_> = Vec::new();
    for (_, candidates) in &units {
        if let Some(best) = candidates.first()
            && !tags.contains(&best.tag)
        {
            tags.push(best.tag);
        }
    }
    if tags.is_empty() {
        let whole = Segment { span: Span::new(0, text.len()), language: None };
        return Some(if text.is_empty() { Vec::new() } else { vec![whole] });
    }
    let emissions = |candidates: &[Candidate], tag| match candidates {
        [] => 0.0,
        _ => candidates.iter().find(|c| c.tag == tag).map_or(FLOOR, |c| c.confidence.max(FLOOR)).ln(),
    };
    let mut scores = vec![0.0_f64; tags.len()];
    let mut origins: Vec<Vec<usize>> = Vec::with_capacity(units.len());
    for (_, candidates) in &units {
        if stopped() {
            return None;
        }
        let best = (0..tags.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap_or(0);
        let mut origin: Vec<usize> = (0..tags.len()).collect();
        let before = scores.clone();
        for (at, tag) in tags.iter().enumerate() {
            if before[best] - SWITCH > before[at] {
                origin[at] = best;
            }
            let from = if origin[at] == at { before[at] } else { before[best] - SWITCH };
            scores[at] = from + emissions(candidates, *tag);
        }
        origins.push(origin);
    }
    let mut state = (0..tags.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap_or(0);
    let mut states = vec![0; units.len()];
    for at in (0..units.len()).rev() {
        states[at] = state;
        state = origins[at][state];
    }
    let mut segments: Vec<Segment> = Vec::new();
    let mut sums = (0.0_f64, 0.0);
    for ((span, candidates), state) in units.iter().zip(states) {
        let tag = tags[state];
        let same = segments.last().and_then(|s| s.language).is_some_and(|c| c.tag == tag);
        if !same {
            sums = (0.0, 0.0);
            segments.push(Segment { span: *span, language: Some(Candidate { tag, confidence: 0.0 }) });
        }
        if let Some(c) = candidates.iter().find(|c| c.tag == tag) {
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
