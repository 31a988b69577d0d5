//! SNS's retry policy for endpoints that AWS manages ("Amazon SNS message delivery retries", developer guide).

use std::time::Duration;

/// Tries without a wait before them, after the first.
const IMMEDIATE: u32 = 3;

/// Then tries a second apart.
const PRE_BACKOFF: u32 = 2;

/// Then tries whose distance grows from one to twenty seconds.
const BACKOFF: u32 = 10;

/// Then tries twenty seconds apart: 100,015 retries over 23 days in all.
const POST_BACKOFF: u32 = 100_000;

const WAIT_MIN_SECONDS: f64 = 1.0;
const WAIT_MAX_SECONDS: f64 = 20.0;

/// The wait before a retry, counted from 0; `None` when there are no more.
pub fn delay(retry: u32) -> Option<Duration> {
    let seconds = if retry < IMMEDIATE {
        0.0
    } else if retry < IMMEDIATE + PRE_BACKOFF {
        WAIT_MIN_SECONDS
    } else if retry < IMMEDIATE + PRE_BACKOFF + BACKOFF {
        let step = f64::from(retry - IMMEDIATE - PRE_BACKOFF) / f64::from(BACKOFF - 1);
        WAIT_MIN_SECONDS * (WAIT_MAX_SECONDS / WAIT_MIN_SECONDS).powf(step)
    } else if retry < IMMEDIATE + PRE_BACKOFF + BACKOFF + POST_BACKOFF {
        WAIT_MAX_SECONDS
    } else {
        return None;
    };
    Some(Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phases_are_those_of_the_guide() {
        let delays: Vec<f64> = (0..17).map(|retry| delay(retry).expect("a retry").as_secs_f64()).collect();
        assert_eq!(delays[..6], [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
        assert!(delays[5..15].windows(2).all(|pair| pair[0] < pair[1]), "backoff grows");
        assert_eq!(delays[14..], [20.0, 20.0, 20.0]);
    }

    #[test]
    fn it_ends_after_100_015_retries_and_23_days() {
        assert!(delay(100_014).is_some());
        assert_eq!(delay(100_015), None);
        let days = (0..100_015).filter_map(delay).sum::<Duration>().as_secs_f64() / 86_400.0;
        assert!((23.0..24.0).contains(&days), "{days} days");
    }
}
