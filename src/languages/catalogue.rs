//! Which languages there are: codes, names, scripts. Codes are ISO 639 and BCP 47 (the IANA subtag registry), names and
//! scripts CLDR's (Unicode-3.0).

use std::fmt;

use super::{TAILORED, Tailoring};

/// A language that Copydesk knows.
#[derive(Debug, PartialEq, Eq)]
pub struct Language {
    /// The BCP 47 language subtag: `de`.
    pub code: &'static str,
    /// The ISO 639-3 code: `deu`.
    pub alpha3: &'static str,
    /// CLDR's English name: `German`.
    pub name: &'static str,
    /// ISO 15924 codes of the scripts it is written in, the usual one first; a tag leaves that one out.
    pub scripts: &'static [&'static str],
    /// Other codes that mean it: withdrawn ones, ISO 639-2/B, members of a macrolanguage.
    aliases: &'static [&'static str],
    /// The place of its own data among those of tailored languages.
    tailored: Option<usize>,
}

/// A language in a script: what a BCP 47 tag without region says.
///
/// Displays as the canonical tag, without the script where it is the language's usual one: `de`, `zh-Hant`, `sr-Latn`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag {
    /// The language.
    pub language: &'static Language,
    /// The ISO 15924 code of the script: one of the language's.
    pub script: &'static str,
}

