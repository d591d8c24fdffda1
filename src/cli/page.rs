//! An analysis as a page for people.

use std::io::{self, Write};
use std::ops::Range;

use anstyle::{AnsiColor, Style};

use crate::service::proto::{
    AnalyzeResponse, DetectLanguageResponse, ExtractKeywordsResponse, Sentence, SentenceKind, SplitSentencesResponse,
    SummarizeResponse, TextSpan,
};

use super::wrap::{Run, shown, wrap};

/// Lines longer than this are hard to read.
const MOST_COLUMNS: usize = 100;
/// What stands before a sentence of the summary, coloured or not.
const MARK: &str = "\u{25b8}\u{a0}";

const LABEL: Style = Style::new().bold();
const QUIET: Style = Style::new().dimmed();
const HEADING: Style = Style::new().bold();
const SUMMARY: Style = AnsiColor::Green.on_default();
const KEYWORD: Style = AnsiColor::Yellow.on_default().bold();

/// An analysis in bytes, with the text that it is of.
#[derive(Debug)]
pub struct Page<'a> {
    text: &'a str,
    analysis: &'a AnalyzeResponse,
}

impl<'a> Page<'a> {
    /// Of an analysis whose spans count bytes of `text`, with the mentions of its keywords.
    pub fn new(text: &'a str, analysis: &'a AnalyzeResponse) -> Self {
        Self { text, analysis }
    }

    /// Prints it on standard output: coloured on a terminal, and as wide; under `name`, where there is one.
    pub fn print(&self, name: Option<&String>) -> io::Result<()> {
        // Not on a terminal, a paragraph stays one line, for grep and the like.
        let width = terminal_size::terminal_size_of(io::stdout())
            .map_or(usize::MAX, |(terminal_size::Width(width), _)| usize::from(width).min(MOST_COLUMNS));
        let mut page = anstream::stdout().lock();
        if let Some(name) = name {
            let name: String = name.chars().map(shown).collect();
            writeln!(page, "{LABEL}== {name} =={LABEL:#}\n")?;
        }
        page.write_all(self.render(width).as_bytes())?;
        page.flush()
    }

    fn render(&self, width: usize) -> String {
        let AnalyzeResponse { language, sentences, keywords, summary, .. } = self.analysis;
        let parts = [
            language.as_ref().map(|language| self.language(language, width)),
            sentences.as_ref().map(|sentences| self.sentences(sentences, width)),
            keywords.as_ref().map(|keywords| list(keywords, width)),
            summary.as_ref().map(|summary| standfirst(summary, width)),
        ];
        parts.into_iter().flatten().map(|part| part + "\n").collect()
    }

    fn language(&self, language: &DetectLanguageResponse, width: usize) -> String {
        let mut lines = String::new();
        match language.languages.split_first() {
            None => lines += "none found",
            Some((first, others)) => {
                lines += &format!("{} ({})", first.name, first.language_code);
                lines += &format!(", confidence {:.2}", first.confidence);
                if !language.reliable {
                    lines += ", not to be relied on";
                }
                for other in others {
                    lines += &format!("; {} {:.2}", other.name, other.confidence);
                }
            }
        }
        if self.analysis.language_code != language.language_code {
            lines += &format!("; analysed as {}", self.analysis.language_code);
        }
        let mut section = section("Language") + &wrap(&[(Style::new(), &lines)], width, 2) + "\n";
        for segment in &language.segments {
            let text = &self.text[range(segment.span)];
            let code = format!("{} {:.2}  ", segment.language_code, segment.confidence);
            section += &(wrap(&[(QUIET, &code), (Style::new(), text)], width, 4) + "\n");
        }
        section
    }

