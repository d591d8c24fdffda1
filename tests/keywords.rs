//! Keywords of texts in many languages: what must come out, and what must never.
#![allow(clippy::unwrap_used, reason = "tests")]

use copydesk::{
    languages::Tag,
    text::{
        document::Document,
        frequencies::Frequencies,
        keyword::{self, Keyword, Options, Style},
        sentence::LineBreaks,
    },
};

fn document<'t>(text: &'t str, language: &str) -> Document<'t> {
    Document::new(text, "", Tag::parse(language), LineBreaks::Auto)
}

fn extract(text: &str, language: &str, options: &Options) -> Vec<Keyword> {
    keyword::extract(&document(text, language), options)
}

fn texts(keywords: &[Keyword]) -> Vec<&str> {
    keywords.iter().map(|k| k.text.as_str()).collect()
}

/// Each of `expected` is among the first ten keywords of `text`.
#[track_caller]
fn check(text: &str, language: &str, expected: &[&str]) {
    let keywords = extract(text, language, &Options::default());
    for phrase in expected {
        assert!(texts(&keywords).contains(phrase), "{phrase} is not in {:?}", texts(&keywords));
    }
}

/// None of `unwanted` is, or is a word of, any keyword of `text`.
#[track_caller]
fn check_without(text: &str, language: &str, unwanted: &[&str]) {
    let keywords = extract(text, language, &Options { max_keywords: 100, ..Options::default() });
    assert!(!keywords.is_empty());
    for keyword in &keywords {
        for word in keyword.text.split_whitespace() {
            assert!(!unwanted.contains(&word), "{word} is in {:?} of {text}", keyword.text);
        }
    }
}

const HARBOUR: &str = "Harbour bridge to close for a year\n\n\
    The harbour bridge in Port Lindow will close in spring for repairs, the city council decided on Monday. \
    Mayor Ingrid Solberg said the bridge had carried far more lorries than its builders planned for. \
    \"The steel is tired,\" Solberg said. \"We close the harbour bridge now or it closes itself.\" \
    The ferry operator Nordline will run extra ferries while the bridge is shut. \
    Shopkeepers in the old town fear for their trade, and Solberg promised them help from the city council. \
    Nordline has two ferries in reserve and is looking for a third.";

#[test]
fn english_news() {
    check(HARBOUR, "en", &["bridge", "Nordline", "Ingrid Solberg", "Port Lindow"]);
}

#[test]
fn german_news() {
    check(
        "Stadtrat beschließt neue Straßenbahn\n\nDer Stadtrat von Lindenau hat am Dienstag den Bau einer Straßenbahn \
         beschlossen. Die Straßenbahn soll den Hauptbahnhof mit der Universität verbinden. Oberbürgermeisterin Clara \
         Wendt nannte den Beschluss einen Meilenstein. Kritiker warnen vor den Kosten der Straßenbahn. Clara Wendt \
         verwies auf Zuschüsse des Landes. Die Universität begrüßte den Beschluss.",
        "de",
        &["Straßenbahn", "Clara Wendt", "Universität"],
    );
}

#[test]
fn french_news() {
    check(
        "Le port de Valmer en grève\n\nLes dockers du port de Valmer ont voté la grève lundi. L'intersyndicale réclame \
         une hausse des salaires. La direction du port de Valmer a proposé une médiation, que l'intersyndicale a \
         refusée. La grève bloque déjà douze navires. L'économie de la région dépend des dockers.",
        "fr",
        &["grève", "dockers", "intersyndicale"],
    );
}

#[test]
fn russian_news() {
    check(
        "Мост через Лену закроют на ремонт\n\nМост через реку Лену закроют весной, сообщил в понедельник губернатор \
         Павел Ершов. Ремонт моста займёт год. По словам Ершова, мост построили полвека назад. Паромная переправа \
         заменит мост на время ремонта. Ершов обещал увеличить число паромов.",
        "ru",
        &["Павел Ершов", "ремонт", "мост"],
    );
}

#[test]
fn a_russian_surname_counts_in_any_case() {
    let text = "Мост закроют весной, сообщил губернатор Павел Ершов. По словам Ершова, ремонт займёт год. Жители \
        поблагодарили Ершова. Ершову возразил подрядчик.";
    let keywords = extract(text, "ru", &Options::default());
    let person = keywords.iter().find(|k| k.text == "Павел Ершов").unwrap();
    assert_eq!(person.count, 4, "{keywords:?}");
}

