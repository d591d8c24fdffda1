//! The program as a process: `copydesk analyze` and `copydesk health`.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap in a test is a failed test")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

/// An article of our own. It starts with a heading and holds characters of two and four bytes.
const ARTICLE: &str = "Ferry link saved\n\n\
The ferry from Öland to the mainland will run all winter, the Region of Kalmar said on Tuesday. \
Kalmar had planned to stop the ferry in November \u{26F4}\u{FE0F}\u{1F600} to save money. \
Islanders collected nine thousand signatures against the plan. \
\u{201C}The ferry is our road,\u{201D} said Britta Ek, who led the protest.\n";

#[test]
fn json_is_one_line_a_file_that_names_slices_of_it() {
    let folder = Folder::new();
    let output = run(&["analyze", "--json", &folder.file("a.txt", ARTICLE)]);
    assert!(output.status.success(), "{output:?}");
    let [analysis] = &json_lines(&output)[..] else { panic!("one line, not {output:?}") };
    assert_eq!(analysis["languageCode"], "en");
    for part in ["sentences", "summary"] {
        let sentences = analysis[part]["sentences"].as_array().unwrap();
        assert!(!sentences.is_empty(), "{part}");
        for sentence in sentences {
            assert_eq!(slice(ARTICLE, &sentence["span"]), sentence["text"], "{part}");
        }
    }
    assert!(!analysis["keywords"]["keywords"].as_array().unwrap().is_empty());
}

#[test]
fn options_reach_the_analysis() {
    let output = run_with_input(
        &[
            "analyze",
            "--json",
            "--only=keywords,summary",
            "--keywords=2",
            "--mentions",
            "--summary-sentences=1",
            "--offset-unit=utf16",
            "--language=sv",
            "--block=ferry",
        ],
        ARTICLE,
    );
    let [analysis] = &json_lines(&output)[..] else { panic!("one line, not {output:?}") };
    assert_eq!(analysis["languageCode"], "sv");
    assert_eq!(analysis["offsetUnit"], "OFFSET_UNIT_UTF16_CODE_UNIT");
    assert!(analysis.get("language").is_none() && analysis.get("sentences").is_none(), "{analysis}");
    assert_eq!(analysis["keywords"]["keywords"].as_array().unwrap().len(), 2);
    assert!(analysis["keywords"]["keywords"][0]["mentions"].is_array());
    assert_eq!(analysis["summary"]["sentences"].as_array().unwrap().len(), 1);
    assert!(analysis["keywords"]["keywords"].as_array().unwrap().iter().all(|keyword| keyword["text"] != "ferry"));
}

#[test]
fn fields_at_their_default_are_written_when_asked_for() {
    let start = |arguments: &[&str]| {
        let output = run_with_input(arguments, ARTICLE);
        json_lines(&output)[0]["sentences"]["sentences"][0]["span"].get("start").cloned()
    };
    assert_eq!(start(&["analyze", "--json"]), None);
    assert_eq!(start(&["analyze", "--json", "--all-fields"]), Some(Value::from(0)));
}

#[test]
fn output_to_a_pipe_has_no_escapes() {
    let page = page(&[], ARTICLE);
    assert!(!page.contains('\u{1b}'), "{page:?}");
    assert!(page.contains("English (en)") && page.contains("Kalmar"), "{page}");
}

#[test]
fn the_summarys_sentences_are_marked_in_place() {
    let page = page(&[("COLUMNS", "60")], ARTICLE);
    let text = page.split("Keywords\n").next().unwrap();
    assert_eq!(text.matches('\u{25b8}').count(), 3, "{page}");
}

#[test]
fn colour_can_be_forced_and_no_color_turns_it_off() {
    assert!(page(&[("CLICOLOR_FORCE", "1")], ARTICLE).contains("\u{1b}["));
    assert!(!page(&[("NO_COLOR", "1")], ARTICLE).contains('\u{1b}'));
}

#[test]
fn escape_sequences_of_the_text_do_not_reach_the_terminal() {
    let page = page(&[("CLICOLOR_FORCE", "1")], "The mayor\u{1b}]0;owned\u{7} resigned on Friday. She gave no reason.");
    assert!(!page.contains("\u{1b}]") && !page.contains('\u{7}'), "{page:?}");
}

#[test]
fn standard_input_is_read_with_and_without_its_dash() {
    let dash = run_with_input(&["analyze", "--json", "-"], ARTICLE);
    let nothing = run_with_input(&["analyze", "--json"], ARTICLE);
    assert!(dash.status.success());
    assert_eq!(dash.stdout, nothing.stdout);
}

