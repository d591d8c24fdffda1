//! What language detection keeps in memory. A program of its own: other tests' memory would count.
#![cfg(target_os = "linux")]

use copydesk::text::detect::{Options, detect};

/// Letters of each script that has a model.
const ALPHABETS: [(char, char); 7] =
    [('a', 'z'), ('а', 'я'), ('ا', 'ي'), ('अ', 'ह'), ('א', 'ת'), ('አ', 'ኸ'), ('一', '龥')];

/// Words that are read of each script: many times the model's pages.
const WORDS: u64 = 30_000;

#[test]
fn twelve_megabytes_hold_all_models() {
    let before = resident_kilobytes();
    let mut state = 1_u64;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for (first, last) in ALPHABETS {
        for _ in 0..WORDS / 5 {
            let letters = u64::from(u32::from(last) - u32::from(first)) + 1;
            let mut letter = || char::from_u32(u32::from(first) + u32::try_from(random(letters)).unwrap_or(0));
            let text: String = (0..5 * 7).flat_map(|at| if at % 7 == 6 { Some(' ') } else { letter() }).collect();
            detect(&text, &Options::default());
        }
    }
    let kept = resident_kilobytes() - before;
    // Less than the half would mean that the words did not reach the model.
    assert!((4_000..12_000).contains(&kept), "{kept} kB");
}

/// The memory of this process that is resident, pages of the executable that were read included.
fn resident_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line of proc(5)");
    line.split_whitespace().next().and_then(|kilobytes| kilobytes.parse().ok()).expect("a number")
}
