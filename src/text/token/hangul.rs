//! What Korean writes together with its nouns and verbs: particles, which are cut off, and the endings of predicates.
//!
//! Source: knowledge of the language.

/// Where a particle can stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    /// After a syllable with a final consonant.
    Consonant,
    /// After one without.
    Vowel,
    /// After either.
    Any,
}

/// The particles of nouns, longer ones before those that end them. `도`, `만` and `로` are not among them: too many nouns end
/// in these.
const PARTICLES: &[(&str, After)] = &[
    ("에서는", After::Any),
    ("에게는", After::Any),
    ("으로는", After::Consonant),
    ("에서도", After::Any),
    ("으로써", After::Consonant),
    ("으로서", After::Consonant),
    ("에서", After::Any),
    ("에게", After::Any),
    ("에는", After::Any),
    ("에도", After::Any),
    ("으로", After::Consonant),
    ("까지", After::Any),
    ("부터", After::Any),
    ("께서", After::Any),
    ("은", After::Consonant),
    ("이", After::Consonant),
    ("을", After::Consonant),
    ("과", After::Consonant),
    ("는", After::Vowel),
    ("가", After::Vowel),
    ("를", After::Vowel),
    ("와", After::Vowel),
    ("의", After::Any),
    ("에", After::Any),
];

/// Nouns of fewer syllables are left as they are: what looks like their particle is often a part of them.
const FEWEST_SYLLABLES: usize = 2;

/// The first of the syllables, in their order in Unicode.
const FIRST_SYLLABLE: u32 = 0xac00;

/// How many final consonants a syllable can have, none counted.
const FINALS: u32 = 28;

/// The number of the final consonant `ㅆ`.
const FINAL_SS: u32 = 20;

/// How long `word` is without the particle at its end.
pub(super) fn noun_length(word: &str) -> usize {
    PARTICLES
        .iter()
        .filter_map(|(particle, after)| Some((word.strip_suffix(particle)?, *particle, *after)))
        .find(|&(noun, particle, after)| {
            let stands = match noun.chars().next_back().and_then(final_consonant) {
                None => false,
                Some(0) => after != After::Consonant,
                Some(_) => after != After::Vowel,
            };
            // `주의` ends an ism, and `이` a person: `민주주의`, `어린이`, `젊은이`.
            let ends_noun =
                (particle == "의" && noun.ends_with('주')) || (particle == "이" && noun.ends_with(['린', '은']));
            stands && !ends_noun && noun.chars().count() >= FEWEST_SYLLABLES
        })
        .map_or(word.len(), |(noun, ..)| noun.len())
}

/// Whether `word` is the predicate of a sentence: `말했다`, `있다`, `한다`. Nouns hold no `ㅆ` before their last syllable.
pub(super) fn is_predicate(word: &str) -> bool {
    let Some(stem) = word.strip_suffix('다') else { return false };
    stem.ends_with(['한', '된', '없']) || stem.chars().next_back().and_then(final_consonant) == Some(FINAL_SS)
}

/// The number of the final consonant of a syllable, 0 if it has none; `None` for another character.
fn final_consonant(c: char) -> Option<u32> {
    ('가'..='힣').contains(&c).then(|| (u32::from(c) - FIRST_SYLLABLE) % FINALS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, noun: &str) {
        assert_eq!(&word[..noun_length(word)], noun);
    }

    #[test]
    fn particles_are_cut_off() {
        for word in ["정부는", "정부가", "정부를", "정부와", "정부의", "정부에", "정부에서", "정부에서는", "정부까지"]
        {
            check(word, "정부");
        }
        for word in ["대통령은", "대통령이", "대통령을", "대통령과", "대통령의", "대통령으로", "대통령에게"]
        {
            check(word, "대통령");
        }
    }

    #[test]
    fn a_syllable_that_cannot_be_a_particle_there_stays() {
        for word in ["선진국가", "지하철와", "어린이", "젊은이", "민주주의", "국가", "회의", "아이", "도로", "harbour"]
        {
            check(word, word);
        }
        check("민주주의를", "민주주의");
    }

    #[test]
    fn predicates_are_told_from_nouns() {
        for word in ["말했다", "밝혔다", "있다", "한다", "됐다", "없다", "하겠다"] {
            assert!(is_predicate(word), "{word}");
        }
        for word in ["바다", "캐나다", "우간다", "다", "정부"] {
            assert!(!is_predicate(word), "{word}");
        }
    }
}
