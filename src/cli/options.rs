//! What to find in a text: the flags, and the request that they make.

use clap::{Args, ValueEnum};

use crate::service::{
    self, Limits,
    proto::{
        self, AnalyzeRequest, Document, KeywordOptions, LanguageOptions, SentenceOptions, SummaryOptions,
        summary_options::Length,
    },
};

use super::outcome;

/// What to find in a text, and how. Ranges and defaults are those of the API.
#[derive(Debug, Clone, Args)]
pub struct AnalysisArguments {
    /// Answer these parts alone, separated by commas
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PARTS", help_heading = "Analysis")]
    only: Vec<Part>,
    /// Language of the text as a BCP 47 or ISO 639 code ("de", "pt-BR", "zh-Hant") [default: detect it]
    #[arg(long, value_name = "CODE", help_heading = "Analysis")]
    language: Option<String>,
    /// Headline of the text: it informs keywords and summary
    #[arg(long, value_name = "HEADLINE", help_heading = "Analysis")]
    title: Option<String>,
    /// What spans count in: bytes (Go, Rust, PHP, C++), UTF-16 code units (Java, JavaScript, C#) or code points
    /// (Python)
    #[arg(long, value_enum, default_value_t = OffsetUnit::Utf8, value_name = "UNIT", help_heading = "Analysis")]
    offset_unit: OffsetUnit,

    /// Only languages that may be answered, separated by commas [default: all]
    #[arg(long, value_delimiter = ',', value_name = "CODES", help_heading = "Language")]
    candidates: Vec<String>,
    /// How many languages to answer at most, 1 to 10 [default: 3]
    #[arg(long, value_name = "N", help_heading = "Language")]
    max_languages: Option<u32>,
    /// Answer the runs of one language in a text of several
    #[arg(long, help_heading = "Language")]
    segments: bool,

    /// What a line break means; "auto" tells hard-wrapped copy from one paragraph a line
    #[arg(long, value_enum, default_value_t = LineBreaks::Auto, value_name = "MEANING", help_heading = "Sentences")]
    line_breaks: LineBreaks,

    /// How many keywords to answer at most, 1 to 100 [default: 10]
    #[arg(long, value_name = "N", help_heading = "Keywords")]
    keywords: Option<u32>,
    /// How many words a keyword has at most, 1 to 6 [default: 3]
    #[arg(long, value_name = "N", help_heading = "Keywords")]
    keyword_words: Option<u32>,
    /// Kind of keyword: what an editor would tag, or noun phrases as an index holds them
    #[arg(long, value_enum, default_value_t = Style::Tags, value_name = "STYLE", help_heading = "Keywords")]
    style: Style,
    /// Answer where each keyword stands
    #[arg(long, help_heading = "Keywords")]
    mentions: bool,
    /// A phrase never to answer, in any of its forms (may be repeated)
    #[arg(long, value_name = "PHRASE", help_heading = "Keywords")]
    block: Vec<String>,