/// Every known language, sorted by code.
pub static CATALOGUE: &[Language] = &[
    row("af", "afr", "Afrikaans", &["Latn"], &[]),
    row("ak", "aka", "Akan", &["Latn"], &["tw", "twi", "fat"]),
    row("am", "amh", "Amharic", &["Ethi"], &[]),
    row("ar", "ara", "Arabic", &["Arab"], &["arb"]),
    row("az", "aze", "Azerbaijani", &["Latn", "Cyrl"], &["azj"]),
    row("be", "bel", "Belarusian", &["Cyrl"], &[]),
    row("bg", "bul", "Bulgarian", &["Cyrl"], &[]),
    row("bn", "ben", "Bangla", &["Beng"], &[]),
    row("bo", "bod", "Tibetan", &["Tibt"], &["tib"]),
    row("bs", "bos", "Bosnian", &["Latn", "Cyrl"], &[]),
    row("ca", "cat", "Catalan", &["Latn"], &[]),
    row("ckb", "ckb", "Central Kurdish", &["Arab"], &[]),
    row("cs", "ces", "Czech", &["Latn"], &["cze"]),
    row("cy", "cym", "Welsh", &["Latn"], &["wel"]),
    row("da", "dan", "Danish", &["Latn"], &[]),
    row("de", "deu", "German", &["Latn"], &["ger"]),
    row("el", "ell", "Greek", &["Grek"], &["gre"]),
    row("en", "eng", "English", &["Latn"], &[]),
    row("eo", "epo", "Esperanto", &["Latn"], &[]),
    row("es", "spa", "Spanish", &["Latn"], &[]),
    row("et", "est", "Estonian", &["Latn"], &["ekk"]),
    row("eu", "eus", "Basque", &["Latn"], &["baq"]),
    row("fa", "fas", "Persian", &["Arab"], &["per", "pes"]),
    row("fi", "fin", "Finnish", &["Latn"], &[]),
    row("fil", "fil", "Filipino", &["Latn"], &["tl", "tgl"]),
    row("fo", "fao", "Faroese", &["Latn"], &[]),
    row("fr", "fra", "French", &["Latn"], &["fre"]),
    row("ga", "gle", "Irish", &["Latn"], &[]),
    row("gl", "glg", "Galician", &["Latn"], &[]),
    row("gu", "guj", "Gujarati", &["Gujr"], &[]),
    row("ha", "hau", "Hausa", &["Latn"], &[]),
    row("he", "heb", "Hebrew", &["Hebr"], &["iw"]),
    row("hi", "hin", "Hindi", &["Deva"], &[]),
    row("hr", "hrv", "Croatian", &["Latn"], &["scr"]),
    row("hu", "hun", "Hungarian", &["Latn"], &[]),
    row("hy", "hye", "Armenian", &["Armn"], &["arm"]),
    row("id", "ind", "Indonesian", &["Latn"], &["in"]),
    row("ig", "ibo", "Igbo", &["Latn"], &[]),
    row("is", "isl", "Icelandic", &["Latn"], &["ice"]),
    row("it", "ita", "Italian", &["Latn"], &[]),
    row("ja", "jpn", "Japanese", &["Jpan"], &[]),
    row("jv", "jav", "Javanese", &["Latn"], &["jw"]),
    row("ka", "kat", "Georgian", &["Geor"], &["geo"]),
    row("kk", "kaz", "Kazakh", &["Cyrl"], &[]),
    row("km", "khm", "Khmer", &["Khmr"], &[]),
    row("kn", "kan", "Kannada", &["Knda"], &[]),
    row("ko", "kor", "Korean", &["Kore"], &[]),
    row("ku", "kmr", "Kurdish", &["Latn"], &["kur"]),
    row("ky", "kir", "Kyrgyz", &["Cyrl"], &[]),
    row("la", "lat", "Latin", &["Latn"], &[]),
    row("lb", "ltz", "Luxembourgish", &["Latn"], &[]),
    row("lo", "lao", "Lao", &["Laoo"], &[]),
    row("lt", "lit", "Lithuanian", &["Latn"], &[]),
    row("lv", "lav", "Latvian", &["Latn"], &["lvs"]),
    row("mg", "mlg", "Malagasy", &["Latn"], &["plt"]),
    row("mk", "mkd", "Macedonian", &["Cyrl"], &["mac"]),
    row("ml", "mal", "Malayalam", &["Mlym"], &[]),
    row("mn", "mon", "Mongolian", &["Cyrl"], &["khk"]),
    row("mr", "mar", "Marathi", &["Deva"], &[]),
    row("ms", "msa", "Malay", &["Latn"], &["may", "zsm", "zlm"]),
    row("mt", "mlt", "Maltese", &["Latn"], &[]),
    row("my", "mya", "Burmese", &["Mymr"], &["bur"]),
    row("nb", "nob", "Norwegian Bokmål", &["Latn"], &["no", "nor"]),
    row("ne", "nep", "Nepali", &["Deva"], &["npi"]),
    row("nl", "nld", "Dutch", &["Latn"], &["dut"]),
    row("nn", "nno", "Norwegian Nynorsk", &["Latn"], &[]),
    row("or", "ori", "Odia", &["Orya"], &["ory"]),
    row("pa", "pan", "Punjabi", &["Guru"], &[]),
    row("pl", "pol", "Polish", &["Latn"], &[]),
    row("ps", "pus", "Pashto", &["Arab"], &["pbt", "pbu", "pst"]),
    row("pt", "por", "Portuguese", &["Latn"], &[]),
    row("ro", "ron", "Romanian", &["Latn"], &["rum", "mo", "mol"]),
    row("ru", "rus", "Russian", &["Cyrl"], &[]),
    row("rw", "kin", "Kinyarwanda", &["Latn"], &[]),
    row("sd", "snd", "Sindhi", &["Arab"], &[]),
    row("si", "sin", "Sinhala", &["Sinh"], &[]),
    row("sk", "slk", "Slovak", &["Latn"], &["slo"]),
    row("sl", "slv", "Slovenian", &["Latn"], &[]),
    row("sn", "sna", "Shona", &["Latn"], &[]),
    row("so", "som", "Somali", &["Latn"], &[]),
    row("sq", "sqi", "Albanian", &["Latn"], &["alb", "als"]),
    row("sr", "srp", "Serbian", &["Cyrl", "Latn"], &["scc"]),
    row("sv", "swe", "Swedish", &["Latn"], &[]),
    row("sw", "swa", "Swahili", &["Latn"], &["swh"]),
    row("ta", "tam", "Tamil", &["Taml"], &[]),
    row("te", "tel", "Telugu", &["Telu"], &[]),
    row("tg", "tgk", "Tajik", &["Cyrl"], &[]),
    row("th", "tha", "Thai", &["Thai"], &[]),
    row("ti", "tir", "Tigrinya", &["Ethi"], &[]),
    row("tk", "tuk", "Turkmen", &["Latn"], &[]),
    row("tr", "tur", "Turkish", &["Latn"], &[]),
    row("tt", "tat", "Tatar", &["Cyrl"], &[]),
    row("ug", "uig", "Uyghur", &["Arab"], &[]),
    row("uk", "ukr", "Ukrainian", &["Cyrl"], &[]),
    row("ur", "urd", "Urdu", &["Arab"], &[]),
    row("uz", "uzb", "Uzbek", &["Latn", "Cyrl"], &["uzn"]),
    row("vi", "vie", "Vietnamese", &["Latn"], &[]),
    row("xh", "xho", "Xhosa", &["Latn"], &[]),
    row("yi", "yid", "Yiddish", &["Hebr"], &["ji", "ydd"]),
    row("yo", "yor", "Yoruba", &["Latn"], &[]),
    row("zh", "zho", "Chinese", &["Hans", "Hant"], &["chi", "cmn"]),
    row("zu", "zul", "Zulu", &["Latn"], &[]),
];

/// Regions whose Chinese is written in traditional characters where the tag names no script (CLDR likely subtags).
const TRADITIONAL_REGIONS: &[&str] = &["hk", "mo", "tw"];

const fn row(
    code: &'static str,
    alpha3: &'static str,
    name: &'static str,
    scripts: &'static [&'static str],
    aliases: &'static [&'static str],
) -> Language {
    Language { code, alpha3, name, scripts, aliases, tailored: tailored(code) }
}

/// Looked up while compiling, since every analysis asks for it. Codes have two or three letters.
const fn tailored(code: &str) -> Option<usize> {
    let mut i = 0;
    while i < TAILORED.len() {
        let (known, code) = (TAILORED[i].code.as_bytes(), code.as_bytes());
        if known.len() == code.len()
            && known[0] == code[0]
            && known[1] == code[1]
            && known[known.len() - 1] == code[code.len() - 1]
        {
            return Some(i);
        }
        i += 1;
    }
    None
}

