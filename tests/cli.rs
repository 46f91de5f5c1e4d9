//! What a user sees, as transcripts: one run of the program in each file of `tests/cmd/`.
//!
//! `TRYCMD=overwrite cargo test --test cli` writes down what the program says today; read the difference before committing it.

#[test]
fn transcripts() {
    // They would change what every run does.
    for name in ["TRAILGATE_POLICIES", "TRAILGATE_WAIVERS", "TRAILGATE_FAIL_ON", "TRAILGATE_THREADS"] {
        if std::env::var_os(name).is_some() {
            panic!("unset {name} to run the transcripts");
        }
    }
    trycmd::TestCases::new().case("tests/cmd/*.toml");
}
