//! A job done: the core's analyses over one text, answered in the caller's unit.

use std::cell::Cell;
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use metrics::Histogram;

use crate::languages::Tag;
use crate::text::{
    detect::{self, Detection},
    document::Document,
    frequencies::Frequencies,
    keyword, sentence, summary,
};

use super::{
    answer::{Answer, code},
    convert::Job,
    offset::Offsets,
};

/// Counts the text of `job` as one more document of an archive.
pub fn count(job: &Job, frequencies: &mut Frequencies) {
    let tag = working_tag(job, None);
    frequencies.count(&Document::new(&job.text, &job.title, tag, job.line_breaks));
}

/// Every part that `job` asks for, its words weighed against an `archive` where there is one; `None` where `stopped`
/// says between two steps that nobody waits any more.
pub fn analyse(job: &Job, archive: Option<&Frequencies>, stopped: impl Fn() -> bool) -> Option<Answer> {
    let unless_stopped = || {
        give_way();
        (!stopped()).then_some(())
    };
    let offsets = Offsets::new(&job.text, job.unit);
    RECORDED.text_bytes.record(job.text.len() as f64);

    unless_stopped()?;
    let detection = job
        .language
        .as_ref()
        .map(|language| timed(&RECORDED.language, || detect::detect(&job.text, &language.options)));
    let tag = working_tag(job, detection.as_ref());
    let language_code = code(tag);
    metrics::counter!("copydesk_documents_total", "language" => language_code.clone()).increment(1);

    let mut answer = Answer::new(job, language_code);
    if let (Some(language), Some(detection)) = (&job.language, &detection) {
        unless_stopped()?;
        let segments = if language.segments {
            timed(&RECORDED.segments, || detect::segments_until(&job.text, &language.options, &stopped))?
        } else {
            Vec::new()
        };
        answer.add_language(detection, &segments, &offsets);
    }
    if !job.asks_for_document() {
        return Some(answer.finish());
    }

    unless_stopped()?;
    let language = tag.map(|tag| tag.language);
    let sentences =
        timed(&RECORDED.sentences, || sentence::split_until(&job.text, language, job.line_breaks, &stopped))?;
    let document = Document::of(&job.text, &job.title, tag, sentences);
    let document = match archive {
        Some(archive) => document.with_frequencies(archive),
        None => document,
    };
    if job.sentences {
        answer.add_sentences(&document, &offsets);
    }
    if job.keywords.is_some() || job.summary.is_some() {
        unless_stopped()?;
        timed(&RECORDED.terms, || {
            document.terms();
        });
    }
    if let Some(options) = &job.keywords {
        unless_stopped()?;
        let keywords = timed(&RECORDED.keywords, || keyword::extract(&document, options));
        answer.add_keywords(&keywords, &offsets);
    }
    if let Some(options) = &job.summary {
        unless_stopped()?;
        let summary = timed(&RECORDED.summary, || summary::summarize(&document, options));
        answer.add_summary(&document, &summary, &offsets);
    }
    Some(answer.finish())
}

/// The language that the text is analysed in: the caller's, else the one detected among all languages, whatever the
/// caller's candidates are, so that each part is the same alone and together.
fn working_tag(job: &Job, detection: Option<&Detection>) -> Option<Tag> {
    job.tag.or_else(|| {
        let among_all = job.language.as_ref().is_some_and(|language| language.options.candidates.is_empty());
        match detection {
            Some(detection) if among_all || !job.asks_for_document() => best(detection),
            _ => best(&timed(&RECORDED.language, || detect::detect(&job.text, &detect::Options::default()))),
        }
    })
}

fn best(detection: &Detection) -> Option<Tag> {
    detection.languages.first().map(|candidate| candidate.tag)
}

/// Lets other threads go first that want this core, where this one has had it for [`SLICE`].
///
/// Linux lets a thread that has just begun a slice keep the core for up to a tick, four milliseconds, whoever wakes up:
/// a health check need not wait for so long.
fn give_way() {
    thread_local! {
        static SINCE: Cell<Option<Instant>> = const { Cell::new(None) };
    }
    if SINCE.get().is_none_or(|since| since.elapsed() >= SLICE) {
        thread::yield_now();
        SINCE.set(Some(Instant::now()));
    }
}

/// Shorter than that, more is spent on the change of threads and on what each pushes out of the caches than is gained.
const SLICE: Duration = Duration::from_micros(100);

