//! How much a log grows: the lines of functions and gateways, and those that Lambda writes around every invocation.

/// What CloudWatch Logs adds to each line when it is billed ("Amazon CloudWatch pricing": 26 bytes per event).
const OVERHEAD: usize = 26;

/// Lambda's own lines in its plain format, with a value of usual length for each field ("Lambda log streams").
const AROUND_INVOCATION: [&str; 3] = [
    "START RequestId: 79104EXAMPLE-4e0f-4f3d-9f4d-8a4d5d7bd8a2 Version: $LATEST\n",
    "END RequestId: 79104EXAMPLE-4e0f-4f3d-9f4d-8a4d5d7bd8a2\n",
    "REPORT RequestId: 79104EXAMPLE-4e0f-4f3d-9f4d-8a4d5d7bd8a2\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: \
     256 MB\tMax Memory Used: 32 MB\t\n",
];
const TRACED: &str =
    "XRAY TraceId: 1-6925e988-e7dd3e5f1a2b3c4d5e6f7a8b\tSegmentId: 3d0a5a1c0f2b4e6d\tSampled: true\t\n";
const AT_INIT: &str = "INIT_START Runtime Version: provided:al2023.v100\tRuntime Version ARN: \
     arn:aws:lambda:us-east-1::runtime:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n";

/// Bytes of one line, without its newline.
pub(super) fn of_line(line: &str) -> u64 {
    (line.len() + 1 + OVERHEAD) as u64
}

/// Bytes of one line of an access log, which has no newline.
pub(super) fn of_access_line(line: &str) -> u64 {
    (line.len() + OVERHEAD) as u64
}

/// Bytes of Lambda's own lines for one invocation; `traced` when the function is traced.
pub(super) fn of_invocation(traced: bool) -> u64 {
    let around: usize = AROUND_INVOCATION.iter().map(|line| line.len() + OVERHEAD).sum();
    (around + if traced { TRACED.len() } else { 0 }) as u64
}

/// Bytes of Lambda's own line for one new environment.
pub(super) fn of_init() -> u64 {
    (AT_INIT.len() + OVERHEAD) as u64
}
