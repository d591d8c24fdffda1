//! Fits the weights of summaries: coordinate ascent over a coarse grid on ROUGE-2, cross-validated by data set.
//!
//! `cargo run --release --bin summaries -- ../../shared/eval/dev/summaries [measure|fit|ablate]`, from `training/`. Each
//! file is one data set of JSON lines with `lang`, `title`, `text`, `summary` and `more_refs` (the sentences of further
//! references). Sets named in `HIGHLIGHTS` fit NEWS, those in `REFERENCES` INFORMATIVE.

use std::{env, fs, path::Path};

use anyhow::{Context, Result, bail};
use copydesk::{
    languages::Tag,
    text::{
        document::Document,
        sentence::LineBreaks,
        summary::{self, Length, Options, Order, Profile, Weights},
    },
};
use serde::Deserialize;

#[path = "../rouge.rs"]
mod rouge;

use rouge::{Counts, Tokenizer, bigrams, f1};

const HIGHLIGHTS: &[&str] = &["cnndm.en", "cnndm99.en", "writers.en", "orangesum.fr", "vietnews.vi", "fundus.multi"];
const REFERENCES: &[&str] = &["bnlpc.bn", "norsumm.nb", "usc.ur"];

/// The budgets that the weights are fitted for, and how much each counts.
const BUDGETS: [(Length, f64); 2] = [(Length::Sentences(3), 1.0), (Length::Words(100), 0.5)];

/// How often the bootstrap draws.
const SAMPLES: usize = 1_000;

/// A gain below this many points of ROUGE-2 is noise: the simpler or earlier value stays.
const LEAST_GAIN: f64 = 0.03;

fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().context("name the folder of the data sets")?;
    let task = arguments.next().unwrap_or_else(|| "measure".into());
    for (profile, names) in [(Profile::News, HIGHLIGHTS), (Profile::Informative, REFERENCES)] {
        let records = names
            .iter()
            .map(|name| read(&Path::new(&folder).join(format!("{name}.jsonl"))))
            .collect::<Result<Vec<_>>>()?;
        let sets: Vec<Set<'_>> = names.iter().zip(&records).map(|(name, records)| Set::new(name, records)).collect();
        println!("{profile:?}, ROUGE-2 minus Lead");
        match task.as_str() {
            "measure" => measure(&sets, &Weights::of(profile)),
            "fit" => cross_validate(&sets, profile),
            "ablate" => ablate(&sets, profile),
            other => bail!("no such task: {other}"),
        }
    }
    Ok(())
}

/// A line of a data set.
#[derive(Deserialize)]
struct Record {
    lang: String,
    #[serde(default)]
    title: Option<String>,
    text: String,
    summary: Vec<String>,
    #[serde(default)]
    more_refs: Vec<Vec<String>>,
}

fn read(path: &Path) -> Result<Vec<Record>> {
    let lines = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    lines.lines().map(|line| serde_json::from_str(line).context("a line is no record")).collect()
}

/// An article ready to be summarised and scored.
struct Article<'r> {
    document: Document<'r>,
    /// The words of each sentence, as numbers.
    words: Vec<Vec<u32>>,
    references: Vec<Counts>,
    lead: [f64; 2],
}

struct Set<'r> {
    name: &'r str,
    articles: Vec<Article<'r>>,
}

impl<'r> Set<'r> {
    fn new(name: &'r str, records: &'r [Record]) -> Self {
        Self { name, articles: records.iter().map(Article::new).collect() }
    }

    /// The mean gain over Lead of each budget, in points.
    fn gains(&self, weights: &Weights) -> [f64; 2] {
        mean(&self.rows(weights))
    }

    /// The gains of each article.
    fn rows(&self, weights: &Weights) -> Vec<[f64; 2]> {
        self.articles.iter().map(|article| article.gains(weights)).collect()
    }
}

