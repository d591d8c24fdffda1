//! Golden sentences of every language, from the folders under `src/languages/`.

use std::fs;

use copydesk::{
    languages::Language,
    text::sentence::{LineBreaks, split},
};

/// Stands between two sentences in the golden files.
const BETWEEN: char = '¦';

/// Checks that `golden`, a line of a golden file, is split where it says. Answers whether it was.
fn holds(code: &str, golden: &str) -> bool {
    let expected: Vec<&str> = golden.split(BETWEEN).map(str::trim).collect();
    // With a space around the mark one stays between the sentences, without none does.
    let text = golden.replace(" ¦ ", " ").replace(BETWEEN, "");
    let language = Language::from_code(code).expect("a folder is named by the code of its language");
    let found = split(&text, Some(language), LineBreaks::Auto);
    let found: Vec<&str> = found.iter().map(|sentence| sentence.span.of(&text)).collect();
    if found != expected {
        eprintln!("{code}: expected {expected:#?}, found {found:#?}");
    }
    found == expected
}

#[test]
fn the_golden_sentences_of_every_folder_are_found() {
    let (mut lines, mut failures) = (0, 0);
    for folder in fs::read_dir("src/languages").expect("tests run in the package's root") {
        let folder = folder.expect("the folder can be listed").path();
        if !folder.is_dir() {
            continue;
        }
        let code = folder.file_name().and_then(|name| name.to_str()).expect("folders are named by codes");
        let golden = fs::read_to_string(folder.join("sentences.txt")).unwrap_or_default();
        let golden: Vec<&str> = golden.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        assert!(!golden.is_empty(), "{code} has no golden sentences");
        lines += golden.len();
        failures += golden.iter().filter(|line| !holds(code, line)).count();
    }
    assert!(lines > 200, "only {lines} golden lines were read");
    assert_eq!(failures, 0, "of {lines} golden lines");
}
