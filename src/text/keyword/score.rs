//! The score of a candidate: a linear function of a few features, put through a logistic.

use std::{array, sync::LazyLock};

use super::{
    Style,
    candidate::{Candidate, Node},
    candidates::Candidates,
    choose::Choice,
};
use crate::text::document::Document;

/// How many features a candidate has.
pub const FEATURES: usize = 29;

/// What each feature is, in order.
pub const FEATURE_NAMES: [&str; FEATURES] = [
    "constant",
    "log of its count",
    "share of the sentences that hold it",
    "how late it first comes",
    "how far its first and last are apart",
    "in the title",
    "capitalised",
    "acronym",
    "bounded on the left",
    "bounded on the right",
    "part of a longer one",
    "part of a longer name",
    "two words",
    "three words and more",
    "mean log count of its words",
    "least log count of its words",
    "log of its characters",
    "holds a connector or number",
    "single word in lower case",
    "how often its words are in others",
    "once",
    "some words capitalised",
    "full name of a surname",
    "surname alone more often",
    "single lower-case word, by its characters",
    "after a stop word",
    "phrase in lower case",
    "count of a capitalised one",
    "count of a single lower-case one",
];

/// The weights of a style's features.
pub type Weights = [f32; FEATURES];

/// The weights that `style` is scored with.
pub fn weights(style: Style) -> &'static Weights {
    match style {
        Style::Tags => &TAGS,
        Style::Phrases => &PHRASES,
    }
}

#[rustfmt::skip]
static TAGS: Weights = [
    -2.136, // constant
    0.781, // log of its count
    0.793, // share of the sentences that hold it
    -1.297, // how late it first comes
    -0.188, // how far its first and last are apart
    -0.107, // in the title
    0.158, // capitalised
    0.170, // acronym
    0.045, // bounded on the left
    0.381, // bounded on the right
    -0.117, // part of a longer one
    -0.295, // part of a longer name
    -0.184, // two words
    -0.723, // three words and more
    -0.311, // mean log count of its words
    0.200, // least log count of its words
    0.104, // log of its characters
    0.167, // holds a connector or number
    -0.201, // single word in lower case
    0.116, // how often its words are in others
    -0.127, // once
    -0.176, // some words capitalised
    0.091, // full name of a surname
    -0.616, // surname alone more often
    0.696, // single lower-case word, by its characters
    0.331, // after a stop word
    -0.662, // phrase in lower case
    -0.076, // count of a capitalised one
    -0.229, // count of a single lower-case one
];
#[rustfmt::skip]
static PHRASES: Weights = [
    -4.360, // constant
    0.489, // log of its count
    0.891, // share of the sentences that hold it
    -0.624, // how late it first comes
    -0.261, // how far its first and last are apart
    0.337, // in the title
    0.065, // capitalised
    -0.082, // acronym
    1.342, // bounded on the left
    1.205, // bounded on the right
    -0.539, // part of a longer one
    -0.690, // part of a longer name
    0.264, // two words
    -0.073, // three words and more
    -0.494, // mean log count of its words
    0.090, // least log count of its words
    0.584, // log of its characters
    -2.076, // holds a connector or number
    -1.539, // single word in lower case
    0.624, // how often its words are in others
    -0.903, // once
    0.151, // some words capitalised
    -0.170, // full name of a surname
    -0.187, // surname alone more often
    1.316, // single lower-case word, by its characters
    -0.206, // after a stop word
    -0.275, // phrase in lower case
    -0.045, // count of a capitalised one
    -0.438, // count of a single lower-case one
];

/// Scores the candidates of a document by `weights`, less what the commonness of their words takes from it.
pub(super) struct Scorer<'c> {
    weights: &'static Weights,
    words: Words<'c>,
    commonness: Commonness,
    once: &'static Once,
    /// What a phrase gets at most for what its words are like by themselves.
    most_of_words: f32,
}

impl<'c> Scorer<'c> {
    /// That of `style`.
    pub(super) fn new(document: &Document<'_>, candidates: &'c Candidates, style: Style) -> Self {
        let (weights, words) = (weights(style), Words::of(candidates));
        let (count, longer) = candidates.highest_of_singles();
        let (count, longer) = (words.ln(count.max(1)), words.ln(longer + 1));
        // The least is no more than the mean, and the mean no more than the highest.
        let counts = weights[MEAN_LOG_COUNT].max(weights[MEAN_LOG_COUNT] + weights[LEAST_LOG_COUNT]) * count;
        let most_of_words = counts.max(0.0) + (weights[MEAN_LOG_LONGER] * longer).max(0.0);
        Self { weights, words, commonness: Commonness::of(document), once: Once::of(style), most_of_words }
    }