#[test]
fn a_russian_adjective_or_verb_is_no_keyword_alone() {
    let text = "Портовая служба проверила портовый кран. Портового рабочего не пострадало, краны работают. Портовые краны \
        останавливались дважды.";
    let keywords = extract(text, "ru", &Options { max_keywords: 50, ..Options::default() });
    let texts: Vec<String> = texts(&keywords).iter().map(|t| t.to_lowercase()).collect();
    assert!(texts.iter().any(|t| t.starts_with("портов") && t.contains(' ')), "{texts:?}");
    assert!(
        !texts.iter().any(|t| !t.contains(' ') && (t.starts_with("портов") || t.starts_with("останавл"))),
        "{texts:?}"
    );
}

#[test]
fn portuguese_spanish_and_italian_news() {
    check(
        "A Câmara Municipal de Vilar aprovou o novo parque eólico. O parque eólico terá vinte turbinas. Os moradores de \
         Vilar protestaram contra as turbinas. A Câmara Municipal prometeu compensar os moradores.",
        "pt",
        &["parque eólico", "turbinas", "moradores"],
    );
    check(
        "El Ayuntamiento de Robledo cerrará el embalse por la sequía. La sequía dura ya tres años y el embalse está \
         vacío. Los agricultores de Robledo piden ayudas por la sequía.",
        "es",
        &["sequía", "embalse", "Ayuntamiento de Robledo"],
    );
    check(
        "Il museo di Castelverde riapre dopo il restauro. Il restauro del museo è durato sei anni. La direttrice Elena \
         Marchi ha ringraziato i volontari del museo.",
        "it",
        &["museo", "restauro", "Elena Marchi"],
    );
}

#[test]
fn scripts_without_case() {
    check(
        "أعلنت وزارة النقل إغلاق الجسر القديم في المدينة. وقالت الوزارة إن الجسر يحتاج إلى إصلاح. وسيستغرق إصلاح الجسر عاما كاملا.",
        "ar",
        &["إصلاح"],
    );
    check(
        "नगर निगम ने पुराने पुल को बंद करने का फैसला किया। पुल की मरम्मत में एक साल लगेगा। पुल बंद होने से नाव सेवा बढ़ाई जाएगी।",
        "hi",
        &["पुल"],
    );
}

#[test]
fn korean_news() {
    let text = "시장은 린도우 대교를 봄에 폐쇄한다고 말했다. 린도우 대교의 보수에는 일 년이 걸린다. 여객선 회사는 대교가 닫히는 동안 \
        여객선을 늘리기로 했다. 주민들은 여객선이 부족하다고 걱정했다.";
    check(text, "ko", &["린도우 대교", "여객선"]);
    check_without(text, "ko", &["말했다", "했다", "걱정했다", "대교를", "대교의", "여객선을", "여객선이", "회사는"]);
}

#[test]
fn scripts_without_spaces() {
    check(
        "市政府宣布关闭旧大桥进行维修。旧大桥的维修需要一年时间。轮渡公司将在大桥维修期间增加班次。居民担心旧大桥关闭影响生意。",
        "zh",
        &["维修"],
    );
    check(
        "市は老朽化した吊り橋を閉鎖すると発表した。吊り橋の修理には一年かかる。修理の間、フェリー会社は増便する。住民は吊り橋の閉鎖を心配している。",
        "ja",
        &["修理", "閉鎖"],
    );
    check(
        "เทศบาลประกาศปิดสะพานเก่าเพื่อซ่อมแซม การซ่อมแซมสะพานใช้เวลาหนึ่งปี เรือข้ามฟากจะเพิ่มเที่ยวระหว่างปิดสะพาน",
        "th",
        &["ซ่อมแซม"],
    );
}

#[test]
fn a_text_without_a_known_language_has_keywords() {
    let keywords = keyword::extract(
        &Document::new("Zorbel quandix frem. Zorbel quandix!", "", None, LineBreaks::Auto),
        &Options::default(),
    );
    assert!(!keywords.is_empty());
}

#[test]
fn hyphens_and_capitals_stay() {
    check(
        "The G5 Sahel force fights al-Qaeda in the desert. Ministers of the G5 Sahel met in Nouakchott. An al-Qaeda \
         cell had attacked the G5 Sahel base.",
        "en",
        &["G5 Sahel", "al-Qaeda"],
    );
}

#[test]
fn a_name_that_holds_a_stop_word_stays_whole() {
    check(
        "Voters in New Arden chose Theresa May Holt. The council of New Arden meets today. They say New Arden is \
         growing.",
        "en",
        &["New Arden"],
    );
    check("Le maire, Jean Le Goff, a dit non. Le Goff est né ici. Les amis de Le Goff votent.", "fr", &["Le Goff"]);
}

#[test]
fn a_name_may_end_in_a_number_of_up_to_four_digits() {
    let named = |name: &str| {
        let text = format!("The ministers signed {name} in Lindow. Critics say that {name} costs too much.");
        texts(&extract(&text, "en", &Options::default())).contains(&name)
    };
    assert!(named("Agenda 2030") && named("Agenda 7"));
    assert!(!named("Agenda 20301"));
}

