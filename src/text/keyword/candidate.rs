//! Candidates: every run of words of a chunk that neither starts nor ends with a stop word, counted by its stems.
//!
//! A chunk is a run of words with nothing but white space between them, inside one sentence.

use std::mem;

use rustc_hash::FxHashMap;

use super::{
    super::{
        document::Document,
        sentence::Kind,
        token::{Terms, Token},
    },
    chunk::{Around, Piece, Shape, admit_name_parts, has_sentence_case, is_joined, opens_quote},
    edges::Edges,
    opening::{dateline, headline_end},
};

/// No candidate has more tokens than this: the words of the longest phrase, and what is elided between them.
const MOST_TOKENS: usize = 9;

/// A run of stems, with what was counted of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidate {
    /// The candidate without its last token: an index into [`Candidates::nodes`], unless it is one token.
    pub prefix: Option<u32>,
    /// The candidate without its first token, likewise.
    pub suffix: Option<u32>,
    /// Its stems' last.
    pub term: u32,
    /// How many tokens it has.
    pub tokens: u8,
    /// How many words it has to a reader.
    pub words: u8,
    /// Whether a stop word stands inside it.
    pub connected: bool,
    /// Whether it ends in a number.
    pub numbered: bool,
    /// Whether it may be a keyword: it neither starts nor ends with a stop word.
    pub complete: bool,
    /// How often it occurs.
    pub count: u32,
    /// The number of the first token of its first occurrence, and of its last.
    pub first: u32,
    pub last: u32,
    /// How many sentences it occurs in.
    pub sentences: u32,
    pub last_sentence: u32,
    /// How often it occurs where capitals mean something.
    pub case_seen: u32,
    /// How often all its words are capitalised there.
    pub capitalised: u32,
    /// How often some of its words are capitalised and others are not.
    pub mixed: u32,
    /// How often it is all in capitals there, or holds an inner one.
    pub acronym: u32,
    /// How often a stop word or the end of the chunk stands before it.
    pub left_bounded: u32,
    /// How often one stands after it.
    pub right_bounded: u32,
    /// How often the word before it is a stop word.
    pub after_stop: u32,
    /// How often it is a word that is no topic by itself.
    pub dependent: u32,
    /// The highest count of a complete candidate of which it is a part.
    pub within: u32,
    /// The number of the last token of its first occurrence below the headline.
    pub first_end: u32,
    /// The surname that stands for it elsewhere, for the full name of a person.
    pub surname: Option<u32>,
    /// How often it stands in full, where a surname stands for it elsewhere.
    pub in_full: u32,
    /// The highest count of a name, all its words capitalised, of which it is a part.
    pub within_name: u32,
    /// How many different complete candidates are one word longer.
    pub longer: u32,
    /// Whether the title holds it.
    pub in_title: bool,
    /// Its characters, without spaces.
    pub characters: u32,
}

impl Candidate {
    /// Whether it is capitalised where capitals mean something.
    pub(super) fn is_name(&self) -> bool {
        self.case_seen > 0 && self.capitalised * 2 > self.case_seen
    }

    /// Takes over what was counted of `surname`, of whose occurrences this one's are a part.
    fn absorb(&mut self, single: &Self, surname: u32) {
        let scale = |part: u32| {
            let scaled = u64::from(part) * u64::from(single.count) / u64::from(self.count.max(1));
            u32::try_from(scaled).unwrap_or(u32::MAX)
        };
        let scaled = [
            scale(self.case_seen),
            scale(self.capitalised),
            scale(self.acronym),
            scale(self.left_bounded),
            scale(self.right_bounded),
            scale(self.after_stop),
        ];
        [self.case_seen, self.capitalised, self.acronym, self.left_bounded, self.right_bounded, self.after_stop] =
            scaled;
        self.in_full = self.count;
        self.count = single.count;
        self.first = self.first.min(single.first);
        self.last = self.last.max(single.last);
        self.sentences = single.sentences;
        self.in_title |= single.in_title;
        self.surname = Some(surname);
    }
}

/// The candidates of a document.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    /// Every run of stems that was met; not all are complete.
    pub nodes: Vec<Candidate>,
    /// How many tokens were read.
    pub tokens: u32,
    /// How many sentences were read.
    pub sentences: u32,
    /// How many words carry a topic where capitals mean something, and how many of them are capitalised.
    cased: u32,
    capitalised: u32,
    max_words: usize,
    edges: Edges,
    /// The words of the chunk that is being read.
    chunk: Vec<Piece>,
}

