//! The languages that Copydesk knows, and the data that each is analysed with.
//!
//! `catalogue` names every known language. A language that is analysed with data of its own has one folder here; the
//! rest are answered under their own code with neutral rules. To add data for a language, copy a folder and add its two
//! plain lines below.

mod abbreviations;
mod boilerplate;
mod catalogue;
mod heads;
mod sections;
mod shapes;
mod tailoring;
mod tails;
mod word_list;

pub use abbreviations::{Abbreviation, Abbreviations, Ending};
pub use boilerplate::Boilerplate;
pub use catalogue::{CATALOGUE, Language, Tag};
pub use tailoring::Tailoring;
pub use tails::Tail;
pub use word_list::WordList;

mod af;
mod am;
mod ar;
mod be;
mod bg;
mod bn;
mod bs;
mod ca;
mod cs;
mod da;
mod de;
mod el;
mod en;
mod es;
mod et;
mod eu;
mod fa;
mod fi;
mod fr;
mod gl;
mod gu;
mod he;
mod hi;
mod hr;
mod hu;
mod hy;
mod id;
mod is;
mod it;
mod ja;
mod ka;
mod kk;
mod km;
mod ko;
mod lt;
mod lv;
mod mk;
mod ml;
mod mr;
mod ms;
mod my;
mod nb;
mod ne;
mod nl;
mod nn;
mod pa;
mod pl;
mod pt;
mod ro;
mod ru;
mod sk;
mod sl;
mod sq;
mod sr;
mod sv;
mod ta;
mod te;
mod th;
mod tr;
mod uk;
mod ur;
mod vi;
mod zh;

/// Abbreviations that keep their meaning from language to language, as the names that they belong to do.
pub static COMMON_ABBREVIATIONS: Abbreviations = Abbreviations::new(include_str!("abbreviations.txt"));

/// Boilerplate that pages of every language hold.
pub static COMMON_BOILERPLATE: Boilerplate = Boilerplate::new(include_str!("boilerplate.txt"));

/// The tailored languages, in the order of their codes.
static TAILORED: &[&Tailoring] = &[
    &af::TAILORING,
    &am::TAILORING,
    &ar::TAILORING,
    &be::TAILORING,
    &bg::TAILORING,
    &bn::TAILORING,
    &bs::TAILORING,
    &ca::TAILORING,
    &cs::TAILORING,
    &da::TAILORING,
    &de::TAILORING,
    &el::TAILORING,
    &en::TAILORING,
    &es::TAILORING,
    &et::TAILORING,
    &eu::TAILORING,
    &fa::TAILORING,
    &fi::TAILORING,
    &fr::TAILORING,
    &gl::TAILORING,
    &gu::TAILORING,
    &he::TAILORING,
    &hi::TAILORING,
    &hr::TAILORING,
    &hu::TAILORING,
    &hy::TAILORING,
    &id::TAILORING,
    &is::TAILORING,
    &it::TAILORING,
    &ja::TAILORING,
    &ka::TAILORING,
    &kk::TAILORING,
    &km::TAILORING,
    &ko::TAILORING,
    &lt::TAILORING,
    &lv::TAILORING,
    &mk::TAILORING,
    &ml::TAILORING,
    &mr::TAILORING,
    &ms::TAILORING,
    &my::TAILORING,
    &nb::TAILORING,
    &ne::TAILORING,
    &nl::TAILORING,
    &nn::TAILORING,
    &pa::TAILORING,
    &pl::TAILORING,
    &pt::TAILORING,
    &ro::TAILORING,
    &ru::TAILORING,
    &sk::TAILORING,
    &sl::TAILORING,
    &sq::TAILORING,
    &sr::TAILORING,
    &sv::TAILORING,
    &ta::TAILORING,
    &te::TAILORING,
    &th::TAILORING,
    &tr::TAILORING,
    &uk::TAILORING,
    &ur::TAILORING,
    &vi::TAILORING,
    &zh::TAILORING,
];

#[cfg(test)]
mod tests {
    use std::fs;

    use rustc_hash::{FxHashMap, FxHashSet};

    use super::*;

    /// Checks that `entries` stand in known sections, once each, in lower case.
    #[track_caller]
    fn check(list: &str, sections: &[&str], entries: impl Iterator<Item = (&'static str, &'static str)>) {
        let mut seen = FxHashSet::default();
        for (section, entry) in entries {
            assert!(sections.contains(&section), "{list}: there is no section [{section}]");
            assert_eq!(entry, entry.to_lowercase(), "{list}: [{section}] is read in lower case");
            assert!(seen.insert((section, entry)), "{list}: [{section}] holds {entry:?} twice");
        }
        assert!(!seen.is_empty(), "{list} is empty");
    }

    #[test]
    fn tailored_languages_are_in_order() {
        assert!(TAILORED.is_sorted_by_key(|tailoring| tailoring.code));
    }

    #[test]
    fn every_folder_is_registered() {
        for entry in fs::read_dir("src/languages").unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_string();
            assert!(
                !path.is_dir() || TAILORED.iter().any(|tailoring| tailoring.code == name),
                "{name} is not registered"
            );
        }
    }

    #[test]
    fn a_list_in_a_folder_is_read() {
        for tailoring in TAILORED {
            let has = |file: &str| fs::exists(format!("src/languages/{}/{file}", tailoring.code)).unwrap();
            assert_eq!(has("abbreviations.txt"), !tailoring.abbreviations.is_empty(), "{}", tailoring.code);
            assert_eq!(has("boilerplate.txt"), !tailoring.boilerplate.is_empty(), "{}", tailoring.code);
            assert_eq!(has("stop_words.txt"), !tailoring.stop_words.is_empty(), "{}", tailoring.code);
        }
    }

    #[test]
    fn abbreviations_stand_in_known_sections_in_lower_case() {
        check("common abbreviations", abbreviations::SECTIONS, COMMON_ABBREVIATIONS.entries());
        for tailoring in TAILORED.iter().filter(|tailoring| !tailoring.abbreviations.is_empty()) {
            check(tailoring.code, abbreviations::SECTIONS, tailoring.abbreviations.entries());
        }
    }

    #[test]
    fn boilerplate_stands_in_known_sections_in_lower_case() {
        check("common boilerplate", boilerplate::SECTIONS, COMMON_BOILERPLATE.entries());
        for tailoring in TAILORED.iter().filter(|tailoring| !tailoring.boilerplate.is_empty()) {
            check(tailoring.code, boilerplate::SECTIONS, tailoring.boilerplate.entries());
        }
    }

    #[test]
    fn an_abbreviation_is_of_one_class() {
        for tailoring in TAILORED {
            let mut classes = FxHashMap::default();
            for (section, entry) in tailoring.abbreviations.entries().filter(|(section, _)| section.contains("end")) {
                let before = classes.insert(entry, section);
                assert_eq!(before, None, "{}: {entry:?} is in [{section}] too", tailoring.code);
            }
        }
    }

    #[test]
    fn an_abbreviation_stands_without_its_last_stop() {
        for tailoring in TAILORED {
            for (section, entry) in tailoring.abbreviations.entries().filter(|(section, _)| *section != "terminators") {
                assert!(!entry.ends_with('.'), "{}: [{section}] {entry:?}", tailoring.code);
            }
        }
    }
}
