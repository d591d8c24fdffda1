//! Where keywords stand, and in which form a reader would print them.

use rustc_hash::FxHashMap;

use super::{Keyword, Options, candidate::Node, candidates::Candidates, choose::Choice, chunk::is_joined};
use crate::text::{document::Document, span::Span};

/// The keywords that `chosen` stand for, in their order.
pub(super) fn keywords(
    document: &Document<'_>,
    candidates: &Candidates,
    chosen: &[Choice],
    options: &Options,
) -> Vec<Keyword> {
    let mut spans = mentions(document, candidates, chosen);
    let mut ceiling = f64::INFINITY;
    chosen
        .iter()
        .zip(&mut spans)
        .map(|(choice, mentions)| {
            let score = logistic(choice.score).min(ceiling);
            ceiling = score.next_down();
            Keyword {
                text: best_form(document, mentions),
                score,
                count: mentions.len(),
                mentions: if options.mentions { mentions.iter().map(|m| m.span).collect() } else { Vec::new() },
            }
        })
        .collect()
}

/// One place where a keyword stands.
#[derive(Clone, Copy)]
struct Mention {
    span: Span,
    /// Whether it opens a sentence, so that its first capital says nothing.
    opens: bool,
    tokens: usize,
}

/// Every place where each of `chosen` stands, in order.
fn mentions(document: &Document<'_>, candidates: &Candidates, chosen: &[Choice]) -> Vec<Vec<Mention>> {
    // Which keyword a run of stems is, if it does not only lead to one; and which stems lead to one.
    let mut places: FxHashMap<Node, Option<usize>> = FxHashMap::default();
    let mut opens = vec![false; document.terms().term_count()];
    for (index, choice) in chosen.iter().enumerate() {
        for node in [Some(choice.node), candidates.surname(&candidates[choice.node])].into_iter().flatten() {
            places.insert(node, Some(index));
            let mut at = node;
            while let Some(prefix) = candidates[at].prefix {
                places.entry(prefix).or_default();
                at = prefix;
            }
            opens[candidates[at].term as usize] = true;
        }
    }
    let mut found = vec![Vec::new(); chosen.len()];
    let terms = document.terms();
    for index in 0..document.sentences().len() {
        let tokens = terms.sentence(index);
        for start in (0..tokens.len()).filter(|&start| opens[terms.word(tokens[start]).term as usize]) {
            let mut parent = None;
            for (at, &token) in tokens.iter().enumerate().skip(start) {
                if at > start && !is_joined(document.text(), tokens[at - 1], token) {
                    break;
                }
                let Some(node) = candidates.child(parent, terms.word(token).term) else { break };
                let Some(&place) = places.get(&node) else { break };
                if let Some(index) = place {
                    push(
                        &mut found[index],
                        Span::new(tokens[start].span().start, token.span().end),
                        start == 0,
                        at + 1 - start,
                    );
                }
                parent = Some(node);
            }
        }
    }
    found
}

/// Adds a mention, unless it is the surname inside the full name, or "port port" the second time in "port port port".
fn push(mentions: &mut Vec<Mention>, span: Span, opens: bool, tokens: usize) {
    if mentions.last().is_none_or(|last| last.span.end <= span.start) {
        mentions.push(Mention { span, opens, tokens });
    }
}

/// The form that most mentions have; those that open a sentence count half.
fn best_form(document: &Document<'_>, mentions: &[Mention]) -> String {
    let form = |mention: &Mention| mention.span.of(document.text());
    if let [first, rest @ ..] = mentions
        && rest.iter().all(|mention| form(mention) == form(first))
    {
        return one_spaced(form(first));
    }
    let mut votes: FxHashMap<&str, (u32, usize)> = FxHashMap::default();
    let longest = mentions.iter().map(|m| m.tokens).max().unwrap_or_default();
    for mention in mentions.iter().filter(|m| m.tokens == longest) {
        let vote = votes.entry(form(mention)).or_insert((0, mention.span.start));
        vote.0 += if mention.opens { 1 } else { 2 };
    }
    let best = votes.into_iter().max_by_key(|&(_, (count, start))| (count, std::cmp::Reverse(start)));
    best.map(|(form, _)| one_spaced(form)).unwrap_or_default()
}

/// `form` with each run of white space as one space.
fn one_spaced(form: &str) -> String {
    let mut spaced = String::with_capacity(form.len());
    for word in form.split_whitespace() {
        if !spaced.is_empty() {
            spaced.push(' ');
        }
        spaced.push_str(word);
    }
    spaced
}

fn logistic(score: f32) -> f64 {
    1.0 / (1.0 + (-f64::from(score)).exp())
}

#[cfg(test)]
mod tests {
    use crate::languages::Tag;
    use crate::text::keyword::{Style, extract};
    use crate::text::sentence::LineBreaks;

    use super::*;

    #[test]
    fn mentions_of_one_keyword_never_overlap() {
        let text = "The harbour port port port port is shut. So is the other port port.";
        let document = Document::new(text, "", Tag::parse("en"), LineBreaks::Auto);
        let options = Options { mentions: true, style: Style::Phrases, ..Options::default() };
        let keywords = extract(&document, &options);
        assert!(keywords.iter().any(|keyword| keyword.text == "port port"), "{keywords:?}");
        for Keyword { text, mentions, .. } in keywords {
            assert!(mentions.is_sorted_by(|one, next| one.end <= next.start), "{text}: {mentions:?}");
        }
    }
}
