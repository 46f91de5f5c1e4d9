//! Records and a policy with which a log tries to speak through a report.

use serde_json::{Value, json};

/// Values that some reader of a report acts on.
pub fn values() -> Vec<String> {
    let mut values: Vec<String> = [
        "\u{1b}[31mred\u{1b}[0m \u{1b}]8;;https://example.com\u{7}link\u{1b}]8;;\u{7}",
        "\n::error file=x,line=1::forged\n::stop-commands::x",
        "##vso[task.setvariable variable=x]y ##[error]forged",
        "</script><script>alert(1)</script><!-- ]]> -->",
        "=cmd|'/C calc'!A0",
        "+1+1\t@SUM(1)\r-2",
        "\u{202e}gpj.exe\u{2066}\u{200b}\u{feff}\u{2028}\u{2029}\u{85}\u{9b}31m",
        "[click](https://example.com) ![x](https://example.com/x.png) | `code` | <b>",
        "nul \0 backspace \u{8} delete \u{7f}",
        "{0} {$.eventName} %s %0A %25 ${x} $(id) `id`",
        "\"quoted\" \\ 'single' \\u001b &amp; &#x1b;",
        "é😀\u{10ffff}\u{e000}",
    ]
    .into_iter()
    .map(str::to_owned)
    .collect();
    // The value stands in every field: a record of more than 32 MiB would not be read.
    values.push("x\u{1b}".repeat(100_000));
    values
}

/// A log with one record a value, which stands in every string field but the event's name.
pub fn log() -> String {
    let records: Vec<Value> = values().iter().map(|value| record(value)).collect();
    json!({ "Records": records }).to_string()
}

fn record(value: &str) -> Value {
    json!({
        "eventVersion": value,
        "userIdentity": {
            "type": value, "principalId": value, "arn": value, "accountId": value, "accessKeyId": value,
            "userName": value, "invokedBy": value,
            "sessionContext": {"attributes": {"creationDate": value, "mfaAuthenticated": value}},
        },
        "eventTime": value, "eventSource": value, "eventName": "PutMetricAlarm", "awsRegion": value,
        "sourceIPAddress": value, "userAgent": value, "errorCode": value, "errorMessage": value,
        "requestParameters": {"alarmName": value, value.chars().take(40).collect::<String>(): value},
        "responseElements": {"x": value}, "requestID": value, "eventID": value, "eventType": value,
        "recipientAccountId": value, "vpcEndpointId": value,
    })
}

/// A rule that each of the records breaks, whose message prints the fields; a second with nothing but a missing value.
pub const POLICY: &str = r#"
version: 1
rules:
  - id: hostile.field
    title: Hostile field
    severity: high
    when: {$.eventName: PutMetricAlarm}
    forbid:
      $.userIdentity.arn: {type: string}
      $.sourceIPAddress: {type: string}
      $.requestParameters: {type: object}
      $.requestParameters.*: {type: string}
    message: "{$.userIdentity.arn} {$.sourceIPAddress} {$.userAgent} {$.requestParameters} {$.errorMessage} {$.eventID}"
    rationale: "why \e[31m </script> \u202e [x](https://example.com)"
    remediation: "what\n::error::to do"
    controls: {frame: ["1.1"]}
    references: ["https://example.com/a?b=c"]
    tags: [hostile]
  - id: hostile.missing
    title: Hostile record without a list
    severity: info
    when: {$.eventName: PutMetricAlarm}
    require: {$.resources: {exists: true}}
    message: "{$.userIdentity.userName}"
"#;

/// Whether a terminal, or a reader's eye, is misled by `character`.
pub fn misleads(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
