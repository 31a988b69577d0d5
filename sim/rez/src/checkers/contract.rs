//! Every answer follows `openapi.yaml`: status, headers and body; and what was accepted can be read at once.

use std::time::SystemTime;

use rez_contract::Contract;

use super::{Checker, End, Findings, Seen};

/// Every answer follows the contract.
#[derive(Default)]
pub struct ContractKept {
    /// Made when the first answer comes: most scenarios have none.
    contract: Option<Contract>,
    findings: Findings,
}

impl Checker for ContractKept {
    fn name(&self) -> &'static str {
        "every answer follows the contract"
    }

    fn observe(&mut self, _at: SystemTime, seen: &Seen<'_>) {
        let Seen::Answered(answered) = seen else { return };
        // Where no route takes a request, the contract has nothing to say.
        let Some(answer) = answered.answer.filter(|_| !answered.route.is_empty()) else { return };
        let contract = self.contract.get_or_insert_with(Contract::load);
        if let Err(mistake) = contract.check(answered.route, answer) {
            self.findings.add(|| mistake);
        }
    }

    fn judges_from_outside(&self) -> bool {
        true
    }

    fn finish(&mut self, _end: &End) -> Findings {
        std::mem::take(&mut self.findings)
    }
}

/// An accepted message can be read at once.
#[derive(Default)]
pub struct ReadableAtOnce(Findings);

impl Checker for ReadableAtOnce {
    fn name(&self) -> &'static str {
        "what was accepted can be read at once"
    }

    fn observe(&mut self, _at: SystemTime, seen: &Seen<'_>) {
        if let Seen::Unreadable { message_id } = seen {
            self.0.add(|| format!("message `{message_id}` could not be read as it was written, right after its 201"));
        }
    }

    fn judges_from_outside(&self) -> bool {
        true
    }

    fn finish(&mut self, _end: &End) -> Findings {
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{answered, at, run};
    use super::*;

    #[test]
    fn an_answer_without_what_the_contract_asks_for_is_caught() {
        let found = run(ContractKept::default(), |checker| answered(checker, "GET /api/health", None, 200));
        assert_eq!(found.violations, 1);
    }

    #[test]
    fn a_system_that_answers_before_it_has_written_is_caught() {
        let found = run(ReadableAtOnce::default(), |checker| {
            checker.observe(at(1), &Seen::Unreadable { message_id: "m1" });
        });
        assert_eq!(found.examples, ["message `m1` could not be read as it was written, right after its 201"]);
    }
}