impl<'r> Article<'r> {
    fn new(record: &'r Record) -> Self {
        let title = record.title.as_deref().unwrap_or_default();
        let document = Document::new(&record.text, title, Tag::parse(&record.lang), LineBreaks::Auto);
        let mut tokenizer = Tokenizer::new(record.lang == "en");
        let references = std::iter::once(&record.summary)
            .chain(&record.more_refs)
            .map(|sentences| bigrams(&tokenizer.words(&sentences.join("\n"))))
            .collect();
        let spans = document.sentences().iter().map(|sentence| sentence.span.of(document.text()));
        let words = spans.map(|text| tokenizer.words(text)).collect();
        let mut article = Self { document, words, references, lead: [0.0; 2] };
        article.lead = BUDGETS.map(|(length, _)| article.rouge(article.lead(length)));
        article
    }

    /// The first sentences that are not the title.
    fn lead(&self, length: Length) -> Vec<usize> {
        let text = |index: usize| self.document.sentences()[index].span.of(self.document.text());
        let body = (0..self.words.len()).filter(|index| text(*index) != self.document.title());
        match length {
            Length::Words(most) => {
                let mut words = 0;
                body.enumerate()
                    .take_while(|(place, index)| {
                        words += text(*index).split_whitespace().count();
                        *place == 0 || words <= most
                    })
                    .map(|(_, index)| index)
                    .collect()
            }
            Length::Sentences(most) | Length::Characters(most) => body.take(most).collect(),
            Length::Ratio(_) => body.collect(),
        }
    }

    fn gains(&self, weights: &Weights) -> [f64; 2] {
        let mut gains = [0.0; 2];
        for ((gain, lead), (length, _)) in gains.iter_mut().zip(self.lead).zip(BUDGETS) {
            let options = Options { length, order: Order::Source, profile: Profile::News };
            let picks = summary::summarize_with(&self.document, &options, weights).picks;
            *gain = 100.0 * (self.rouge(picks.iter().map(|pick| pick.sentence)) - lead);
        }
        gains
    }

    /// ROUGE-2 F1, the mean over the references.
    fn rouge(&self, sentences: impl IntoIterator<Item = usize>) -> f64 {
        let words: Vec<u32> = sentences.into_iter().flat_map(|index| self.words[index].iter().copied()).collect();
        let ours = bigrams(&words);
        let total: f64 = self.references.iter().map(|reference| f1(&ours, reference)).sum();
        total / self.references.len() as f64
    }
}

fn mean(rows: &[[f64; 2]]) -> [f64; 2] {
    let mut sums = [0.0; 2];
    for row in rows {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += value;
        }
    }
    sums.map(|sum| sum / rows.len().max(1) as f64)
}

