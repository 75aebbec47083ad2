//! Work that every processor can do a part of.

use std::{
    num::NonZero,
    panic::resume_unwind,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// How many items are worked on at once: each may be a file as large as [`crate::file_bytes_max`].
const WORKERS_MAX: usize = 4;

/// What the work gives for each item, in their order.
pub(crate) fn of_each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get).min(WORKERS_MAX).min(items.len());
    let next = AtomicUsize::new(0);
    let part = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return done };
            done.push((at, work(item)));
        }
    };
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(part)).collect();
        let mut done = part();
        done.extend(others.into_iter().flat_map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic))));
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_is_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..1_000).collect();
        assert_eq!(of_each(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert_eq!(of_each(&[] as &[usize], |item| *item), Vec::<usize>::new());
    }

    #[test]
    #[should_panic(expected = "the third")]
    fn a_panic_of_one_is_not_lost() {
        of_each(&[1, 2, 3, 4], |item| assert_ne!(*item, 3, "the third"));
    }
}
