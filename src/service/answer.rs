//! What was found in a text, as an `AnalyzeResponse` of protobuf.
//!
//! Fields are written by their numbers in `proto/`, each message by a method or function of its own.

use std::ops::Range;

use prost::Message;

use crate::languages::Tag;
use crate::text::{
    detect::{Candidate, Detection, Segment},
    document::Document,
    keyword::Keyword,
    sentence::Kind,
    span::Span,
    summary::Summary,
};

use super::{
    convert::Job,
    encoded::Encoded,
    offset::{Offsets, Unit},
    proto::{AnalyzeResponse, OffsetUnit, SentenceKind},
    writer::Writer,
};

/// An `AnalyzeResponse`, encoded.
#[derive(Debug)]
pub struct Answer {
    /// The code of the language that the text was analysed in.
    pub language_code: String,
    unit: OffsetUnit,
    writer: Writer,
    /// Where each [`Part`] is, by its number.
    parts: [Option<Range<usize>>; Part::Summary as usize + 1],
}

/// A part of an [`Answer`], with the number of its field in an `AnalyzeResponse`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A `DetectLanguageResponse`.
    Language = 1,
    /// A `SplitSentencesResponse`.
    Sentences = 2,
    /// An `ExtractKeywordsResponse`.
    Keywords = 3,
    /// A `SummarizeResponse`.
    Summary = 4,
}

impl Answer {
    /// Nothing yet, for the text of `job`, analysed in `language_code`.
    pub fn new(job: &Job, language_code: String) -> Self {
        // The text, once as sentences, and about as much around them.
        let expected = if job.sentences { 2 * job.text.len() } else { 0 } + 1024;
        Self {
            language_code,
            unit: unit(job.unit),
            writer: Writer::with_capacity(expected),
            parts: [const { None }; Part::Summary as usize + 1],
        }
    }

    /// The languages that the text may be in, and its runs of one language.
    pub fn add_language(&mut self, detection: &Detection, segments: &[Segment], offsets: &Offsets<'_>) {
        let unit = self.unit;
        self.add(Part::Language, |part, _| {
            for candidate in &detection.languages {
                part.message(1, |message| detected_language(message, candidate));
            }
            part.truth(2, detection.reliable);
            for segment in segments {
                part.message(3, |message| language_segment(message, segment, offsets));
            }
            part.text(4, &code(detection.languages.first().map(|best| best.tag)));
            part.one_of(5, unit);
        });
    }

    /// The sentences of `document`.
    pub fn add_sentences(&mut self, document: &Document<'_>, offsets: &Offsets<'_>) {
        let unit = self.unit;
        self.add(Part::Sentences, |part, language_code| {
            for sentence in document.sentences() {
                part.message(1, |message| {
                    message.text(1, sentence.span.of(document.text()));
                    text_span(message, 2, sentence.span, offsets);
                    message.integer(3, number(sentence.paragraph));
                    message.one_of(4, kind(sentence.kind));
                });
            }
            part.text(2, language_code);
            part.one_of(3, unit);
        });
    }

    /// Keywords.
    pub fn add_keywords(&mut self, keywords: &[Keyword], offsets: &Offsets<'_>) {
        let unit = self.unit;
        self.add(Part::Keywords, |part, language_code| {
            for keyword in keywords {
                part.message(1, |message| {
                    message.text(1, &keyword.text);
                    message.double(2, keyword.score);
                    message.integer(3, number(keyword.count));
                    for &mention in &keyword.mentions {
                        text_span(message, 4, mention, offsets);
                    }
                });
            }
            part.text(2, language_code);
            part.one_of(3, unit);
        });
    }

    /// A summary of `document`.
    pub fn add_summary(&mut self, document: &Document<'_>, summary: &Summary, offsets: &Offsets<'_>) {
        let unit = self.unit;
        self.add(Part::Summary, |part, language_code| {
            for pick in &summary.picks {
                let span = document.sentences()[pick.sentence].span;
                part.message(1, |message| {
                    message.text(1, span.of(document.text()));
                    text_span(message, 2, span, offsets);
                    message.integer(3, number(pick.sentence));
                    message.integer(4, number(pick.rank));
                    message.double(5, pick.score);
                });
            }
            part.text(2, &summary.text);
            part.text(3, language_code);
            part.one_of(4, unit);
        });
    }

    /// With what follows its parts.
    pub fn finish(mut self) -> Self {
        self.writer.text(5, &self.language_code);
        self.writer.one_of(6, self.unit);
        self
    }

    /// All of it, decoded.
    ///
    /// # Panics
    /// If it is encoded wrongly.
    pub fn message(self) -> AnalyzeResponse {
        AnalyzeResponse::decode(&*self.whole().into_bytes()).expect("it was encoded field by field")
    }

    /// All of it.
    pub fn whole(self) -> Encoded {
        Encoded::written(self.writer.finish())
    }

    /// One part of it, if it has that.
    pub fn part(self, part: Part) -> Option<Encoded> {
        let Range { start, end } = self.parts[part as usize].clone()?;
        let mut bytes = self.writer.finish();
        bytes.truncate(end);
        bytes.drain(..start);
        Some(Encoded::written(bytes))
    }

    fn add(&mut self, part: Part, write: impl FnOnce(&mut Writer, &str)) {
        let language_code = &self.language_code;
        let place = self.writer.message(part as u32, |message| write(message, language_code));
        self.parts[part as usize] = Some(place);
    }
}

/// The canonical code; "und" for a text without language.
pub fn code(tag: Option<Tag>) -> String {
    tag.map_or_else(|| "und".to_owned(), |tag| tag.to_string())
}

fn detected_language(message: &mut Writer, candidate: &Candidate) {
    let Tag { language, script, .. } = candidate.tag;
    message.text(1, &candidate.tag.to_string());
    message.text(2, language.alpha3);
    message.text(3, language.name);
    message.text(4, script);
    message.double(5, candidate.confidence);
}

fn language_segment(message: &mut Writer, segment: &Segment, offsets: &Offsets<'_>) {
    text_span(message, 1, segment.span, offsets);
    message.text(2, &code(segment.language.map(|candidate| candidate.tag)));
    message.double(3, segment.language.map_or(0.0, |candidate| candidate.confidence));
}

fn text_span(message: &mut Writer, field: u32, span: Span, offsets: &Offsets<'_>) {
    let [start, end] = offsets.positions(span);
    message.message(field, |span| {
        span.integer(1, start);
        span.integer(2, end);
    });
}

fn unit(unit: Unit) -> OffsetUnit {
    match unit {
        Unit::Utf8 => OffsetUnit::Utf8Byte,
        Unit::Utf16 => OffsetUnit::Utf16CodeUnit,
        Unit::CodePoint => OffsetUnit::CodePoint,
    }
}

fn kind(kind: Kind) -> SentenceKind {
    match kind {
        Kind::Prose => SentenceKind::Prose,
        Kind::Heading => SentenceKind::Heading,
        Kind::ListItem => SentenceKind::ListItem,
        Kind::Boilerplate => SentenceKind::Boilerplate,
    }
}

/// A count of things in a text: there are fewer of them than bytes, and a message has no more than 2 GiB.
fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
