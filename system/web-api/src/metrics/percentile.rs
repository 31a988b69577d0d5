//! Percentiles out of a histogram.

use rez_core::store::LATENCY_BUCKETS_MS;

/// Messages by bucket of [`LATENCY_BUCKETS_MS`], and one for what was slower.
pub type Histogram = [u64; LATENCY_BUCKETS_MS.len() + 1];

/// The bound, in milliseconds, that at least `share` of the messages keep (nearest rank); for those slower than every
/// bound, the largest one. Nothing when there are no messages.
pub fn percentile_ms(histogram: &Histogram, share: f64) -> Option<u64> {
    let total: u64 = histogram.iter().sum();
    let rank = ((total as f64 * share).ceil() as u64).clamp(1, total.max(1));
    let mut seen = 0;
    let bucket = histogram.iter().position(|count| {
        seen += count;
        seen >= rank
    })?;
    Some(LATENCY_BUCKETS_MS[bucket.min(LATENCY_BUCKETS_MS.len() - 1)])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn histogram(counts: &[(usize, u64)]) -> Histogram {
        let mut histogram = [0; LATENCY_BUCKETS_MS.len() + 1];
        counts.iter().for_each(|&(bucket, count)| histogram[bucket] = count);
        histogram
    }

    #[test]
    fn ranks_are_counted_from_the_fastest() {
        let histogram = histogram(&[(0, 94), (3, 5), (LATENCY_BUCKETS_MS.len(), 1)]);
        assert_eq!(percentile_ms(&histogram, 0.5), Some(50));
        assert_eq!(percentile_ms(&histogram, 0.94), Some(50));
        assert_eq!(percentile_ms(&histogram, 0.95), Some(200));
        assert_eq!(percentile_ms(&histogram, 1.0), Some(259_200_000), "slower than every bound");
    }

    #[test]
    fn of_nothing_there_is_none() {
        assert_eq!(percentile_ms(&histogram(&[]), 0.5), None);
    }

    proptest! {
        #[test]
        fn enough_messages_keep_the_bound(latencies in proptest::collection::vec(0..LATENCY_BUCKETS_MS.len(), 1..200), share in 0.01..=1.0) {
            let mut histogram = histogram(&[]);
            latencies.iter().for_each(|&bucket| histogram[bucket] += 1);
            let bound = percentile_ms(&histogram, share).expect("there are messages");
            let within = latencies.iter().filter(|&&bucket| LATENCY_BUCKETS_MS[bucket] <= bound).count();
            let below = latencies.iter().filter(|&&bucket| LATENCY_BUCKETS_MS[bucket] < bound).count();
            let wanted = latencies.len() as f64 * share;
            prop_assert!(within as f64 >= wanted && (below as f64) < wanted);
        }
    }
}
