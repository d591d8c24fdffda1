//! Writes the model in the format that `copydesk::text::detect::model` reads.

use copydesk::text::detect::{
    model::{
        Address, CHECK_BITS, CHECK_HIGH_BITS, HEAD_BITS, LINE, LINE_BITS, MAGIC, MAX_ROWS, MAX_WIDE, NARROW, NEXT,
        POINTER, TAG_BYTES, VALUE_BITS, VALUES, WIDE_UNIT, class_bits,
    },
    script::Script,
};

use crate::{corpus::Class, fit::Fit};

/// How full the lines are at most, on average.
const FILL: f64 = 0.92;

/// How many rows are moved to make room for one, before one is left out.
const MOVES: usize = 1000;

/// How much the importance of a weight grows with how much its feature is used: frequent features have small weights, whose
/// errors are made often.
const IMPORTANCE: f64 = 1.0;

/// How often the values are moved to the means of the weights that are nearest to them.
const ROUNDS: usize = 100;

/// A feature and its weights: class and number of the value.
struct Row {
    feature: u64,
    weights: Vec<Weight>,
    /// Where a wide row's weights start.
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
        rows.push(Row { feature, weights, wide });
    }
    narrow.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let values = values(&narrow);
    let largest = values.iter().fold(largest, |largest, value| largest.max(value.abs()));
    let scale = largest / (127 * WIDE_UNIT) as f32;
    let width = VALUE_BITS + class_bits(classes.len());
    // The widest first.
    rows.sort_by_key(|row| (std::cmp::Reverse(row.weights.len()), row.feature));
    let wide = wide(&mut rows, scale);
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

/// Gives wide rows their places, the first ones first, and writes their weights there.
fn wide(rows: &mut [Row], scale: f32) -> Vec<u8> {
    let mut bytes = Vec::new();
    for row in rows.iter_mut().filter(|row| row.wide.is_some()) {
        row.wide = Some(bytes.len());
        bytes.push(u8::try_from(row.weights.len()).expect("few weights"));
        for &(class, weight) in &row.weights {
            let weight = (weight / (scale * WIDE_UNIT as f32)).round() as i8;
            bytes.extend([u8::try_from(class).expect("few classes"), weight.cast_unsigned()]);
        }
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
            let mut moves = 0;
            let mut waiting = vec![(row, lines.home(row))];
            while let Some((row, mut line)) = waiting.pop() {
                if !lines.fits(row, line) && lines.fits(row, lines.other(row, line)) {
                    line = lines.other(row, line);
                }
                if moves > MOVES && !lines.fits(row, line) {
                    continue;
                }
                lines.lines[line].insert(0, row);
                while !lines.has_room(line, None) {
                    moves += 1;
                    // One that has room elsewhere, or one that is no wider, each time another.
                    let others = &lines.lines[line];
                    let room = (1..others.len()).find(|&at| lines.fits(others[at], lines.other(others[at], line)));
                    let narrow = (1..others.len()).filter(|&at| lines.bits(others[at]) <= lines.bits(row));
                    let narrow: Vec<usize> = narrow.collect();
                    let turn = narrow.get(moves % narrow.len().max(1)).copied();
                    let moved = room.or(turn).unwrap_or(others.len() - 1);
                    let moved = lines.lines[line].remove(moved);
                    waiting.push((moved, lines.other(moved, line)));
                }
            }
        }
        lines
    }

    fn home(&self, row: usize) -> usize {
        self.address(row).home
    }

    fn address(&self, row: usize) -> Address {
        Address::of(self.rows[row].feature, self.homes)
    }

    /// The other line that a row may be in.
    fn other(&self, row: usize, line: usize) -> usize {
        let home = self.home(row);
        if line == home { home + 1 + self.address(row).next } else { home }
    }

    /// Whether a line holds its rows, and `more` with them.
    fn has_room(&self, line: usize, more: Option<usize>) -> bool {
        let rows = || self.lines[line].iter().copied().chain(more);
        HEAD_BITS + rows().map(|row| self.bits(row)).sum::<usize>() <= LINE_BITS
            && rows().count() <= MAX_ROWS
            && rows().filter(|&row| self.rows[row].wide.is_some()).count() <= MAX_WIDE
    }

    fn bits(&self, row: usize) -> usize {
        self.rows[row].bits(self.width)
    }

    fn fits(&self, row: usize, line: usize) -> bool {
        self.has_room(line, Some(row))
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
                let Address { home, next, check } = self.address(row);
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
        if let Some(start) = row.wide {
            assert!(start < 1 << (POINTER * width), "the weights of wide rows are within reach");
            set(LINE_BITS - weights * width, POINTER * width, start);
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
