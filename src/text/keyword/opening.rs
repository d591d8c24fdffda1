//! What opens a text or a paragraph: the headline, the date line.

/// How long the date line is that opens `text`, as `DUBLIN (Agency) — ` does; 0 where there is none: capitals or a
/// source in brackets, and a dash.
pub(super) fn dateline(text: &str) -> usize {
    const LONGEST: usize = 60;
    const FIRST_BYTE_OF_DASHES: u8 = 0xe2;
    let head = &text[..floor_char_boundary(text, LONGEST)];
    // Most paragraphs hold no dash there, and fewer one that is no hyphen.
    let bytes = head.as_bytes();
    let is_dash = |at: usize| match bytes[at] {
        b'-' => bytes[..at].last() == Some(&b' '),
        _ => head[at..].starts_with(['–', '—']),
    };
    if !memchr::memchr2_iter(b'-', FIRST_BYTE_OF_DASHES, bytes).any(is_dash) {
        return 0;
    }
    let head = head.lines().next().unwrap_or_default();
    let Some((end, dash)) =
        [" - ", " – ", " — ", "— ", " -- "].iter().filter_map(|dash| head.find(dash).map(|at| (at, dash.len()))).min()
    else {
        return 0;
    };
    let head = head[..end].trim_end();
    let place = head.split(['(', ',']).next().unwrap_or(head).trim();
    let in_capitals = place.chars().filter(|c| c.is_alphabetic()).count() > 2
        && place.chars().all(|c| !c.is_alphabetic() || c.is_uppercase());
    let sourced = head.ends_with(')') && head.contains('(') && place.chars().next().is_some_and(char::is_uppercase);
    let short = head.split_whitespace().count() <= 7;
    if short && (sourced || (in_capitals && (head.contains(',') || place == head))) { end + dash } else { 0 }
}

fn floor_char_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or_default()
}

/// Where the first line ends, if it looks like a headline; 0 if not.
pub(super) fn headline_end(text: &str) -> usize {
    let start = text.len() - text.trim_start().len();
    let Some(length) = text[start..].find('\n') else { return 0 };
    let line = text[start..start + length].trim_end();
    if line.len() <= 300 && !line.ends_with(['.', ':', ';', ',']) { start + length } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `text` starts with the date line `expected`.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(&text[..dateline(text)], expected);
    }

    #[test]
    fn any_dash_ends_a_date_line() {
        check("PORT LINDOW - Fishermen left.", "PORT LINDOW - ");
        check("PORT LINDOW (Agency) - Fishermen left.", "PORT LINDOW (Agency) - ");
        check("Lindow (Agency) -- Fishermen left.", "Lindow (Agency) -- ");
        check("LINDOW – Fishermen left.", "LINDOW – ");
        check("LINDOW — Fishermen left.", "LINDOW — ");
    }

    #[test]
    fn a_hyphen_in_a_word_ends_none() {
        check("PORT-LINDOW is closed.", "");
        check("PORT-LINDOW - Fishermen left.", "PORT-LINDOW - ");
        check("Fishermen - all of them - left.", "");
    }
}
