//! Progress on a terminal's standard error; silent anywhere else.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How far the work has come.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    done: u64,
    failed: u64,
}

impl Progress {
    /// Shows nothing.
    pub fn hidden() -> Self {
        Self { bar: ProgressBar::hidden(), done: 0, failed: 0 }
    }

    /// Of so many bytes to read; `None` where nobody knows how many there are.
    pub fn of(total_bytes: Option<u64>) -> Self {
        const KNOWN: &str = "{bar:30} {bytes} of {total_bytes}, {msg}, {eta} to go";
        const UNKNOWN: &str = "{spinner} {bytes}, {msg}, {elapsed}";
        let (bar, template) = match total_bytes {
            Some(total) => (ProgressBar::new(total), KNOWN),
            None => (ProgressBar::no_length(), UNKNOWN),
        };
        let style = ProgressStyle::with_template(template).expect("the templates are well-formed");
        bar.set_style(style);
        bar.set_message("analysing");
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, done: 0, failed: 0 }
    }

    /// Passes over bytes that need no work.
    pub fn skip(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    /// Counts a text.
    pub fn count(&mut self, bytes: u64, failed: bool) {
        self.done += 1;
        self.failed += u64::from(failed);
        self.bar.inc(bytes);
        let failures = if self.failed == 0 { String::new() } else { format!(", {} failed", self.failed) };
        let texts = if self.done == 1 { "text" } else { "texts" };
        self.bar.set_message(format!("{} {texts}{failures}", self.done));
    }

    /// Writes something else to the terminal meanwhile.
    pub fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// How many texts there were.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// How many of them failed.
    pub fn failed(&self) -> u64 {
        self.failed
    }

    /// Clears the line.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
