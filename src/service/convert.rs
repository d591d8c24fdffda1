//! Requests to jobs: every check that a request goes through. A [`Job`] cannot be wrong.

use std::ops::RangeInclusive;

use tonic::Status;

use crate::languages::Tag;
use crate::text::{
    detect, keyword,
    sentence::LineBreaks,
    summary::{self, Length, Order, Profile},
};

use super::{
    limits::{self, Limits},
    offset::Unit,
    proto::{
        self, AnalyzeRequest, DetectLanguageRequest, Document, ExtractKeywordsRequest, KeywordOptions, LanguageOptions,
        SentenceOptions, SplitSentencesRequest, SummarizeRequest, SummaryOptions,
    },
    status::Violations,
};

/// A text and what to find in it, checked.
#[derive(Debug)]
pub struct Job {
    /// The text: something visible, within the limit.
    pub text: String,
    /// The headline; empty where there is none.
    pub title: String,
    /// The language that the caller names; `None`: detect it.
    pub tag: Option<Tag>,
    /// The unit that the caller counts in.
    pub unit: Unit,
    /// Whether to answer the language, and how.
    pub language: Option<LanguageJob>,
    /// Whether to answer the sentences.
    pub sentences: bool,
    /// What a line break means, for every part.
    pub line_breaks: LineBreaks,
    /// Whether to answer keywords, and which.
    pub keywords: Option<keyword::Options>,
    /// Whether to answer a summary, and which.
    pub summary: Option<summary::Options>,
}

impl Job {
    /// How much text it is, blocked phrases included.
    pub fn bytes(&self) -> usize {
        let blocked = self.keywords.iter().flat_map(|options| &options.blocked).map(String::len).sum::<usize>();
        self.text.len() + self.title.len() + blocked
    }

    /// Whether a part is asked for that takes more than the language.
    pub fn asks_for_document(&self) -> bool {
        self.sentences || self.keywords.is_some() || self.summary.is_some()
    }
}

/// What to answer about a text's language.
#[derive(Debug, Default)]
pub struct LanguageJob {
    /// Which languages, and how many.
    pub options: detect::Options,
    /// Whether to answer the runs of one language.
    pub segments: bool,
}

/// A request that makes a job: one that asks for some of the four parts of one text.
pub trait IntoJob {
    /// Where the options stand in the request, part by part, for the paths of violations.
    const PATHS: Paths;

    /// The request as one for any mix of parts, each present one asked for.
    fn parts(self) -> AnalyzeRequest;
}

/// The path of each part's options in a request.
#[derive(Debug)]
pub struct Paths {
    language: &'static str,
    sentences: &'static str,
    keywords: &'static str,
    summary: &'static str,
}

/// In a request for one part.
const SINGLE: Paths = Paths { language: "options", sentences: "options", keywords: "options", summary: "options" };

/// A request for one part, which its field of `AnalyzeRequest` asks for.
macro_rules! single {
    ($request:ident, $part:ident) => {
        impl IntoJob for $request {
            const PATHS: Paths = SINGLE;

            fn parts(self) -> AnalyzeRequest {
                let Self { document, options, offset_unit } = self;
                let $part = Some(options.unwrap_or_default());
                AnalyzeRequest { document, offset_unit, $part, ..AnalyzeRequest::default() }
            }
        }
    };
}

single!(DetectLanguageRequest, language);
single!(SplitSentencesRequest, sentences);
single!(ExtractKeywordsRequest, keywords);
single!(SummarizeRequest, summary);

impl IntoJob for AnalyzeRequest {
    const PATHS: Paths =
        Paths { language: "language", sentences: "sentences", keywords: "keywords", summary: "summary" };

    fn parts(self) -> AnalyzeRequest {
        let asked =
            self.language.is_some() || self.sentences.is_some() || self.keywords.is_some() || self.summary.is_some();
        if asked {
            return self;
        }
        Self {
            language: Some(LanguageOptions::default()),
            sentences: Some(SentenceOptions::default()),
            keywords: Some(KeywordOptions::default()),
            summary: Some(SummaryOptions::default()),
            ..self
        }
    }
}

