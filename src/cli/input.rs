//! What to analyse: files, standard input, folders of files, and lines of JSON.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde_json::Value;
use tonic::Code;

use crate::service::proto::AnalyzeRequest;

use super::outcome;

/// The most that is read of one text: more than any server allows (64 MiB), so that it is the limit in force that
/// answers.
const MOST_BYTES: u64 = (64 << 20) + 1;

/// A text to analyse, or why it could not be read.
#[derive(Debug)]
pub struct Item {
    /// What it is called in answers: the file's path, or the article's own id.
    pub id: String,
    /// How much was read for it.
    pub bytes: u64,
    /// What to ask for.
    pub request: Result<AnalyzeRequest, tonic_types::Status>,
}

/// Where texts come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

/// The sources that the arguments name; standard input where they name none.
pub fn sources(paths: &[PathBuf]) -> Result<Vec<Source>, String> {
    if paths.is_empty() {
        return Ok(vec![Source::Stdin]);
    }
    if paths.iter().filter(|path| path.as_os_str() == "-").count() > 1 {
        return Err("standard input ('-') can be read only once".to_owned());
    }
    Ok(paths
        .iter()
        .map(|path| if path.as_os_str() == "-" { Source::Stdin } else { Source::File(path.clone()) })
        .collect())
}

/// `sources` with each folder as the files in it and below it, by name, hidden ones left out.
pub fn with_folders_open(sources: Vec<Source>) -> io::Result<Vec<Source>> {
    let mut files = Vec::new();
    for source in sources {
        match source {
            Source::File(path) if path.is_dir() => open_folder(&path, &mut files)?,
            source => files.push(source),
        }
    }
    Ok(files)
}

fn open_folder(folder: &Path, files: &mut Vec<Source>) -> io::Result<()> {
    let at = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", folder.display()));
    let mut entries = fs::read_dir(folder).map_err(at)?.collect::<Result<Vec<_>, _>>().map_err(at)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries.iter().filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b".")) {
        let path = entry.path();
        // Links to folders are not followed: they may lead in a circle.
        if entry.file_type().map_err(at)?.is_dir() {
            open_folder(&path, files)?;
        } else if path.is_file() {
            files.push(Source::File(path));
        }
    }
    Ok(())
}

impl Source {
    /// What it is called in messages and answers.
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// How many bytes it holds, where that can be told before reading.
    pub fn size(&self) -> Option<u64> {
        match self {
            Self::Stdin => None,
            Self::File(path) => fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len()),
        }
    }

    /// All of it as one text, asked of as `template` has it.
    pub fn article(&self, template: &AnalyzeRequest) -> Item {
        let bytes = self.open().and_then(|reader| {
            let mut bytes = Vec::new();
            reader.take(MOST_BYTES).read_to_end(&mut bytes).map(|_| bytes)
        });
        let (length, text) = match bytes {
            Ok(bytes) => (length(&bytes), text(bytes)),
            Err(error) => (0, Err(unreadable(&error))),
        };
        let request = text.map(|text| {
            let mut request = template.clone();
            request.document.get_or_insert_default().text = text;
            request
        });
        Item { id: self.name(), bytes: length, request }
    }

    /// Its lines, each a JSON object with an article.
    pub fn json_lines<'t>(&self, template: &'t AnalyzeRequest) -> JsonLines<'t> {
        JsonLines { reader: Some(self.open()), name: self.name(), line: 0, template }
    }

    fn open(&self) -> io::Result<Box<dyn BufRead + Send>> {
        match self {
            Self::Stdin => Ok(Box::new(BufReader::new(io::stdin()))),
            Self::File(path) if path.is_dir() => {
                Err(io::Error::new(io::ErrorKind::IsADirectory, "is a folder: --bulk opens folders"))
            }
            Self::File(path) => Ok(Box::new(BufReader::with_capacity(1 << 16, File::open(path)?))),
        }
    }
}

/// The articles of a file with one JSON object a line; empty lines are passed over.
pub struct JsonLines<'t> {
    /// `None` once all is read.
    reader: Option<io::Result<Box<dyn BufRead + Send>>>,
    name: String,
    line: u64,
    template: &'t AnalyzeRequest,
}

impl Iterator for JsonLines<'_> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        let mut reader = match self.reader.take()? {
            Ok(reader) => reader,
            Err(error) => {
                return Some(Item { id: self.name.clone(), bytes: 0, request: Err(unreadable(&error)) });
            }
        };
        let mut skipped = 0;
        loop {
            self.line += 1;
            let place = format!("{}:{}", self.name, self.line);
            let (line, bytes) = match read_line(&mut reader) {
                Ok(None) => return None,
                Ok(Some(line)) => line,
                Err(error) => return Some(Item { id: place, bytes: 0, request: Err(unreadable(&error)) }),
            };
            if line.as_ref().is_ok_and(|line| line.trim_ascii().is_empty()) {
                skipped += bytes;
                continue;
            }
            self.reader = Some(Ok(reader));
            let bytes = skipped + bytes;
            return Some(match line.and_then(|line| article(&line, self.template)) {
                Ok((id, request)) => Item { id: id.unwrap_or(place), bytes, request: Ok(request) },
                Err(error) => Item { id: place, bytes, request: Err(error) },
            });
        }
    }
}