    fn sentences(&self, response: &SplitSentencesResponse, width: usize) -> String {
        let summary: Vec<u32> = self
            .analysis
            .summary
            .iter()
            .flat_map(|summary| &summary.sentences)
            .map(|sentence| sentence.index)
            .collect();
        let mentions = self.mentions();
        let mut section = section("Text");
        let sentences: Vec<(u32, &Sentence)> = (0..).zip(&response.sentences).collect();
        for (place, paragraph) in sentences.chunk_by(|a, b| a.1.paragraph == b.1.paragraph).enumerate() {
            let mut runs: Vec<Run<'_>> = Vec::new();
            let mut end = None;
            for &(index, sentence) in paragraph {
                let range = range(sentence.span);
                if end.is_some_and(|end: usize| end < range.start) {
                    runs.push((Style::new(), " "));
                }
                let in_summary = summary.contains(&index);
                let style = style(sentence.kind(), in_summary);
                if in_summary {
                    runs.push((SUMMARY, MARK));
                }
                self.highlighted(range.clone(), style, &mentions, &mut runs);
                end = Some(range.end);
            }
            // Lists and leftovers of a page come close together, paragraphs apart.
            let compact = |kind| matches!(kind, SentenceKind::ListItem | SentenceKind::Boilerplate);
            let after = paragraph[0].0.checked_sub(1).and_then(|before| response.sentences.get(index(before)));
            if place > 0 && !(compact(paragraph[0].1.kind()) && after.is_some_and(|before| compact(before.kind()))) {
                section.push('\n');
            }
            section += &(wrap(&runs, width, 2) + "\n");
        }
        section
    }

    /// Where keywords stand, in order, none in another.
    fn mentions(&self) -> Vec<Range<usize>> {
        let keywords = self.analysis.keywords.iter().flat_map(|keywords| &keywords.keywords);
        let mut all: Vec<_> = keywords.flat_map(|keyword| &keyword.mentions).map(|&span| range(Some(span))).collect();
        all.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
        let mut apart: Vec<Range<usize>> = Vec::new();
        for range in all {
            match apart.last_mut() {
                Some(last) if range.start < last.end => last.end = last.end.max(range.end),
                _ => apart.push(range),
            }
        }
        apart
    }

    /// Adds a sentence to `runs`, the keywords in it highlighted.
    fn highlighted(&self, sentence: Range<usize>, style: Style, mentions: &[Range<usize>], runs: &mut Vec<Run<'a>>) {
        let mut at = sentence.start;
        let first = mentions.partition_point(|mention| mention.end <= sentence.start);
        for mention in mentions[first..].iter().take_while(|mention| mention.start < sentence.end) {
            let (start, end) = (mention.start.max(at), mention.end.min(sentence.end));
            runs.push((style, &self.text[at..start]));
            runs.push((KEYWORD.effects(KEYWORD.get_effects() | style.get_effects()), &self.text[start..end]));
            at = end;
        }
        runs.push((style, &self.text[at..sentence.end]));
    }
}

fn style(kind: SentenceKind, in_summary: bool) -> Style {
    match kind {
        _ if in_summary => SUMMARY,
        SentenceKind::Heading => HEADING,
        SentenceKind::Boilerplate => QUIET,
        SentenceKind::Prose | SentenceKind::ListItem | SentenceKind::Unspecified => Style::new(),
    }
}

fn list(response: &ExtractKeywordsResponse, width: usize) -> String {
    let mut section = section("Keywords");
    if response.keywords.is_empty() {
        section += "  none found\n";
    }
    for keyword in &response.keywords {
        let score = format!("{:.2}  ", keyword.score);
        let count = format!(" \u{d7}{}", keyword.count);
        let runs = [(Style::new(), score.as_str()), (KEYWORD, &keyword.text), (QUIET, &count)];
        section += &(wrap(&runs, width, 2) + "\n");
    }
    section
}

fn standfirst(response: &SummarizeResponse, width: usize) -> String {
    section("Summary") + &wrap(&[(SUMMARY, &response.text)], width, 2) + "\n"
}

fn section(name: &str) -> String {
    format!("{LABEL}{name}{LABEL:#}\n")
}

/// As a range of bytes.
fn range(span: Option<TextSpan>) -> Range<usize> {
    let span = span.unwrap_or_default();
    index(span.start)..index(span.end)
}

fn index(position: u32) -> usize {
    usize::try_from(position).expect("a text that fits memory has positions that do")
}