impl Candidates {
    /// Those of up to `max_words` words. A headline given apart from the text is read as the text's first line would be,
    /// but what stands in it alone is no candidate.
    pub(super) fn of(document: &Document<'_>, max_words: usize) -> Self {
        let terms = document.terms();
        let text = document.text();
        let expected = text.len() / 8;
        let mut candidates = Self { max_words, edges: Edges::new(terms.term_count(), expected), ..Self::default() };
        candidates.nodes.reserve(expected);
        if !document.title().is_empty() && !text.trim_start().starts_with(document.title().trim()) {
            candidates.read(document.title(), terms.title(), terms, Place::Title);
        }
        let headline_end = headline_end(text);
        let mut paragraph = None;
        let mut dateline_end = 0;
        for (index, sentence) in document.sentences().iter().enumerate() {
            if sentence.kind == Kind::Boilerplate {
                continue;
            }
            if paragraph.replace(sentence.paragraph) != Some(sentence.paragraph) {
                dateline_end = sentence.span.start + dateline(&text[sentence.span.start..]);
            }
            let tokens = terms.sentence(index);
            let tokens = &tokens[tokens.partition_point(|t| t.span.end <= dateline_end)..];
            let place = if sentence.span.end <= headline_end { Place::Headline } else { Place::Body };
            candidates.read(text, tokens, terms, place);
        }
        candidates.merge_surnames();
        candidates.count_containers();
        candidates
    }

    /// The run of stems `parent` and then `term`, if it was met; `parent` is `None` for a run of one.
    #[inline]
    pub(super) fn child(&self, parent: Option<u32>, term: u32) -> Option<u32> {
        match parent {
            None => self.edges.single(term),
            Some(parent) => self.edges.longer(&self.nodes, parent, term),
        }
    }

    /// The stems of `node`, in order.
    pub(super) fn stems(&self, node: u32) -> Vec<u32> {
        let mut stems = Vec::with_capacity(MOST_TOKENS);
        let mut at = Some(node);
        while let Some(node) = at {
            stems.push(self.nodes[node as usize].term);
            at = self.nodes[node as usize].prefix;
        }
        stems.reverse();
        stems
    }

    /// Counts the candidates of one sentence.
    fn read(&mut self, text: &str, tokens: &[Token], terms: &Terms, place: Place) {
        let trusted = has_sentence_case(tokens, |t| terms.word(t));
        let mut chunk = mem::take(&mut self.chunk);
        let mut before = None;
        for &token in tokens {
            let word = terms.word(token);
            if before.is_some_and(|before| !is_joined(text, before, token)) {
                self.add_chunk(&mut chunk, place);
                chunk.clear();
            }
            let case_counts = trusted && before.is_some() && !opens_quote(text, token);
            if case_counts && !word.stop {
                self.cased += 1;
                self.capitalised += u32::from(word.case.is_capitalised());
            }
            chunk.push(Piece { word, position: self.tokens, case_counts });
            self.tokens += 1;
            before = Some(token);
        }
        self.add_chunk(&mut chunk, place);
        self.sentences += 1;
        chunk.clear();
        self.chunk = chunk;
    }

    /// The share of the words that carry a topic and that are capitalised, where capitals mean something.
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    pub(super) fn capitalised_share(&self) -> f32 {
        self.capitalised as f32 / self.cased.max(1) as f32
    }

    fn add_chunk(&mut self, chunk: &mut [Piece], place: Place) {
        admit_name_parts(chunk);
        // Runs are added from the last start to the first, so that each finds the run without its first token.
        let mut suffixes: [Option<u32>; MOST_TOKENS] = [None; MOST_TOKENS];
        for start in (0..chunk.len()).rev() {
            let mut runs = [None; MOST_TOKENS];
            let (ahead, from) = chunk.split_at(start);
            let opening = &from[0].word;
            let mut words = 0;
            let mut parent = None;
            let mut shape = Shape::default();
            if opening.stop && !opening.connector {
                suffixes = runs;
                continue;
            }
            let before = ahead.last().map(|p| &p.word);
            for (length, piece) in from.iter().enumerate().take(MOST_TOKENS) {
                words += u8::from(!piece.word.elided);
                if usize::from(words) > self.max_words {
                    break;
                }
                shape.add(piece);
                let suffix = if length == 0 { None } else { suffixes[length - 1] };
                let node = self.node(parent, suffix, piece, words);
                runs[length] = Some(node);
                let ends = !piece.word.stop || (piece.word.number && shape.number_fits(piece));
                if !opening.stop && ends {
                    let after = from.get(length + 1).map(|p| &p.word);
                    self.count(node, &from[..=length], Around { before, after }, &shape, place);
                }
                if piece.word.stop && !piece.word.connector {
                    break;
                }
                shape.connected |= piece.word.stop;
                parent = Some(node);
            }
            suffixes = runs;
        }
    }

    fn node(&mut self, parent: Option<u32>, suffix: Option<u32>, piece: &Piece, words: u8) -> u32 {
        let node = self.edges.enter(&self.nodes, parent, piece.word.term);
        if node as usize == self.nodes.len() {
            let (tokens, characters) =
                parent.map_or((0, 0), |p| (self.nodes[p as usize].tokens, self.nodes[p as usize].characters));
            self.nodes.push(Candidate {
                prefix: parent,
                suffix,
                term: piece.word.term,
                tokens: tokens + 1,
                words,
                first: u32::MAX,
                first_end: u32::MAX,
                last_sentence: u32::MAX,
                characters: characters + piece.word.characters,
                ..Candidate::default()
            });
        }
        node
    }