fn measure(sets: &[Set<'_>], weights: &Weights) {
    for set in sets {
        let gains = set.gains(weights);
        println!("  {:14} 3 sentences {:+.2}  100 words {:+.2}", set.name, gains[0], gains[1]);
    }
    pooled("pooled", sets, weights);
}

/// Prints the mean over the sets of their mean gains, with the 95% interval of a bootstrap over each set's articles.
fn pooled(name: &str, sets: &[Set<'_>], weights: &Weights) {
    let rows: Vec<Vec<[f64; 2]>> = sets.iter().map(|set| set.rows(weights)).collect();
    let middle = mean(&rows.iter().map(|rows| mean(rows)).collect::<Vec<_>>());
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut samples: Vec<[f64; 2]> = (0..SAMPLES)
        .map(|_| {
            let means = rows.iter().map(|rows| {
                let sample: Vec<[f64; 2]> = (0..rows.len()).map(|_| rows[below(rows.len(), &mut random)]).collect();
                mean(&sample)
            });
            mean(&means.collect::<Vec<_>>())
        })
        .collect();
    print!("  {name:20}");
    for (budget, label) in ["3 sentences", "100 words"].into_iter().enumerate() {
        samples.sort_by(|one, other| one[budget].total_cmp(&other[budget]));
        let (low, high) = (samples[SAMPLES / 40][budget], samples[SAMPLES - 1 - SAMPLES / 40][budget]);
        print!(" {label} {:+.2} [{low:+.2}, {high:+.2}]", middle[budget]);
    }
    println!();
}

/// A number below `most`, from a xorshift generator (Marsaglia 2003).
fn below(most: usize, state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from((*state >> 11) % most as u64).expect("it is below a usize")
}

/// What the fit makes as large as it can: the pooled gains of the budgets.
fn objective(sets: &[&Set<'_>], weights: &Weights) -> f64 {
    let pooled = mean(&sets.iter().map(|set| set.gains(weights)).collect::<Vec<_>>());
    pooled.iter().zip(BUDGETS).map(|(gain, (_, share))| gain * share).sum()
}

/// One weight and the values that it may take; none for one that a rule fixes, not the fit.
struct Knob {
    name: &'static str,
    of: fn(&mut Weights) -> &mut f64,
    values: &'static [f64],
}

const KNOBS: &[Knob] = &[
    Knob { name: "decay", of: |w| &mut w.decay, values: &[1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 10.0] },
    Knob { name: "position", of: |w| &mut w.position, values: &[0.0, 0.4, 0.6, 0.8, 1.0, 1.3] },
    Knob { name: "centroid", of: |w| &mut w.centroid, values: &[0.0, 0.2, 0.35, 0.5, 0.75] },
    Knob { name: "forward", of: |w| &mut w.forward, values: &[0.0, 0.2, 0.35, 0.5, 0.75] },
    Knob { name: "title", of: |w| &mut w.title, values: &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0] },
    Knob { name: "length", of: |w| &mut w.length, values: &[0.0, 0.25, 0.5, 0.8, 1.2, 1.6] },
    Knob { name: "extent", of: |w| &mut w.extent, values: &[0.0, 0.3, 0.6, 1.0, 1.4] },
    Knob { name: "long", of: |w| &mut w.long, values: &[0.0, 0.15, 0.3, 0.5] },
    Knob { name: "question", of: |w| &mut w.question, values: &[0.0, 0.25, 0.5] },
    Knob { name: "quote", of: |w| &mut w.quote, values: &[0.0, 0.12, 0.25, 0.4] },
    Knob { name: "leaning", of: |w| &mut w.leaning, values: &[] },
    Knob { name: "redundancy", of: |w| &mut w.redundancy, values: &[] },
    Knob { name: "repeats", of: |w| &mut w.repeats, values: &[] },
    Knob { name: "enough", of: |w| &mut w.enough, values: &[] },
];

fn fit(sets: &[&Set<'_>], start: Weights) -> Weights {
    let mut weights = start;
    let mut best = objective(sets, &weights);
    for _ in 0..3 {
        let before = best;
        for knob in KNOBS {
            let mut top = (best + LEAST_GAIN, *(knob.of)(&mut weights));
            for value in knob.values {
                let mut trial = weights;
                *(knob.of)(&mut trial) = *value;
                let reached = objective(sets, &trial);
                if reached > top.0 {
                    top = (reached, *value);
                }
            }
            *(knob.of)(&mut weights) = top.1;
            best = objective(sets, &weights);
        }
        if best - before < LEAST_GAIN {
            break;
        }
    }
    weights
}

fn cross_validate(sets: &[Set<'_>], profile: Profile) {
    let start = Weights::of(profile);
    let mut held_out = Vec::new();
    for left in 0..sets.len() {
        let rest: Vec<&Set<'_>> = sets.iter().enumerate().filter(|(i, _)| *i != left).map(|(_, set)| set).collect();
        let gains = sets[left].gains(&fit(&rest, start));
        println!("  left out {:14} 3 sentences {:+.2}  100 words {:+.2}", sets[left].name, gains[0], gains[1]);
        held_out.push(gains);
    }
    let pooled = mean(&held_out);
    println!("  cross-validated         3 sentences {:+.2}  100 words {:+.2}", pooled[0], pooled[1]);
    let weights = fit(&sets.iter().collect::<Vec<_>>(), start);
    println!("  {weights:?}");
    measure(sets, &weights);
}

/// What each weight is worth: the pooled gains without it.
fn ablate(sets: &[Set<'_>], profile: Profile) {
    let all = Weights::of(profile);
    measure(sets, &all);
    for knob in KNOBS.iter().filter(|knob| knob.name != "decay" && knob.name != "repeats") {
        let mut without = all;
        // Nothing but what does not fit ends a summary that never has enough.
        *(knob.of)(&mut without) = if knob.name == "enough" { 1.0 } else { 0.0 };
        pooled(&format!("without {}", knob.name), sets, &without);
    }
}