    /// Length of the summary in sentences, 1 to 100 [default: 3]
    #[arg(long, value_name = "N", group = "summary_length", help_heading = "Summary")]
    summary_sentences: Option<u32>,
    /// Length of the summary in words, 10 to 10000
    #[arg(long, value_name = "N", group = "summary_length", help_heading = "Summary")]
    summary_words: Option<u32>,
    /// Length of the summary in characters, 20 to 100000
    #[arg(long, value_name = "N", group = "summary_length", help_heading = "Summary")]
    summary_characters: Option<u32>,
    /// Length of the summary as a share of the text's words, over 0 to 1
    #[arg(long, value_name = "SHARE", group = "summary_length", help_heading = "Summary")]
    summary_ratio: Option<f64>,
    /// Order of the summary's sentences: as in the text, or best first
    #[arg(long, value_enum, default_value_t = Order::Source, value_name = "ORDER", help_heading = "Summary")]
    order: Order,
    /// What the summary is for: the gist, or a longer digest that covers the whole
    #[arg(long, value_enum, default_value_t = Profile::News, value_name = "PROFILE", help_heading = "Summary")]
    profile: Profile,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Language,
    Sentences,
    Keywords,
    Summary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OffsetUnit {
    Utf8,
    Utf16,
    CodePoint,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LineBreaks {
    Auto,
    Break,
    Flow,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Style {
    Tags,
    Phrases,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Order {
    Source,
    Rank,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Profile {
    News,
    Informative,
}

impl AnalysisArguments {
    /// A request for what these flags ask for, still without a text.
    pub fn request(&self) -> AnalyzeRequest {
        let asked = |part| self.only.is_empty() || self.only.contains(&part);
        AnalyzeRequest {
            document: Some(Document {
                text: String::new(),
                title: self.title.clone().unwrap_or_default(),
                language_code: self.language.clone().unwrap_or_default(),
            }),
            offset_unit: self.offset_unit().into(),
            language: asked(Part::Language).then(|| self.language_options()),
            sentences: asked(Part::Sentences).then(|| self.sentence_options()),
            keywords: asked(Part::Keywords).then(|| self.keyword_options()),
            summary: asked(Part::Summary).then(|| self.summary_options()),
        }
    }

    /// What is wrong with the flags, a line each, by the checks that each request goes through.
    pub fn mistakes(&self) -> Vec<String> {
        let mut request = self.request();
        // Any text does: it is the options that are looked at.
        request.document.get_or_insert_default().text = "text".to_owned();
        let Err(status) = service::job(request, &Limits::default()) else { return Vec::new() };
        outcome::violations(&service::status::to_proto(&status))
            .into_iter()
            .map(|(field, description)| match flag(&field) {
                Some(flag) => format!("invalid value for '{flag}': {description}"),
                None => format!("{field}: {description}"),
            })
            .collect()
    }

    fn offset_unit(&self) -> proto::OffsetUnit {
        match self.offset_unit {
            OffsetUnit::Utf8 => proto::OffsetUnit::Utf8Byte,
            OffsetUnit::Utf16 => proto::OffsetUnit::Utf16CodeUnit,
            OffsetUnit::CodePoint => proto::OffsetUnit::CodePoint,
        }
    }

    fn language_options(&self) -> LanguageOptions {
        LanguageOptions {
            candidate_language_codes: self.candidates.clone(),
            max_languages: self.max_languages,
            include_segments: self.segments,
        }
    }

    fn sentence_options(&self) -> SentenceOptions {
        let line_breaks = match self.line_breaks {
            LineBreaks::Auto => proto::LineBreaks::Auto,
            LineBreaks::Break => proto::LineBreaks::Break,
            LineBreaks::Flow => proto::LineBreaks::Flow,
        };
        SentenceOptions { line_breaks: line_breaks.into() }
    }

    fn keyword_options(&self) -> KeywordOptions {
        let style = match self.style {
            Style::Tags => proto::KeywordStyle::Tags,
            Style::Phrases => proto::KeywordStyle::Phrases,
        };
        KeywordOptions {
            max_keywords: self.keywords,
            max_words: self.keyword_words,
            style: style.into(),
            include_mentions: self.mentions,
            blocked: self.block.clone(),
        }
    }

    fn summary_options(&self) -> SummaryOptions {
        let order = match self.order {
            Order::Source => proto::SummaryOrder::Source,
            Order::Rank => proto::SummaryOrder::Rank,
        };
        let profile = match self.profile {
            Profile::News => proto::SummaryProfile::News,
            Profile::Informative => proto::SummaryProfile::Informative,
        };
        // At most one is set: clap sees to it.
        let length = self
            .summary_sentences
            .map(Length::MaxSentences)
            .or(self.summary_words.map(Length::MaxWords))
            .or(self.summary_characters.map(Length::MaxCharacters))
            .or(self.summary_ratio.map(Length::Ratio));
        SummaryOptions { length, order: order.into(), profile: profile.into() }
    }
}

/// The flag that sets a field of the request.
fn flag(field: &str) -> Option<&'static str> {
    // A list's violations name the element too.
    let name = field.split('[').next().unwrap_or(field);
    Some(match name {
        "document.title" => "--title",
        "document.language_code" => "--language",
        "language.candidate_language_codes" => "--candidates",
        "language.max_languages" => "--max-languages",
        "keywords.max_keywords" => "--keywords",
        "keywords.max_words" => "--keyword-words",
        "keywords.blocked" => "--block",
        "summary.max_sentences" => "--summary-sentences",
        "summary.max_words" => "--summary-words",
        "summary.max_characters" => "--summary-characters",
        "summary.ratio" => "--summary-ratio",
        _ => return None,
    })
}
