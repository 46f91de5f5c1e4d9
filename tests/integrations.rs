//! What other systems run: the scripts of the GitHub Action, the hooks of pre-commit, GitLab's job, the release archive, and what can be
//! known of the Dockerfile without Docker.

#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_yaml::Value;
use tempfile::TempDir;

const TRAILGATE: &str = env!("CARGO_BIN_EXE_trailgate");
const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const LOGS: &str = "fixtures/cloudtrail";

/// Instead of trailgate: notes its arguments and writes annotations, and no other report.
const STUB: &str = r#"printf '%s\n' "$@" >arguments
echo '::error::from a log'
for argument in "$@"; do
    case $argument in github=*) echo '::error::annotation' >"${argument#github=}" ;; esac
done
"#;

#[test]
fn the_action_names_steps_and_inputs_that_exist() {
    let action = yaml("action.yml");
    let steps = action["runs"]["steps"].as_sequence().unwrap();
    let mut scripts = 0;
    for step in steps {
        let Some(run) = step["run"].as_str() else { continue };
        let script = run.trim_matches('"').strip_prefix("$ACTION_PATH/").unwrap();
        let mode = fs::metadata(Path::new(ROOT).join(script)).unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "{script} can be run");
        assert!(!run.contains("${{"), "an input in a script could write commands: {run}");
        scripts += 1;
    }
    assert_eq!(scripts, 4);
    let text = fs::read_to_string(Path::new(ROOT).join("action.yml")).unwrap();
    let inputs = action["inputs"].as_mapping().unwrap();
    for (name, input) in inputs {
        let name = name.as_str().unwrap();
        assert!(text.contains(&format!("inputs.{name}")), "the input {name} is used");
        assert!(!input["description"].as_str().unwrap().is_empty());
    }
    for used in text.split("inputs.").skip(1) {
        let name = used.split([' ', '}']).next().unwrap();
        assert!(inputs.contains_key(name), "the input {name} is declared");
    }
}

#[test]
fn the_action_checks_and_hands_on_what_came_out() {
    let runner = Runner::new();
    let install = runner.script(
        "install.sh",
        &[("INPUT_TRAILGATE_PATH", TRAILGATE), ("INPUT_VERSION", concat!("v", env!("CARGO_PKG_VERSION")))],
    );
    assert_eq!(install.status.code(), Some(0), "{install:?}");
    assert_eq!(runner.outputs()["binary"], TRAILGATE);

    let report = runner.path("report.json");
    let formats = format!("human\njson={report}\n");
    let env = [
        ("TRAILGATE", TRAILGATE),
        ("INPUT_LOGS", LOGS),
        ("INPUT_POLICIES", "policies"),
        ("INPUT_FAIL_ON", "high"),
        ("INPUT_FORMATS", &formats),
    ];
    let check = runner.script("check.sh", &env);
    assert_eq!(check.status.code(), Some(0), "{check:?}");
    let outputs = runner.outputs();
    assert_eq!(outputs["exit-code"], "1");
    let json: serde_json::Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    assert_eq!(outputs["violations"], json["summary"]["violations"].to_string());
    assert_eq!(outputs["sarif"], "");
    let stdout = String::from_utf8(check.stdout).unwrap();
    let (_, token) = stdout.lines().next().unwrap().rsplit_once(':').unwrap();
    assert_eq!(stdout.lines().last().unwrap(), format!("::{token}::"));
    assert_eq!(token.len(), 32);

    for (code, expected) in [("0", 0), ("1", 1), ("2", 2), ("3", 3), ("130", 130), ("", 2), ("0; true", 2)] {
        let verdict = runner.script("verdict.sh", &[("EXIT_CODE", code)]);
        assert_eq!(verdict.status.code(), Some(expected), "{code}");
    }
}

