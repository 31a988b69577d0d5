# What a person runs; `.ci/run` calls the same.

# the month, with its verdict
run *ARGS:
    cargo run --release -- run {{ARGS}}

# every test
test:
    cargo test

# formatting, lints, and the invariants of ARCHITECTURE.md
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    .ci/invariants

# same seed, same history: in this process and in a fresh one
determinism:
    cargo run --release -- run smoke --twice

# every scenario that `rez scenarios` lists
scenarios:
    cargo run --release -- run minute hiccup smoke month front-door ntfy-outage duplicates poison redrive alarms

# licences and sources of the dependencies (needs cargo-deny)
deny:
    cargo deny check licenses bans sources

# the template, as AWS's own linter sees it (needs cfn-lint)
template:
    cfn-lint system/template.yaml

# the REST contract as a page by Redoc, reports/out/openapi.html (needs Node.js, and the network the first time)
contract:
    mkdir -p reports/out
    REDOCLY_TELEMETRY=off npx --yes --prefer-offline @redocly/cli@2 build-docs system/openapi.yaml --output reports/out/openapi.html
