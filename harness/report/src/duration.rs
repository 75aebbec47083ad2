/// A duration with the unit that suits it, from microseconds.
pub fn duration(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..10_000 => format!("{}.{} ms", us / 1_000, us % 1_000 / 100),
        10_000..1_000_000 => format!("{} ms", us / 1_000),
        1_000_000..60_000_000 => format!("{}.{:02} s", us / 1_000_000, us % 1_000_000 / 10_000),
        _ => format!("{} min {} s", us / 60_000_000, us / 1_000_000 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_the_unit_that_suits_them() {
        for (us, text) in
            [(999, "999 µs"), (1_540, "1.5 ms"), (12_999, "12 ms"), (1_234_567, "1.23 s"), (61_000_000, "1 min 1 s")]
        {
            assert_eq!(duration(us), text);
        }
    }
}