#[test]
fn the_action_hands_inputs_on_as_they_are() {
    let runner = Runner::new();
    let stub = runner.stub("stub", STUB);
    let env = [
        ("TRAILGATE", stub.as_str()),
        ("INPUT_LOGS", "$(touch broken)\n--help\na b*"),
        ("INPUT_POLICIES", "`touch broken`\n'; touch broken; '"),
        ("INPUT_BASELINE", "base line.json"),
        ("INPUT_WAIVERS", "-w.yaml"),
        ("INPUT_FORMATS", "github"),
        ("INPUT_SARIF_FILE", "out.sarif"),
        ("INPUT_SUMMARY", "true"),
    ];
    let check = runner.script_in(runner.folder.path(), "check.sh", &env);
    assert_eq!(check.status.code(), Some(0), "{check:?}");
    let arguments = fs::read_to_string(runner.path("arguments")).unwrap();
    let arguments: Vec<&str> = arguments.lines().collect();
    for wanted in [
        "--policies=`touch broken`",
        "--policies='; touch broken; '",
        "--baseline=base line.json",
        "--waivers=-w.yaml",
        "sarif=out.sarif",
    ] {
        assert!(arguments.contains(&wanted), "{wanted} in {arguments:?}");
    }
    assert!(arguments.ends_with(&["--", "$(touch broken)", "--help", "a b*"]), "{arguments:?}");
    assert!(!Path::new(&runner.path("broken")).exists());
    // What a log says is shown where commands are not obeyed; annotations come after that.
    let stdout = String::from_utf8(check.stdout).unwrap();
    let lines: Vec<&str> = stdout.lines().collect();
    let token = lines[0].strip_prefix("::stop-commands::").unwrap();
    assert_eq!(lines[1..], ["::error::from a log", "", &format!("::{token}::"), "::error::annotation"]);
    // The stub wrote no report: nothing is promised that is not there.
    assert_eq!(runner.outputs()["sarif"], "");
    assert_eq!(runner.outputs()["violations"], "");
}

#[test]
fn the_action_refuses_what_would_write_outputs_of_its_own() {
    let runner = Runner::new();
    let install = runner.script("install.sh", &[("INPUT_TRAILGATE_PATH", "a\nexit-code=0")]);
    assert_eq!(install.status.code(), Some(2));
    let install = runner.script("install.sh", &[("INPUT_TRAILGATE_PATH", TRAILGATE), ("INPUT_VERSION", "9.9.9")]);
    assert_eq!(install.status.code(), Some(2));
    let install = runner.script("install.sh", &[("INPUT_TRAILGATE_PATH", "./none")]);
    assert_eq!(install.status.code(), Some(2));
    let env = [("TRAILGATE", TRAILGATE), ("INPUT_LOGS", LOGS), ("INPUT_SARIF_FILE", "a\nexit-code=0")];
    assert_eq!(runner.script("check.sh", &env).status.code(), Some(2));
    assert!(runner.outputs().is_empty());
}

#[test]
fn the_summary_is_appended_and_kept_below_what_github_takes() {
    let runner = Runner::new();
    let file = runner.path("summary.md");
    fs::write(&file, "# Report\n").unwrap();
    assert!(runner.script("summary.sh", &[("SUMMARY_FILE", "")]).status.success());
    assert!(runner.script("summary.sh", &[("SUMMARY_FILE", &file)]).status.success());
    assert_eq!(fs::read_to_string(runner.path("step-summary")).unwrap(), "before\n# Report\n");
    fs::write(&file, "é line of a table\n".repeat(80_000)).unwrap();
    assert!(runner.script("summary.sh", &[("SUMMARY_FILE", &file)]).status.success());
    let summary = fs::read_to_string(runner.path("step-summary")).unwrap();
    assert!(summary.len() < 1 << 20);
    assert!(summary.ends_with("was cut here.**\n"));
}