#[test]
fn files_are_answered_in_order_and_a_missing_one_fails_alone() {
    let folder = Folder::new();
    let swedish = "Färjan ska gå hela vintern, sade regionen i tisdags. Öborna är glada över beslutet.";
    let (english, missing) = (folder.file("a.txt", ARTICLE), folder.path("missing.txt"));
    let output = run(&["analyze", "--json", &english, &missing, &folder.file("b.txt", swedish)]);
    assert_eq!(output.status.code(), Some(1));
    let codes: Vec<_> = json_lines(&output).into_iter().map(|line| line["languageCode"].clone()).collect();
    assert_eq!(codes, ["en", "sv"]);
    assert_eq!(stderr(&output), format!("{missing}: no such file\n"));
}

#[test]
fn bad_utf_8_is_told_by_file_and_byte_and_not_quoted() {
    let folder = Folder::new();
    let file = folder.file("latin1.txt", b"Embargoed line\nCaf\xe9 closes");
    let output = run(&["analyze", &file]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stderr(&output), format!("{file}: not UTF-8 from byte 18 (line 2)\n"));
}

#[test]
fn empty_and_overlong_texts_are_told_by_field_and_limit() {
    let output = run_with_input(&["analyze"], " \u{200b}\n");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stderr(&output), "-: document.text: must hold at least one visible character\n");

    let folder = Folder::new();
    let file = folder.file("long.txt", "word ".repeat(300_000));
    let output = run(&["analyze", "--json", &file]);
    assert_eq!(output.status.code(), Some(1));
    let expected = format!("{file}: document.text: must be at most 1048576 bytes of UTF-8, is 1500000\n");
    assert_eq!(stderr(&output), expected);
}

