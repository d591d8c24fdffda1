//! Candidates: every run of words of a chunk that neither starts nor ends with a stop word, counted by its stems.
//!
//! A chunk is a run of words with nothing but white space between them, inside one sentence.

use std::{mem, num::NonZeroU32, ops::Index};

use rustc_hash::FxHashMap;

use super::{
    super::{
        document::Document,
        sentence::Kind,
        token::{Terms, Token},
    },
    chunk::{Piece, Shape, admit_name_parts, has_sentence_case, is_joined, opens_quote},
    edges::Edges,
    opening::{dateline, headline_end},
};

/// No candidate has more tokens than this: the words of the longest phrase, and what is elided between them.
const MOST_TOKENS: usize = 9;

/// Which run of stems: their numbers count from 1, so that an option of one takes no more room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Node(NonZeroU32);

impl Node {
    /// The one at `index` of [`Candidates::nodes`].
    #[inline]
    pub(super) fn at(index: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(u32::try_from(index).unwrap_or(u32::MAX)))
    }

    #[inline]
    pub(super) fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// A run of stems, with what was counted of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidate {
    /// The candidate without its last token, unless it is one token.
    pub prefix: Option<Node>,
    /// The candidate without its first token, likewise.
    pub suffix: Option<Node>,
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
    /// The number of the last token of its first occurrence below the headline.
    pub first_end: u32,
    /// The surname that stands for it elsewhere, for the full name of a person.
    pub surname: Option<Node>,
    /// How often it stands in full, where a surname stands for it elsewhere.
    pub in_full: u32,
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
    fn absorb(&mut self, single: &Self, surname: Node) {
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

/// The longer candidates that hold one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Containers {
    /// The highest count of a complete one.
    pub count: u32,
    /// The highest count of a name, all its words capitalised.
    pub name_count: u32,
    /// How many different complete ones are one word longer.
    pub longer: u32,
}

/// The candidates of a document.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    /// Every run of stems that was met; not all are complete.
    pub nodes: Vec<Candidate>,
    /// What holds each of them.
    containers: Vec<Containers>,
    /// How many tokens were read.
    pub tokens: u32,
    /// How many sentences were read.
    pub sentences: u32,
    /// How many words carry a topic where capitals mean something, and how many of them are capitalised.
    cased: u32,
    capitalised: u32,
    max_words: usize,
    edges: Edges,
    /// The words of the sentence that is being read.
    pieces: Vec<Piece>,
}

