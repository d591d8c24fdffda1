//! Golden pages: scraped pages, newsletters and wire copy, with the kind of every block and every split.
//!
//! A line of a file in `tests/pages/` starts with the kind of its block (`P`rose, `H`eading, `L`ist item, `B`oilerplate) and a
//! space, or with `+` where it goes on with the block before. `¦` stands between two sentences. The name of the file
//! starts with the code of its language.

use std::{fs, path::Path};

use copydesk::{
    languages::Language,
    text::sentence::{Kind, LineBreaks, split},
};

/// A page: its text, and its sentences with their kinds.
struct Page {
    text: String,
    sentences: Vec<(Kind, String)>,
}

fn read(path: &Path) -> Page {
    let mut page = Page { text: String::new(), sentences: Vec::new() };
    let mut blocks: Vec<(Kind, String)> = Vec::new();
    for line in fs::read_to_string(path).expect("a page is UTF-8").lines() {
        let (mark, content) = line.split_once(' ').unwrap_or((line, ""));
        let kind = match mark {
            "P" => Kind::Prose,
            "H" => Kind::Heading,
            "L" => Kind::ListItem,
            "B" => Kind::Boilerplate,
            "+" => {
                let (_, block) = blocks.last_mut().expect("a line goes on with one before");
                block.push('\n');
                block.push_str(content);
                page.text.push_str(&content.replace(" ¦ ", " ").replace('¦', ""));
                page.text.push('\n');
                continue;
            }
            "" => {
                page.text.push('\n');
                continue;
            }
            _ => panic!("{}: no kind in {line:?}", path.display()),
        };
        blocks.push((kind, content.to_string()));
        page.text.push_str(&content.replace(" ¦ ", " ").replace('¦', ""));
        page.text.push('\n');
    }
    for (kind, block) in blocks {
        page.sentences.extend(block.split('¦').map(|sentence| (kind, sentence.trim().to_string())));
    }
    page
}

#[test]
fn the_golden_pages_are_split_and_told_apart() {
    let (mut pages, mut mistakes) = (0, 0);
    for entry in fs::read_dir("tests/pages").expect("tests run in the package's root") {
        let path = entry.expect("the folder can be listed").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("names are UTF-8").to_string();
        let language = name.split('-').next().and_then(Language::from_code);
        assert!(language.is_some(), "{name} starts with no code of a language");
        let page = read(&path);
        let found: Vec<(Kind, String)> = split(&page.text, language, LineBreaks::Auto)
            .iter()
            .map(|sentence| (sentence.kind, sentence.span.of(&page.text).to_string()))
            .collect();
        for missed in page.sentences.iter().filter(|sentence| !found.contains(sentence)) {
            eprintln!("{name}: expected {missed:?}");
        }
        for extra in found.iter().filter(|sentence| !page.sentences.contains(sentence)) {
            eprintln!("{name}: found    {extra:?}");
        }
        mistakes += usize::from(found != page.sentences);
        pages += 1;
    }
    assert!(pages >= 20, "only {pages} pages were read");
    assert_eq!(mistakes, 0, "of {pages} pages");
}
