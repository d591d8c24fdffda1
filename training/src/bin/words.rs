//! Writes the dictionaries of scripts without spaces in the form that `copydesk::text::token::dictionary::words` reads:
//! `cargo run --release --bin words -- ../src/text/token/dictionary/words.bin`, from `training/`. Their words are those
//! of ICU's dictionaries as the crate `icu_segmenter_data` has them compiled; the same crate gives the same bytes.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result, ensure};
use copydesk::text::token::dictionary::words::{
    ADJACENT, BASES, BUCKET_BITS, CHAIN, CHARACTER_BITS, COUNT_MASKS, COUNT_SHIFTS, FIRST_OF_PAIRS, MAGIC, PAGE,
    PAIR_BITS, TOGETHER, WORD, hash_of_pair,
};
use icu_provider::prelude::{DataIdentifierBorrowed, DataMarker, DataMarkerAttributes, DataProvider, DataRequest};
use icu_segmenter::provider::{
    Baked, DictionaryBreakData, SegmenterBreakWordV1, SegmenterDictionaryAutoV2, SegmenterDictionaryExtendedV2,
};

/// ICU's dictionaries in the order of the file's sections; that of Han and hiragana takes two.
const DICTIONARIES: [&str; 5] = ["cjdict", "thaidict", "laodict", "khmerdict", "burmesedict"];

/// How often nodes are laid out anew at most, as what they take depends on where they are.
const ROUNDS: usize = 20;

fn main() -> Result<()> {
    let output = std::env::args_os().nth(1).context("first argument: the file to write")?;
    let mut file = MAGIC.to_vec();
    for (number, name) in DICTIONARIES.into_iter().enumerate() {
        let words = match number {
            0 => load::<SegmenterDictionaryAutoV2>(name)?,
            _ => load::<SegmenterDictionaryExtendedV2>(name)?,
        };
        let script = Script::new(number)?;
        let mut root = Trie::default();
        for word in &words {
            root.insert(word.chars(), &script);
        }
        let sections = if number == 0 { pairs(&root, &script)?.to_vec() } else { vec![section(&root, &script)?] };
        for section in sections {
            eprintln!("{name}: {} words, {} bytes", words.len(), section.len());
            file.extend(u32::try_from(section.len())?.to_le_bytes());
            file.extend(section);
        }
    }
    std::fs::write(&output, &file).with_context(|| format!("cannot write {}", output.display()))
}

/// The words of a dictionary.
fn load<M: DataMarker<DataStruct = DictionaryBreakData<'static>>>(name: &'static str) -> Result<Vec<String>>
where
    Baked: DataProvider<M>,
{
    let attributes = DataMarkerAttributes::try_from_str(name).ok().context("no name of a dictionary")?;
    let id = DataIdentifierBorrowed::for_marker_attributes(attributes);
    let response = DataProvider::<M>::load(&Baked, DataRequest { id, ..DataRequest::default() });
    let response = response.map_err(|error| anyhow::anyhow!("{name}: {error}"))?;
    Ok(match response.payload.get() {
        DictionaryBreakData::Char16Trie(trie) => trie.iter2().map(|(word, _)| word).collect(),
        DictionaryBreakData::ZeroTrie { alphabet, trie } => {
            let alphabet: Vec<char> = alphabet.iter_chars().collect();
            trie.iter().map(|(word, _)| word.bytes().map(|index| alphabet[usize::from(index)]).collect()).collect()
        }
    })
}

/// The characters that runs of a script have.
struct Script {
    /// Of all scripts, whether words of the character are found in a dictionary.
    complex: Box<dyn Fn(char) -> bool>,
    base: u32,
    /// Bytes of a label.
    width: usize,
}

impl Script {
    fn new(number: usize) -> Result<Self> {
        let rules = DataProvider::<SegmenterBreakWordV1>::load(&Baked, DataRequest::default());
        let rules = rules.map_err(|error| anyhow::anyhow!("rules of words: {error}"))?.payload;
        let complex = move |c: char| {
            let rules = rules.get();
            rules.property_table.get32(u32::from(c)) == rules.complex_property
        };
        Ok(Self { complex: Box::new(complex), base: BASES[number], width: if number == 0 { 2 } else { 1 } })
    }

