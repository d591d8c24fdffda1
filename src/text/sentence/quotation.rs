//! On which side of a quotation its marks stand, where the space around them does not say.

use rustc_hash::FxHashMap;

use super::{
    context::is_apart,
    mark::{Mark, Marks},
};

/// Whether the quotation mark from `at` to `after` opens; `None` where it touches text on both sides or on none.
///
/// It opens after a space and closes before one. Its shape tells less: `»` closes in French and opens in Danish, `“` opens
/// in English and closes in German. Only French has spaces on both sides.
pub(super) fn side(text: &str, at: usize, after: usize) -> Option<bool> {
    // Most marks stand between a space and a character of ASCII.
    match (text.as_bytes()[..at].last(), text.as_bytes().get(after)) {
        (None | Some(b' '), Some(b'a'..=b'z' | b'A'..=b'Z')) => return Some(true),
        (Some(b'a'..=b'z' | b'A'..=b'Z' | b',' | b'.' | b'!' | b'?'), None | Some(b' ')) => return Some(false),
        _ => {}
    }
    let free_before = text[..at].chars().next_back().is_none_or(|c| c.is_whitespace() || Mark::of(c) == Mark::Opening);
    match (free_before, is_apart(text, after)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        (true, true) if text[at..].starts_with('«') => Some(true),
        (true, true) if text[at..].starts_with('»') => Some(false),
        _ => None,
    }
}

/// Which of the marks whose side is not plain open, by their place in `text`.
///
/// Marks open and close by turns, so a mark whose side is plain settles those near it; the nearer one, and of two equally
/// near the later one, because a quotation of several paragraphs opens each of them and closes only the last.
pub(super) fn ambiguous_sides(text: &str) -> FxHashMap<usize, bool> {
    let mut marks = Vec::new();
    let mut places = Marks::of(text);
    while let Some((found, _)) = places.next_before(text.len()) {
        let Some(c) = text[found..].chars().next() else { break };
        if Mark::of(c) == Mark::Quote {
            marks.push((found, side(text, found, found + c.len_utf8())));
        }
    }
    let mut from_left = Vec::with_capacity(marks.len());
    let mut last: Option<(bool, usize)> = None;
    for &(_, plain) in &marks {
        last = plain.map(|opens| (opens, 0)).or(last.map(|(opens, distance)| (!opens, distance + 1)));
        from_left.push(last);
    }
    let mut sides = FxHashMap::default();
    let mut next: Option<(bool, usize)> = None;
    for (&(place, plain), left) in marks.iter().zip(&from_left).rev() {
        next = plain.map(|opens| (opens, 0)).or(next.map(|(opens, distance)| (!opens, distance + 1)));
        let nearest = match (*left, next) {
            (Some(left), Some(right)) if left.1 < right.1 => Some(left),
            (left, right) => right.or(left),
        };
        if let (None, Some((opens, _))) = (plain, nearest) {
            sides.insert(place, opens);
        }
    }
    sides
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether each mark whose side is not plain opens, in order.
    #[track_caller]
    fn check(text: &str, expected: &[bool]) {
        let sides = ambiguous_sides(text);
        let mut places: Vec<_> = sides.keys().copied().collect();
        places.sort_unstable();
        assert_eq!(places.iter().map(|place| sides[place]).collect::<Vec<_>>(), expected, "{text:?}");
    }

    #[test]
    fn a_mark_between_words_takes_its_turn() {
        check("He said: \"It is late.\"Then he left.", &[false]);
        check("He left.\"It is late,\" he said.", &[true]);
    }

    #[test]
    fn the_nearer_plain_mark_decides() {
        check("\"One.\"Two.\"Three,\" she said.", &[false, true]);
        check("\"One.\"Two.\"Three.\"Four,\" she said.", &[false, false, true]);
    }

    #[test]
    fn french_marks_with_spaces_on_both_sides_are_told_by_shape() {
        assert_eq!((side("a « b", 2, 4), side("a » b", 2, 4)), (Some(true), Some(false)));
    }
}
