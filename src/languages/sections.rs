//! List files in sections: `[name]` opens one, `#` a comment line, every other line belongs to the section it stands in.

/// The lines of `source` with the section that each stands in, without comments and empty lines. Lines before the first
/// section stand in the section of the empty name.
pub(super) fn lines(source: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut section = "";
    source.lines().map(str::trim).filter_map(move |line| {
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
            return None;
        }
        Some((section, line))
    })
}
