//! Copydesk beside its peers: see `README.md`; each bench target is one comparison.
