//! Writes the model in the format that `copydesk::text::detect::model` reads.

use std::collections::HashSet;

use copydesk::text::detect::{
    model::{
        Address, CHECK_BITS, CHECK_HIGH_BITS, HEAD_BITS, LINE, LINE_BITS, MAGIC, MAX_ROWS, MAX_WIDE, NARROW, NEXT,
        POINTER, TAG_BYTES, VALUE_BITS, VALUES, WIDE_UNIT, class_bits,
    },
    script::Script,
};

use crate::{corpus::Class, fit::Fit};

/// How full the lines are at most, on average.
const FILL: f64 = 0.965;

/// How many moves are thought of to make room for a row, before it is left out.
const MOVES: usize = 10_000;

/// How much the importance of a weight grows with how much its feature is used: frequent features have small weights, whose
/// errors are made often.
const IMPORTANCE: f64 = 1.0;

/// How often the values are moved to the means of the weights that are nearest to them.
const ROUNDS: usize = 100;

/// A feature and its weights: class and number of the value.
struct Row {
    feature: u64,
    weights: Vec<Weight>,
    /// What is lost without it: how much its feature is used, times the squares of its weights.
    loss: f32,
    /// Which of the wide rows it is.
    wide: Option<usize>,
}

/// A class and its weight.
type Weight = (usize, f32);

impl Row {
    /// How many bits it takes in a line.
    fn bits(&self, weight_bits: usize) -> usize {
        CHECK_BITS + self.slots() * (1 + weight_bits)
    }

    /// How many weights it has in its line, or takes the place of.
    fn slots(&self) -> usize {
        if self.wide.is_some() { POINTER } else { self.weights.len() }
    }
}

/// One script's section.
pub fn section(classes: &[Class], fit: &Fit) -> Section {
    let mut rows: Vec<Row> = Vec::new();
    let (mut narrow, mut largest) = (Vec::new(), 1e-6_f32);
    for ((&feature, weights), &usage) in fit.features.iter().zip(fit.weights.chunks(fit.classes)).zip(&fit.usage) {
        let weights: Vec<Weight> = weights.iter().copied().enumerate().filter(|(_, weight)| *weight != 0.0).collect();
        if weights.is_empty() {
            continue;
        }
        if weights.len() <= NARROW {
            narrow.extend(weights.iter().map(|&(_, weight)| (weight, f64::from(usage + 0.1).powf(IMPORTANCE))));
        } else {
            largest = weights.iter().fold(largest, |largest, (_, weight)| largest.max(weight.abs()));
        }
        let wide = (weights.len() > NARROW).then_some(0);
        let loss = usage * weights.iter().map(|(_, weight)| weight * weight).sum::<f32>();
        rows.push(Row { feature, weights, loss, wide });
    }
    narrow.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let values = values(&narrow);
    let largest = values.iter().fold(largest, |largest, value| largest.max(value.abs()));
    let scale = largest / (127 * WIDE_UNIT) as f32;
    let width = VALUE_BITS + class_bits(classes.len());
    // The widest first, and of these what matters most.
    rows.sort_by(|a, b| {
        let matters = b.weights.len().cmp(&a.weights.len()).then(b.loss.total_cmp(&a.loss));
        matters.then(a.feature.cmp(&b.feature))
    });
    let wide = wide(&mut rows, classes.len(), scale);
    let used: usize = rows.iter().map(|row| row.bits(width)).sum();
    let homes = u32::try_from((used as f64 / FILL / (LINE_BITS - HEAD_BITS) as f64) as usize + 1).expect("few lines");
    let lines = Lines::of(&rows, homes, width).written(&values);
    let mut bytes = vec![u8::try_from(classes.len()).expect("few classes"), 0, 0, 0];
    bytes.extend(scale.to_le_bytes());
    bytes.extend(homes.to_le_bytes());
    bytes.extend(values.iter().flat_map(|value| ((value / scale).round() as i16).to_le_bytes()));
    for class in classes {
        let mut tag = class.tag.as_bytes().to_vec();
        tag.resize(TAG_BYTES, 0);
        bytes.extend(tag);
    }
    bytes.extend(fit.biases.iter().flat_map(|bias| bias.to_le_bytes()));
    eprintln!("{} bytes of lines, {} of wide rows", lines.len(), wide.len());
    Section { head: bytes, lines: [lines, wide].concat() }
}