/// The job that `request` asks for.
///
/// # Errors
/// INVALID_ARGUMENT with everything that is wrong, field by field.
pub fn job<R: IntoJob>(request: R, limits: &Limits) -> Result<Job, Status> {
    let request = request.parts();
    let violations = &mut Violations::default();
    let document = request.document.unwrap_or_default();
    let tag = check_document(&document, limits, violations);
    let unit = match known(request.offset_unit, ("", "offset_unit"), violations) {
        proto::OffsetUnit::Unspecified | proto::OffsetUnit::Utf8Byte => Unit::Utf8,
        proto::OffsetUnit::Utf16CodeUnit => Unit::Utf16,
        proto::OffsetUnit::CodePoint => Unit::CodePoint,
    };
    let job = Job {
        tag,
        unit,
        language: request.language.map(|options| language_job(&options, R::PATHS.language, violations)),
        sentences: request.sentences.is_some(),
        line_breaks: request
            .sentences
            .map_or(LineBreaks::Auto, |options| line_breaks(options, R::PATHS.sentences, violations)),
        keywords: request.keywords.map(|options| keyword_options(options, R::PATHS.keywords, violations)),
        summary: request.summary.map(|options| summary_options(options, R::PATHS.summary, violations)),
        text: document.text,
        title: document.title,
    };
    std::mem::take(violations).check().map(|()| job)
}

fn check_document(document: &Document, limits: &Limits, violations: &mut Violations) -> Option<Tag> {
    if document.text.len() > limits.text_bytes {
        let (limit, length) = (limits.text_bytes, document.text.len());
        violations.add("document.text", format!("must be at most {limit} bytes of UTF-8, is {length}"));
    } else if !document.text.chars().any(is_visible) {
        violations.add("document.text", "must hold at least one visible character");
    }
    if document.title.len() > limits.title_bytes {
        let (limit, length) = (limits.title_bytes, document.title.len());
        violations.add("document.title", format!("must be at most {limit} bytes of UTF-8, is {length}"));
    }
    let code = document.language_code.trim();
    if code.is_empty() || code.eq_ignore_ascii_case("und") {
        return None;
    }
    let tag = Tag::parse(code);
    if tag.is_none() {
        violations.add("document.language_code", UNKNOWN_LANGUAGE);
    }
    tag
}

/// It does not repeat the code: a field that was filled by mistake may hold anything.
const UNKNOWN_LANGUAGE: &str = "must be the BCP 47 or ISO 639 code of a language that GetInfo lists, or empty";

fn language_job(options: &LanguageOptions, path: &str, violations: &mut Violations) -> LanguageJob {
    let candidates = candidates(&options.candidate_language_codes, path, violations);
    let defaults = detect::Options::default();
    let max_languages = options
        .max_languages
        .map_or(defaults.max_languages, |n| in_range(n, &limits::LANGUAGES, (path, "max_languages"), violations));
    LanguageJob { options: detect::Options { candidates, max_languages }, segments: options.include_segments }
}

/// The languages that `codes` name, each once.
fn candidates(codes: &[String], path: &str, violations: &mut Violations) -> Vec<Tag> {
    /// Violations go out as a header, and gRPC's clients take 8 KiB of headers: of wrong codes only the first are
    /// named.
    const NAMED: usize = 10;
    let field = || format!("{path}.candidate_language_codes");
    if codes.len() > limits::CANDIDATE_CODES {
        let (limit, length) = (limits::CANDIDATE_CODES, codes.len());
        violations.add(field(), format!("must hold at most {limit} codes, holds {length}"));
        return Vec::new();
    }
    let mut candidates = Vec::new();
    let mut unknown = 0;
    for (index, code) in codes.iter().enumerate() {
        let tags = Tag::matching(code.trim());
        if tags.is_empty() {
            unknown += 1;
            if unknown <= NAMED {
                violations.add(
                    format!("{}[{index}]", field()),
                    "must be the BCP 47 or ISO 639 code of a language that GetInfo lists",
                );
            }
        }
        for tag in tags {
            if !candidates.contains(&tag) {
                candidates.push(tag);
            }
        }
    }
    if unknown > NAMED {
        violations.add(field(), format!("holds {} more codes that are none of a language", unknown - NAMED));
    }
    candidates
}

fn line_breaks(options: SentenceOptions, path: &str, violations: &mut Violations) -> LineBreaks {
    match known(options.line_breaks, (path, "line_breaks"), violations) {
        proto::LineBreaks::Unspecified | proto::LineBreaks::Auto => LineBreaks::Auto,
        proto::LineBreaks::Break => LineBreaks::Break,
        proto::LineBreaks::Flow => LineBreaks::Flow,
    }
}

