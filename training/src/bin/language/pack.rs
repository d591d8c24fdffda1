//! Writes the model in the format that `copydesk::text::detect::model` reads.

use copydesk::text::detect::{
    model::{MAGIC, TAG_BYTES},
    script::Script,
};

use crate::{corpus::Class, fit::Fit};

/// One script's section.
pub fn section(classes: &[Class], fit: &Fit) -> Vec<u8> {
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
    let bits = (rows.len() / 3).max(2).ilog2();
    rows.sort();
    // Two features of one bucket with one check byte cannot be told apart: the one with more weights stays.
    let mut table: Vec<u8> = Vec::new();
    let mut offsets: Vec<u32> = Vec::new();
    let mut at = 0;
    for bucket in 0..1_u64 << bits {
        offsets.push(u32::try_from(table.len()).expect("under 4 GB"));
        let end = at + rows[at..].iter().take_while(|(feature, _)| feature >> (64 - bits) == bucket).count();
        let mut here: Vec<(u8, &Vec<u8>)> = rows[at..end].iter().map(|(feature, row)| ((feature >> (56 - bits)) as u8, row)).collect();
        here.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.len().cmp(&a.1.len())).then(a.1.cmp(b.1)));
        here.dedup_by_key(|(check, _)| *check);
        for (check, row) in here {
            table.extend([check, u8::try_from(row.len() / 2).expect("few classes")]);
            table.extend(row);
        }
        at = end;
    }
    offsets.push(u32::try_from(table.len()).expect("under 4 GB"));
    let mut bytes = vec![u8::try_from(classes.len()).expect("few classes"), u8::try_from(bits).expect("few bits"), 0, 0];
    bytes.extend(scale.to_le_bytes());
    for class in classes {
        let mut tag = class.tag.as_bytes().to_vec();
        tag.resize(TAG_BYTES, 0);
        bytes.extend(tag);
    }
    bytes.extend(fit.biases.iter().flat_map(|bias| bias.to_le_bytes()));
    bytes.extend(offsets.iter().flat_map(|offset| offset.to_le_bytes()));
    bytes.extend(&table);
    eprintln!("{} rows, {} weights, {} bytes", rows.len(), sizes.len(), bytes.len());
    bytes
}

/// The whole file.
pub fn file(sections: &[(Script, Vec<u8>)]) -> Vec<u8> {
    let mut file = MAGIC.to_vec();
    file.extend(u32::try_from(sections.len()).expect("few scripts").to_le_bytes());
    let mut start = file.len() + sections.len() * 12;
    for (script, section) in sections {
        file.extend([*script as u8, 0, 0, 0]);
        for at in [start, start + section.len()] {
            file.extend(u32::try_from(at).expect("under 4 GB").to_le_bytes());
        }
        start += section.len();
    }
    file.extend(sections.iter().flat_map(|(_, section)| section));
    file
}