/// Numbers the wide rows, the first ones first, and writes which of so many classes each has, and the weights.
fn wide(rows: &mut [Row], classes: usize, scale: f32) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, row) in rows.iter_mut().filter(|row| row.wide.is_some()).enumerate() {
        row.wide = Some(number);
        let marks = row.weights.iter().fold(0_u128, |marks, &(class, _)| marks | 1 << class);
        bytes.extend(&marks.to_le_bytes()[..classes.div_ceil(8)]);
        let weight = |&(_, weight): &Weight| ((weight / (scale * WIDE_UNIT as f32)).round() as i8).cast_unsigned();
        bytes.extend(row.weights.iter().map(weight));
    }
    bytes
}

/// The values with the least sum of squared differences between each weight and the nearest of them, by the weights'
/// importance (Lloyd 1982, from quantiles on); in order. Takes weights in order, each with its importance.
fn values(sorted: &[(f32, f64)]) -> [f32; VALUES] {
    let mut sums = vec![(0.0_f64, 0.0_f64)];
    sums.extend(sorted.iter().scan((0.0, 0.0), |sums, &(weight, importance)| {
        *sums = (sums.0 + importance, sums.1 + importance * f64::from(weight));
        Some(*sums)
    }));
    let at = |share: usize| sorted.get(sorted.len() * share / (2 * VALUES)).map_or(0.0, |&(weight, _)| weight);
    let mut values: [f32; VALUES] = std::array::from_fn(|value| at(2 * value + 1));
    for _ in 0..ROUNDS {
        let mut start = 0;
        for value in 0..VALUES {
            let end = values.get(value + 1).map_or(sorted.len(), |next| {
                sorted.partition_point(|&(weight, _)| weight < values[value].midpoint(*next))
            });
            if end > start {
                values[value] = ((sums[end].1 - sums[start].1) / (sums[end].0 - sums[start].0)) as f32;
            }
            start = end.max(start);
        }
    }
    values
}

/// The number of the value nearest to a weight.
fn nearest(values: &[f32; VALUES], weight: f32) -> usize {
    let distance = |value: &usize| (values[*value] - weight).abs();
    (0..VALUES).min_by(|a, b| distance(a).total_cmp(&distance(b))).expect("some values")
}

/// A row to be put into a line.
#[derive(Clone, Copy)]
struct Move {
    row: usize,
    line: usize,
    /// The move that this one makes room for: the row is in that one's line.
    after: Option<usize>,
}

/// The rows of each line: each row in its home or in the other line that it may be in.
struct Lines<'r> {
    rows: &'r [Row],
    lines: Vec<Vec<usize>>,
    homes: u32,
    width: usize,
}

impl<'r> Lines<'r> {
    /// Places all rows (cuckoo hashing, Pagh and Rodler 2004) but the few that do not fit.
    fn of(rows: &'r [Row], homes: u32, width: usize) -> Self {
        let mut lines = Self { rows, lines: vec![Vec::new(); homes as usize + NEXT], homes, width };
        for row in 0..rows.len() {
            lines.place(row);
        }
        lines
    }

    /// Puts a row into one of its lines. Where neither has room, others move to their other lines, as few as that takes
    /// (breadth-first); where that would be too many, the row is left out.
    fn place(&mut self, row: usize) {
        let home = self.home(row);
        let mut moves: Vec<Move> =
            [home, self.other(row, home)].map(|line| Move { row, line, after: None }).into_iter().collect();
        let mut seen: HashSet<usize> = moves.iter().map(|first| first.line).collect();
        for at in 0.. {
            let Some(&Move { row, line, .. }) = moves.get(at) else { return };
            if self.has_room(line, row, None) {
                return self.make(&moves, at);
            }
            for &moved in &self.lines[line] {
                let other = self.other(moved, line);
                if moves.len() < MOVES && self.has_room(line, row, Some(moved)) && seen.insert(other) {
                    moves.push(Move { row: moved, line: other, after: Some(at) });
                }
            }
        }
    }

    /// Makes the move at `last`, and all that it makes room for.
    fn make(&mut self, moves: &[Move], last: usize) {
        let mut at = Some(last);
        while let Some(Move { row, line, after }) = at.map(|at| moves[at]) {
            self.lines[line].push(row);
            if let Some(after) = after {
                self.lines[moves[after].line].retain(|&other| other != row);
            }
            at = after;
        }
    }

    fn home(&self, row: usize) -> usize {
        self.address(row).home as usize
    }

    fn address(&self, row: usize) -> Address {
        Address::of(self.rows[row].feature, self.homes)
    }

    /// The other line that a row may be in.
    fn other(&self, row: usize, line: usize) -> usize {
        let home = self.home(row);
        if line == home { home + 1 + usize::from(self.address(row).next) } else { home }
    }