impl Language {
    /// The language of a bare code, in any case: BCP 47, ISO 639-1, -2, -3 or an alias of theirs.
    pub fn from_code(code: &str) -> Option<&'static Self> {
        CATALOGUE.iter().find(|language| {
            [language.code, language.alpha3]
                .iter()
                .chain(language.aliases)
                .any(|known| known.eq_ignore_ascii_case(code))
        })
    }

    /// Whether it is written without spaces between words, so that words are found by segmentation.
    pub fn is_unspaced(&self) -> bool {
        ["bo", "ja", "km", "lo", "my", "th", "zh"].contains(&self.code)
    }

    /// Its own data, if it has a folder.
    pub fn tailoring(&self) -> Option<&'static Tailoring> {
        self.tailored.map(|place| TAILORED[place])
    }
}

impl Tag {
    /// The language in its usual script.
    pub fn of(language: &'static Language) -> Self {
        Self { language, script: language.scripts[0] }
    }

    /// What a BCP 47 tag names; `None` where its language is unknown. Regions, variants and extensions are dropped, and so
    /// is a script that the language is not written in; `_` serves for `-`.
    pub fn parse(tag: &str) -> Option<Self> {
        let (language, script) = subtags(tag)?;
        Some(Self { language, script: script.unwrap_or(language.scripts[0]) })
    }

    /// Every tag that a BCP 47 tag covers: the language in each of its scripts, unless the tag says which.
    pub fn matching(tag: &str) -> Vec<Self> {
        let Some((language, named)) = subtags(tag) else { return Vec::new() };
        let scripts = language.scripts.iter().filter(|&&script| named.is_none_or(|named| named == script));
        scripts.map(|script| Self { language, script }).collect()
    }
}

/// The language of a BCP 47 tag, and the script where the tag says which.
fn subtags(tag: &str) -> Option<(&'static Language, Option<&'static str>)> {
    let mut subtags = tag.split(['-', '_']);
    let code = subtags.next()?;
    // The withdrawn code for Serbo-Croatian means Serbian in Latin letters (CLDR).
    if ["sh", "hbs"].iter().any(|serbo_croatian| serbo_croatian.eq_ignore_ascii_case(code)) {
        return Some((Language::from_code("sr")?, Some("Latn")));
    }
    let language = Language::from_code(code)?;
    let script = subtags.find_map(|subtag| {
        let named = language.scripts.iter().find(|script| script.eq_ignore_ascii_case(subtag)).copied();
        let traditional =
            language.code == "zh" && TRADITIONAL_REGIONS.iter().any(|region| region.eq_ignore_ascii_case(subtag));
        named.or(traditional.then_some("Hant"))
    });
    Some((language, script))
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.language.code)?;
        if self.script == self.language.scripts[0] { Ok(()) } else { write!(f, "-{}", self.script) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tag: &str, expected: &str) {
        assert_eq!(Tag::parse(tag).map(|tag| tag.to_string()).as_deref(), Some(expected), "{tag}");
    }

    #[test]
    fn every_code_of_a_language_means_it() {
        for (tag, expected) in [
            ("no", "nb"),
            ("nor", "nb"),
            ("nob", "nb"),
            ("iw", "he"),
            ("tl", "fil"),
            ("ger", "de"),
            ("pes", "fa"),
            ("EN", "en"),
        ] {
            check(tag, expected);
        }
    }

    #[test]
    fn a_region_is_dropped() {
        check("pt-BR", "pt");
        check("de_AT", "de");
    }

    #[test]
    fn an_unusual_script_is_kept() {
        check("zh-Hant-TW", "zh-Hant");
        check("zh-Hans", "zh");
        check("sr-latn", "sr-Latn");
        check("sh", "sr-Latn");
    }

    #[test]
    fn chinese_of_a_traditional_region_is_traditional() {
        check("zh-TW", "zh-Hant");
        check("zh-CN", "zh");
    }

    #[test]
    fn a_tag_without_script_covers_every_script() {
        let codes = |tag| Tag::matching(tag).iter().map(Tag::to_string).collect::<Vec<_>>();
        assert_eq!(codes("zh"), ["zh", "zh-Hant"]);
        assert_eq!(codes("zh-Hant"), ["zh-Hant"]);
        assert!(codes("tlh").is_empty());
    }

    #[test]
    fn an_unknown_language_is_none() {
        assert_eq!(Tag::parse("tlh"), None);
        assert_eq!(Tag::parse(""), None);
    }

    #[test]
    fn no_code_means_two_languages() {
        let mut codes: Vec<&str> = Vec::new();
        for language in CATALOGUE {
            codes.push(language.code);
            if language.alpha3 != language.code {
                codes.push(language.alpha3);
            }
            codes.extend(language.aliases);
        }
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all);
    }

    #[test]
    fn the_catalogue_is_sorted() {
        assert!(CATALOGUE.is_sorted_by_key(|language| language.code));
    }
}