#[test]
fn mentions_may_touch_each_other() {
    let text = "公投公投，今天公投。";
    let options = Options { mentions: true, ..Options::default() };
    let keywords = extract(text, "zh", &options);
    let vote = keywords.iter().find(|k| k.text == "公投").unwrap();
    assert_eq!(vote.mentions.iter().map(|m| m.start).collect::<Vec<_>>(), [0, 6, 21]);
}

#[test]
fn a_surname_counts_as_the_full_name() {
    let keywords = extract(HARBOUR, "en", &Options { mentions: true, ..Options::default() });
    let person = keywords.iter().find(|k| k.text == "Ingrid Solberg").unwrap();
    let mentions: Vec<&str> = person.mentions.iter().map(|m| m.of(HARBOUR)).collect();
    assert_eq!(mentions, ["Ingrid Solberg", "Solberg", "Solberg"]);
    assert_eq!(person.count, 3);
    assert!(!texts(&keywords).contains(&"Solberg"));
}

#[test]
fn a_fragment_that_never_stands_alone_stays_out() {
    let keywords = extract(HARBOUR, "en", &Options { max_keywords: 100, ..Options::default() });
    assert!(!texts(&keywords).contains(&"council") && !texts(&keywords).contains(&"Lindow"), "{:?}", texts(&keywords));
}

#[test]
fn stop_words_days_and_news_verbs_stay_out() {
    check_without(
        "On Monday the minister said that the of reform told everybody in January. On Monday reform said nothing.",
        "en",
        &["On", "Monday", "said", "January", "the", "of", "told"],
    );
    check_without(
        "Am Montag sagte die Ministerin, dass die Reform im Januar kommt. Sie erklärte die Reform.",
        "de",
        &["Am", "Montag", "sagte", "Januar", "erklärte", "Sie", "die"],
    );
    check_without(
        "В понедельник министр заявил, что реформа начнётся в январе. Он сообщил о реформе.",
        "ru",
        &["понедельник", "заявил", "январе", "сообщил", "что"],
    );
}

#[test]
fn date_lines_stay_out() {
    check_without(
        "PORT LINDOW (Agency) - Fishermen blocked the harbour. The fishermen want fuel aid.",
        "en",
        &["PORT", "LINDOW", "Agency"],
    );
    check_without("LINDENAU, 4. Mai (dna) – Fischer blockieren den Hafen.", "de", &["LINDENAU", "dna", "Mai"]);
    check_without("LINDOW — Fishermen blocked the harbour.", "en", &["LINDOW"]);
    check_without(
        "PORT LINDOW, May 4 (Agency) -- Fishermen blocked the harbour.",
        "en",
        &["PORT", "LINDOW", "Agency", "May"],
    );
    check_without(
        "Harbour blocked\n\nLINDOW, England (Agency) — Fishermen blocked the harbour.",
        "en",
        &["LINDOW", "England"],
    );
    check_without("ЛИНДОВ, 4 мая (Агентство) — Рыбаки заблокировали порт.", "ru", &["ЛИНДОВ", "Агентство", "мая"]);
    check_without("4 May 2026, 10:30\n\nFishermen blocked the harbour.", "en", &["May", "4", "2026", "10:30"]);
}

#[test]
fn bylines_stay_out() {
    let copy = "\n\nFishermen blocked the harbour. The fishermen want fuel aid for the harbour.";
    for byline in [
        "By Marlene Quist",
        "By Marlene Quist, Staff Writer",
        "By Marlene Quist and Odile Quist",
        "BY MARLENE QUIST",
        "By Marlene Quist | Staff Writer",
        "Written by Marlene Quist",
        "Photo: Marlene Quist",
    ] {
        let unwanted = ["Marlene", "MARLENE", "Quist", "QUIST", "Odile", "Staff", "Writer", "Written"];
        check_without(&format!("{byline}{copy}"), "en", &unwanted);
        check_without(&format!("Harbour blocked\n\n{byline}{copy}"), "en", &unwanted);
    }
    check_without("Hafen blockiert\n\nVon Marlene Quist\n\nFischer blockieren den Hafen.", "de", &["Marlene", "Quist"]);
    check_without("Le port bloqué\n\nPar Marlene Quist\n\nLes marins bloquent le port.", "fr", &["Marlene", "Quist"]);
    check_without("Puerto cerrado\n\nPor Marlene Quist\n\nLos marinos cierran el puerto.", "es", &["Marlene", "Quist"]);
}

#[test]
fn addresses_stay_out() {
    let text = "Fishermen wrote to harbour@example.org and posted on https://example.org/fish with @fishfolk. \
        Fishermen blocked the harbour.";
    check_without(text, "en", &["harbour@example.org", "https://example.org/fish", "@fishfolk", "fishfolk", "example"]);
}

