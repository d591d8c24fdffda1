//! Candidates: every run of words of a chunk that neither starts nor ends with a stop word, counted by its stems.
//!
//! A chunk is a run of words with nothing but white space between them, inside one sentence.

use std::{mem, ops::Index};

use rustc_hash::FxHashMap;

use super::{
    super::{
        document::Document,
        sentence::Kind,
        token::{Terms, Token},
    },
    candidate::{Candidate, Node, Occurrence, Tally},
    chunk::{Piece, SentenceCase, Shape, admit_name_parts, is_joined, opens_quote},
    edges::Edges,
    opening::{dateline, headline_end},
};

/// No candidate has more tokens than this: the words of the longest phrase, and what is elided between them.
const MOST_TOKENS: usize = 9;

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
    /// Every run of stems: first each stem by itself, at its number, met or not, then the longer ones in the order in
    /// which they were met. Not all are complete.
    pub nodes: Vec<Candidate>,
    /// What was counted of those that occur more than once.
    tallies: Vec<Tally>,
    /// What holds each of the nodes.
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
    /// How many stems there are.
    terms: usize,
    /// The words of the sentence that is being read, and where candidates may start in its last chunk.
    pieces: Vec<Piece>,
    starts: Vec<usize>,
}

impl Candidates {
    /// Those of up to `max_words` words. A headline given apart from the text is read as the text's first line would be,
    /// but what stands in it alone is no candidate.
    pub(super) fn of(document: &Document<'_>, max_words: usize) -> Self {
        let terms = document.terms();
        let text = document.text();
        // About as many as a text has that repeats little.
        let longer = text.len() / 16;
        let mut nodes = Vec::with_capacity(terms.term_count() + longer);
        nodes.extend((0..).take(terms.term_count()).map(|term| Candidate { term, ..Candidate::default() }));
        let mut candidates =
            Self { nodes, max_words, edges: Edges::new(longer), terms: terms.term_count(), ..Self::default() };
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
            let opening = tokens.iter().take_while(|t| t.span().end <= dateline_end).count();
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

    /// None but `candidate`, of one stem, in a text so long that it is no share of it.
    pub(super) fn one(candidate: Candidate) -> Self {
        let containers = vec![Containers::default()];
        Self { nodes: vec![candidate], containers, sentences: u32::MAX, terms: 1, ..Self::default() }
    }

    /// The highest count of a single stem, and the highest number of longer ones that hold one.
    pub(super) fn highest_of_singles(&self) -> (u32, u32) {
        let singles = self.nodes[..self.terms].iter().zip(&self.containers);
        singles.fold((0, 0), |(count, longer), (node, held)| (count.max(node.count), longer.max(held.longer)))
    }

    /// What was counted of `node`.
    pub(super) fn tally(&self, node: Node) -> Tally {
        let candidate = &self[node];
        if candidate.count > 1 { self.tallies[candidate.tally as usize] } else { candidate.once() }
    }

    /// The surname that stands for `node` elsewhere, for the full name of a person.
    pub(super) fn surname(&self, node: &Candidate) -> Option<Node> {
        if node.count > 1 { self.tallies[node.tally as usize].surname } else { None }
    }

    /// The run of stems `parent` and then `term`, if it was met; `parent` is `None` for a run of one.
    #[inline]
    pub(super) fn child(&self, parent: Option<Node>, term: u32) -> Option<Node> {
        match parent {
            None => Some(Node::at(term as usize)),
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
        pieces.extend(tokens.iter().map(|&token| Piece::new(terms.word(token))));
        let mut case = SentenceCase::of(&pieces);
        let trusted = case.is_trusted();
        case.leave_out(pieces.first());
        let sentence_start = self.tokens;
        let mut chunk_start = 0;
        for (index, neighbours) in (1..).zip(tokens.windows(2)) {
            let (before, token) = (neighbours[0], neighbours[1]);
            let mut counts = trusted;
            // Nothing stands between most words, or a space.
            if !matches!(text.as_bytes()[before.span().end..token.span().start], [] | [b' ']) {
                if !is_joined(text, before, token) {
                    self.add_chunk(&mut pieces[chunk_start..index], sentence_start, place);
                    chunk_start = index;
                }
                if opens_quote(text, token) {
                    case.leave_out(pieces.get(index));
                    counts = false;
                }
            }
            pieces[index].count_case(counts);
        }
        self.add_chunk(&mut pieces[chunk_start..], sentence_start, place);
        if trusted {
            self.cased += case.content;
            self.capitalised += case.capitalised;
        }
        self.sentences += 1;
        self.pieces = pieces;
    }

    /// The share of the words that carry a topic and that are capitalised, where capitals mean something.
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    pub(super) fn capitalised_share(&self) -> f32 {
        self.capitalised as f32 / self.cased.max(1) as f32
    }

    /// Counts the candidates of a chunk.
    fn add_chunk(&mut self, pieces: &mut [Piece], sentence_start: u32, place: Place) {
        let mut starts = mem::take(&mut self.starts);
        starts.clear();
        starts.resize(pieces.len() + 1, 0);
        let (mut count, mut names) = (0, false);
        for (index, piece) in pieces.iter().enumerate() {
            names |= piece.may_join_name();
            starts[count] = index;
            count += usize::from(!piece.ends_candidates());
        }
        if names {
            admit_name_parts(pieces);
        }
        let chunk = Chunk { pieces, position: self.tokens, sentence_start, place };
        // Runs are added from the last start to the first, so that each finds the run without its first token.
        let mut runs = Runs::default();
        let mut next = usize::MAX;
        for &start in starts[..count].iter().rev() {
            if start + 1 != next {
                // A number may end the last of them.
                let numbered = pieces.get(start + 1).is_some_and(|piece| piece.has(Piece::NUMBER));
                runs = Runs { end: start + 1 + usize::from(numbered), ..Runs::default() };
            }
            next = start;
            let leads = pieces[start].has(Piece::STOP);
            if leads && (start == 0 || pieces[start - 1].ends_candidates()) {
                // No candidate starts with a connector,
                self.single(pieces[start]);
            } else if leads && start + 1 == runs.end {
                // and none ends with one.
                self.single(pieces[start]);
                runs.end = start;
            } else {
                self.add_runs(&chunk, start, &mut runs);
            }
        }
        self.tokens += u32::try_from(pieces.len()).unwrap_or(u32::MAX);
        self.starts = starts;
    }

    /// Counts the candidates that start at `start`. `runs` are those that start one token later, and then those that
    /// start here.
    fn add_runs(&mut self, chunk: &Chunk<'_>, start: usize, runs: &mut Runs) {
        let opening = chunk.pieces[start];
        let is_candidate = !opening.has(Piece::STOP);
        let after_stop = start > 0 && chunk.pieces[start - 1].has(Piece::STOP);
        let context = chunk.place.traits()
            + u16::from(after_stop) * Candidate::AFTER_STOP
            + u16::from(after_stop | (start == 0)) * Candidate::LEFT_BOUNDED;
        let mut words = u8::from(!opening.has(Piece::ELIDED));
        if usize::from(words) > self.max_words {
            return;
        }
        let mut occurrence = Occurrence {
            position: chunk.position + u32::try_from(start).unwrap_or(u32::MAX),
            sentence_start: chunk.sentence_start,
            traits: 0,
        };
        let mut shape = Shape::of(opening);
        let mut node = self.single(opening);
        let mut suffix = runs.nodes[0].replace(node);
        if is_candidate {
            occurrence.traits = context + shape.traits() + chunk.right_bounded(start);
            self.count(node, &occurrence);
        }
        let mut at = start + 1;
        let mut after_connector = !is_candidate;
        for &piece in chunk.pieces[at..runs.end].iter().take(MOST_TOKENS - 1) {
            words += u8::from(!piece.has(Piece::ELIDED));
            if usize::from(words) > self.max_words || piece.ends_candidates() && !shape.number_fits(piece) {
                break;
            }
            shape.add(piece, after_connector);
            node = self.longer(node, Next { suffix, piece, words });
            suffix = runs.nodes[at - start].replace(node);
            after_connector = piece.has(Piece::STOP | Piece::CONNECTOR);
            if is_candidate && !after_connector {
                occurrence.traits = context + shape.traits() + chunk.right_bounded(at);
                self.count(node, &occurrence);
            }
            at += 1;
        }
        // Runs that start one token earlier are longer by two at most: by that token and a number.
        runs.nodes[at - start] = None;
    }

    /// The run of `piece` alone.
    #[inline]
    fn single(&mut self, piece: Piece) -> Node {
        let node = &mut self.nodes[piece.term as usize];
        if node.tokens == 0 {
            node.tokens = 1;
            node.words = u8::from(!piece.has(Piece::ELIDED));
            node.characters = piece.characters;
        }
        Node::at(piece.term as usize)
    }

    /// The run that goes on from `parent` with `next`.
    #[inline]
    fn longer(&mut self, parent: Node, next: Next) -> Node {
        let Next { piece, suffix, words } = next;
        let node = self.edges.enter(&self.nodes, parent, piece.term);
        if node.index() == self.nodes.len() {
            let Candidate { tokens, characters, .. } = self[parent];
            self.nodes.push(Candidate {
                prefix: Some(parent),
                suffix,
                term: piece.term,
                tokens: tokens + 1,
                words,
                characters: characters + piece.characters,
                ..Candidate::default()
            });
        }
        node
    }

    #[inline]
    fn count(&mut self, node: Node, occurrence: &Occurrence) {
        let node = &mut self.nodes[node.index()];
        if node.count == 0 {
            node.count = 1;
            node.first = occurrence.position;
            node.traits = occurrence.traits;
            return;
        }
        if node.count == 1 {
            node.tally = u32::try_from(self.tallies.len()).unwrap_or(u32::MAX);
            self.tallies.push(node.once());
        }
        node.recur(&mut self.tallies[node.tally as usize], occurrence);
    }

    /// Counts the surname of a person as the full name: where the text below the headline first names somebody in full
    /// and then by the last name alone. The surname is a candidate no more.
    fn merge_surnames(&mut self) {
        // Where every noun is capitalised, two in a row are a name only if they come back.
        let least = if self.capitalised_share() > 0.35 { 2 } else { 1 };
        let mut full_names: FxHashMap<Node, Node> = FxHashMap::default();
        for (number, node) in self.iter().skip(self.terms) {
            let is_full_name = node.traits & (Candidate::COMPLETE | Candidate::CAPITALISED | Candidate::NUMBERED)
                == Candidate::COMPLETE | Candidate::CAPITALISED;
            if !is_full_name || node.count < least {
                continue;
            }
            let surname = Node::at(node.term as usize);
            let single = &self[surname];
            if !(single.is(Candidate::COMPLETE) && single.is_name() && single.characters > 2)
                || single.count <= node.count
            {
                continue;
            }
            let singles = self.tally(surname);
            if singles.count(Candidate::ACRONYM) * 2 > singles.count(Candidate::CASE_SEEN)
                || singles.first_end != self.tally(number).first_end
            {
                continue;
            }
            let best = full_names.entry(surname).or_insert(number);
            if self.names_better(node, &self[*best]) {
                *best = number;
            }
        }
        for (surname, full) in full_names {
            self.nodes[surname.index()].traits &= !Candidate::COMPLETE;
            let (single, singles) = (self[surname].clone(), self.tally(surname));
            let mut tally = self.tally(full);
            let name = &mut self.nodes[full.index()];
            name.absorb(&mut tally, (&single, &singles), surname);
            name.tally = u32::try_from(self.tallies.len()).unwrap_or(u32::MAX);
            self.tallies.push(tally);
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
        let first_name = &self.nodes[opening.term as usize];
        let opens_name = first_name.is_name() && first_name.count == longer.count;
        let longer_is_better = longer.count == shorter.count && opens_name;
        longer_is_better == (node.tokens > other.tokens)
    }

    /// Tells every complete candidate which longer ones hold it.
    fn count_containers(&mut self) {
        let mut containers = vec![Containers::default(); self.nodes.len()];
        for node in self.nodes[self.terms..].iter().filter(|node| node.is(Candidate::COMPLETE)) {
            let name_count = node.count * u32::from(node.is_name());
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
        while let Some(incomplete) = part.map(|part| &self[part]).filter(|part| !part.is(Candidate::COMPLETE)) {
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

/// The runs that start at a token, with nothing between them that ends candidates.
#[derive(Default)]
struct Runs {
    /// By their length; what follows an empty place is of no use.
    nodes: [Option<Node>; MOST_TOKENS + 1],
    /// Where the longest may end.
    end: usize,
}

/// A chunk that is being read.
struct Chunk<'p> {
    pieces: &'p [Piece],
    /// The number of its first token among those of the document, and of its sentence's first.
    position: u32,
    sentence_start: u32,
    place: Place,
}

impl Chunk<'_> {
    /// That what ends at `at` is bounded on the right, if a stop word or the end of the chunk follows.
    #[inline]
    fn right_bounded(&self, at: usize) -> u16 {
        u16::from(self.pieces.get(at + 1).is_none_or(|after| after.has(Piece::STOP))) * Candidate::RIGHT_BOUNDED
    }
}

/// What a run goes on with.
struct Next {
    piece: Piece,
    /// The run without its first token.
    suffix: Option<Node>,
    /// How many words it has to a reader.
    words: u8,
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

impl Place {
    /// What every candidate is there.
    fn traits(self) -> u16 {
        match self {
            Self::Title => Candidate::IN_TITLE,
            Self::Headline => Candidate::IN_TITLE | Candidate::COMPLETE,
            Self::Body => Candidate::COMPLETE,
        }
    }
}