    /// Scores every candidate of `pool` that occurs more than once, and says of the others, of which few are chosen, how
    /// high their scores can be.
    pub(super) fn estimate(&self, pool: &mut [Choice]) {
        let candidates = self.words.candidates;
        let share = self.weights[SHARE] * (1.0 / float(candidates.sentences.max(1))).sqrt();
        let mut recurrent = Vec::with_capacity(pool.len());
        for choice in pool {
            if candidates[choice.node].count > 1 {
                recurrent.push(choice);
            } else {
                choice.score = share + self.ceiling(choice.node);
                choice.estimated = true;
            }
        }
        for batch in recurrent.chunks_mut(BATCH) {
            // The last batch is filled up with its last candidate.
            let nodes: [Node; BATCH] = array::from_fn(|at| batch[at.min(batch.len() - 1)].node);
            for (choice, score) in batch.iter_mut().zip(self.scores(nodes)) {
                choice.score = score;
            }
        }
    }

    /// The score of `node`.
    pub(super) fn score(&self, node: Node) -> f32 {
        let [score] = self.scores([node]);
        score
    }

    fn scores<const N: usize>(&self, nodes: [Node; N]) -> [f32; N] {
        let scores = linear(&features(&self.words, nodes), self.weights);
        array::from_fn(|at| scores[at] - self.commonness.penalty(self.words.candidates, nodes[at]))
    }

    /// What the score of `node`, which occurs once, is at most, but for the share of the sentences that hold it.
    fn ceiling(&self, node: Node) -> f32 {
        // More than what is lost where the parts of a score, which grow with what holds it, are added in another order.
        const ROUNDING: f32 = 0.001;
        let (weights, candidates) = (self.weights, self.words.candidates);
        let (candidate, containers) = (&candidates[node], candidates.containers(node));
        let single_lower = flag((candidate.words == 1) & !candidate.is_name());
        let own_words = [self.most_of_words, weights[MEAN_LOG_LONGER] * self.words.ln(containers.longer + 1)];
        self.once.score(candidate)
            + weights[FIRST] / 6.0 * self.words.ln(candidate.first + 1)
            + (weights[CHARACTERS] + weights[SINGLE_LOWER_CHARACTERS] * single_lower)
                * self.words.ln(candidate.characters)
            + weights[WITHIN] * float(containers.count)
            + weights[WITHIN_NAME] * float(containers.name_count)
            + own_words[usize::from(candidate.tokens == 1)]
            + ROUNDING * float(containers.count + 1)
    }
}

/// Candidates that are measured and scored side by side, so that the processor does several at once.
const BATCH: usize = 4;

/// Features whose values are not told by the traits of a candidate that occurs once.
const SHARE: usize = 2;
const FIRST: usize = 3;
const WITHIN: usize = 10;
const WITHIN_NAME: usize = 11;
const MEAN_LOG_COUNT: usize = 14;
const LEAST_LOG_COUNT: usize = 15;
const CHARACTERS: usize = 16;
const MEAN_LOG_LONGER: usize = 19;
const SINGLE_LOWER_CHARACTERS: usize = 24;

/// The scores of candidates that occur once by their traits and words alone: at the start of an endless text, of one
/// character, inside no other.
struct Once(Vec<f32>);

impl Once {
    const MOST_WORDS: u8 = 3;

    fn of(style: Style) -> &'static Self {
        static TAGS: LazyLock<Once> = LazyLock::new(|| Once::new(weights(Style::Tags)));
        static PHRASES: LazyLock<Once> = LazyLock::new(|| Once::new(weights(Style::Phrases)));
        match style {
            Style::Tags => &TAGS,
            Style::Phrases => &PHRASES,
        }
    }

    fn new(weights: &Weights) -> Self {
        let all = (0..=Self::MOST_WORDS).flat_map(|words| (0..=Candidate::SCORED).map(move |traits| (traits, words)));
        let score = |(traits, words)| {
            let candidates = Candidates::one(Candidate {
                traits,
                words,
                tokens: 1,
                characters: 1,
                count: 1,
                ..Candidate::default()
            });
            let [score] = linear(&features(&Words::of(&candidates), [Node::at(0)]), weights);
            score
        };
        Self(all.map(score).collect())
    }

    fn score(&self, candidate: &Candidate) -> f32 {
        let traits = candidate.traits & Candidate::SCORED;
        let words = candidate.words.min(Self::MOST_WORDS);
        self.0[usize::from(words) * (usize::from(Candidate::SCORED) + 1) + usize::from(traits)]
    }
}

/// Each feature of some candidates.
pub(super) type Columns<const N: usize> = [[f32; N]; FEATURES];

