//! The process's heap.

use std::hint::black_box;

/// Makes the C library keep what each call frees for the next one, up to 2 MiB a thread.
///
/// glibc gives the end of a heap back to the system whenever more than 128 KiB of it is free: for each call a system
/// call, an interrupt to the other cores and thirty pages that fault in again. It raises that limit by itself, to twice
/// the size of the largest block that was ever freed of those that had been mapped alone (`mallopt(3)`,
/// `M_MMAP_THRESHOLD`); so here is one. Other C libraries are not changed by it.
pub fn keep_freed_memory() {
    drop(black_box(Vec::<u8>::with_capacity(LARGEST_KEPT)));
}

/// Larger blocks are mapped alone at first, and go back to the system when they are freed.
const LARGEST_KEPT: usize = 1 << 20;
