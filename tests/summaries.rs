//! Summaries as a caller meets them: budgets, repeated and several articles, what never comes.
#![allow(clippy::unwrap_used)]

use copydesk::{
    languages::Tag,
    text::{
        document::Document,
        sentence::LineBreaks,
        summary::{Length, Options, Order, Profile, Summary, summarize},
    },
};
use unicode_segmentation::UnicodeSegmentation;

const FERRY: &str = "A ferry with 212 passengers ran aground on a sandbank near the island of Norderhall early on Monday. \
The coast guard of Norderhall said that nobody aboard the ferry was hurt. \
Two tugs pulled the ferry off the sandbank at high tide and brought the passengers to the harbour of Westerby. \
The captain told reporters that thick fog had hidden the lights of the harbour. \
Investigators from the transport ministry will examine the radar of the ferry on Tuesday. \
The shipping company cancelled every crossing between Westerby and the island until further notice. \
Hotels on the island offered free rooms to stranded passengers and their families. \
Fishermen had warned the ministry for years that the sandbank moves closer to the ferry route every winter. \
A new channel for larger ships would cost forty million crowns, the harbour board estimates.";

const BUDGET: &str = "The city council of Marlow approved a budget of 90 million crowns for schools after a debate of nine hours. \
Teachers will receive a pay rise of four percent from the first of March under the school budget. \
The opposition in the council called the budget reckless and promised to vote against every loan. \
Mayor Ingrid Solberg said that leaking roofs in three schools could not wait another winter. \
A petition with eleven thousand signatures had asked the council to keep the village schools open.";

fn document<'t>(text: &'t str, title: &'t str, language: &str) -> Document<'t> {
    Document::new(text, title, Tag::parse(language), LineBreaks::Auto)
}

fn sentences<'t>(document: &Document<'t>, summary: &Summary) -> Vec<&'t str> {
    summary.picks.iter().map(|pick| document.sentences()[pick.sentence].span.of(document.text())).collect()
}

fn with(length: Length) -> Options {
    Options { length, ..Options::default() }
}

#[test]
fn a_budget_in_sentences_is_exact() {
    let document = document(FERRY, "", "en");
    for most in 1..=9 {
        assert_eq!(summarize(&document, &with(Length::Sentences(most))).picks.len(), most);
    }
}

#[test]
fn a_budget_in_words_is_kept_for_every_size() {
    let document = document(FERRY, "", "en");
    for most in 10..200 {
        let summary = summarize(&document, &with(Length::Words(most)));
        let words = summary.text.unicode_words().count();
        assert!(words <= most || summary.picks.len() == 1, "{words} words for {most}");
        let all = FERRY.unicode_words().count();
        assert!(words * 2 >= most.min(all), "only {words} words for {most}");
    }
}

#[test]
fn a_budget_in_characters_counts_the_joined_text() {
    for text in [
        FERRY,
        "市议会周一批准了新的学校预算。教师的工资将从三月起提高百分之四。反对党称这项预算不负责任。三所学校的屋顶漏水，不能再等一个冬天。",
    ] {
        let document = document(text, "", if text == FERRY { "en" } else { "zh" });
        for order in [Order::Source, Order::Rank] {
            for most in 10..700 {
                let summary = summarize(&document, &Options { order, ..with(Length::Characters(most)) });
                let length = summary.text.chars().count();
                assert!(length <= most || summary.picks.len() == 1, "{length} characters for {most}");
            }
            let all = text.chars().count();
            let whole = summarize(&document, &Options { order, ..with(Length::Characters(all)) });
            assert_eq!(whole.text.chars().count(), all);
            let less = summarize(&document, &Options { order, ..with(Length::Characters(all - 1)) });
            assert!(less.text.chars().count() < all);
        }
    }
}

#[test]
fn a_ratio_is_of_the_words_of_the_prose() {
    let document = document(FERRY, "", "en");
    let all = FERRY.unicode_words().count();
    for percent in [20, 35, 50, 80] {
        let share = f64::from(percent) / 100.0;
        let words = summarize(&document, &with(Length::Ratio(share))).text.unicode_words().count();
        assert!(words as f64 <= share * all as f64, "{words} of {all} for {percent}%");
    }
    assert_eq!(summarize(&document, &with(Length::Ratio(1.0))).text, FERRY);
}