    fn count(&mut self, node: u32, run: &[Piece], around: Around<'_>, shape: &Shape, place: Place) {
        let sentence = self.sentences;
        let node = &mut self.nodes[node as usize];
        let left = around.before.is_none_or(|w| w.stop);
        let right = around.after.is_none_or(|w| w.stop);
        node.complete |= place != Place::Title;
        node.connected = shape.connected;
        node.numbered = shape.number;
        node.count += 1;
        let position = run[0].position;
        node.first = node.first.min(position);
        node.last = node.last.max(position);
        if place == Place::Body {
            node.first_end = node.first_end.min(position + u32::from(node.tokens) - 1);
        }
        node.sentences += u32::from(node.last_sentence != sentence);
        node.last_sentence = sentence;
        node.case_seen += u32::from(shape.case_counts);
        node.capitalised += u32::from(shape.case_counts && shape.capitalised);
        node.mixed += u32::from(shape.has_capital && shape.has_small);
        node.acronym += u32::from(shape.case_counts && shape.acronym);
        node.left_bounded += u32::from(left);
        node.right_bounded += u32::from(right);
        node.dependent += u32::from(run.len() == 1 && run[0].word.dependent);
        node.after_stop += u32::from(around.before.is_some_and(|w| w.stop));
        node.in_title |= place != Place::Body;
    }

    /// Counts the surname of a person as the full name: where the text below the headline first names somebody in full
    /// and then by the last name alone. The surname is a candidate no more.
    fn merge_surnames(&mut self) {
        // Where every noun is capitalised, two in a row are a name only if they come back.
        let least = if self.capitalised_share() > 0.35 { 2 } else { 1 };
        let mut full_names: FxHashMap<u32, u32> = FxHashMap::default();
        for (number, node) in (0..).zip(&self.nodes) {
            if !(node.complete && node.tokens > 1 && node.is_name() && !node.numbered) || node.count < least {
                continue;
            }
            let Some(surname) = self.child(None, node.term) else { continue };
            let single = &self.nodes[surname as usize];
            if !(single.complete
                && single.is_name()
                && single.acronym * 2 <= single.case_seen
                && single.characters > 2
                && single.first_end == node.first_end)
                || single.count <= node.count
            {
                continue;
            }
            let best = full_names.entry(surname).or_insert(number);
            if self.names_better(node, &self.nodes[*best as usize]) {
                *best = number;
            }
        }
        for (surname, full) in full_names {
            let single = self.nodes[surname as usize].clone();
            self.nodes[surname as usize].complete = false;
            self.nodes[full as usize].absorb(&single, surname);
        }
    }

    /// Whether `node` is a better full name than `other`, one of which ends in the other: the longer one, unless what it
    /// has more, a title or a role, stands elsewhere too.
    fn names_better(&self, node: &Candidate, other: &Candidate) -> bool {
        let (longer, shorter) = if node.tokens > other.tokens { (node, other) } else { (other, node) };
        let mut opening = longer;
        while let Some(prefix) = opening.prefix {
            opening = &self.nodes[prefix as usize];
        }
        let opens_name = self.child(None, opening.term).is_some_and(|n| {
            let single = &self.nodes[n as usize];
            single.is_name() && single.count == longer.count
        });
        let longer_is_better = longer.count == shorter.count && opens_name;
        longer_is_better == (node.tokens > other.tokens)
    }

    /// Tells every complete candidate which longer ones hold it.
    fn count_containers(&mut self) {
        for index in 0..self.nodes.len() {
            let node = &self.nodes[index];
            if !node.complete {
                continue;
            }
            let (count, is_name) = (node.count, node.is_name());
            for part in [self.complete_prefix(index), self.complete_suffix(index)].into_iter().flatten() {
                let part = &mut self.nodes[part as usize];
                part.within = part.within.max(count);
                if is_name {
                    part.within_name = part.within_name.max(count);
                }
                part.longer += 1;
            }
        }
    }

    /// The longest proper prefix of `node` that is complete.
    fn complete_prefix(&self, node: usize) -> Option<u32> {
        let mut at = self.nodes[node].prefix;
        while let Some(prefix) = at.filter(|&n| !self.nodes[n as usize].complete) {
            at = self.nodes[prefix as usize].prefix;
        }
        at
    }

    /// The longest proper suffix of `node` that is complete.
    fn complete_suffix(&self, node: usize) -> Option<u32> {
        let mut at = self.nodes[node].suffix;
        while let Some(suffix) = at.filter(|&n| !self.nodes[n as usize].complete) {
            at = self.nodes[suffix as usize].suffix;
        }
        at
    }
}

/// Where a sentence stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the headline given apart from the text.
    Title,
    /// In the text's first line, which looks like a headline.
    Headline,
    /// Below.
    Body,
}
