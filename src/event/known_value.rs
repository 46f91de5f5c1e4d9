//! Values that the CloudTrail guides list for a field, and whether events have them in the same letters every time.

use crate::json::Step;

/// Whether CloudTrail always writes a value in the same upper and lower case letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letters {
    /// It does.
    AsWritten,
    /// Published events have it in different ones.
    Vary,
}

/// Values of the field at `steps` and whether their letters vary; `None` where the guides do not list them.
///
/// Other values may occur. Sources: as for the fields; `MFAUsed` is `Yes` in most events and `YES` in one of the guide's own.
#[must_use]
pub fn known_values(steps: &[Step]) -> Option<(Letters, &'static [&'static str])> {
    let names: Vec<&str> = steps
        .iter()
        .map(|step| match step {
            Step::Name(name) => Some(name.as_str()),
            Step::Index(_) => None,
        })
        .collect::<Option<_>>()?;
    let written = |values: &'static [&'static str]| Some((Letters::AsWritten, values));
    match names.as_slice() {
        ["additionalEventData", "MFAUsed"] => Some((Letters::Vary, &["Yes", "No"])),
        ["responseElements", "ConsoleLogin" | "CheckMfa" | "PasswordUpdated"] => written(&["Success", "Failure"]),
        ["userIdentity", "type"] | ["userIdentity", "sessionContext", "sessionIssuer", "type"] => {
            written(IDENTITY_TYPES)
        }
        ["userIdentity", "sessionContext", "attributes", "mfaAuthenticated"]
        | ["userIdentity", "sessionContext", "assumedRoot"]
        | ["sessionCredentialFromConsole"] => written(&["true", "false"]),
        ["eventType"] => written(&[
            "AwsApiCall",
            "AwsServiceEvent",
            "AwsConsoleAction",
            "AwsConsoleSignIn",
            "AwsCloudTrailInsight",
            "AwsVpceEvents",
            "AwsVpceEvent",
        ]),
        ["eventCategory"] => written(&["Management", "Data", "NetworkActivity", "Insight"]),
        _ => None,
    }
}

const IDENTITY_TYPES: &[&str] = &[
    "Root",
    "IAMUser",
    "AssumedRole",
    "Role",
    "FederatedUser",
    "Directory",
    "AWSAccount",
    "AWSService",
    "SAMLUser",
    "WebIdentityUser",
    "IdentityCenterUser",
    "Unknown",
];