fn keyword_options(options: KeywordOptions, path: &str, violations: &mut Violations) -> keyword::Options {
    let defaults = keyword::Options::default();
    if options.blocked.len() > limits::BLOCKED {
        let (limit, length) = (limits::BLOCKED, options.blocked.len());
        violations.add(format!("{path}.blocked"), format!("must hold at most {limit} phrases, holds {length}"));
    }
    keyword::Options {
        max_keywords: options
            .max_keywords
            .map_or(defaults.max_keywords, |n| in_range(n, &limits::KEYWORDS, (path, "max_keywords"), violations)),
        max_words: options
            .max_words
            .map_or(defaults.max_words, |n| in_range(n, &limits::KEYWORD_WORDS, (path, "max_words"), violations)),
        style: match known(options.style, (path, "style"), violations) {
            proto::KeywordStyle::Unspecified | proto::KeywordStyle::Tags => keyword::Style::Tags,
            proto::KeywordStyle::Phrases => keyword::Style::Phrases,
        },
        mentions: options.include_mentions,
        blocked: options.blocked,
    }
}

fn summary_options(options: SummaryOptions, path: &str, violations: &mut Violations) -> summary::Options {
    use proto::summary_options::Length as Asked;

    let order = known(options.order, (path, "order"), violations);
    let profile = known(options.profile, (path, "profile"), violations);
    let length = match options.length {
        None => summary::Options::default().length,
        Some(Asked::MaxSentences(n)) => {
            Length::Sentences(in_range(n, &limits::SUMMARY_SENTENCES, (path, "max_sentences"), violations))
        }
        Some(Asked::MaxWords(n)) => Length::Words(in_range(n, &limits::SUMMARY_WORDS, (path, "max_words"), violations)),
        Some(Asked::MaxCharacters(n)) => {
            Length::Characters(in_range(n, &limits::SUMMARY_CHARACTERS, (path, "max_characters"), violations))
        }
        Some(Asked::Ratio(ratio)) => {
            // Written so that NaN fails it too.
            if !(ratio > 0.0 && ratio <= 1.0) {
                violations.add(format!("{path}.ratio"), format!("must be over 0 and at most 1, is {ratio}"));
            }
            Length::Ratio(ratio)
        }
    };
    summary::Options {
        length,
        order: match order {
            proto::SummaryOrder::Unspecified | proto::SummaryOrder::Source => Order::Source,
            proto::SummaryOrder::Rank => Order::Rank,
        },
        profile: match profile {
            proto::SummaryProfile::Unspecified | proto::SummaryProfile::News => Profile::News,
            proto::SummaryProfile::Informative => Profile::Informative,
        },
    }
}

/// `value`, noting it where it lies outside `range`.
fn in_range(
    value: u32,
    range: &RangeInclusive<u32>,
    (path, field): (&str, &str),
    violations: &mut Violations,
) -> usize {
    if !range.contains(&value) {
        let (start, end) = (range.start(), range.end());
        violations.add(format!("{path}.{field}"), format!("must be from {start} to {end}, is {value}"));
    }
    // Two billion sentences more would make no difference: 32 bits fit wherever we build.
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// The enum value that `number` is, noting a number that is none.
fn known<E: TryFrom<i32> + Default>(number: i32, (path, field): (&str, &str), violations: &mut Violations) -> E {
    E::try_from(number).unwrap_or_else(|_| {
        let path = if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") };
        violations.add(path, format!("must be a value of the enum, is {number}"));
        E::default()
    })
}

/// Whether a reader would see it: neither white space nor a control or format character.
fn is_visible(c: char) -> bool {
    !(c.is_whitespace() || c.is_control() || shows_nothing(c))
}

/// Format characters (general category Cf of Unicode 16), and the fillers and selectors that show nothing by themselves
/// (`Default_Ignorable_Code_Point`). More than `text` passes over as blank, to which fillers are letters.
fn shows_nothing(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{600}'..='\u{605}' | '\u{61C}' | '\u{6DD}' | '\u{70F}' | '\u{890}'..='\u{891}'
        | '\u{8E2}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{110BD}' | '\u{110CD}'
        | '\u{13430}'..='\u{1343F}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}