    /// What stands for `c` in the file; `None` where it is of another script.
    fn label(&self, c: char) -> Option<u32> {
        let code = u32::from(c);
        let own = match self.width {
            // All that is not of one of the others.
            2 => !BASES[1..].iter().any(|base| (base & !0x7f..base + 0xa0).contains(&code)),
            _ => (self.base..self.base + if self.base == 0x1000 { 0xa0 } else { 0x80 }).contains(&code),
        };
        (own && (self.complex)(c)).then(|| code - self.base)
    }
}

/// Words by their first characters. One that is no word and has no continuations stands before a character of another
/// script: nothing follows it in a run, but it is a start of words.
#[derive(Default)]
struct Trie {
    word: bool,
    next: BTreeMap<u32, Trie>,
}

impl Trie {
    fn insert(&mut self, mut word: impl Iterator<Item = char>, script: &Script) {
        match word.next().map(|c| script.label(c)) {
            Some(Some(label)) => self.next.entry(label).or_default().insert(word, script),
            Some(None) => {}
            None => self.word = true,
        }
    }

    fn is_last(&self) -> bool {
        self.word && self.next.is_empty()
    }
}

/// A node of the automaton: whether it is a word, and by label the nodes that follow; none for a last label.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Node {
    word: bool,
    next: Vec<(u32, Option<usize>)>,
}

/// The nodes of a script, those of equal continuations made one.
#[derive(Default)]
struct Automaton {
    nodes: Vec<Node>,
    numbers: HashMap<Node, usize>,
}

impl Automaton {
    fn add(&mut self, trie: &Trie) -> usize {
        let next = trie.next.iter().map(|(&label, next)| (label, (!next.is_last()).then(|| self.add(next)))).collect();
        let node = Node { word: trie.word, next };
        *self.numbers.entry(node.clone()).or_insert_with(|| {
            self.nodes.push(node);
            self.nodes.len() - 1
        })
    }

    /// For each node the one that comes after it: of those that it leads to and that come after no other, one that the
    /// fewest lead to.
    fn adjacent(&self) -> Vec<Option<usize>> {
        let mut references = vec![0_u32; self.nodes.len()];
        for next in self.nodes.iter().flat_map(Node::next) {
            references[next] += 1;
        }
        let mut taken = vec![false; self.nodes.len()];
        let mut adjacent = vec![None; self.nodes.len()];
        // A node is numbered after those that it leads to.
        for (node, adjacent) in self.nodes.iter().zip(&mut adjacent).rev() {
            *adjacent = node.next().filter(|&next| !taken[next]).min_by_key(|&next| references[next]);
            if let Some(next) = *adjacent {
                taken[next] = true;
            }
        }
        adjacent
    }

    /// The nodes as they are written.
    fn lay_out(&self, script: &Script) -> Result<Nodes> {
        let adjacent = self.adjacent();
        let forms: Vec<Form> = self.nodes.iter().zip(&adjacent).map(|(node, &next)| Form::of(node, next)).collect();
        let mut references = vec![0; forms.len()];
        for &next in forms.iter().flat_map(|form| &form.next) {
            references[next] += 1;
        }
        // What is referred to most for its size comes first, where places take fewer bytes.
        let mut runs = self.runs(&adjacent);
        runs.sort_by_cached_key(|run| {
            let size: usize = run.iter().map(|&number| forms[number].size(script.width, &[])).sum();
            let referred: usize = run.iter().map(|&number| references[number]).sum();
            std::cmp::Reverse(referred * 1_000_000 / size)
        });
        // What a place takes depends on where the nodes are, and that on what places take.
        let mut places = vec![0; forms.len()];
        for round in 0.. {
            ensure!(round < ROUNDS, "the places of nodes do not settle");
            let mut place = 0;
            let mut next_places = places.clone();
            for &number in runs.iter().flatten() {
                next_places[number] = place;
                place += forms[number].size(script.width, &places);
            }
            if next_places == places {
                break;
            }
            places = next_places;
        }
        let mut bytes = Vec::new();
        for &number in runs.iter().flatten() {
            forms[number].write(script.width, &places, &mut bytes)?;
        }
        Ok(Nodes { places, bytes })
    }