#[test]
fn mistakes_in_the_arguments_are_exit_status_2_and_name_the_flag() {
    for (arguments, named) in [
        (&["analyze", "--keywords=0"][..], "'--keywords': must be from 1 to 100, is 0"),
        (&["analyze", "--summary-ratio=1.5"], "'--summary-ratio'"),
        (&["analyze", "--summary-words=20", "--summary-sentences=2"], "--summary-sentences"),
        (&["analyze", "--language=klingon"], "'--language'"),
        (&["analyze", "--candidates=en,xx-yy"], "'--candidates'"),
        (&["analyze", "--only=adverbs"], "--only"),
        (&["analyze", "-", "-"], "only once"),
        (&["analyze", "--bulk"], "'--bulk'"),
        (&["analyze", "--resume=out", "-"], "'--resume'"),
        (&["health", "--timeout=0"], "--timeout"),
    ] {
        let output = run_with_input(arguments, "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
        assert!(stderr(&output).contains(named), "{arguments:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn help_explains_every_flag_and_the_exit_status() {
    for subcommand in ["analyze", "health"] {
        let output = run(&[subcommand, "--help"]);
        let help = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && help.contains("Exit status:"), "{help}");
    }
}

#[test]
fn json_lines_come_back_by_id_with_errors_by_item() {
    let folder = Folder::new();
    let file = folder.file("in.jsonl", JSON_LINES);
    let output = run(&["analyze", "--jsonl", &file]);
    assert_eq!(output.status.code(), Some(1));
    check_results(&output, &file);
}

#[test]
fn a_run_resumes_after_the_ids_that_are_there() {
    let folder = Folder::new();
    let (file, results) = (folder.file("in.jsonl", JSON_LINES), folder.path("out.jsonl"));
    let whole = run(&["analyze", "--jsonl", &file, "--resume", &results]);
    assert!(whole.stdout.is_empty());
    let expected = sorted_lines(&fs::read_to_string(&results).unwrap());
    assert_eq!(expected.len(), 6);

    // A run that was stopped: two results, and a third half-written.
    let half = format!("{}\n{}\n{}", expected[0], expected[3], &expected[4][..20]);
    fs::write(&results, half).unwrap();
    let resumed = run(&["analyze", "--jsonl", &file, "--resume", &results]);
    assert_eq!(sorted_lines(&fs::read_to_string(&results).unwrap()), expected);
    assert!(stderr(&resumed).contains("2 were there already"), "{}", stderr(&resumed));

    let again = run(&["analyze", "--jsonl", &file, "--resume", &results]);
    assert!(again.status.success());
    assert_eq!(sorted_lines(&fs::read_to_string(&results).unwrap()), expected);
}

#[test]
fn bulk_opens_folders_and_names_items_by_their_path() {
    let folder = Folder::new();
    fs::create_dir(folder.path("deeper")).unwrap();
    let expected = [folder.file("a.txt", ARTICLE), folder.file("deeper/b.txt", ARTICLE)];
    folder.file(".hidden", ARTICLE);
    let output = run(&["analyze", "--bulk", &folder.path("")]);
    assert!(output.status.success(), "{output:?}");
    let mut ids: Vec<_> = json_lines(&output).iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    assert_eq!(ids, expected);
}

#[test]
fn a_reader_that_leaves_early_ends_the_run_quietly() {
    let folder = Folder::new();
    let file = folder.file("in.jsonl", format!("{{\"text\":\"{}\"}}\n", "A sentence. ".repeat(800)).repeat(64));
    let mut child = command(&["analyze", "--jsonl", &file]).stdout(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(first.contains("analysis"));
    assert!(output.status.success() && !stderr(&output).contains("anic"), "{output:?}");
}

#[test]
fn a_server_answers_what_the_process_answers_itself() {
    let (server, folder) = (Server::start(), Folder::new());
    let (article, lines) = (folder.file("a.txt", ARTICLE), folder.file("in.jsonl", JSON_LINES));
    let endpoint = ["--endpoint", &server.url];

    let here = run(&["analyze", "--json", &article]);
    let there = run(&[&["analyze", "--json", &article], &endpoint[..]].concat());
    assert!(there.status.success(), "{there:?}");
    assert_eq!(here.stdout, there.stdout);

    let streamed = run(&[&["analyze", "--jsonl", &lines], &endpoint[..]].concat());
    assert_eq!(streamed.status.code(), Some(1));
    check_results(&streamed, &lines);

    let refused = run(&[&["analyze", "--keywords=0", &article], &endpoint[..]].concat());
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("keywords.max_keywords: must be from 1 to 100"), "{}", stderr(&refused));
}

#[test]
fn a_stream_passes_over_texts_that_the_server_would_not_take() {
    let (server, folder) = (Server::start(), Folder::new());
    let long = format!("{{\"id\":\"long\",\"text\":\"{}\"}}\n", "word ".repeat(2_000_000));
    let file =
        folder.file("in.jsonl", format!("{long}{{\"id\":\"short\",\"text\":\"{}\"}}\n", "A short one. ".repeat(3)));
    let output = run(&["analyze", "--jsonl", &file, "--endpoint", &server.url]);
    let mut results = json_lines(&output);
    results.sort_by_key(|result| result["id"].to_string());
    assert_eq!(results.len(), 2, "{output:?}");
    assert_eq!(results[0]["error"]["details"][0]["fieldViolations"][0]["field"], "document.text");
    assert_eq!(results[1]["analysis"]["languageCode"], "en");
}

#[test]
fn a_stream_that_breaks_is_taken_up_again() {
    let (server, folder) = (Server::start(), Folder::new());
    let items: String = (0..200)
        .map(|id| format!("{{\"id\":{id},\"text\":\"{}\"}}\n", "The ferry runs all winter. ".repeat(40)))
        .collect();
    let file = folder.file("in.jsonl", items);
    // Well after what the server says of itself, well before the last answer.
    let (url, connections) = cut_once(&server.url, 200_000);
    let output = run(&["analyze", "--jsonl", &file, "--endpoint", &url]);
    assert!(output.status.success(), "{}", stderr(&output));
    let mut ids: Vec<u32> =
        json_lines(&output).iter().map(|result| result["id"].as_str().unwrap().parse().unwrap()).collect();
    ids.sort_unstable();
    assert_eq!(ids, (0..200).collect::<Vec<_>>(), "each item is answered once");
    assert_eq!(connections.load(Ordering::Relaxed), 2, "it was cut, and taken up");
}

#[test]
fn health_of_a_server_is_one_line_and_exit_status_0() {
    let server = Server::start();
    for arguments in [&["health"][..], &["health", "--service=copydesk.v1.SummaryService"]] {
        let output = run(&[arguments, &["--endpoint", &server.url]].concat());
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{}: SERVING\n", server.url));
    }
    let output = run(&["health", "--service=copydesk.v1.Nothing", "--endpoint", &server.url]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn health_finds_the_server_by_its_own_setting() {
    let server = Server::start();
    let address = server.url.trim_start_matches("http://");
    let output = command(&["health"]).env("COPYDESK_LISTEN", address).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn nobody_there_is_exit_status_1_and_says_so() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    let output = run(&["health", "--endpoint", &url]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().starts_with(&format!("cannot reach {url}: ")));

    let output = run_with_input(&["analyze", "--endpoint", &url], ARTICLE);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains(&format!("cannot reach {url}")), "{output:?}");
    assert!(!stderr(&output).contains("ferry"));
}

/// Six items: two whole, one without id, one with a number as id, one that is no JSON, one without a text.
const JSON_LINES: &str = "\u{feff}{\"id\":\"en\",\"text\":\"The ferry runs all winter. Islanders are glad.\",\"title\":\"Ferry\"}\n\
{\"id\":7,\"text\":\"Die F\u{e4}hre f\u{e4}hrt den ganzen Winter. Das freut die Insel.\",\"language_code\":\"de\"}\n\
\n\
{\"text\":\"No id here. Its place will do.\",\"section\":\"local\"}\n\
{\"id\":\"secret\", oops embargoed\n\
{\"id\":\"bare\",\"title\":\"Only a title\"}\n\
{\"id\":\"klingon\",\"text\":\"nuqneH\",\"language_code\":\"klingon\"}";

/// Checks what comes of [`JSON_LINES`], in any order.
#[track_caller]
fn check_results(output: &Output, file: &str) {
    let mut results = json_lines(output);
    results.sort_by_key(|result| result["id"].as_str().unwrap().to_owned());
    let of = |id: &str| results.iter().find(|result| result["id"] == id).unwrap_or_else(|| panic!("{id}: {results:?}"));
    assert_eq!(results.len(), 6);
    assert_eq!(of("en")["analysis"]["languageCode"], "en");
    assert_eq!(of("7")["analysis"]["languageCode"], "de");
    assert!(of(&format!("{file}:4"))["analysis"].is_object());
    assert_eq!(of(&format!("{file}:5"))["error"]["message"], "not JSON: Syntax error at column 17");
    assert_eq!(of(&format!("{file}:6"))["error"]["message"], "must have a `text`");
    assert_eq!(of("klingon")["error"]["code"], 3);
    assert_eq!(of("klingon")["error"]["details"][0]["fieldViolations"][0]["field"], "document.language_code");
    assert!(stderr(output).starts_with("3 analysed, 3 failed"), "{}", stderr(output));
    assert!(!stderr(output).contains("embargoed") && !String::from_utf8_lossy(&output.stdout).contains("embargoed"));
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_copydesk"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for variable in ["NO_COLOR", "CLICOLOR_FORCE", "COPYDESK_ENDPOINT", "COPYDESK_LISTEN", "COPYDESK_HEALTH_LISTEN"] {
        command.env_remove(variable);
    }
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn run_with_input(arguments: &[&str], input: &str) -> Output {
    feed(&mut command(arguments), input)
}

fn feed(command: &mut Command, input: &str) -> Output {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    // A process that stops at its arguments reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// What `analyze` prints for people, with these variables set.
#[track_caller]
fn page(variables: &[(&str, &str)], text: &str) -> String {
    let output = feed(command(&["analyze"]).envs(variables.iter().copied()), text);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn json_lines(output: &Output) -> Vec<Value> {
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn sorted_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A way to the server whose first connection is cut after it has carried so many bytes of answers, and how many there were.
fn cut_once(server: &str, bytes: u64) -> (String, Arc<AtomicU32>) {
    let server = server.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&connections);
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let place = counted.fetch_add(1, Ordering::Relaxed);
            let there = TcpStream::connect(&server).unwrap();
            let (mut requests, mut to_server) = (client.try_clone().unwrap(), there.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut requests, &mut to_server));
            let limit = if place == 0 { bytes } else { u64::MAX };
            std::thread::spawn(move || {
                let _ = std::io::copy(&mut (&there).take(limit), &mut &client);
                let _ = client.shutdown(Shutdown::Both);
                let _ = there.shutdown(Shutdown::Both);
            });
        }
    });
    (url, connections)
}

/// The bytes of `text` that a span names.
fn slice<'t>(text: &'t str, span: &Value) -> &'t str {
    let at = |name: &str| usize::try_from(span.get(name).map_or(0, |value| value.as_u64().unwrap())).unwrap();
    &text[at("start")..at("end")]
}