#[test]
fn the_hooks_pass_and_fail_in_a_repository() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let words = |id: &str| -> Vec<String> {
        let hook = hooks.as_sequence().unwrap().iter().find(|hook| hook["id"] == id).unwrap();
        let entry = hook["entry"].as_str().unwrap().split(' ').map(str::to_owned);
        let args = hook["args"].as_sequence().into_iter().flatten().map(|arg| arg.as_str().unwrap().to_owned());
        entry.chain(args).collect()
    };
    let repository = TempDir::new().unwrap();
    let at = |name: &str| repository.path().join(name);
    let hook = |id: &str, files: &[&str]| {
        let words = words(id);
        assert_eq!(words[0], "trailgate");
        Command::new(TRAILGATE).args(&words[1..]).args(files).current_dir(repository.path()).output().unwrap()
    };
    fs::create_dir_all(at("policies")).unwrap();
    fs::create_dir_all(at("logs")).unwrap();
    fs::copy(Path::new(ROOT).join("tests/cmd/policies/trails.yaml"), at("policies/trails.yaml")).unwrap();
    fs::copy(Path::new(ROOT).join("fixtures/cloudtrail/one-line.json"), at("logs/one-line.json")).unwrap();
    assert_eq!(hook("trailgate-policies", &[]).status.code(), Some(0));
    fs::write(at("logs/clean.json"), r#"{"Records": []}"#).unwrap();
    let rule = "version: 1\nrules:\n  - id: a.any\n    title: Any\n    severity: high\n    forbid: {$.eventName: {glob: \"*\"}}\n";
    fs::write(at("policies/any.yaml"), rule).unwrap();
    let check = hook("trailgate-check", &["logs/one-line.json"]);
    assert_eq!(check.status.code(), Some(1), "{check:?}");
    fs::write(at("policies/any.yaml"), rule.replace("high", "hihg")).unwrap();
    assert_eq!(hook("trailgate-policies", &[]).status.code(), Some(2));
}

#[test]
fn the_gitlab_job_runs_its_own_lines() {
    let template = yaml("integrations/gitlab/trailgate.gitlab-ci.yml");
    let job = &template["trailgate"];
    let reports = template["variables"]["TRAILGATE_REPORTS"].as_str().unwrap();
    let artifacts = job["artifacts"]["reports"].as_mapping().unwrap();
    for (kind, format) in [("codequality", "gitlab"), ("junit", "junit")] {
        let file = artifacts[kind].as_str().unwrap();
        assert!(reports.split(' ').any(|report| report == format!("{format}={file}")), "{kind}");
        assert!(
            job["artifacts"]["paths"].as_sequence().unwrap().iter().any(|path| path == file),
            "{file} can be browsed"
        );
    }
    assert_eq!(artifacts.len(), 2);
    let lines: Vec<&str> = job["script"].as_sequence().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let folder = TempDir::new().unwrap();
    let report = folder.path().join("report.json");
    let path = format!("{}:/usr/bin:/bin", Path::new(TRAILGATE).parent().unwrap().display());
    let output = Command::new("sh")
        .args(["-c", &lines.join("\n")])
        .current_dir(ROOT)
        .env_clear()
        .env("PATH", path)
        .env("CI_PROJECT_DIR", folder.path())
        .env("TRAILGATE_SOURCE", "")
        .env("TRAILGATE_POLICIES", "policies")
        .env("TRAILGATE_LOGS", "fixtures/cloudtrail/one-line.json fixtures/cloudtrail/*.json")
        .env("TRAILGATE_REPORTS", format!("human json={}", report.display()))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(report.metadata().unwrap().len() > 1000);
}

#[test]
fn the_image_is_pinned_runs_as_nobody_and_copies_what_is_there() {
    let text = fs::read_to_string(Path::new(ROOT).join("Dockerfile")).unwrap();
    let lines = |word: &str| -> Vec<String> {
        let prefix = format!("{word} ");
        text.lines().filter_map(|line| line.strip_prefix(&prefix)).map(str::to_owned).collect()
    };
    let toolchain = fs::read_to_string(Path::new(ROOT).join("rust-toolchain.toml")).unwrap();
    let (_, channel) = toolchain.split_once("channel = \"").unwrap();
    let channel = channel.split('"').next().unwrap();
    let from = lines("FROM");
    assert_eq!(from.len(), 2);
    assert!(from[0].starts_with(&format!("rust:{channel}-alpine")), "{} has the toolchain {channel}", from[0]);
    assert_eq!(from[1], "scratch");
    let uid: u32 = lines("USER")[0].split(':').next().unwrap().parse().unwrap();
    assert_ne!(uid, 0);
    assert_eq!(lines("ENTRYPOINT"), ["[\"/usr/local/bin/trailgate\"]"]);
    let copies = lines("COPY");
    assert_eq!(copies, [". .", "--from=build /source/target/release/trailgate /usr/local/bin/trailgate"]);
    let ignored = fs::read_to_string(Path::new(ROOT).join(".dockerignore")).unwrap();
    for needed in ["src", "policies", "Cargo.toml", "Cargo.lock"] {
        assert!(Path::new(ROOT).join(needed).exists());
        assert!(!ignored.lines().any(|line| line == needed), "{needed} is in the image's build");
    }
}

