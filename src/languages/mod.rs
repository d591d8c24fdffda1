//! The languages that Copydesk knows, and the data that each is analysed with.
//!
//! [`catalogue`] names every known language. A language that is analysed with data of its own has one folder here; the
//! rest are answered under their own code with neutral rules. To add data for a language, copy a folder and add its two
//! plain lines below.

mod abbreviations;
mod boilerplate;
mod catalogue;
mod sections;
mod tailoring;
mod word_list;

pub use abbreviations::{Abbreviation, Abbreviations, Ending};
pub use boilerplate::Boilerplate;
pub use catalogue::{CATALOGUE, Language, Tag};
pub use tailoring::Tailoring;
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

/// The tailored languages, by code.
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
