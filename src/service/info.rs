//! What this server is and what it can do.

use tonic::{Request, Response, Status};

use crate::languages::{CATALOGUE, Language};

use super::{
    elements,
    encoded::Encoded,
    engine::Engine,
    limits,
    proto::{
        GetInfoRequest, GetInfoResponse, LanguageSupport, Limits, SentenceRules, info_service_server::InfoService,
    },
};

/// `copydesk.v1.InfoService`.
#[derive(Debug)]
pub struct Info(pub Engine);

#[tonic::async_trait]
impl InfoService for Info {
    async fn get_info(&self, _: Request<GetInfoRequest>) -> Result<Response<Encoded>, Status> {
        Ok(Response::new(Encoded::of(&GetInfoResponse {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            git_commit: env!("COPYDESK_GIT_COMMIT").to_owned(),
            limits: Some(limits_in_force(&self.0)),
            languages: CATALOGUE.iter().map(support).collect(),
        })))
    }
}

fn limits_in_force(engine: &Engine) -> Limits {
    let workers = engine.workers.limits();
    Limits {
        max_text_bytes: bytes(engine.limits.text_bytes),
        max_title_bytes: bytes(engine.limits.title_bytes),
        max_message_bytes: bytes(engine.limits.message_bytes),
        max_batch_items: count(limits::BATCH_ITEMS),
        max_stream_in_flight: count(engine.limits.stream_in_flight),
        max_languages: *limits::LANGUAGES.end(),
        max_keywords: *limits::KEYWORDS.end(),
        max_keyword_words: *limits::KEYWORD_WORDS.end(),
        max_blocked: count(limits::BLOCKED),
        max_summary_sentences: *limits::SUMMARY_SENTENCES.end(),
        max_summary_words: *limits::SUMMARY_WORDS.end(),
        max_summary_characters: *limits::SUMMARY_CHARACTERS.end(),
        worker_threads: count(workers.threads),
        max_queue_requests: count(workers.queue_requests),
        max_queue_bytes: bytes(workers.queue_bytes),
        max_candidate_language_codes: count(limits::CANDIDATE_CODES),
        max_list_elements: count(elements::MOST),
        max_stream_bytes: bytes(engine.limits.stream_bytes),
    }
}

fn support(language: &'static Language) -> LanguageSupport {
    let tailoring = language.tailoring();
    let rules = if tailoring.is_some() { SentenceRules::Tailored } else { SentenceRules::Neutral };
    LanguageSupport {
        language_code: language.code.to_owned(),
        alpha3_code: language.alpha3.to_owned(),
        name: language.name.to_owned(),
        scripts: language.scripts.iter().map(|&script| script.to_owned()).collect(),
        sentence_rules: rules.into(),
        stop_words: tailoring.is_some_and(|tailoring| !tailoring.stop_words.is_empty()),
        stemmer: tailoring
            .and_then(|tailoring| tailoring.stemmer)
            .map(|stemmer| format!("{stemmer:?}").to_lowercase())
            .unwrap_or_default(),
        word_segmentation: language.is_unspaced(),
    }
}

fn bytes(limit: usize) -> u64 {
    u64::try_from(limit).unwrap_or(u64::MAX)
}

fn count(limit: usize) -> u32 {
    u32::try_from(limit).unwrap_or(u32::MAX)
}
