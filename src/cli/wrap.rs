//! Styled text as lines that fit a terminal.

use std::fmt::Write as _;

use anstyle::Style;
use unicode_width::UnicodeWidthChar;

/// What stands on either side of it stays together.
const NO_BREAK_SPACE: char = '\u{a0}';

/// A piece of text in one style.
pub type Run<'t> = (Style, &'t str);

/// `runs` one after another as lines of at most `width` columns, each after `indent` spaces. Each run of white space is
/// one space or a line's end; between wide characters (Chinese, Japanese) a line may end too. Characters that would act
/// on the terminal rather than show are replaced.
pub fn wrap(runs: &[Run<'_>], width: usize, indent: usize) -> String {
    let mut lines = Lines { written: String::new(), width: width.saturating_sub(indent).max(10), indent, column: 0 };
    let mut word: Vec<(Style, char)> = Vec::new();
    let mut space = false;
    for &(style, text) in runs {
        for c in text.chars() {
            if c.is_whitespace() && c != NO_BREAK_SPACE {
                lines.push(&mut word, space);
                space = true;
                continue;
            }
            let wide = columns(c) == 2;
            let after_wide = word.last().is_some_and(|&(_, last)| columns(last) == 2);
            // Closing punctuation is wide as well, and stays with what it closes.
            let joined = word.last().is_some_and(|&(_, last)| last == NO_BREAK_SPACE);
            if (wide || after_wide) && !word.is_empty() && !joined && !is_closing(c) {
                lines.push(&mut word, space);
                space = false;
            }
            if word.is_empty() && lines.column == 0 {
                space = false;
            }
            word.push((style, shown(c)));
        }
    }
    lines.push(&mut word, space);
    lines.written
}

/// What is written so far.
struct Lines {
    written: String,
    width: usize,
    indent: usize,
    column: usize,
}

impl Lines {
    /// Writes a word, on the next line where it does not fit this one, and empties it.
    fn push(&mut self, word: &mut Vec<(Style, char)>, space_before: bool) {
        if word.is_empty() {
            return;
        }
        let columns_of_word: usize = word.iter().map(|&(_, c)| columns(c)).sum();
        let space = usize::from(space_before && self.column > 0);
        if self.column > 0 && self.column + space + columns_of_word > self.width {
            self.written.push('\n');
            self.column = 0;
        }
        if self.column == 0 {
            self.written.extend(std::iter::repeat_n(' ', self.indent));
        } else if space > 0 {
            self.written.push(' ');
            self.column += 1;
        }
        self.column += columns_of_word;
        for run in word.chunk_by(|a, b| a.0 == b.0) {
            let style = run[0].0;
            write!(self.written, "{style}").expect("writing to a string succeeds");
            self.written.extend(run.iter().map(|&(_, c)| c));
            write!(self.written, "{style:#}").expect("writing to a string succeeds");
        }
        word.clear();
    }
}

/// How many columns of a terminal it takes.
fn columns(c: char) -> usize {
    c.width().unwrap_or(1)
}

/// Text may hold escape sequences, and a page from the web may do so on purpose: they are shown, not sent.
pub fn shown(c: char) -> char {
    if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }
}

fn is_closing(c: char) -> bool {
    matches!(
        c,
        '。' | '，'
            | '、'
            | '！'
            | '？'
            | '：'
            | '；'
            | '」'
            | '』'
            | '）'
            | '》'
            | '〉'
            | '】'
            | '”'
            | '’'
            | 'ー'
    ) || c.is_ascii_punctuation()
        || columns(c) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, width: usize, expected: &str) {
        assert_eq!(wrap(&[(Style::new(), text)], width, 0), expected);
    }

    #[test]
    fn words_that_fit_share_a_line() {
        check("one two three four", 13, "one two three\nfour");
    }

    #[test]
    fn white_space_is_one_space() {
        check(" one \r\n\t two ", 40, "one two");
    }

    #[test]
    fn a_word_longer_than_a_line_is_left_whole() {
        check("a unimaginably b", 10, "a\nunimaginably\nb");
    }

    #[test]
    fn chinese_breaks_between_characters() {
        check("中文没有空格所以可以断行", 10, "中文没有空\n格所以可以\n断行");
    }

    #[test]
    fn a_line_does_not_start_with_closing_punctuation() {
        check("中文没有空。格", 10, "中文没有\n空。格");
    }

    #[test]
    fn chinese_and_latin_keep_their_spaces() {
        check("使用 Rust 编写", 40, "使用 Rust 编写");
    }

    #[test]
    fn escape_sequences_are_shown_rather_than_sent() {
        check("a\u{1b}[31mb\u{7}", 40, "a\u{fffd}[31mb\u{fffd}");
    }

    #[test]
    fn a_no_break_space_does_not_break() {
        check("dit \u{ab}\u{a0}oui\u{a0}\u{bb}", 8, "dit\n\u{ab}\u{a0}oui\u{a0}\u{bb}");
        check("\u{25b8}\u{a0}中文", 10, "\u{25b8}\u{a0}中文");
    }

    #[test]
    fn indent_counts_into_the_width() {
        assert_eq!(wrap(&[(Style::new(), "one two three")], 12, 2), "  one two\n  three");
    }

    #[test]
    fn a_word_may_have_several_styles() {
        let bold = Style::new().bold();
        let expected = format!("{bold}key{bold:#},");
        assert_eq!(wrap(&[(bold, "key"), (Style::new(), ",")], 40, 0), expected);
    }

    #[test]
    fn no_text_is_no_line() {
        check("  ", 40, "");
    }
}