    /// The nodes that come one after another.
    fn runs(&self, adjacent: &[Option<usize>]) -> Vec<Vec<usize>> {
        let mut first = vec![true; self.nodes.len()];
        for next in adjacent.iter().copied().flatten() {
            first[next] = false;
        }
        let first = (0..self.nodes.len()).filter(|&number| first[number]);
        first.map(|number| std::iter::successors(Some(number), |&number| adjacent[number]).collect()).collect()
    }
}

/// Nodes as they are written.
struct Nodes {
    /// Where each is among the bytes.
    places: Vec<usize>,
    bytes: Vec<u8>,
}

/// The section of the first two characters, and that of what words go on with.
fn pairs(root: &Trie, script: &Script) -> Result<[Vec<u8>; 2]> {
    let mut automaton = Automaton::default();
    let mut openers = vec![0_u8; 1 << (CHARACTER_BITS - 3)];
    let mut words = Vec::new();
    let mut starts = Vec::new();
    for (&first, from_first) in root.next.iter().filter(|(_, next)| !next.next.is_empty()) {
        let first = number_in_pair(first + script.base)?;
        if !from_first.word {
            openers[first as usize / 8] |= 1 << (first % 8);
        }
        for (&second, from_second) in &from_first.next {
            let hash = hash_of_pair(first, number_in_pair(second + script.base)?);
            if from_second.is_last() {
                words.push((hash, None));
            } else {
                starts.push((hash, Some(automaton.add(from_second))));
            }
        }
    }
    let Nodes { places, bytes } = automaton.lay_out(script)?;
    let mut pairs = openers;
    for (mut table, bits) in [words, starts].into_iter().zip(BUCKET_BITS) {
        table.sort_unstable();
        pairs.extend(u32::try_from(table.len())?.to_le_bytes());
        for bucket in 0..=1_usize << bits {
            let start = table.partition_point(|pair| ((pair.0 >> (PAIR_BITS - bits)) as usize) < bucket);
            let surplus = i64::try_from(start)? - i64::try_from(bucket * table.len() >> bits)?;
            pairs.extend(i16::try_from(surplus)?.to_le_bytes());
        }
        for pair in &table {
            pairs.extend(&pair.0.to_le_bytes()[..2]);
        }
        pairs.extend([0; 2 * TOGETHER]);
        for node in table.iter().filter_map(|pair| pair.1) {
            push(&mut pairs, places[node], 3)?;
        }
    }
    let mut section = script.base.to_le_bytes().to_vec();
    section.extend([0; 4]);
    section.extend(bytes);
    Ok([pairs, section])
}

/// What stands for the character of `code` in a pair.
fn number_in_pair(code: u32) -> Result<u32> {
    let number = code.checked_sub(FIRST_OF_PAIRS).filter(|number| number >> CHARACTER_BITS == 0);
    number.with_context(|| format!("U+{code:04X} is in no pair"))
}

/// The section of a script.
fn section(root: &Trie, script: &Script) -> Result<Vec<u8>> {
    let mut automaton = Automaton::default();
    let starts: Vec<(u32, usize)> = root
        .next
        .iter()
        .filter(|(_, next)| !next.next.is_empty())
        .map(|(&label, next)| (label + script.base, automaton.add(next)))
        .collect();
    let Nodes { places, bytes } = automaton.lay_out(script)?;

    let first = starts.first().map_or(0, |start| start.0 / PAGE);
    let last = starts.last().map_or(0, |start| start.0 / PAGE);
    let mut section = script.base.to_le_bytes().to_vec();
    section.extend(u16::try_from(first)?.to_le_bytes());
    section.extend(u16::try_from(last + 1 - first)?.to_le_bytes());
    for page in first..=last {
        let before = starts.iter().take_while(|start| start.0 / PAGE < page).count();
        let here = starts[before..].iter().take_while(|start| start.0 / PAGE == page);
        let bits = here.fold(0_u64, |bits, start| bits | 1 << (start.0 % PAGE));
        section.extend(bits.to_le_bytes());
        section.extend(u16::try_from(before)?.to_le_bytes());
    }
    for &(_, node) in &starts {
        push(&mut section, places[node], 3)?;
    }
    section.extend(bytes);
    Ok(section)
}

