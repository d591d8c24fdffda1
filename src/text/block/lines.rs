//! Line breaks: those that end a block, and those that stand only where a line was full.

use crate::text::{
    chunk::{self, Bytes, CHUNK, Chunk},
    sentence::{LineBreaks, Mark, Marker, is_blank},
    span::Span,
};

/// The widest line, in characters, that copy is wrapped at; the narrowest of Latin copy, and of copy in any script.
const WIDEST: usize = 120;
const NARROWEST: usize = 30;

/// A line without the blanks around it; empty lines too.
#[derive(Debug, Clone, Copy)]
struct Line {
    start: usize,
    end: usize,
    /// Blanks before it, in bytes.
    indent: usize,
    /// Its length in characters, in bytes where it is longer than any wrapped line; 0 where it has no neighbours.
    width: usize,
}

/// The spans of the blocks of `text`, none of them empty.
pub(super) fn join(text: &str, line_breaks: LineBreaks) -> Vec<Span> {
    let mut lines = lines(text);
    // In most texts each line stands alone, and so is a block.
    if lines.windows(2).all(|pair| pair[0].is_empty() || pair[1].is_empty()) {
        let alone = lines.into_iter().filter(|line| !line.is_empty());
        return alone.map(|line| Span::new(line.start, line.end)).collect();
    }
    for chunk in lines.split_mut(Line::is_empty).filter(|chunk| chunk.len() > 1) {
        chunk.iter_mut().for_each(|line| line.measure(text));
    }
    let chunks = lines.split(Line::is_empty).filter(|chunk| !chunk.is_empty());
    let chunks: Vec<(&[Line], Wrapping)> = chunks
        .map(|chunk| {
            let wrapping = match line_breaks {
                LineBreaks::Break => Wrapping::Break,
                LineBreaks::Flow => Wrapping::Flow,
                LineBreaks::Auto => Wrapping::of(text, chunk),
            };
            (chunk, wrapping)
        })
        .collect();
    let column = chunks.iter().filter_map(|(_, wrapping)| wrapping.width()).max();
    let mut blocks: Vec<Span> = Vec::with_capacity(lines.len());
    for (chunk, wrapping) in chunks {
        let wrapping = wrapping.or_as_the_rest(chunk, column);
        for run in chunk.chunk_by(|line, next| wrapping.joins(text, line, next)) {
            blocks.push(Span::new(run[0].start, run[run.len() - 1].end));
        }
    }
    blocks
}

/// How the lines between two empty ones are wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrapping {
    /// A line is a paragraph; where sentences are not even `punctuated`, it is an item.
    Lines { punctuated: bool },
    /// Lines are filled up to a width.
    Filled(usize),
    /// Line breaks mean nothing at all.
    Flow,
    /// Line breaks mean the end of a sentence, always.
    Break,
}

impl Wrapping {
    /// Copy is wrapped where most of its lines are full: the next line's first word would not have fitted. That the next
    /// line goes on with a small letter says the same where lines are few.
    fn of(text: &str, lines: &[Line]) -> Self {
        if lines.len() == 1 {
            return Self::Lines { punctuated: false };
        }
        let punctuated = lines.iter().any(|line| line.is_terminated(text));
        // A line longer than any column is a paragraph; what stands near it may still be wrapped.
        let widths = lines.iter().map(|line| line.width).filter(|&width| width <= WIDEST);
        let columns = widths.clone().count() * 2 > lines.len();
        let Some(width) = widths.max().filter(|&width| punctuated && columns && width >= NARROWEST) else {
            return Self::Lines { punctuated };
        };
        let inner = || lines.windows(2).filter(|pair| !pair[1].is_item(text));
        let breaks = inner().count();
        let full = inner().filter(|pair| pair[0].is_full(text, &pair[1], width)).count();
        let going_on = inner().filter(|pair| pair[0].goes_on(text, &pair[1])).count();
        let by_letters = going_on > 0 && full > 0 && going_on * 2 >= breaks;
        let by_width = breaks >= 3 && full * 4 >= breaks * 3 || breaks == 2 && full == 2;
        if by_letters || by_width { Self::Filled(width) } else { Self::Lines { punctuated } }
    }

    fn width(self) -> Option<usize> {
        if let Self::Filled(width) = self { Some(width) } else { None }
    }

    /// Copy from one source is wrapped at one width: what is too short to tell is wrapped as the rest is.
    fn or_as_the_rest(self, lines: &[Line], column: Option<usize>) -> Self {
        match column {
            Some(width) if self == (Self::Lines { punctuated: true }) && lines.len() <= 3 => {
                let fits = lines.iter().all(|line| line.width <= width);
                if fits { Self::Filled(width) } else { self }
            }
            _ => self,
        }
    }