    /// Whether a line has room for a row, once another has left it, and none that a look-up would confuse with it.
    fn has_room(&self, line: usize, row: usize, gone: Option<usize>) -> bool {
        let others = || self.lines[line].iter().copied().filter(|&other| Some(other) != gone);
        let rows = || others().chain([row]).map(|row| &self.rows[row]);
        HEAD_BITS + rows().map(|row| row.bits(self.width)).sum::<usize>() <= LINE_BITS
            && rows().count() <= MAX_ROWS
            && rows().filter(|row| row.wide.is_some()).count() <= MAX_WIDE
            && others().all(|other| self.address(other).check != self.address(row).check)
    }

    /// The file's lines. Of two rows that a look-up would confuse, the first of the wider ones stays.
    fn written(mut self, values: &[f32; VALUES]) -> Vec<u8> {
        let mut elsewhere = vec![0_u8; self.lines.len()];
        let mut count = 0;
        for line in 0..self.lines.len() {
            // The wide ones first.
            self.lines[line].sort_unstable();
            let mut known = Vec::new();
            for row in std::mem::take(&mut self.lines[line]) {
                let Address { next, check, .. } = self.address(row);
                let home = self.home(row);
                let confused = |other: &usize| self.address(*other).check == check;
                if known.iter().any(confused) || home < line && self.lines[home].iter().any(confused) {
                    continue;
                }
                if home < line {
                    elsewhere[home] |= 1 << next;
                }
                known.push(row);
            }
            count += known.len();
            self.lines[line] = known;
        }
        let away: usize =
            (0..self.lines.len()).map(|l| self.lines[l].iter().filter(|&&r| self.home(r) != l).count()).sum();
        let bits: u32 = elsewhere.iter().map(|bits| bits.count_ones()).sum();
        eprintln!(
            "{count} rows of {} in {} lines, {away} not at home, {:.3}",
            self.rows.len(),
            self.lines.len(),
            f64::from(bits) / 8.0 / self.lines.len() as f64
        );
        let lines = self.lines.iter().zip(elsewhere);
        let rows = |line: &[usize]| line.iter().map(|&row| &self.rows[row]).collect::<Vec<_>>();
        lines.flat_map(|(line, elsewhere)| written(&rows(line), elsewhere, self.homes, self.width, values)).collect()
    }
}

/// A line of some rows.
fn written(rows: &[&Row], elsewhere: u8, homes: u32, width: usize, values: &[f32; VALUES]) -> [u8; LINE] {
    let mut line = [0; LINE];
    let wide = rows.iter().filter(|row| row.wide.is_some()).count();
    line[0] = u8::try_from(rows.len() + (MAX_ROWS + 1) * wide).expect("few rows");
    line[1] = elsewhere;
    let mut set = |at: usize, count: usize, bits: usize| {
        for bit in (0..count).filter(|bit| bits >> bit & 1 == 1) {
            line[(at + bit) / 8] |= 1 << ((at + bit) % 8);
        }
    };
    let mut weights = 0;
    for (number, row) in rows.iter().enumerate() {
        let [low, high] = Address::of(row.feature, homes).check.to_le_bytes();
        set(HEAD_BITS + 8 * number, 8, usize::from(low));
        set(HEAD_BITS + 8 * rows.len() + CHECK_HIGH_BITS * number, CHECK_HIGH_BITS, usize::from(high));
        weights += row.slots();
        if let Some(number) = row.wide {
            assert!(number < 1 << (POINTER * width), "wide rows are within reach");
            set(LINE_BITS - weights * width, POINTER * width, number);
        } else {
            for (at, &(class, weight)) in row.weights.iter().rev().enumerate() {
                set(LINE_BITS - (weights - at) * width, width, class << VALUE_BITS | nearest(values, weight));
            }
        }
        set(HEAD_BITS + CHECK_BITS * rows.len() + weights - 1, 1, 1);
    }
    line
}

/// A section: its lines start at a multiple of their size.
pub struct Section {
    head: Vec<u8>,
    lines: Vec<u8>,
}

/// The whole file.
pub fn file(sections: &[(Script, Section)]) -> Vec<u8> {
    let mut file = MAGIC.to_vec();
    file.extend(u32::try_from(sections.len()).expect("few scripts").to_le_bytes());
    let mut start = file.len() + sections.len() * 12;
    for (script, section) in sections {
        let end = (start + section.head.len()).next_multiple_of(LINE) + section.lines.len();
        file.extend([*script as u8, 0, 0, 0]);
        for at in [start, end] {
            file.extend(u32::try_from(at).expect("under 4 GB").to_le_bytes());
        }
        start = end;
    }
    for (_, section) in sections {
        file.extend(&section.head);
        file.resize(file.len().next_multiple_of(LINE), 0);
        file.extend(&section.lines);
    }
    file
}
