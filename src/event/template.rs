//! Records to test rules with: one realistic CloudTrail record for each kind of caller, and edits on it.
//!
//! Identities are those of AWS's documentation: account 123456789012, addresses of RFC 5737. Source: CloudTrail user guide,
//! "userIdentity element" and "AWS Management Console sign-in events".

use serde_json::{Value, json};

use crate::json::Step;

/// Who makes the call that a template records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// The account's root user, signed in to the console without MFA.
    Root,
    /// An IAM user with a long-lived access key.
    IamUser,
    /// A session of a role.
    AssumedRole,
    /// An IAM Identity Center session.
    Sso,
    /// Somebody that a SAML provider vouches for, assuming a role.
    Saml,
    /// Somebody that an OpenID Connect provider vouches for, assuming a role.
    WebIdentity,
    /// An AWS service on its own behalf.
    Service,
    /// An IAM user that signs in to the console, successfully and without MFA.
    Login,
    /// A principal of another account.
    OtherAccount,
}

const ACCOUNT: &str = "123456789012";

/// A record of `caller`'s call. But for who calls and what comes with that it is the same call, `sts:GetCallerIdentity`; sign-ins
/// and federated sessions are the calls that they are known by.
#[must_use]
pub fn record(caller: Caller) -> Value {
    let (name, source, identity) = match caller {
        Caller::Root => ("GetCallerIdentity", "sts.amazonaws.com", root()),
        Caller::IamUser => ("GetCallerIdentity", "sts.amazonaws.com", user("AKIAIOSFODNN7EXAMPLE")),
        Caller::AssumedRole => {
            ("GetCallerIdentity", "sts.amazonaws.com", session("deploy", "i-0123456789abcdef0", "/"))
        }
        Caller::Sso => (
            "GetCallerIdentity",
            "sts.amazonaws.com",
            session(
                "AWSReservedSSO_AdministratorAccess_0123456789abcdef",
                "alice@example.com",
                "/aws-reserved/sso.amazonaws.com/",
            ),
        ),
        Caller::Saml => ("AssumeRoleWithSAML", "sts.amazonaws.com", saml_user()),
        Caller::WebIdentity => ("AssumeRoleWithWebIdentity", "sts.amazonaws.com", web_identity_user()),
        Caller::Service => (
            "GetCallerIdentity",
            "sts.amazonaws.com",
            json!({"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"}),
        ),
        Caller::Login => ("ConsoleLogin", "signin.amazonaws.com", user("")),
        Caller::OtherAccount => (
            "GetCallerIdentity",
            "sts.amazonaws.com",
            json!({"type": "AWSAccount", "principalId": "AIDACKCEVSQ6C2EXAMPLE", "accountId": "210987654321"}),
        ),
    };
    let mut record = json!({
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": "2026-01-31T10:00:00Z",
        "eventSource": source,
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.10",
        "userAgent": "aws-cli/2.27.0 md/awscrt#0.26.1 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.3",
        "requestParameters": null,
        "responseElements": null,
        "requestID": "7b1f3f0e-6a52-4c1d-9f7e-2f8f6c0a1d11",
        "eventID": "5f1f2b3e-8a3e-4c55-9a86-54b05f1d8ac1",
        "readOnly": true,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256", "clientProvidedHostHeader": source},
    });
    let Some(fields) = record.as_object_mut() else { return record };
    let mut put = |field: &str, value: Value| {
        fields.insert(field.to_owned(), value);
    };
    match caller {
        Caller::Service => {
            put("sourceIPAddress", json!("autoscaling.amazonaws.com"));
            put("userAgent", json!("autoscaling.amazonaws.com"));
        }
        Caller::Login => {
            put("userAgent", json!("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"));
            put("responseElements", json!({"ConsoleLogin": "Success"}));
            put(
                "additionalEventData",
                json!({"LoginTo": "https://console.aws.amazon.com/console/home", "MobileVersion": "No", "MFAUsed": "No"}),
            );
            put("eventType", json!("AwsConsoleSignIn"));
        }
        Caller::Saml => put(
            "requestParameters",
            json!({"roleArn": "arn:aws:iam::123456789012:role/federated", "principalArn": "arn:aws:iam::123456789012:saml-provider/example"}),
        ),
        Caller::WebIdentity => {
            put("requestParameters", json!({"roleArn": "arn:aws:iam::123456789012:role/ci", "roleSessionName": "ci-1"}))
        }
        Caller::Root | Caller::IamUser | Caller::AssumedRole | Caller::Sso | Caller::OtherAccount => {}
    }
    if matches!(caller, Caller::Login | Caller::Service) {
        fields.remove("tlsDetails");
    }
    record
}

fn root() -> Value {
    json!({
        "type": "Root",
        "principalId": ACCOUNT,
        "arn": "arn:aws:iam::123456789012:root",
        "accountId": ACCOUNT,
        "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "sessionContext": {"attributes": {"creationDate": "2026-01-31T09:30:00Z", "mfaAuthenticated": "false"}},
    })
}

