//! An allocator that counts what the current thread allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

/// In bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Counts {
    /// The most that was allocated at one time.
    pub(crate) peak: usize,
    /// The sum of all allocations.
    pub(crate) total: usize,
    now: isize,
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    static COUNTS: Cell<Counts> = const { Cell::new(Counts { peak: 0, total: 0, now: 0 }) };
}

/// Counts what a function allocates.
pub(crate) fn count(run: impl FnOnce()) -> Counts {
    COUNTS.set(Counts::default());
    run();
    COUNTS.get()
}

fn note(grown: usize, shrunk: usize) {
    // A thread that ends has no counts any more.
    let _ = COUNTS.try_with(|cell| {
        let mut counts = cell.get();
        counts.total += grown;
        counts.now += grown.cast_signed() - shrunk.cast_signed();
        counts.peak = counts.peak.max(counts.now.max(0).cast_unsigned());
        cell.set(counts);
    });
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size(), 0);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        note(0, layout.size());
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size(), 0);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // The system may extend it in place, so only what is added counts as new.
        note(
            size.saturating_sub(layout.size()),
            layout.size().saturating_sub(size),
        );
        unsafe { System.realloc(pointer, layout, size) }
    }
}
