//! The correlations that SigmaHQ's community publishes for CloudTrail, expressed as rules (`fixtures/policies/sigma.yaml`, in our
//! words): on logs made here they find what the descriptions of the published ones say, and nothing near it.

use std::path::Path;

use serde_json::Value;

use crate::log::{check, event, logs, with};

const POLICY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/policies/sigma.yaml");

/// The published files, which lie beside the checkout and not in it.
const PUBLISHED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/sigma/correlations");

/// Every rule, and the published file that says the same.
const RULES: [(&str, &str); 5] = [
    ("sigma.console-login-failed-often", "aws_cloudtrail_many_failed_logins.yml"),
    ("sigma.call-refused-often", "aws_cloudtrail_many_access_denied.yml"),
    ("sigma.looked-around", "aws_cloudtrail_many_recon_events.yml"),
    ("sigma.buckets-listed-after-whoami", "aws_cloudtrail_s3_enum_after_getcalleridentity.yml"),
    ("sigma.user-and-key-created", "aws_cloudtrail_iam_persistence_chain.yml"),
];

/// How many violations of each rule there are in the log of `events`.
fn found(events: Vec<Value>) -> Vec<usize> {
    let folder = logs(&[("log.json", events)]);
    let said = check(folder.path(), POLICY, &[]);
    RULES.iter().map(|(rule, _)| said.of(rule).len()).collect()
}

#[test]
fn every_published_correlation_has_a_rule() {
    if !Path::new(PUBLISHED).is_dir() {
        eprintln!("SKIPPED: the published correlations are not at {PUBLISHED}");
        return;
    }
    let mut files: Vec<String> = std::fs::read_dir(PUBLISHED)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".yml"))
        .collect();
    files.sort();
    let mut named: Vec<&str> = RULES.iter().map(|(_, file)| *file).collect();
    named.sort_unstable();
    assert_eq!(files, named);
}

fn login(seconds: u32, outcome: &str) -> Value {
    let event = with(event("ConsoleLogin", seconds), "eventSource", "signin.amazonaws.com");
    with(event, "responseElements.ConsoleLogin", outcome)
}

#[test]
fn three_failed_logins_from_one_address_within_five_minutes() {
    let failed = |seconds| login(seconds, "Failure");
    let elsewhere = |seconds| with(failed(seconds), "sourceIPAddress", "198.51.100.7");
    assert_eq!(found(vec![failed(0), failed(100), failed(300)]), [1, 0, 0, 0, 0]);
    assert_eq!(found(vec![failed(0), failed(100), failed(301)]), [0; 5], "outside of the window");
    assert_eq!(found(vec![failed(0), failed(100)]), [0; 5], "below the count");
    assert_eq!(found(vec![failed(0), failed(100), login(200, "Success")]), [0; 5], "one worked");
    assert_eq!(found(vec![failed(0), failed(100), elsewhere(200)]), [0; 5], "another address");
    let by_user = |user: &str, seconds| with(failed(seconds), "userIdentity.userName", user);
    assert_eq!(found(vec![by_user("a", 0), by_user("b", 1), by_user("c", 2)])[0], 1, "of whatever users");
}

fn refused(seconds: u32, code: &str) -> Value {
    with(event("DescribeInstances", seconds), "errorCode", code)
}

#[test]
fn ten_refused_calls_with_one_key_from_one_address_within_ten_minutes() {
    let times = |last: u32| (0..9).map(|number| number * 60).chain([last]);
    let codes = ["AccessDenied", "Client.UnauthorizedOperation"];
    let mixed = |last| times(last).enumerate().map(|(place, time)| refused(time, codes[place % 2]));
    assert_eq!(found(mixed(600).collect()), [0, 1, 0, 0, 0]);
    assert_eq!(found(mixed(601).collect()), [0; 5], "outside of the window");
    assert_eq!(found(mixed(600).skip(1).collect()), [0; 5], "below the count");
    let one_with = |pointer: &str, value: &str| {
        let mut events: Vec<Value> = mixed(600).collect();
        events[4] = with(events[4].clone(), pointer, value);
        found(events)
    };
    assert_eq!(one_with("sourceIPAddress", "198.51.100.7"), [0; 5], "another address");
    assert_eq!(one_with("userIdentity.accessKeyId", "AKIAI44QH8DHBEXAMPLE"), [0; 5], "another key");
    assert_eq!(one_with("errorCode", "ThrottlingException"), [0; 5], "another error");
}