/// An IAM user; an empty key is left out.
fn user(key: &str) -> Value {
    let mut user = json!({
        "type": "IAMUser",
        "principalId": "AIDACKCEVSQ6C2EXAMPLE",
        "arn": "arn:aws:iam::123456789012:user/alice",
        "accountId": ACCOUNT,
        "accessKeyId": key,
        "userName": "alice",
    });
    if let Some(fields) = user.as_object_mut().filter(|_| key.is_empty()) {
        fields.remove("accessKeyId");
    }
    user
}

fn session(role: &str, name: &str, path: &str) -> Value {
    json!({
        "type": "AssumedRole",
        "principalId": format!("AROACKCEVSQ6C2EXAMPLE:{name}"),
        "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}"),
        "accountId": ACCOUNT,
        "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROACKCEVSQ6C2EXAMPLE",
                "arn": format!("arn:aws:iam::{ACCOUNT}:role{path}{role}"),
                "accountId": ACCOUNT,
                "userName": role,
            },
            "webIdFederationData": {},
            "attributes": {"creationDate": "2026-01-31T09:30:00Z", "mfaAuthenticated": "false"},
        },
    })
}

fn saml_user() -> Value {
    json!({
        "type": "SAMLUser",
        "principalId": "SAMPLEPROVIDER:alice",
        "userName": "alice",
        "identityProvider": "SAMPLEPROVIDER",
    })
}

fn web_identity_user() -> Value {
    json!({
        "type": "WebIdentityUser",
        "principalId": "arn:aws:iam::123456789012:oidc-provider/ci.example.com:ci.example.com:repo:example/app",
        "userName": "repo:example/app",
        "identityProvider": "arn:aws:iam::123456789012:oidc-provider/ci.example.com",
    })
}

/// Puts `value` at the place of `steps`. Objects on the way are made where there are none; an array is filled up with null.
pub fn set(record: &mut Value, steps: &[Step], value: Value) {
    let mut node = record;
    for step in steps {
        node = match step {
            Step::Name(name) => {
                if !node.is_object() {
                    *node = json!({});
                }
                let Some(members) = node.as_object_mut() else { return };
                members.entry(name.clone()).or_insert(Value::Null)
            }
            Step::Index(index) => {
                if !node.is_array() {
                    *node = json!([]);
                }
                let Some(elements) = node.as_array_mut() else { return };
                while elements.len() <= *index {
                    elements.push(Value::Null);
                }
                let Some(element) = elements.get_mut(*index) else { return };
                element
            }
        };
    }
    *node = value;
}

/// Takes out what lies at the place of `steps`; answers whether there was anything.
pub fn unset(record: &mut Value, steps: &[Step]) -> bool {
    let Some((last, way)) = steps.split_last() else { return false };
    let parent = way.iter().try_fold(record, |node, step| match step {
        Step::Name(name) => node.get_mut(name),
        Step::Index(index) => node.get_mut(*index),
    });
    match (parent, last) {
        (Some(Value::Object(members)), Step::Name(name)) => members.remove(name).is_some(),
        (Some(Value::Array(elements)), Step::Index(index)) if *index < elements.len() => {
            elements.remove(*index);
            true
        }
        _ => false,
    }
}

/// Whether CloudTrail records a call of this name as read-only, as far as its name tells.
#[must_use]
pub fn reads_only(event_name: &str) -> bool {
    ["Get", "List", "Describe", "Head", "Lookup", "BatchGet", "Search", "Query", "Scan", "Check", "Select"]
        .iter()
        .any(|verb| event_name.starts_with(verb))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> Step {
        Step::Name(name.to_owned())
    }

    #[test]
    fn edits_make_their_way() {
        let mut record = json!({"a": null});
        set(&mut record, &[name("a"), name("b"), Step::Index(1), name("c")], json!(5));
        assert_eq!(record, json!({"a": {"b": [null, {"c": 5}]}}));
        assert!(unset(&mut record, &[name("a"), name("b"), Step::Index(0)]));
        assert!(!unset(&mut record, &[name("a"), name("x"), name("y")]));
        assert_eq!(record, json!({"a": {"b": [{"c": 5}]}}));
        set(&mut record, &[name("a")], Value::Null);
        assert_eq!(record, json!({"a": null}));
    }

    #[test]
    fn every_caller_has_a_whole_record() {
        for caller in [
            Caller::Root,
            Caller::IamUser,
            Caller::AssumedRole,
            Caller::Sso,
            Caller::Saml,
            Caller::WebIdentity,
            Caller::Service,
            Caller::Login,
            Caller::OtherAccount,
        ] {
            let record = record(caller);
            for field in [
                "eventVersion",
                "eventTime",
                "eventSource",
                "eventName",
                "eventID",
                "recipientAccountId",
                "userIdentity",
            ] {
                assert!(record.get(field).is_some_and(|value| !value.is_null()), "{caller:?} {field}");
            }
            assert!(record["userIdentity"]["type"].is_string());
        }
    }
}