impl Candidates {
    /// Those of up to `max_words` words. A headline given apart from the text is read as the text's first line would be,
    /// but what stands in it alone is no candidate.
    pub(super) fn of(document: &Document<'_>, max_words: usize) -> Self {
        let terms = document.terms();
        let text = document.text();
        // About as many as an English text has.
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
            let opening = tokens.iter().take_while(|t| t.span.end <= dateline_end).count();
            let place = if sentence.span.end <= headline_end { Place::Headline } else { Place::Body };
            candidates.read(text, &tokens[opening..], terms, place);
        }
        candidates.merge_surnames();
        candidates.count_containers();
        candidates
    }

    /// Every run of stems, in the order in which they were met.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Node, &Candidate)> {
        self.nodes.iter().enumerate().map(|(index, candidate)| (Node::at(index), candidate))
    }

    /// The longer candidates that hold `node`.
    pub(super) fn containers(&self, node: Node) -> Containers {
        self.containers[node.index()]
    }

    /// The run of stems `parent` and then `term`, if it was met; `parent` is `None` for a run of one.
    #[inline]
    pub(super) fn child(&self, parent: Option<Node>, term: u32) -> Option<Node> {
        match parent {
            None => self.edges.single(term),
            Some(parent) => self.edges.longer(&self.nodes, parent, term),
        }
    }

    /// The stems of `node`, in order.
    pub(super) fn stems(&self, node: Node) -> Vec<u32> {
        let mut stems = Vec::with_capacity(MOST_TOKENS);
        let mut at = Some(node);
        while let Some(node) = at {
            stems.push(self[node].term);
            at = self[node].prefix;
        }
        stems.reverse();
        stems
    }

    /// Counts the candidates of one sentence.
    fn read(&mut self, text: &str, tokens: &[Token], terms: &Terms, place: Place) {
        let mut pieces = mem::take(&mut self.pieces);
        pieces.clear();
        pieces.extend(tokens.iter().map(|&token| Piece { word: terms.word(token), case_counts: false }));
        let trusted = has_sentence_case(&pieces);
        let mut chunk_start = 0;
        for (index, neighbours) in (1..).zip(tokens.windows(2)) {
            let (before, token) = (neighbours[0], neighbours[1]);
            let blank = text.as_bytes()[before.span.end..token.span.start] == *b" ";
            if !blank && !is_joined(text, before, token) {
                self.add_chunk(&mut pieces[chunk_start..index], place);
                chunk_start = index;
            }
            let piece = &mut pieces[index];
            piece.case_counts = trusted && (blank || !opens_quote(text, token));
            let counts = piece.case_counts && !piece.word.stop;
            self.cased += u32::from(counts);
            self.capitalised += u32::from(counts && piece.word.case.is_capitalised());
        }
        self.add_chunk(&mut pieces[chunk_start..], place);
        self.sentences += 1;
        self.pieces = pieces;
    }

    /// The share of the words that carry a topic and that are capitalised, where capitals mean something.
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    pub(super) fn capitalised_share(&self) -> f32 {
        self.capitalised as f32 / self.cased.max(1) as f32
    }

    fn add_chunk(&mut self, chunk: &mut [Piece], place: Place) {
        admit_name_parts(chunk);
        // Runs are added from the last start to the first, so that each finds the run without its first token.
        let mut suffixes: [Option<Node>; MOST_TOKENS] = [None; MOST_TOKENS];
        for start in (0..chunk.len()).rev() {
            let (ahead, from) = chunk.split_at(start);
            let opening = &from[0].word;
            if opening.stop && !opening.connector {
                suffixes = [None; MOST_TOKENS];
                continue;
            }
            let position = self.tokens + u32::try_from(start).unwrap_or(u32::MAX);
            let after_stop = ahead.last().is_some_and(|before| before.word.stop);
            let left = ahead.is_empty() || after_stop;
            let (mut parent, mut suffix, mut words, mut length) = (None, None, 0, 0);
            let mut shape = Shape::default();
            for piece in from.iter().take(MOST_TOKENS) {
                words += u8::from(!piece.word.elided);
                if usize::from(words) > self.max_words {
                    break;
                }
                shape.add(piece);
                let node = self.node(parent, suffix, piece, words);
                suffix = suffixes[length].replace(node);
                length += 1;
                let ends = !piece.word.stop || (piece.word.number && shape.number_fits(piece));
                if !opening.stop && ends {
                    let right = from.get(length).is_none_or(|after| after.word.stop);
                    self.count(node, &Occurrence { position, left, right, after_stop, place }, &shape);
                }
                if piece.word.stop && !piece.word.connector {
                    break;
                }
                shape.connected |= piece.word.stop;
                parent = Some(node);
            }
            suffixes[length..].fill(None);
        }
        self.tokens += u32::try_from(chunk.len()).unwrap_or(u32::MAX);
    }

    fn node(&mut self, parent: Option<Node>, suffix: Option<Node>, piece: &Piece, words: u8) -> Node {
        let node = self.edges.enter(&self.nodes, parent, piece.word.term);
        if node.index() == self.nodes.len() {
            let (tokens, characters) = parent.map_or((0, 0), |p| (self[p].tokens, self[p].characters));
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

    fn count(&mut self, node: Node, occurrence: &Occurrence, shape: &Shape) {
        let Occurrence { position, left, right, after_stop, place } = *occurrence;
        let sentence = self.sentences;
        let node = &mut self.nodes[node.index()];
        node.complete |= place != Place::Title;
        node.connected = shape.connected;
        node.numbered = shape.number;
        node.count += 1;
        node.first = node.first.min(position);
        node.last = node.last.max(position);
        if place == Place::Body {
            node.first_end = node.first_end.min(position + u32::from(node.tokens) - 1);
        }
        node.sentences += u32::from(node.last_sentence != sentence);
        node.last_sentence = sentence;
        node.case_seen += u32::from(shape.case_counts);
        node.capitalised += u32::from(shape.case_counts & shape.capitalised);
        node.mixed += u32::from(shape.has_capital & shape.has_small);
        node.acronym += u32::from(shape.case_counts & shape.acronym);
        node.left_bounded += u32::from(left);
        node.right_bounded += u32::from(right);
        node.dependent += u32::from(shape.dependent);
        node.after_stop += u32::from(after_stop);
        node.in_title |= place != Place::Body;
    }

    /// Counts the surname of a person as the full name: where the text below the headline first names somebody in full
    /// and then by the last name alone. The surname is a candidate no more.
    fn merge_surnames(&mut self) {
        // Where every noun is capitalised, two in a row are a name only if they come back.
        let least = if self.capitalised_share() > 0.35 { 2 } else { 1 };
        let mut full_names: FxHashMap<Node, Node> = FxHashMap::default();
        for (number, node) in self.iter() {
            if !(node.complete && node.tokens > 1 && node.is_name() && !node.numbered) || node.count < least {
                continue;
            }
            let Some(surname) = self.child(None, node.term) else { continue };
            let single = &self[surname];
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
            if self.names_better(node, &self[*best]) {
                *best = number;
            }
        }
        for (surname, full) in full_names {
            let single = self[surname].clone();
            self.nodes[surname.index()].complete = false;
            self.nodes[full.index()].absorb(&single, surname);
        }
    }

    /// Whether `node` is a better full name than `other`, one of which ends in the other: the longer one, unless what it
    /// has more, a title or a role, stands elsewhere too.
    fn names_better(&self, node: &Candidate, other: &Candidate) -> bool {
        let (longer, shorter) = if node.tokens > other.tokens { (node, other) } else { (other, node) };
        let mut opening = longer;
        while let Some(prefix) = opening.prefix {
            opening = &self[prefix];
        }
        let opens_name = self.child(None, opening.term).is_some_and(|n| {
            let single = &self[n];
            single.is_name() && single.count == longer.count
        });
        let longer_is_better = longer.count == shorter.count && opens_name;
        longer_is_better == (node.tokens > other.tokens)
    }

    /// Tells every complete candidate which longer ones hold it.
    fn count_containers(&mut self) {
        let mut containers = vec![Containers::default(); self.nodes.len()];
        for node in &self.nodes {
            if !node.complete {
                continue;
            }
            let name_count = if node.is_name() { node.count } else { 0 };
            let parts =
                [self.complete(node.prefix, |part| part.prefix), self.complete(node.suffix, |part| part.suffix)];
            for part in parts.into_iter().flatten() {
                let part = &mut containers[part.index()];
                part.count = part.count.max(node.count);
                part.name_count = part.name_count.max(name_count);
                part.longer += 1;
            }
        }
        self.containers = containers;
    }

    /// The longest complete part: `part`, or what is left of it by `shorter`.
    #[inline]
    fn complete(&self, mut part: Option<Node>, shorter: impl Fn(&Candidate) -> Option<Node>) -> Option<Node> {
        while let Some(incomplete) = part.map(|part| &self[part]).filter(|part| !part.complete) {
            part = shorter(incomplete);
        }
        part
    }
}

impl Index<Node> for Candidates {
    type Output = Candidate;

    #[inline]
    fn index(&self, node: Node) -> &Candidate {
        &self.nodes[node.index()]
    }
}

/// Where a run of stems stands once.
struct Occurrence {
    /// The number of its first token among those of the document.
    position: u32,
    /// Whether a stop word or the end of the chunk stands before it, and after it.
    left: bool,
    right: bool,
    /// Whether a stop word stands before it.
    after_stop: bool,
    place: Place,
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