impl Node {
    /// The nodes that it leads to.
    fn next(&self) -> impl Iterator<Item = usize> {
        self.next.iter().filter_map(|&(_, next)| next)
    }
}

/// How a node is written.
struct Form {
    head: u8,
    /// How many last labels there are, and others.
    counts: [usize; 2],
    labels: Vec<u32>,
    /// The nodes whose places are written.
    next: Vec<usize>,
}

impl Form {
    /// That of `node`, which `adjacent` comes after.
    fn of(node: &Node, adjacent: Option<usize>) -> Self {
        let last = node.next.iter().filter(|next| next.1.is_none()).map(|next| next.0);
        let mut others: Vec<(u32, usize)> =
            node.next.iter().filter_map(|&(label, next)| Some((label, next?))).collect();
        // Several labels may lead to the node that comes after.
        let one = others.iter().position(|&(_, next)| Some(next) == adjacent);
        if let Some(one) = one {
            let last = others.remove(one);
            others.push(last);
        }
        let is_adjacent = one.is_some();
        let counts = [last.clone().count(), others.len()];
        let labels: Vec<u32> = last.chain(others.iter().map(|other| other.0)).collect();
        let mut next: Vec<usize> = others.iter().map(|other| other.1).collect();
        if is_adjacent {
            next.pop();
        }
        if let ([label], true, false) = (labels.as_slice(), is_adjacent, node.word)
            && let Ok(label @ 0..CHAIN) = u8::try_from(*label)
        {
            return Self { head: CHAIN | label, counts: [0; 2], labels: Vec::new(), next };
        }
        let mut head = if node.word { WORD } else { 0 } | if is_adjacent { ADJACENT } else { 0 };
        for ((count, mask), shift) in counts.into_iter().zip(COUNT_MASKS).zip(COUNT_SHIFTS) {
            head |= u8::try_from(count).map_or(mask, |count| count.min(mask)) << shift;
        }
        Self { head, counts, labels, next }
    }

    /// How many bytes it takes where a label takes so many; the places of nodes without one are left out.
    fn size(&self, label_width: usize, places: &[usize]) -> usize {
        let counts = self.written_counts().count();
        let places: usize =
            self.next.iter().filter_map(|&next| places.get(next)).map(|&place| leb128(place).len()).sum();
        1 + counts + self.labels.len() * label_width + places
    }

    fn write(&self, label_width: usize, places: &[usize], bytes: &mut Vec<u8>) -> Result<()> {
        bytes.push(self.head);
        bytes.extend(self.written_counts());
        for &label in &self.labels {
            push(bytes, usize::try_from(label)?, label_width)?;
        }
        bytes.extend(self.next.iter().flat_map(|&next| leb128(places[next])));
        Ok(())
    }

    /// The numbers of labels that do not fit the head.
    fn written_counts(&self) -> impl Iterator<Item = u8> {
        let long = self.counts.into_iter().zip(COUNT_MASKS).filter(|&(count, mask)| count >= usize::from(mask));
        long.flat_map(|(count, _)| {
            let [low, high, ..] = count.to_le_bytes();
            if count < usize::from(u8::MAX) { vec![low] } else { vec![u8::MAX, low, high] }
        })
    }
}

/// A place in as many bytes as it takes, the lowest bits first.
fn leb128(mut place: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while place >= 0x80 {
        bytes.push(0x80 | place.to_le_bytes()[0]);
        place >>= 7;
    }
    bytes.push(place.to_le_bytes()[0]);
    bytes
}

/// Adds `number` in so many bytes.
fn push(bytes: &mut Vec<u8>, number: usize, width: usize) -> Result<()> {
    ensure!(number < 1 << (8 * width), "{number} does not fit {width} bytes");
    bytes.extend(&number.to_le_bytes()[..width]);
    Ok(())
}
