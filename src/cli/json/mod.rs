//! The protobuf JSON mapping of answers, one line each.
//!
//! A function a message names its fields in the order of their numbers. Each takes its message apart, so that a field
//! that is new to the proto does not compile before it is written here.

mod error;
mod object;
#[cfg(test)]
mod tests;

use crate::service::proto::{
    AnalyzeResponse, AnalyzeResult, DetectLanguageResponse, DetectedLanguage, ExtractKeywordsResponse, Keyword,
    LanguageSegment, OffsetUnit, Sentence, SentenceKind, SplitSentencesResponse, SummarizeResponse, SummarySentence,
    TextSpan, analyze_result,
};

use super::outcome::Outcome;

use object::Object;

/// Which fields to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fields {
    /// Those that are not at their default, as the mapping has it unless told otherwise.
    Set,
    /// All of them.
    All,
}

/// An `AnalyzeResponse` as a line of UTF-8, newline included.
pub fn analysis(response: &AnalyzeResponse, fields: Fields) -> Vec<u8> {
    object::line(response, fields, analyze_response)
}

/// An `AnalyzeResult` as a line of UTF-8, newline included: `id`, and `analysis` or `error`.
pub fn result(id: &str, outcome: Outcome, fields: Fields) -> Vec<u8> {
    let outcome = match outcome {
        Ok(analysis) => analyze_result::Outcome::Analysis(analysis),
        Err(error) => analyze_result::Outcome::Error(error),
    };
    object::line(&AnalyzeResult { id: id.to_owned(), outcome: Some(outcome) }, fields, analyze_result)
}

fn analyze_result(message: &AnalyzeResult, object: &mut Object) {
    let AnalyzeResult { id, outcome } = message;
    object.text("id", id);
    match outcome {
        Some(analyze_result::Outcome::Analysis(analysis)) => {
            object.message("analysis", Some(analysis), analyze_response)
        }
        Some(analyze_result::Outcome::Error(error)) => object.message("error", Some(error), error::status),
        None => {}
    }
}

fn analyze_response(message: &AnalyzeResponse, object: &mut Object) {
    let AnalyzeResponse { language, sentences, keywords, summary, language_code, offset_unit } = message;
    object.message("language", language.as_ref(), detect_language_response);
    object.message("sentences", sentences.as_ref(), split_sentences_response);
    object.message("keywords", keywords.as_ref(), extract_keywords_response);
    object.message("summary", summary.as_ref(), summarize_response);
    object.text("languageCode", language_code);
    object.one_of("offsetUnit", *offset_unit, OffsetUnit::as_str_name);
}

fn detect_language_response(message: &DetectLanguageResponse, object: &mut Object) {
    let DetectLanguageResponse { languages, reliable, segments, language_code, offset_unit } = message;
    object.messages("languages", languages, detected_language);
    object.truth("reliable", *reliable);
    object.messages("segments", segments, language_segment);
    object.text("languageCode", language_code);
    object.one_of("offsetUnit", *offset_unit, OffsetUnit::as_str_name);
}

fn detected_language(message: &DetectedLanguage, object: &mut Object) {
    let DetectedLanguage { language_code, alpha3_code, name, script, confidence } = message;
    object.text("languageCode", language_code);
    object.text("alpha3Code", alpha3_code);
    object.text("name", name);
    object.text("script", script);
    object.double("confidence", *confidence);
}

fn language_segment(message: &LanguageSegment, object: &mut Object) {
    let LanguageSegment { span, language_code, confidence } = message;
    object.message("span", span.as_ref(), text_span);
    object.text("languageCode", language_code);
    object.double("confidence", *confidence);
}

fn split_sentences_response(message: &SplitSentencesResponse, object: &mut Object) {
    let SplitSentencesResponse { sentences, language_code, offset_unit } = message;
    object.messages("sentences", sentences, sentence);
    object.text("languageCode", language_code);
    object.one_of("offsetUnit", *offset_unit, OffsetUnit::as_str_name);
}

fn sentence(message: &Sentence, object: &mut Object) {
    let Sentence { text, span, paragraph, kind } = message;
    object.text("text", text);
    object.message("span", span.as_ref(), text_span);
    object.integer("paragraph", *paragraph);
    object.one_of("kind", *kind, SentenceKind::as_str_name);
}

fn extract_keywords_response(message: &ExtractKeywordsResponse, object: &mut Object) {
    let ExtractKeywordsResponse { keywords, language_code, offset_unit } = message;
    object.messages("keywords", keywords, keyword);
    object.text("languageCode", language_code);
    object.one_of("offsetUnit", *offset_unit, OffsetUnit::as_str_name);
}

fn keyword(message: &Keyword, object: &mut Object) {
    let Keyword { text, score, count, mentions } = message;
    object.text("text", text);
    object.double("score", *score);
    object.integer("count", *count);
    object.messages("mentions", mentions, text_span);
}

fn summarize_response(message: &SummarizeResponse, object: &mut Object) {
    let SummarizeResponse { sentences, text, language_code, offset_unit } = message;
    object.messages("sentences", sentences, summary_sentence);
    object.text("text", text);
    object.text("languageCode", language_code);
    object.one_of("offsetUnit", *offset_unit, OffsetUnit::as_str_name);
}

fn summary_sentence(message: &SummarySentence, object: &mut Object) {
    let SummarySentence { text, span, index, rank, score } = message;
    object.text("text", text);
    object.message("span", span.as_ref(), text_span);
    object.integer("index", *index);
    object.integer("rank", *rank);
    object.double("score", *score);
}

fn text_span(message: &TextSpan, object: &mut Object) {
    let TextSpan { start, end } = message;
    object.integer("start", *start);
    object.integer("end", *end);
}