#[test]
fn one_sentence_comes_where_none_fits() {
    let document = document(FERRY, "", "en");
    assert_eq!(summarize(&document, &with(Length::Words(2))).picks.len(), 1);
    assert_eq!(summarize(&document, &with(Length::Characters(20))).picks.len(), 1);
    assert_eq!(summarize(&document, &with(Length::Ratio(0.001))).picks.len(), 1);
}

#[test]
fn a_text_without_a_good_sentence_has_a_summary_still() {
    for text in ["Rain", "Why?", "It rained. It poured.", "1234", "Milk\nEggs\nBread", "https://example.org/", "!!!"] {
        let document = document(text, "", "en");
        let summary = summarize(&document, &Options::default());
        assert_eq!(summary.picks.is_empty(), document.sentences().is_empty(), "{text}");
    }
    assert_eq!(summarize(&document("", "", "en"), &Options::default()), Summary { picks: vec![], text: String::new() });
}

#[test]
fn source_order_is_the_documents() {
    let document = document(FERRY, "", "en");
    let summary = summarize(&document, &with(Length::Sentences(5)));
    assert!(summary.picks.is_sorted_by_key(|pick| pick.sentence));
    assert_eq!(summary.text, sentences(&document, &summary).join(" "));
}

#[test]
fn scores_fall_with_rank() {
    for profile in [Profile::News, Profile::Informative] {
        let text = format!("{FERRY} {BUDGET}");
        let document = document(&text, "", "en");
        let options = Options { order: Order::Rank, profile, length: Length::Sentences(14) };
        let picks = summarize(&document, &options).picks;
        for (index, pick) in picks.iter().enumerate() {
            assert_eq!(pick.rank, index + 1);
            assert!((0.0..=1.0).contains(&pick.score));
        }
        assert!(picks.windows(2).all(|pair| pair[0].score >= pair[1].score));
    }
}

#[test]
fn a_longer_summary_holds_the_shorter_one_with_the_same_scores() {
    let document = document(FERRY, "", "en");
    let ranked = |most| summarize(&document, &Options { order: Order::Rank, ..with(Length::Sentences(most)) }).picks;
    assert_eq!(ranked(8)[..3], ranked(3));
}

#[test]
fn an_article_that_stands_twice_is_summarised_once() {
    let page = format!("{FERRY}\n\n{BUDGET}\n\n{FERRY}");
    let document = document(&page, "", "en");
    for profile in [Profile::News, Profile::Informative] {
        for most in 1..=20 {
            let summary = summarize(&document, &Options { profile, ..with(Length::Sentences(most)) });
            let mut chosen = sentences(&document, &summary);
            let all = chosen.len();
            chosen.sort_unstable();
            chosen.dedup();
            assert_eq!(chosen.len(), all);
        }
    }
}

#[test]
fn the_title_is_never_copied() {
    let title = "Ferry runs aground on sandbank near Norderhall island";
    let page = format!("{title}.\n\n{FERRY}");
    let document = document(&page, title, "en");
    for most in 1..=9 {
        let summary = summarize(&document, &with(Length::Sentences(most)));
        assert!(!summary.text.contains(title));
    }
}

#[test]
fn a_leaning_sentence_comes_with_what_it_leans_on_or_last() {
    let text = "The harbour of Westerby reopened on Monday after a week of repairs to its northern pier. \
        However, larger ships must wait for the new crane that the harbour board ordered in Hamburg. \
        Exports of timber through Westerby fell by a third in the first week of October. \
        Sawmills in the region stored their timber in the open and feared for its quality.";
    let document = document(text, "", "en");
    for profile in [Profile::News, Profile::Informative] {
        for most in 1..=4 {
            let summary = summarize(&document, &Options { profile, ..with(Length::Sentences(most)) });
            let chosen: Vec<usize> = summary.picks.iter().map(|pick| pick.sentence).collect();
            assert!(!chosen.contains(&1) || chosen.contains(&0) || most == 4, "{chosen:?}");
        }
    }
}