/// A folder of a test's own, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("cli-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        fs::write(self.path(name), content).unwrap();
        self.path(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A server on a port of its own, stopped with the test.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start() -> Self {
        let mut process = command(&["serve", "--listen=127.0.0.1:0", "--metrics-listen=off", "--log-format=json"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
        let address = log
            .by_ref()
            .map_while(Result::ok)
            .filter_map(|line| serde_json::from_str::<Value>(&line).ok())
            .find(|event| event["message"] == "listening")
            .expect("it says where it listens");
        // A full pipe would stop the server.
        std::thread::spawn(move || log.for_each(drop));
        Self { process, url: format!("http://{}", address["address"].as_str().unwrap()) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn an_archives_frequencies_are_what_the_server_reads() {
    let folder = Folder::new();
    let first = folder.file("a.txt", "The harbour was closed by fog.");
    let second = folder.file("b.txt", "Fog came over the harbour again.");
    let output = run(&["frequencies", &first, &second]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "2 texts counted, 0 left out\n");
    let written = String::from_utf8(output.stdout).unwrap();
    assert!(written.contains("en\t2\n") && written.contains("en\tfog\t2\n"), "{written}");
    copydesk::cli::read_frequencies(Path::new(&folder.file("frequencies.tsv", &written))).unwrap();
    let other = folder.file("other.tsv", "something else");
    let error = format!("{:#}", copydesk::cli::read_frequencies(Path::new(&other)).unwrap_err());
    assert!(error.starts_with("--document-frequencies") && error.ends_with("writes"), "{error}");
}