/// The linear scores of some candidates.
pub(super) fn linear<const N: usize>(features: &Columns<N>, weights: &Weights) -> [f32; N] {
    let mut scores = [0.0; N];
    for (feature, weight) in features.iter().zip(weights) {
        for (score, value) in scores.iter_mut().zip(feature) {
            *score += value * weight;
        }
    }
    scores
}

/// The features of the complete candidates `numbers`.
pub(super) fn features<const N: usize>(words: &Words<'_>, numbers: [Node; N]) -> Columns<N> {
    let candidates = words.candidates;
    let nodes = numbers.map(|number| &candidates[number]);
    let tallies = numbers.map(|number| candidates.tally(number));
    let containers = numbers.map(|number| candidates.containers(number));
    let means = numbers.map(|number| words.measure(number));
    // All counts first: what was just stored in parts cannot be loaded at once as a whole.
    let count = nodes.map(|node| float(node.count));
    let case_seen = tallies.map(|tally| float(tally.count(Candidate::CASE_SEEN).max(1)));
    let capitalised = tallies.map(|tally| float(tally.count(Candidate::CAPITALISED)));
    let acronym = tallies.map(|tally| float(tally.count(Candidate::ACRONYM)));
    let sentences = tallies.map(|tally| float(tally.sentences));
    let extent = array::from_fn(|at| float(tallies[at].last - nodes[at].first));
    let left_bounded = tallies.map(|tally| float(tally.count(Candidate::LEFT_BOUNDED)));
    let right_bounded = tallies.map(|tally| float(tally.count(Candidate::RIGHT_BOUNDED)));
    let mixed = tallies.map(|tally| float(tally.count(Candidate::MIXED)));
    let after_stop = tallies.map(|tally| float(tally.count(Candidate::AFTER_STOP)));
    let within = containers.map(|containers| float(containers.count));
    let within_name = containers.map(|containers| float(containers.name_count));
    let log_count = nodes.map(|node| words.ln(node.count));
    let log_first = nodes.map(|node| words.ln(node.first + 1));
    let log_characters = nodes.map(|node| words.ln(node.characters));
    let is_single = nodes.map(|node| flag(node.words == 1));
    let is_phrase = nodes.map(|node| flag(node.words > 1));

    let all_sentences = float(candidates.sentences.max(1));
    let all_tokens = float(candidates.tokens.max(1));
    let share = |part: [f32; N]| divide(part, count);
    let capitalised = divide(capitalised, case_seen);
    let small = capitalised.map(|share| flag(share < 0.5));
    let single_lower = multiply(is_single, small);
    [
        [1.0; N],
        log_count,
        sentences.map(|count: f32| (count / all_sentences).sqrt()),
        log_first.map(|log| log / 6.0),
        extent.map(|extent: f32| extent / all_tokens),
        nodes.map(|node| flag(node.is(Candidate::IN_TITLE))),
        capitalised,
        divide(acronym, case_seen),
        share(left_bounded),
        share(right_bounded),
        share(within),
        share(within_name),
        nodes.map(|node| flag(node.words == 2)),
        nodes.map(|node| flag(node.words >= 3)),
        means.map(|means| means.mean_log_count),
        means.map(|means| means.least_log_count),
        log_characters,
        nodes.map(|node| flag(node.is(Candidate::CONNECTED | Candidate::NUMBERED))),
        single_lower,
        means.map(|means| means.mean_log_longer),
        nodes.map(|node| flag(node.count == 1)),
        share(mixed),
        tallies.map(|tally| flag(tally.surname.is_some())),
        array::from_fn(|at| {
            tallies[at].surname.map_or(0.0, |_| (float(nodes[at].count) / float(tallies[at].in_full)).ln())
        }),
        multiply(single_lower, log_characters.map(|log| log - 2.0)),
        share(after_stop),
        multiply(is_phrase, small),
        multiply(log_count, capitalised),
        multiply(log_count, single_lower),
    ]
}

#[expect(clippy::cast_precision_loss, reason = "counts that are far smaller than what a float holds exactly")]
fn float(count: u32) -> f32 {
    count as f32
}

fn flag(yes: bool) -> f32 {
    f32::from(u8::from(yes))
}

fn divide<const N: usize>(parts: [f32; N], wholes: [f32; N]) -> [f32; N] {
    array::from_fn(|at| parts[at] / wholes[at])
}

fn multiply<const N: usize>(one: [f32; N], other: [f32; N]) -> [f32; N] {
    array::from_fn(|at| one[at] * other[at])
}

/// How common each stem of a document is in the newsroom's archive, where it has one.
pub(super) struct Commonness {
    by_term: Vec<f32>,
}

impl Commonness {
    /// What a candidate of words that every document has loses.
    const WEIGHT: f32 = 0.75;