#[test]
fn the_same_call_gives_the_same_answer() {
    let one = document(FERRY, "A ferry aground", "en");
    let two = document(FERRY, "A ferry aground", "en");
    let options = with(Length::Words(60));
    assert_eq!(summarize(&one, &options), summarize(&two, &options));
}

#[test]
fn chinese_sentences_are_joined_without_spaces() {
    let text = "市议会周一批准了新的学校预算。教师的工资将从三月起提高百分之四。反对党称这项预算不负责任。";
    let document = document(text, "", "zh");
    assert_eq!(summarize(&document, &with(Length::Sentences(10))).text, text);
}

/// A page with everything that never comes in a summary.
const PAGE: &str = "Ferry runs aground off Norderhall

By Karin Holm
Updated 3 hours ago

A ferry with 212 passengers ran aground on a sandbank near the island of Norderhall early on Monday. \
The coast guard of Norderhall said that nobody aboard the ferry was hurt.

A tug beside the ferry off Norderhall on Monday. Photo: Westerby Harbour Board

What happened on the bridge?

The captain told reporters that thick fog had hidden the lights of the harbour of Norderhall. \
The ships that were sent are:Grey TernNorth StarOld BettyThe Harbour Pilot

Two tugs pulled the ferry off the sandbank at high tide and brought the passengers to the harbour. \
Hotels on the island offered free rooms to the passengers of the ferry and their families.

Share this article
Follow us on Facebook";

#[test]
fn page_furniture_and_glued_lists_never_come() {
    let document = document(PAGE, "Ferry runs aground off Norderhall", "en");
    for profile in [Profile::News, Profile::Informative] {
        for most in 1..=12 {
            let text = summarize(&document, &Options { profile, ..with(Length::Sentences(most)) }).text;
            for never in
                ["runs aground", "Karin Holm", "hours ago", "What happened", "Grey Tern", "Photo", "Share", "Follow us"]
            {
                assert!(!text.contains(never), "{never} in {text}");
            }
        }
    }
}

#[test]
fn the_main_article_comes_before_another() {
    let page = format!("{FERRY}\n\nCouncil passes school budget\n\n{BUDGET}");
    let document = document(&page, "", "en");
    for profile in [Profile::News, Profile::Informative] {
        for most in 1..=14 {
            let summary =
                summarize(&document, &Options { profile, order: Order::Rank, ..with(Length::Sentences(most)) });
            let of_ferry: Vec<bool> = sentences(&document, &summary).iter().map(|s| FERRY.contains(s)).collect();
            assert!(of_ferry.is_sorted_by(|one, next| one >= next), "{of_ferry:?}");
        }
    }
}

#[test]
fn a_section_under_its_heading_is_of_the_article() {
    let (first, second) = FERRY.split_at(FERRY.find("Investigators").unwrap());
    let page = format!("{first}\n\nWhat comes next\n\n{second}");
    let document = document(&page, "", "en");
    let summary = summarize(&document, &Options { profile: Profile::Informative, ..with(Length::Sentences(4)) });
    assert!(sentences(&document, &summary).iter().any(|sentence| second.contains(sentence)));
}

#[test]
fn a_sentence_in_other_words_order_is_not_said_again() {
    let text = format!(
        "{FERRY} Near the island of Norderhall a ferry with 212 passengers ran aground early on Monday on a sandbank."
    );
    let document = document(&text, "", "en");
    let summary = summarize(&document, &with(Length::Sentences(10)));
    assert_eq!(summary.text.matches("212 passengers").count(), 1);
}