/// The next line and how long it is; a line too long for any server is read past, not kept. `None` at the end.
#[expect(clippy::type_complexity, reason = "told apart by the words above")]
fn read_line(reader: &mut dyn BufRead) -> io::Result<Option<(Result<Vec<u8>, tonic_types::Status>, u64)>> {
    let mut line = Vec::new();
    let mut bytes = length_of(reader.take(MOST_BYTES).read_until(b'\n', &mut line)?);
    if bytes == 0 {
        return Ok(None);
    }
    if bytes < MOST_BYTES || line.ends_with(b"\n") {
        return Ok(Some((Ok(line), bytes)));
    }
    loop {
        let buffer = reader.fill_buf()?;
        let newline = buffer.iter().position(|&byte| byte == b'\n');
        let used = newline.map_or(buffer.len(), |at| at + 1);
        reader.consume(used);
        bytes += length_of(used);
        if newline.is_some() || used == 0 {
            break;
        }
    }
    let error =
        outcome::error(Code::InvalidArgument, format!("a line must be at most {} bytes, is {bytes}", MOST_BYTES - 1));
    Ok(Some((Err(error), bytes)))
}

/// The article in a line: its id, if it has one, and what to ask.
fn article(line: &[u8], template: &AnalyzeRequest) -> Result<(Option<String>, AnalyzeRequest), tonic_types::Status> {
    let invalid = |message: &str| outcome::error(Code::InvalidArgument, message);
    const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
    let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
    // What sort of error and where, and nothing of the text.
    let value: Value = serde_json::from_slice(line)
        .map_err(|error| invalid(&format!("not JSON: {:?} error at column {}", error.classify(), error.column())))?;
    let Value::Object(mut object) = value else { return Err(invalid("must be a JSON object with a `text`")) };
    let mut field = |names: &[&str]| -> Result<Option<String>, tonic_types::Status> {
        match names.iter().find_map(|&name| object.remove(name)) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(value)) => Ok(Some(value)),
            Some(_) => Err(invalid(&format!("`{}` must be a string", names[0]))),
        }
    };
    let text = field(&["text"])?.ok_or_else(|| invalid("must have a `text`"))?;
    let title = field(&["title"])?;
    let language_code = field(&["language_code", "languageCode"])?;
    let id = match object.remove("id") {
        None | Some(Value::Null) => None,
        Some(Value::String(id)) => Some(id),
        Some(Value::Number(id)) => Some(id.to_string()),
        Some(_) => return Err(invalid("`id` must be a string or a number")),
    };
    let mut request = template.clone();
    let document = request.document.get_or_insert_default();
    document.text = text;
    if let Some(title) = title {
        document.title = title;
    }
    if let Some(language_code) = language_code {
        document.language_code = language_code;
    }
    Ok((id, request))
}

/// The ids of a file of results, and how long its whole lines are: a line that a stopped run left half-written is none.
pub fn ids_of_results(file: &Path) -> io::Result<(HashSet<String>, u64)> {
    let mut ids = HashSet::new();
    let mut whole = 0;
    let mut reader = BufReader::with_capacity(1 << 16, File::open(file)?);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
        whole += length(&line);
        ids.extend(id_of_result(&line));
        line.clear();
    }
    Ok((ids, whole))
}

fn id_of_result(line: &[u8]) -> Option<String> {
    // As we write it, the id comes first: no need to read the analysis.
    if let Some(rest) = line.strip_prefix(br#"{"id":"#) {
        return serde_json::Deserializer::from_slice(rest).into_iter().next()?.ok();
    }
    match serde_json::from_slice(line) {
        Ok(Value::Object(mut object)) => match object.remove("id")? {
            Value::String(id) => Some(id),
            _ => None,
        },
        _ => None,
    }
}

fn text(bytes: Vec<u8>) -> Result<String, tonic_types::Status> {
    String::from_utf8(bytes).map_err(|error| {
        let bytes = error.as_bytes();
        if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
            return outcome::error(Code::InvalidArgument, "not UTF-8 from byte 0: it is UTF-16 by its byte order mark");
        }
        let valid = error.utf8_error().valid_up_to();
        let line = 1 + bytes[..valid].iter().filter(|&&byte| byte == b'\n').count();
        outcome::error(Code::InvalidArgument, format!("not UTF-8 from byte {valid} (line {line})"))
    })
}

fn unreadable(error: &io::Error) -> tonic_types::Status {
    let code = match error.kind() {
        io::ErrorKind::NotFound => Code::NotFound,
        io::ErrorKind::PermissionDenied => Code::PermissionDenied,
        io::ErrorKind::IsADirectory => Code::InvalidArgument,
        _ => Code::Unknown,
    };
    let message = match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        _ => error.to_string(),
    };
    outcome::error(code, message)
}

fn length(bytes: &[u8]) -> u64 {
    length_of(bytes.len())
}

fn length_of(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