    pub(super) fn of(document: &Document<'_>) -> Self {
        let terms = document.terms();
        let language = document.tag().map_or("", |tag| tag.language.code);
        let commonness = |term| document.frequencies().and_then(|f| f.commonness(language, terms.stem(term)));
        Self { by_term: (0..).take(terms.term_count()).map_while(commonness).collect() }
    }

    /// What the commonness of its words takes from the score of `node`; 0 without an archive.
    pub(super) fn penalty(&self, candidates: &Candidates, node: Node) -> f32 {
        Self::WEIGHT * self.mean(candidates, node)
    }

    /// The mean commonness of the words of `node`, from 0 to 1; 0 for a name, which a text is about however often others are
    /// too, and without an archive.
    #[expect(clippy::cast_precision_loss, reason = "a few words")]
    pub(super) fn mean(&self, candidates: &Candidates, node: Node) -> f32 {
        if self.by_term.is_empty() || candidates[node].is_name() {
            return 0.0;
        }
        let stems = candidates.stems(node);
        let sum: f32 = stems.iter().filter_map(|&term| self.by_term.get(term as usize)).sum();
        sum / stems.len() as f32
    }
}

/// What the words of a document are like by themselves.
pub(super) struct Words<'c> {
    candidates: &'c Candidates,
    /// The natural logarithms of small numbers.
    logarithms: &'static [f32],
}

/// What the words of one candidate are like.
#[derive(Clone, Copy)]
struct Means {
    mean_log_count: f32,
    least_log_count: f32,
    mean_log_longer: f32,
}

impl<'c> Words<'c> {
    /// Those of the document that has `candidates`.
    pub(super) fn of(candidates: &'c Candidates) -> Self {
        static SMALL: LazyLock<Vec<f32>> = LazyLock::new(|| (0_u16..1024).map(|count| f32::from(count).ln()).collect());
        Self { candidates, logarithms: &SMALL }
    }

    /// The natural logarithm of a count: most are small, and those are kept.
    fn ln(&self, count: u32) -> f32 {
        self.logarithms.get(count as usize).copied().unwrap_or_else(|| float(count).ln())
    }

    fn measure(&self, node: Node) -> Means {
        let (mut sum, mut least, mut longer, mut words) = (0.0_f32, f32::INFINITY, 0.0_f32, 0.0_f32);
        let mut at = Some(node);
        while let Some(part) = at.map(|at| &self.candidates[at]) {
            let word = Node::at(part.term as usize);
            let single = &self.candidates[word];
            if single.is(Candidate::COMPLETE) {
                let log_count = self.ln(single.count);
                sum += log_count;
                least = least.min(log_count);
                longer += self.ln(self.candidates.containers(word).longer + 1);
                words += 1.0;
            }
            at = part.prefix;
        }
        let words = words.max(1.0);
        Means { mean_log_count: sum / words, least_log_count: least.min(sum), mean_log_longer: longer / words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        languages::Tag,
        text::{
            keyword::{Options, choose},
            sentence::LineBreaks,
        },
    };

    /// Holds the estimates of a text's candidates against their scores.
    #[track_caller]
    fn check(text: &str, title: &str, tag: &str) {
        let document = Document::new(text, title, Tag::parse(tag), LineBreaks::Auto);
        for style in [Style::Tags, Style::Phrases] {
            let candidates = Candidates::of(&document, 5);
            let mut pool = choose::pool(&document, &candidates, &Options::default());
            let scorer = Scorer::new(&document, &candidates, style);
            scorer.estimate(&mut pool);
            assert!(pool.iter().any(|choice| choice.estimated), "{style:?}: nothing is estimated");
            for choice in pool {
                let (score, estimate) = (scorer.score(choice.node), choice.score);
                if choice.estimated {
                    assert!(
                        score <= estimate,
                        "{style:?}: {score} is more than {estimate} of {:?}",
                        candidates[choice.node]
                    );
                } else {
                    assert_eq!(score.to_bits(), estimate.to_bits(), "{style:?}: {:?}", candidates[choice.node]);
                }
            }
        }
    }

    #[test]
    fn no_score_is_higher_than_its_estimate() {
        check(
            "Harbour board votes on new ferry\n\nThe harbour board of Port Ellen voted on Monday. Ferry timetables, \
             ferry fares and the ferry terminal come next, said Mary McDonald, the chair of the board. McDonald said \
             that NATO and France 24 had asked for Agenda 2030. An old pier near the ferry terminal was rebuilt.",
            "Harbour board votes on new ferry",
            "en",
        );
        check("Hafen und Hafenamt. Der Hafen liegt am Meer, das Hafenamt an der Straße.", "", "de");
        check("Паром пришёл в порт. Порт закрыт, а паром ушёл в соседний город.", "", "ru");
        check("港口委员会周一投票。渡轮码头和渡轮票价是下一个议题。", "", "zh");
        check("one", "", "");
    }
}