#[test]
fn a_release_archive_is_the_same_twice() {
    let folder = TempDir::new().unwrap();
    // A small program that answers as trailgate does: what is packed beside it is what is asked about here.
    let commands = "Commands:\\n  check        Check\\n  completions  Print\\n  man          Print\\n\\n";
    let text = format!(
        "#!/bin/sh\ncase $1 in --version) echo trailgate 1.2.3;; --help) printf '{commands}';; *) echo \"$@\";; esac\n"
    );
    let stub = folder.path().join("stub");
    executable(&stub, &text);
    for binary in [stub.to_str().unwrap(), TRAILGATE] {
        let pack = |name: &str| {
            let out = folder.path().join(name).join(binary.len().to_string());
            let output = Command::new("bash")
                .arg(Path::new(ROOT).join("integrations/release.sh"))
                .arg(binary)
                .arg(&out)
                .env("SOURCE_DATE_EPOCH", "1700000000")
                .env("TARGET", "test")
                .output()
                .unwrap();
            assert!(output.status.success(), "{output:?}");
            let archive = PathBuf::from(String::from_utf8(output.stdout).unwrap().trim_end());
            (fs::read(&archive).unwrap(), fs::read_to_string(out.join("SHA256SUMS")).unwrap(), archive)
        };
        let (one, two) = (pack("one"), pack("two"));
        assert!(one.0 == two.0, "the archives differ");
        assert_eq!(one.1, two.1);
        assert!(run("sha256sum", &["--check", "SHA256SUMS"], one.2.parent().unwrap()).status.success());
        let list = run("tar", &["--list", "--file", one.2.to_str().unwrap()], folder.path());
        let list = String::from_utf8(list.stdout).unwrap();
        for file in ["trailgate", "LICENSE", "README.md", "CHANGELOG.md"] {
            assert!(list.lines().any(|line| line.ends_with(&format!("-test/{file}"))), "{file} in {list}");
        }
        if binary != TRAILGATE {
            for file in [
                "completions/_trailgate",
                "completions/trailgate.bash",
                "completions/trailgate.fish",
                "man/trailgate.1",
            ] {
                assert!(list.contains(file), "{file} in {list}");
            }
        }
    }
}

/// A stand-in for the machine that GitHub runs steps on.
struct Runner {
    folder: TempDir,
}

impl Runner {
    fn new() -> Self {
        let runner = Self { folder: TempDir::new().unwrap() };
        fs::write(runner.path("outputs"), "").unwrap();
        fs::write(runner.path("step-summary"), "before\n").unwrap();
        runner
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn script(&self, name: &str, env: &[(&str, &str)]) -> Output {
        self.script_in(Path::new(ROOT), name, env)
    }

    fn script_in(&self, folder: &Path, name: &str, env: &[(&str, &str)]) -> Output {
        Command::new("bash")
            .arg(Path::new(ROOT).join("integrations/github").join(name))
            .current_dir(folder)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("GITHUB_OUTPUT", self.path("outputs"))
            .env("GITHUB_STEP_SUMMARY", self.path("step-summary"))
            .env("RUNNER_TEMP", self.folder.path())
            .env("ACTION_PATH", ROOT)
            .envs(env.iter().copied())
            .output()
            .unwrap()
    }

    fn stub(&self, name: &str, script: &str) -> String {
        executable(Path::new(&self.path(name)), &format!("#!/bin/sh\n{script}"));
        self.path(name)
    }

    fn outputs(&self) -> BTreeMap<String, String> {
        let text = fs::read_to_string(self.path("outputs")).unwrap();
        text.lines().map(|line| line.split_once('=').unwrap()).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
    }
}

fn executable(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn yaml(name: &str) -> Value {
    serde_yaml::from_str(&fs::read_to_string(Path::new(ROOT).join(name)).unwrap()).unwrap()
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> Output {
    Command::new(program).args(arguments).current_dir(folder).output().unwrap()
}