    fn joins(self, text: &str, line: &Line, next: &Line) -> bool {
        match self {
            Self::Break => return false,
            Self::Flow => return true,
            // A mark that cannot start a line belongs to the one before.
            _ if next.starts_with_closing_mark(text) => return true,
            _ if next.is_item(text) || line.width > WIDEST && line.is_terminated(text) => return false,
            _ => {}
        }
        match self {
            // An indented line starts a paragraph.
            Self::Filled(_) if next.indent > line.indent && line.is_terminated(text) => false,
            Self::Filled(width) => line.is_full(text, next, width) || line.goes_on(text, next),
            _ => {
                self == Self::Lines { punctuated: true }
                    && line.goes_on(text, next)
                    && next.is_terminated(text)
                    && !line.of(text).starts_with(char::is_lowercase)
            }
        }
    }
}

impl Line {
    fn is_empty(&self) -> bool {
        self.start == self.end
    }

    fn of<'t>(&self, text: &'t str) -> &'t str {
        &text[self.start..self.end]
    }

    fn measure(&mut self, text: &str) {
        let line = self.of(text);
        self.width = if line.len() > 4 * WIDEST { line.len() } else { line.chars().count() };
    }

    /// Whether the first word of `next` would not have fitted into a column of `width`.
    fn is_full(&self, text: &str, next: &Self, width: usize) -> bool {
        let line = self.width;
        if line > width {
            return false;
        }
        let word = next.of(text).chars().take(width).take_while(|c| !c.is_whitespace()).count();
        // Writers and programs count the space and the hyphen in different ways: a little slack.
        line + 1 + word + 2 > width
    }

    /// Whether its sentence visibly goes on in `next`: no mark at its end, a small letter there.
    fn goes_on(&self, text: &str, next: &Self) -> bool {
        !self.is_terminated(text)
            && next.of(text).trim_start_matches(['"', '\'', '“', '„', '«', '(', ' ']).starts_with(char::is_lowercase)
    }

    fn is_terminated(&self, text: &str) -> bool {
        ends_with_mark(self.of(text))
    }

    fn starts_with_closing_mark(&self, text: &str) -> bool {
        let line = self.of(text);
        line.starts_with([',', '.', ';', ':', '!', '?', ')']) && !line.starts_with("..")
    }

    /// Whether it starts with a bullet or counter, and so starts a block.
    fn is_item(&self, text: &str) -> bool {
        let line = self.of(text);
        line.starts_with(|c| Mark::of(c) == Mark::Bullet)
            || line.starts_with("- ")
            || line.starts_with("* ")
            || Marker::read(line)
                .is_some_and(|marker| !marker.is_capital() && line[marker.len..].starts_with([' ', '\t', '\u{a0}']))
    }
}

/// Whether `text` ends with a mark that ends sentences, and with what closes after one.
pub(super) fn ends_with_mark(text: &str) -> bool {
    if text.ends_with(['.', '!', '?']) {
        return true;
    }
    let end = text.trim_end_matches(|c| {
        is_blank(c)
            || matches!(Mark::of(c), Mark::Closing | Mark::Quote)
            || matches!(c, '\'' | '’' | '‘' | '›' | '*' | '_')
    });
    end.chars()
        .next_back()
        .is_some_and(|c| matches!(Mark::of(c), Mark::FullStop | Mark::Exclamation | Mark::Terminal | Mark::Ellipsis))
}

/// The lines of `text`, of several empty ones in a row one.
fn lines(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::with_capacity(text.len() / 128 + 4);
    let mut add = |start, end| {
        let line = line(text, start, end);
        // One empty line parts blocks as well as many.
        if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(line);
        }
    };
    let mut start = 0;
    for at in (0..text.len()).step_by(CHUNK) {
        let mut left = chunk::with(text.as_bytes(), at, may_start_line_break);
        while left != 0 {
            let end = at + left.trailing_zeros() as usize;
            left &= left - 1;
            let len = line_break(&text.as_bytes()[end..]);
            if len > 0 && end >= start {
                add(start, end);
                start = end + len;
            }
        }
    }
    add(start, text.len());
    lines
}

/// The bytes of `chunk` that a line break may start with, as bits.
#[inline(always)]
fn may_start_line_break(chunk: &Chunk) -> u64 {
    let may_start = |bytes: Bytes| bytes.within(b'\n', b'\r') | bytes.are(0xc2) | bytes.are(0xe2);
    // Most chunks hold none, which is seen sooner of ASCII.
    if !chunk::any(chunk, |bytes| bytes.up_to_or_beyond_ascii(b'\r')) || !chunk::any(chunk, may_start) {
        return 0;
    }
    chunk::bits(chunk, may_start)
}

