//! Who may call: bearer tokens from a file, of which the server knows only the hashes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use arc_swap::ArcSwap;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use ring::digest::{SHA256, digest};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

/// The tokens in force.
#[derive(Debug)]
pub struct Access {
    file: PathBuf,
    tokens: ArcSwap<Vec<Token>>,
}

/// One caller's token.
#[derive(Debug, PartialEq, Eq)]
struct Token {
    name: Arc<str>,
    hash: [u8; 32],
}

impl Access {
    /// Reads the file of tokens.
    ///
    /// # Errors
    /// If the file cannot be read or a line of it is wrong.
    pub fn load(file: &Path) -> anyhow::Result<Self> {
        Ok(Self { file: file.to_owned(), tokens: ArcSwap::from_pointee(read(file)?) })
    }

    /// Reads the file again.
    ///
    /// # Errors
    /// If the file cannot be read or a line of it is wrong; then the former tokens stay in force.
    pub fn reload(&self) -> anyhow::Result<()> {
        self.tokens.store(Arc::new(read(&self.file)?));
        Ok(())
    }

    /// The name of the caller whose token these headers hold.
    ///
    /// Every known hash is compared in full, so the time tells nothing of a token.
    pub fn caller(&self, headers: &HeaderMap) -> Option<Arc<str>> {
        let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let hash = digest(&SHA256, token.trim().as_bytes());
        let tokens = self.tokens.load();
        let (mut found, mut place) = (Choice::from(0), 0_u64);
        for (index, known) in (0_u64..).zip(tokens.iter()) {
            let equal = known.hash.as_slice().ct_eq(hash.as_ref());
            place = u64::conditional_select(&place, &index, equal);
            found |= equal;
        }
        let known = tokens.get(usize::try_from(place).ok()?)?;
        bool::from(found).then(|| Arc::clone(&known.name))
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<Token>> {
    let content = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    parse(&content).with_context(|| format!("in {}", file.display()))
}

/// One token a line: a name and the SHA-256 of the token in hex. Empty lines and lines that begin with `#` are skipped.
fn parse(content: &str) -> anyhow::Result<Vec<Token>> {
    let mut tokens: Vec<Token> = Vec::new();
    for (number, line) in (1..).zip(content.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let token = match line.split_whitespace().collect::<Vec<_>>()[..] {
            [name, hash] => unhex(hash).map(|hash| Token { name: name.into(), hash }),
            _ => None,
        };
        // The line itself is not quoted: somebody may have put the token where its hash belongs.
        let token = token.with_context(|| format!("line {number}: a name and 64 hex digits are wanted"))?;
        tokens.push(token);
    }
    anyhow::ensure!(!tokens.is_empty(), "no token at all");
    Ok(tokens)
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SHA-256 of "abc" and of the empty string, from FIPS 180-4's examples.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[track_caller]
    fn check(authorization: &str, expected: Option<&str>) {
        let tokens = parse(&format!("# callers\n\nwire {EMPTY}\ndesk {}\n", ABC.to_uppercase())).unwrap();
        let access = Access { file: PathBuf::new(), tokens: ArcSwap::from_pointee(tokens) };
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization.parse().unwrap());
        assert_eq!(access.caller(&headers).as_deref(), expected, "{authorization:?}");
    }

    #[test]
    fn a_known_token_names_its_caller() {
        check("Bearer abc", Some("desk"));
        check("bearer abc", Some("desk"));
    }

    #[test]
    fn anything_else_names_nobody() {
        for authorization in ["", "abc", "Bearer", "Bearer abd", "Basic abc", ABC, &format!("Bearer {ABC}")] {
            check(authorization, None);
        }
    }

    #[track_caller]
    fn check_refused(content: &str, expected: &str) {
        let message = format!("{:#}", parse(content).unwrap_err());
        assert_eq!(message, expected);
    }

    #[test]
    fn wrong_lines_are_named_and_not_quoted() {
        check_refused("", "no token at all");
        check_refused("# nobody\n", "no token at all");
        check_refused("\ndesk secret\n", "line 2: a name and 64 hex digits are wanted");
        check_refused("desk\n", "line 1: a name and 64 hex digits are wanted");
        check_refused(&format!("desk x{}\n", &ABC[1..]), "line 1: a name and 64 hex digits are wanted");
    }
}
