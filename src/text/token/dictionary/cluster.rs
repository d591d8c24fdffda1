//! Where grapheme clusters end in Thai, Lao, Khmer and Burmese: extended grapheme clusters of UAX #29, Unicode 17.

/// Whether `next` is of one cluster with the last character of `before`.
pub(super) fn joins(before: &str, next: char) -> bool {
    is_extend(next) || is_spacing_mark(next) || is_consonant(next) && is_conjunct(before)
}

/// Whether `before` ends in a consonant and a sign that joins the next one to it (rule GB9c).
fn is_conjunct(before: &str) -> bool {
    let mut linked = false;
    for c in before.chars().rev() {
        match c {
            '\u{1039}' | '\u{17d2}' => linked = true,
            c if is_extend(c) => {}
            c => return linked && is_consonant(c),
        }
    }
    false
}

/// `Grapheme_Cluster_Break=Extend`, and the linkers.
fn is_extend(c: char) -> bool {
    matches!(u32::from(c),
        0x0e31 | 0x0e34..=0x0e3a | 0x0e47..=0x0e4e // Thai
        | 0x0eb1 | 0x0eb4..=0x0ebc | 0x0ec8..=0x0ece // Lao
        | 0x102d..=0x1030 | 0x1032..=0x1037 | 0x1039 | 0x103a | 0x103d | 0x103e | 0x1058 | 0x1059 | 0x105e..=0x1060 // Myanmar
        | 0x1071..=0x1074 | 0x1082 | 0x1085 | 0x1086 | 0x108d | 0x109d
        | 0x17b4 | 0x17b5 | 0x17b7..=0x17bd | 0x17c6 | 0x17c9..=0x17d3 | 0x17dd) // Khmer
}

/// `Grapheme_Cluster_Break=SpacingMark`.
fn is_spacing_mark(c: char) -> bool {
    matches!(
        u32::from(c),
        0x0e33 | 0x0eb3 // Thai, Lao
        | 0x1031 | 0x103b | 0x103c | 0x1056 | 0x1057 | 0x1084 // Myanmar
        | 0x17b6 | 0x17be..=0x17c5 | 0x17c7 | 0x17c8
    ) // Khmer
}

/// `Indic_Conjunct_Break=Consonant`.
fn is_consonant(c: char) -> bool {
    matches!(u32::from(c),
        0x1780..=0x17b3 // Khmer
        | 0x1000..=0x102a | 0x103f | 0x1050..=0x1055 | 0x105a..=0x105d | 0x1061 | 0x1065 | 0x1066 // Myanmar
        | 0x106e..=0x1070 | 0x1075..=0x1081 | 0x108e)
}