fn look(seconds: u32, name: &str) -> Value {
    with(event(name, seconds), "eventSource", "iam.amazonaws.com")
}

#[test]
fn three_different_kinds_of_looking_around_within_a_minute() {
    assert_eq!(found(vec![look(0, "ListUsers"), look(30, "ListRoles"), look(60, "GetUser")]), [0, 0, 1, 0, 0]);
    assert_eq!(found(vec![look(0, "ListUsers"), look(30, "ListRoles"), look(61, "GetUser")]), [0; 5], "outside");
    assert_eq!(
        found(vec![look(0, "ListUsers"), look(1, "ListUsers"), look(2, "ListUsers"), look(3, "GetUser")]),
        [0; 5],
        "two"
    );
    assert_eq!(found(vec![look(0, "ListUsers"), look(1, "ListRoles"), look(2, "TagUser")]), [0; 5], "another call");
    let by_other = with(look(2, "GetUser"), "userIdentity.arn", "arn:aws:iam::123456789012:user/bob");
    assert_eq!(found(vec![look(0, "ListUsers"), look(1, "ListRoles"), by_other]), [0; 5], "another user");
    let of_other = with(look(2, "GetUser"), "eventSource", "other.amazonaws.com");
    assert_eq!(found(vec![look(0, "ListUsers"), look(1, "ListRoles"), of_other]), [0; 5], "another service");
}

#[test]
fn buckets_listed_within_five_minutes_of_asking_who_one_is() {
    let asked = |seconds| event("GetCallerIdentity", seconds);
    let listed = |seconds| with(event("ListBuckets", seconds), "eventSource", "s3.amazonaws.com");
    assert_eq!(found(vec![asked(0), listed(300)]), [0, 0, 0, 1, 0]);
    assert_eq!(found(vec![listed(300), asked(0)]), [0, 0, 0, 1, 0], "whatever the order of the file");
    assert_eq!(found(vec![asked(0), listed(301)]), [0; 5], "outside of the window");
    assert_eq!(found(vec![listed(0), asked(1)]), [0; 5], "the wrong order");
    assert_eq!(found(vec![asked(0), with(listed(1), "sourceIPAddress", "198.51.100.7")]), [0; 5], "another address");
    let other_key = with(listed(1), "userIdentity.accessKeyId", "AKIAI44QH8DHBEXAMPLE");
    assert_eq!(found(vec![asked(0), other_key]), [0; 5], "another key");
    assert_eq!(found(vec![asked(0), event("ListBuckets", 1)]), [0; 5], "another service");
    assert_eq!(found(vec![asked(0), listed(1), asked(600), listed(700)]), [0, 0, 0, 2, 0], "twice");
}

#[test]
fn a_user_and_a_key_created_within_ten_minutes() {
    let user = |seconds| look(seconds, "CreateUser");
    let key = |seconds| look(seconds, "CreateAccessKey");
    assert_eq!(found(vec![user(0), key(600)]), [0, 0, 0, 0, 1]);
    assert_eq!(found(vec![user(0), key(601)]), [0; 5], "outside of the window");
    assert_eq!(found(vec![key(0), user(1)]), [0; 5], "the wrong order");
    assert_eq!(found(vec![user(0), with(key(1), "errorCode", "AccessDenied")]), [0; 5], "the key was refused");
    assert_eq!(found(vec![with(user(0), "errorCode", "AccessDenied"), key(1)]), [0; 5], "the user was refused");
    assert_eq!(found(vec![user(0), with(key(1), "sourceIPAddress", "198.51.100.7")]), [0; 5], "another address");
    let other_key = with(key(1), "userIdentity.accessKeyId", "AKIAI44QH8DHBEXAMPLE");
    assert_eq!(found(vec![user(0), other_key]), [0; 5], "another key");
    assert_eq!(found(vec![user(0)]), [0; 5], "a user alone");
}