#[test]
fn every_language_is_summarised() {
    for (language, text) in [
        (
            "vi",
            "Hội đồng thành phố Hải Phòng đã thông qua ngân sách trường học mới vào thứ Hai. Giáo viên sẽ được tăng lương bốn phần trăm từ tháng Ba năm sau. Phe đối lập cho rằng ngân sách này thiếu trách nhiệm với người nộp thuế.",
        ),
        (
            "bn",
            "সোমবার শহর পরিষদ বিদ্যালয়ের নতুন বাজেট অনুমোদন করেছে বলে মেয়র জানান। মার্চ মাস থেকে শিক্ষকদের বেতন চার শতাংশ বাড়বে বলে পরিষদ ঘোষণা করেছে। বিরোধী দল বাজেটকে দায়িত্বহীন বলে পরিষদে ভোট দেয়নি।",
        ),
        (
            "ur",
            "شہر کی کونسل نے پیر کو اسکولوں کے نئے بجٹ کی منظوری دے دی۔ مارچ سے اساتذہ کی تنخواہوں میں چار فیصد اضافہ ہو گا، کونسل نے اعلان کیا۔ حزب اختلاف نے اسکولوں کے بجٹ کو غیر ذمہ دارانہ قرار دیا۔",
        ),
        ("th", "สภาเมืองอนุมัติงบประมาณโรงเรียนใหม่เมื่อวันจันทร์ที่ผ่านมา ครูจะได้รับเงินเดือนเพิ่มขึ้นสี่เปอร์เซ็นต์ตั้งแต่เดือนมีนาคม"),
        (
            "ja",
            "市議会は月曜日に新しい学校予算を承認した。教師の給料は三月から四パーセント上がる予定だ。野党は学校予算を無責任だと批判した。",
        ),
        (
            "ar",
            "وافق مجلس المدينة يوم الاثنين على ميزانية جديدة للمدارس. سترتفع رواتب المعلمين بنسبة أربعة في المئة اعتبارا من شهر مارس. وصفت المعارضة ميزانية المدارس بأنها غير مسؤولة.",
        ),
        (
            "tlh",
            "Zorvat blenik thurm kalo desna mirot. Pelna grovik santu blenik zorvat desna. Kirto mavel senta thurm grovik palo.",
        ),
    ] {
        let document = document(text, "", language);
        for profile in [Profile::News, Profile::Informative] {
            let summary = summarize(&document, &Options { profile, ..with(Length::Sentences(2)) });
            assert_eq!(summary.picks.len(), document.sentences().len().min(2), "{language}: {}", summary.text);
        }
    }
}

#[test]
fn words_of_a_budget_are_those_of_uax_29() {
    // A Han character and a hiragana are a word each, a run of katakana is one; so is a Thai letter with its marks.
    for (text, words) in [("北京下了雨。", 5), ("カメラです。", 3), ("ที่นี่", 2), ("It’s 3.5 km.", 3)]
    {
        assert_eq!(text.unicode_words().count(), words, "{text}");
    }
    let text = "市议会批准了预算。教师的工资将提高。反对党表示反对。";
    let document = document(text, "", "zh");
    let summary = summarize(&document, &with(Length::Words(10)));
    assert!(summary.text.unicode_words().count() <= 10, "{}", summary.text);
}

#[test]
fn a_sentence_that_mostly_stands_in_a_longer_one_says_nothing_new() {
    let longer = "Alder birch cedar dogwood elm fir ginkgo hazel ivy clover barley wheat millet sorghum lentil pepper \
        onion garlic carrot turnip spinach lettuce cabbage radish pumpkin melon grew there.";
    let others = "The ferry crossed the strait before dawn. A painter sold three portraits in Vienna. Engineers tested \
        a turbine near Oslo. The orchestra rehearsed a forgotten symphony yesterday. Divers raised an anchor from the \
        lagoon. Bakers invented a saffron pastry last autumn. Miners discovered copper under the glacier. Two surgeons \
        published their operating manual.";
    let picked = |shared: &str, own: &str| {
        let text = format!("{longer} {others} {shared} {own}.");
        let document = document(&text, "", "en");
        let summary = summarize(&document, &with(Length::Sentences(100)));
        sentences(&document, &summary).iter().any(|sentence| sentence.starts_with(shared))
    };
    assert!(!picked("Birch alder cedar dogwood elm fir ginkgo hazel ivy", "quince"));
    assert!(picked("Birch alder cedar dogwood elm fir", "quince walnut apricot"));
}