#[test]
fn no_phrase_crosses_a_sentence_border() {
    for keyword in extract(
        "We like Amber. Lantern shops are open. We like Amber. Lantern shops are open.",
        "en",
        &Options { max_keywords: 50, ..Options::default() },
    ) {
        assert!(!keyword.text.contains("Amber Lantern") && !keyword.text.contains('.'), "{}", keyword.text);
    }
}

#[test]
fn blocked_phrases_stay_out_in_any_form() {
    let options = Options { blocked: vec!["Ferry".into(), "HARBOUR BRIDGES".into()], ..Options::default() };
    let keywords = extract(HARBOUR, "en", &options);
    assert!(!texts(&keywords).iter().any(|t| ["ferries", "ferry", "harbour bridge"].contains(t)), "{keywords:?}");
}

#[test]
fn a_blocked_surname_blocks_its_person() {
    let options = Options { blocked: vec!["solberg".into()], ..Options::default() };
    let keywords = extract(HARBOUR, "en", &options);
    assert!(!texts(&keywords).iter().any(|t| t.contains("Solberg")), "{keywords:?}");
}

#[test]
fn the_longest_phrase_is_kept_to() {
    for max_words in 1..=6 {
        let options = Options { max_words, max_keywords: 100, style: Style::Phrases, ..Options::default() };
        for keyword in extract(HARBOUR, "en", &options) {
            assert!(keyword.text.split_whitespace().count() <= max_words, "{}", keyword.text);
        }
    }
}

#[test]
fn mentions_are_all_forms_in_order() {
    let text = "Elections near. The election is close: no election was closer. ELECTION day!";
    let options = Options { mentions: true, max_words: 1, ..Options::default() };
    let keywords = extract(text, "en", &options);
    let election = keywords.iter().find(|k| k.text.to_lowercase().starts_with("election")).unwrap();
    let mentions: Vec<&str> = election.mentions.iter().map(|m| m.of(text)).collect();
    assert_eq!(mentions, ["Elections", "election", "election", "ELECTION"]);
    assert_eq!((election.count, election.text.as_str()), (4, "election"));
}

#[test]
fn mentions_come_only_when_asked_for() {
    assert!(extract(HARBOUR, "en", &Options::default()).iter().all(|k| k.mentions.is_empty() && k.count > 0));
}

#[test]
fn a_line_break_inside_a_phrase_is_one_space() {
    let text = "Repairs of the harbour\nbridge begin, the engineers of the city of Lindow\nsaid. The harbour\nbridge \
        is old.\nNobody knows how old the harbour\nbridge really is, they added in a long\nreport.";
    let keywords = keyword::extract(
        &Document::new(text, "", Tag::parse("en"), LineBreaks::Flow),
        &Options { mentions: true, ..Options::default() },
    );
    let bridge = keywords.iter().find(|k| k.text == "harbour bridge").unwrap();
    assert_eq!(bridge.mentions[0].of(text), "harbour\nbridge");
}

#[test]
fn scores_fall_strictly() {
    for style in [Style::Tags, Style::Phrases] {
        let options = Options { style, max_keywords: 100, ..Options::default() };
        let keywords = extract(HARBOUR, "en", &options);
        assert!(keywords.len() > 10);
        assert!(keywords.windows(2).all(|pair| pair[0].score > pair[1].score));
        assert!(keywords.iter().all(|k| k.score > 0.0 && k.score < 1.0));
    }
}

#[test]
fn a_headline_given_apart_counts() {
    let text = "Crews worked through the night. Lanterns lit the quay. Turbines were lowered into the water. Divers \
        checked the cables.";
    let place = |title: &str| {
        let document = Document::new(text, title, Tag::parse("en"), LineBreaks::Auto);
        let keywords = keyword::extract(&document, &Options { max_keywords: 50, ..Options::default() });
        keywords.iter().find(|k| k.text == "Turbines").unwrap().score
    };
    assert!(place("Turbines arrive") > place(""));
}

#[test]
fn an_archive_lowers_its_common_words() {
    let mut archive = Frequencies::default();
    for i in 0..80 {
        let common = format!("The bridge closes again. Report number {i}.");
        archive.count(&document(&common, "en"));
    }
    let text = "The bridge and the balloon. The bridge and the balloon.";
    let with_archive = Document::new(text, "", Tag::parse("en"), LineBreaks::Auto).with_frequencies(&archive);
    assert_eq!(texts(&extract(text, "en", &Options::default()))[0], "bridge");
    assert_eq!(texts(&keyword::extract(&with_archive, &Options::default()))[0], "balloon");
}

#[test]
fn text_without_words_has_none() {
    for text in ["", " \n ", "42 + 17 = 59", "!!! ???", "the of and"] {
        assert!(extract(text, "en", &Options::default()).is_empty(), "{text:?}");
    }
}