/// Does `step`, noting how long it takes.
fn timed<T>(seconds: &Histogram, step: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = step();
    seconds.record(start.elapsed());
    result
}

/// What is recorded of analyses, looked up once: to find a metric by its name takes longer than to record it.
struct Recorded {
    text_bytes: Histogram,
    language: Histogram,
    segments: Histogram,
    sentences: Histogram,
    terms: Histogram,
    keywords: Histogram,
    summary: Histogram,
}

static RECORDED: LazyLock<Recorded> = LazyLock::new(|| {
    let seconds = |analysis| metrics::histogram!("copydesk_analysis_seconds", "analysis" => analysis);
    Recorded {
        text_bytes: metrics::histogram!("copydesk_text_bytes"),
        language: seconds("language"),
        segments: seconds("segments"),
        sentences: seconds("sentences"),
        terms: seconds("terms"),
        keywords: seconds("keywords"),
        summary: seconds("summary"),
    }
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::{convert::LanguageJob, offset::Unit};

    const SENTENCES: usize = 1000;

    /// A job on `text` that asks for no part yet.
    fn job(text: String) -> Job {
        Job {
            text,
            title: String::new(),
            tag: None,
            unit: Unit::Utf8,
            language: None,
            sentences: false,
            line_breaks: sentence::LineBreaks::Auto,
            keywords: None,
            summary: None,
        }
    }

    /// Whether `job` is answered, and how often its analysis asks whether to go on, where the answer is no from the
    /// `last` time on.
    fn asked(job: &Job, last: usize) -> (bool, usize) {
        let count = Cell::new(0);
        let stopped = || {
            count.set(count.get() + 1);
            count.get() >= last
        };
        let answered = analyse(job, None, stopped).is_some();
        (answered, count.get())
    }

    #[test]
    fn sentences_stop_at_any_paragraph() {
        let lines = Job {
            tag: Tag::parse("en"),
            sentences: true,
            line_breaks: sentence::LineBreaks::Break,
            ..job("a\n".repeat(SENTENCES))
        };
        let (answered, count) = asked(&lines, usize::MAX);
        assert!(answered && count > 2 * SENTENCES, "{count}");
        for last in [SENTENCES / 2, SENTENCES, SENTENCES + SENTENCES / 2] {
            assert_eq!(asked(&lines, last), (false, last));
        }
    }

    #[test]
    fn candidates_decide_no_language_but_the_answered_one() {
        let german = vec![Tag::parse("de").unwrap()];
        let language = LanguageJob {
            options: detect::Options { candidates: german, ..detect::Options::default() },
            ..LanguageJob::default()
        };
        let together = Job {
            language: Some(language),
            sentences: true,
            ..job("The council met on Tuesday and raised the fares of the ferry.".to_owned())
        };
        let answer = analyse(&together, None, || false).unwrap().message();
        assert_eq!(answer.language_code, "en");
        assert_eq!(answer.sentences.unwrap().language_code, "en");
        assert_eq!(answer.language.unwrap().language_code, "de");
    }

    #[test]
    fn blocked_phrases_are_a_part_of_the_work() {
        let blocked = vec!["ferry".to_owned(), "port".to_owned()];
        let keywords = Some(keyword::Options { blocked, ..keyword::Options::default() });
        let job = Job { title: "Fog".to_owned(), keywords, ..job("The ferry is late.".to_owned()) };
        assert_eq!(job.bytes(), "The ferry is late.Fogferryport".len());
    }

    #[test]
    fn the_runs_of_one_language_stop_at_any_sentence() {
        let text = "The council met on Tuesday. Der Rat tagte am Dienstag. ".repeat(SENTENCES / 2);
        let language = |segments| Some(LanguageJob { segments, ..LanguageJob::default() });
        let whole = Job { language: language(false), ..job(text.clone()) };
        let runs = Job { language: language(true), ..job(text) };
        let (_, without) = asked(&whole, usize::MAX);
        let (answered, with) = asked(&runs, usize::MAX);
        // Once as a sentence is read, once as its place in the sequence is found.
        assert!(answered && with >= without + 2 * SENTENCES, "{with} {without}");
        for last in [1, 2, without, SENTENCES, SENTENCES + SENTENCES / 2] {
            assert_eq!(asked(&runs, last), (false, last));
        }
    }
}
