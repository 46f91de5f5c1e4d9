//! What a user sees, as transcripts: one run of the program in each file of `tests/cmd/`.
//!
//! `TRYCMD=overwrite cargo test --test cli` writes down what the program says today; read the difference before committing it.

#[test]
fn transcripts() {
    // They would change what every run does.
    let set = std::env::vars_os().map(|(name, _)| name).find(|name| name.to_string_lossy().starts_with("TRAILGATE_"));
    assert_eq!(set, None, "unset it to run the transcripts");
    trycmd::TestCases::new().case("tests/cmd/*.toml");
}
