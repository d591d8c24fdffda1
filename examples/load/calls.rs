//! What is sent and what comes back.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, ensure};
use bytes::{Buf, BufMut, Bytes};
use copydesk::service::proto::{AnalyzeRequest, AnalyzeResponse, Document};
use http::uri::PathAndQuery;
use prost::Message;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

use super::corpus;

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Unary `Analyze`.
    Analyze,
    /// `AnalyzeStream`.
    Stream,
    /// The echo.
    Echo,
}

/// Messages as the bytes that they are: neither the echo nor the load spends time on decoding.
#[derive(Debug, Clone, Copy, Default)]
pub struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}

/// The requests to send, again and again in turn.
#[derive(Debug)]
pub struct Payload {
    articles: Vec<Article>,
}

/// One request.
#[derive(Debug)]
pub struct Article {
    /// The request.
    pub request: AnalyzeRequest,
    /// The request, encoded.
    pub encoded: Bytes,
    /// The first answer: every other one has to be the same.
    answer: OnceLock<AnalyzeResponse>,
    answer_encoded: OnceLock<Bytes>,
}

/// How one call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// With a right answer.
    Ok,
    /// With an answer that differs from the first one of the same text, or says nothing.
    Wrong,
    /// With a status.
    Status(Code),
    /// With UNAVAILABLE that names no time to retry after.
    UnavailableWithoutRetryInfo,
}

impl Payload {
    /// So many articles of so many bytes.
    pub fn generated(language: &str, bytes: usize, variety: u64) -> Self {
        let articles = (0..variety.max(1)).map(|seed| Article::new(corpus::article(language, bytes, seed))).collect();
        Self { articles }
    }

    /// One article a file; of folders, every file in them.
    pub fn read(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let mut articles = Vec::new();
        for path in paths {
            read_into(path, &mut articles)?;
        }
        ensure!(!articles.is_empty(), "no file with text in it was found");
        Ok(Self { articles })
    }

    /// The article of the call at `index`.
    pub fn article(&self, index: u64) -> &Article {
        let count = u64::try_from(self.articles.len()).unwrap_or(1);
        &self.articles[usize::try_from(index % count).unwrap_or(0)]
    }

    /// The mean of the texts' lengths.
    pub fn mean_bytes(&self) -> usize {
        let total: usize = self.articles.iter().map(|article| article.encoded.len()).sum();
        total / self.articles.len()
    }
}

fn read_into(path: &Path, articles: &mut Vec<Article>) -> anyhow::Result<()> {
    if path.is_dir() {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
        entries.sort();
        for entry in entries {
            read_into(&entry, articles)?;
        }
        return Ok(());
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    if !text.trim().is_empty() {
        articles.push(Article::new(text));
    }
    Ok(())
}

impl Article {
    fn new(text: String) -> Self {
        let document = Document { text, ..Document::default() };
        let request = AnalyzeRequest { document: Some(document), ..AnalyzeRequest::default() };
        let encoded = request.encode_to_vec().into();
        Self { request, encoded, answer: OnceLock::new(), answer_encoded: OnceLock::new() }
    }

    /// Whether `answer` is the one that this article always gets.
    pub fn checks(&self, answer: AnalyzeResponse) -> Ended {
        if answer.sentences.as_ref().is_none_or(|part| part.sentences.is_empty()) {
            return Ended::Wrong;
        }
        let same = *self.answer.get_or_init(|| answer.clone()) == answer;
        if same { Ended::Ok } else { Ended::Wrong }
    }

    /// The same of the bytes of an answer: only the first is decoded.
    fn checks_encoded(&self, bytes: &Bytes) -> Ended {
        match self.answer_encoded.get() {
            Some(first) if first == bytes => Ended::Ok,
            Some(_) => Ended::Wrong,
            None => {
                let ended = AnalyzeResponse::decode(bytes.clone()).map_or(Ended::Wrong, |answer| self.checks(answer));
                let first = self.answer_encoded.get_or_init(|| bytes.clone());
                if first == bytes { ended } else { Ended::Wrong }
            }
        }
    }
}

/// One unary call of `Method::Analyze` or `Method::Echo`.
pub async fn unary(channel: Channel, method: Method, article: &Article, deadline: Option<Duration>) -> Ended {
    let path = match method {
        Method::Echo => PathAndQuery::from_static("/load.Echo/Echo"),
        Method::Analyze | Method::Stream => PathAndQuery::from_static("/copydesk.v1.AnalysisService/Analyze"),
    };
    let mut client = tonic::client::Grpc::new(channel).max_decoding_message_size(64 << 20);
    let mut request = Request::new(article.encoded.clone());
    if let Some(deadline) = deadline {
        request.set_timeout(deadline);
    }
    let answer = match client.ready().await {
        Ok(()) => client.unary(request, path, Raw).await,
        Err(error) => Err(Status::from_error(error.into())),
    };
    match answer {
        Ok(answer) if method == Method::Echo && *answer.get_ref() == article.encoded => Ended::Ok,
        Ok(_) if method == Method::Echo => Ended::Wrong,
        Ok(answer) => article.checks_encoded(answer.get_ref()),
        Err(status) => failed(&status),
    }
}

/// How a call ended that failed with `status`.
pub fn failed(status: &Status) -> Ended {
    match status.code() {
        // The deadline by the caller's own clock, which tonic's client reports in this way.
        Code::Cancelled if status.message() == "Timeout expired" => Ended::Status(Code::DeadlineExceeded),
        Code::Unavailable if status.get_details_retry_info().is_none() => Ended::UnavailableWithoutRetryInfo,
        code => Ended::Status(code),
    }
}