/// The length of the line break that `bytes` start with, if they do: CR, LF, CRLF, next line, vertical tab, form feed or one
/// of the two separators of Unicode.
fn line_break(bytes: &[u8]) -> usize {
    match bytes {
        [b'\r', b'\n', ..] | [0xc2, 0x85, ..] => 2,
        [0xe2, 0x80, 0xa8 | 0xa9, ..] => 3,
        [b'\n'..=b'\r', ..] => 1,
        _ => 0,
    }
}

fn line(text: &str, start: usize, end: usize) -> Line {
    // Most lines start and end with a character that is seen, or hold none.
    if let [] | [b'!'..=b'~', .., b'!'..=b'~'] = text.as_bytes()[start..end] {
        return Line { start, end, indent: 0, width: 0 };
    }
    let unindented = text[start..end].trim_start_matches(is_blank);
    let indent = end - start - unindented.len();
    let trimmed = unindented.trim_end_matches(is_blank);
    Line { start: start + indent, end: start + indent + trimmed.len(), indent, width: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The blocks of `text`, with line breaks as `|` in them.
    #[track_caller]
    fn check(text: &str, line_breaks: LineBreaks, expected: &[&str]) {
        let blocks: Vec<String> = join(text, line_breaks).iter().map(|span| span.of(text).replace('\n', "|")).collect();
        assert_eq!(blocks, expected, "{text:?}");
    }

    #[test]
    fn an_empty_line_ends_a_block_always() {
        for line_breaks in [LineBreaks::Auto, LineBreaks::Break, LineBreaks::Flow] {
            check("one two\n\nthree four", line_breaks, &["one two", "three four"]);
            check("one two\r\n \r\nthree four", line_breaks, &["one two", "three four"]);
        }
    }

    #[test]
    fn a_newline_means_what_the_caller_says() {
        check("One two.\nThree.", LineBreaks::Break, &["One two.", "Three."]);
        check("One two.\nThree.", LineBreaks::Flow, &["One two.|Three."]);
    }

    #[test]
    fn one_paragraph_a_line_is_left_alone() {
        check(
            "The first is short.\nThe second is a good deal longer than that.\nThe third.",
            LineBreaks::Auto,
            &["The first is short.", "The second is a good deal longer than that.", "The third."],
        );
    }

    #[test]
    fn full_lines_are_joined() {
        check(
            "The firm said on Tuesday that it would close\nits plant in Altmere, where some 300 people\nmake paper. Nobody knows when.\nThe union protested.",
            LineBreaks::Auto,
            &[
                "The firm said on Tuesday that it would close|its plant in Altmere, where some 300 people|make paper. Nobody knows when.",
                "The union protested.",
            ],
        );
    }

    #[test]
    fn a_short_block_is_wrapped_as_the_rest_is() {
        check(
            "The firm said on Tuesday that it would close\nits plant in Altmere, where some 300 people\nmake paper.\n\nIts owner told this newspaper that Altmere\nCastle was next.",
            LineBreaks::Auto,
            &[
                "The firm said on Tuesday that it would close|its plant in Altmere, where some 300 people|make paper.",
                "Its owner told this newspaper that Altmere|Castle was next.",
            ],
        );
    }

    #[test]
    fn a_line_that_goes_on_small_is_joined_where_there_are_sentences() {
        check("It was a long\nnight for all.", LineBreaks::Auto, &["It was a long|night for all."]);
        check("flour\ntwo eggs\nsalt", LineBreaks::Auto, &["flour", "two eggs", "salt"]);
    }

    #[test]
    fn a_heading_above_wrapped_copy_stays_apart() {
        check(
            "Plant to close\nThe firm said on Tuesday that it would close\nits plant in Altmere, where some 300 people\nmake paper.",
            LineBreaks::Auto,
            &[
                "Plant to close",
                "The firm said on Tuesday that it would close|its plant in Altmere, where some 300 people|make paper.",
            ],
        );
    }

    #[test]
    fn an_item_starts_a_block_in_wrapped_copy() {
        check(
            "The rules of the house are short and they are:\n- no smoking in any of the rooms, nor on the\n  stairs\n- no dogs.",
            LineBreaks::Auto,
            &[
                "The rules of the house are short and they are:",
                "- no smoking in any of the rooms, nor on the|  stairs",
                "- no dogs.",
            ],
        );
    }

    #[test]
    fn every_kind_of_line_break_counts() {
        check("One.\u{2028}Two.\u{85}Three.\rFour.", LineBreaks::Break, &["One.", "Two.", "Three.", "Four."]);
    }
}
