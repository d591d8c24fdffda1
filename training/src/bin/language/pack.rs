//! Writes the model in the format that `copydesk::text::detect::model` reads.

use std::collections::VecDeque;

use copydesk::text::detect::{
    model::{LINE, MAGIC, OVERFLOWS, TAG_BYTES, check, home},
    script::Script,
};

use crate::{corpus::Class, fit::Fit};

/// How full the lines are, on average.
const FILL: f64 = 0.88;

/// One script's section.
pub fn section(classes: &[Class], fit: &Fit) -> Section {
    let largest = fit.weights.iter().fold(0.0_f32, |largest, weight| largest.max(weight.abs()));
    // The few largest weights are cut, so that the many small ones keep their digits.
    let mut sizes: Vec<f32> = fit.weights.iter().map(|w| w.abs()).filter(|&w| w > 0.0).collect();
    sizes.sort_by(f32::total_cmp);
    let scale = sizes.get(sizes.len() * 9995 / 10_000).copied().unwrap_or(largest).max(1e-6) / 127.0;
    let mut rows: Vec<(u64, Vec<u8>)> = Vec::new();
    for (&feature, weights) in fit.features.iter().zip(fit.weights.chunks(fit.classes)) {
        let mut row = Vec::new();
        for (class, weight) in weights.iter().enumerate() {
            let weight = (weight / scale).round().clamp(-127.0, 127.0) as i8;
            if weight != 0 {
                row.extend([u8::try_from(class).expect("few classes"), weight.cast_unsigned()]);
            }
        }
        rows.push((feature, row));
    }
    let used: usize = rows.iter().map(|(_, row)| row.len() + 2).sum();
    let homes = u32::try_from((used as f64 / FILL / (LINE - 1) as f64) as usize + 1).expect("few lines");
    // In the order of their homes, the widest first: what does not fit goes on to the next line.
    rows.sort_by(|a, b| home(a.0, homes).cmp(&home(b.0, homes)).then(b.1.len().cmp(&a.1.len())).then(a.0.cmp(&b.0)));
    let mut lines: Vec<u8> = Vec::new();
    let mut waiting: VecDeque<&(u64, Vec<u8>)> = VecDeque::new();
    let (mut at, mut line, mut longest) = (0, 0, 0);
    while line < homes as usize || !waiting.is_empty() {
        while rows.get(at).is_some_and(|(feature, _)| home(*feature, homes) == line) {
            waiting.push_back(&rows[at]);
            at += 1;
        }
        let (mut checks, mut weights): (Vec<([u8; 2], usize)>, Vec<u8>) = (Vec::new(), Vec::new());
        let mut left = VecDeque::new();
        for row in waiting {
            // Two features that a look-up would confuse: the first stays.
            if checks.iter().any(|(known, _)| *known == check(row.0)) {
                continue;
            }
            if 1 + 2 * (checks.len() + 1) + weights.len() + row.1.len() > LINE {
                left.push_back(row);
                continue;
            }
            weights.extend(&row.1);
            checks.push((check(row.0), row.1.len() / 2));
        }
        waiting = left;
        longest = longest.max(waiting.len());
        let overflows = if waiting.is_empty() { 0 } else { OVERFLOWS };
        lines.push(u8::try_from(checks.len()).expect("few rows") | overflows);
        for ([first, second], count) in checks {
            lines.extend([first, second | u8::try_from(count).expect("few weights")]);
        }
        lines.extend(weights);
        line += 1;
        lines.resize(line * LINE, 0);
    }
    let mut bytes = vec![u8::try_from(classes.len()).expect("few classes"), 0, 0, 0];
    bytes.extend(scale.to_le_bytes());
    bytes.extend(homes.to_le_bytes());
    for class in classes {
        let mut tag = class.tag.as_bytes().to_vec();
        tag.resize(TAG_BYTES, 0);
        bytes.extend(tag);
    }
    bytes.extend(fit.biases.iter().flat_map(|bias| bias.to_le_bytes()));
    eprintln!("{} rows, {} weights, {} bytes, {longest} rows carried at most", rows.len(), sizes.len(), lines.len());
    Section { head: bytes, lines }
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
