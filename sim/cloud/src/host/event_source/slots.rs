//! How many batches an event source works on at once, and how that number follows the backlog.
//!
//! Sources: "Scaling behavior of SQS event source mappings", Lambda developer guide. How it falls after errors is not
//! published; halving is a guess.

use std::time::Duration;

/// Concurrent batches at first, and again when the queue was quiet.
const INITIAL: u32 = 5;
/// More of them per minute, while there is a backlog.
const ADDED_PER_MINUTE: u32 = 300;
/// At most, unless `MaximumConcurrency` says less.
const MAX: u32 = 1_250;
/// Errors never bring it below this.
const MIN: u32 = 2;

const MINUTE: Duration = Duration::from_secs(60);

/// Counts batches under way. Times are since the world began.
#[derive(Debug)]
pub(super) struct Slots {
    busy: u32,
    allowed: u32,
    max: u32,
    last_scaled: Duration,
}

impl Slots {
    pub fn new(maximum_concurrency: Option<u32>) -> Self {
        let max = maximum_concurrency.map_or(MAX, |maximum| maximum.min(MAX));
        Self { busy: 0, allowed: INITIAL.min(max), max, last_scaled: Duration::ZERO }
    }

    /// Takes a slot; `Err` is the time at which it is worth asking again, unless a slot becomes free before.
    pub fn take(&mut self, now: Duration) -> Result<(), Duration> {
        if self.busy >= self.allowed {
            self.scale_up(now)?;
        }
        self.busy += 1;
        Ok(())
    }

    pub fn give_back(&mut self) {
        self.busy -= 1;
    }

    /// A batch failed or was throttled.
    pub fn back_off(&mut self, now: Duration) {
        self.allowed = (self.allowed / 2).max(MIN.min(self.max));
        self.last_scaled = now;
    }

    /// The queue was empty for a minute or more.
    pub fn rest(&mut self, now: Duration) {
        self.allowed = INITIAL.min(self.max);
        self.last_scaled = now;
    }

    /// Pollers that wait for messages now.
    pub fn idle(&self) -> u32 {
        self.allowed.saturating_sub(self.busy)
    }

    fn scale_up(&mut self, now: Duration) -> Result<(), Duration> {
        if self.allowed >= self.max {
            return Err(Duration::MAX);
        }
        if now < self.last_scaled + MINUTE {
            return Err(self.last_scaled + MINUTE);
        }
        self.last_scaled = now;
        self.allowed = (self.allowed + ADDED_PER_MINUTE).min(self.max);
        if self.busy < self.allowed { Ok(()) } else { Err(now + MINUTE) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn take_all(slots: &mut Slots, now: Duration) -> u32 {
        (0..).take_while(|_| slots.take(now).is_ok()).count() as u32
    }

    #[test]
    fn a_backlog_adds_three_hundred_a_minute_to_the_maximum() {
        let mut slots = Slots::new(None);
        assert_eq!(take_all(&mut slots, Duration::ZERO), 5);
        assert_eq!(slots.take(Duration::ZERO), Err(MINUTE));
        let added: Vec<u32> = (1..=6).map(|minute| take_all(&mut slots, minute * MINUTE)).collect();
        assert_eq!(added, [300, 300, 300, 300, 45, 0]);
    }

    #[test]
    fn maximum_concurrency_is_never_exceeded() {
        let mut slots = Slots::new(Some(3));
        assert_eq!(take_all(&mut slots, Duration::ZERO), 3);
        assert_eq!(slots.take(10 * MINUTE), Err(Duration::MAX));
    }

    #[test]
    fn errors_halve_down_to_two() {
        let mut slots = Slots::new(None);
        slots.back_off(Duration::ZERO);
        slots.back_off(Duration::ZERO);
        slots.back_off(Duration::ZERO);
        assert_eq!(take_all(&mut slots, Duration::ZERO), 2);
    }

    #[test]
    fn a_slot_given_back_can_be_taken_again() {
        let mut slots = Slots::new(Some(2));
        take_all(&mut slots, Duration::ZERO);
        slots.give_back();
        assert_eq!((slots.idle(), slots.take(Duration::ZERO)), (1, Ok(())));
    }

    #[derive(Clone, Debug)]
    enum Step {
        Take,
        GiveBack,
        BackOff,
        Rest,
        Wait(u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => Just(Step::Take),
            2 => Just(Step::GiveBack),
            1 => Just(Step::BackOff),
            1 => Just(Step::Rest),
            2 => (1..100_u64).prop_map(Step::Wait),
        ]
    }

    proptest! {
        #[test]
        fn whatever_happens_no_more_than_the_maximum_are_busy(
            maximum in proptest::option::of(2..20_u32),
            steps in proptest::collection::vec(step(), 0..200),
        ) {
            let (mut slots, mut now) = (Slots::new(maximum), Duration::ZERO);
            for step in steps {
                match step {
                    Step::Take => {
                        // Whoever is told to come back later is told a time that lies ahead.
                        if let Err(ask_again) = slots.take(now) {
                            prop_assert!(ask_again > now);
                        }
                    }
                    Step::GiveBack if slots.busy > 0 => slots.give_back(),
                    Step::GiveBack => {}
                    Step::BackOff => slots.back_off(now),
                    Step::Rest => slots.rest(now),
                    Step::Wait(seconds) => now += Duration::from_secs(seconds),
                }
                prop_assert!(slots.busy <= maximum.unwrap_or(MAX));
                prop_assert!(slots.allowed >= MIN);
            }
        }
    }
}
