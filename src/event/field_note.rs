//! What people should know of the fields of CloudTrail events when they write rules, and the values that fields are known to take.
//!
//! Sources: AWS CloudTrail user guide, "record contents", "userIdentity element" and "AWS Management Console sign-in events"; how
//! often a field is missing, and what is sent as a string, was compared with recorded logs.

/// What is known of a field beyond its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldNote {
    /// Its path.
    pub path: &'static str,
    /// What it says, and what surprises.
    pub text: &'static str,
    /// Values it is known to take, as they are written in a policy; not all where the guide leaves it open.
    pub values: &'static [&'static str],
}

/// The note on the field at `path`, a path as written in a policy.
#[must_use]
pub fn field_note(path: &str) -> Option<&'static FieldNote> {
    NOTES.iter().find(|note| note.path == path)
}

macro_rules! notes {
    ($($path:literal: $text:literal $([$($value:literal),*])?,)+) => {
        const NOTES: &[FieldNote] = &[$(FieldNote { path: $path, text: $text, values: &[$($($value),*)?] },)+];
    };
}

notes! {
    "$.eventTime": "When the call completed, in UTC.",
    "$.eventVersion": "The version of the record's format, such as `1.08`. A string: `1.10` is later than `1.9`.",
    "$.userIdentity": "Who called. Missing in Insights events; only `accountId` and `invokedBy` in some service events.",
    "$.userIdentity.type": "What kind of principal called. Missing in some `AwsServiceEvent` records."
        ["Root", "IAMUser", "AssumedRole", "Role", "FederatedUser", "Directory", "AWSAccount", "AWSService", "IdentityCenterUser", "SAMLUser", "WebIdentityUser", "Unknown"],
    "$.userIdentity.userName": "The IAM user's name. Missing for assumed roles, whose role is `sessionContext.sessionIssuer.userName`; for root it is missing or the account's alias; `HIDDEN_DUE_TO_SECURITY_REASONS` after a console login with a wrong name.",
    "$.userIdentity.principalId": "The principal's unique id; of an assumed role `AROA…:session-name`.",
    "$.userIdentity.arn": "The principal's ARN; of an assumed role that of the session, `arn:aws:sts::…:assumed-role/role/session`.",
    "$.userIdentity.accountId": "The account that owns the caller. A string of 12 digits: quote it.",
    "$.userIdentity.accessKeyId": "The key that signed the call: `AKIA…` is long-lived, `ASIA…` temporary. May be missing or empty.",
    "$.userIdentity.invokedBy": "The service that called, on its own behalf (`type: AWSService`) or on that of a user.",
    "$.userIdentity.identityProvider": "The provider that vouches for a `SAMLUser` or `WebIdentityUser`.",
    "$.userIdentity.sessionContext": "The session, where temporary credentials were used.",
    "$.userIdentity.sessionContext.sessionIssuer": "Who the session was made for or by; may be `{}`.",
    "$.userIdentity.sessionContext.sessionIssuer.type": "The source of the temporary credentials." ["Root", "IAMUser", "Role"],
    "$.userIdentity.sessionContext.sessionIssuer.userName": "The role's name, for an assumed role.",
    "$.userIdentity.sessionContext.sessionIssuer.arn": "The role's ARN, for an assumed role: without the session's name.",
    "$.userIdentity.sessionContext.attributes.mfaAuthenticated": "Whether the session was begun with MFA. The string `\"true\"` or `\"false\"`, not a boolean." ["\"true\"", "\"false\""],
    "$.userIdentity.sessionContext.attributes.creationDate": "When the session began.",
    "$.userIdentity.sessionContext.ec2RoleDelivery": "How an instance got its role's credentials: `\"2.0\"` is IMDSv2. A string." ["\"1.0\"", "\"2.0\""],
    "$.userIdentity.sessionContext.assumedRoot": "`\"true\"` for `AssumeRoot` sessions. A string, not a boolean." ["\"true\""],
    "$.userIdentity.sessionContext.sourceIdentity": "The identity that was set when the first role of a chain was assumed.",
    "$.eventSource": "The called service: its host name, which is not always its usual name (CloudWatch is `monitoring.amazonaws.com`).",
    "$.eventName": "The called action.",
    "$.awsRegion": "The region that was called. Global services (IAM, STS, CloudFront, sign-in) are recorded in `us-east-1`.",
    "$.sourceIPAddress": "Where the call came from: an IP address, the host name of a service, or `AWS Internal`. What is no address is in no `cidr`.",
    "$.userAgent": "The program that called; cut at 1 KB. For calls by services, the service's name.",
    "$.errorCode": "Why the call failed; missing where it succeeded. Some services put errors into `responseElements` instead."
        ["AccessDenied", "Client.UnauthorizedOperation", "UnauthorizedOperation", "AccessDeniedException", "VpceAccessDenied"],
    "$.errorMessage": "The text of the error. A failed console login has only this, no `errorCode`." ["Failed authentication"],
    "$.requestParameters": "The parameters of the call, names with a small first letter. `null` where there are none; left out beyond 100 KB.",
    "$.responseElements": "What a changing call answered; `null` for calls that only read, or answer nothing.",
    "$.responseElements.ConsoleLogin": "How a console login ended." ["Success", "Failure"],
    "$.additionalEventData": "What belongs to neither request nor response.",
    "$.additionalEventData.MFAUsed": "Whether a console login used MFA. A string in changing capitals (`Yes`, `YES`): add `ignore_case: true`. Federated logins say `No`, as their identity provider does MFA." ["\"Yes\"", "\"No\""],
    "$.additionalEventData.MobileVersion": "Whether the console's mobile page was used. A string." ["\"Yes\"", "\"No\""],
    "$.requestID": "The service's id of the request.",
    "$.eventID": "The event's id: two records with the same are one event, delivered twice.",
    "$.eventType": "What kind of event it is." ["AwsApiCall", "AwsServiceEvent", "AwsConsoleAction", "AwsConsoleSignIn", "AwsVpceEvent", "AwsVpceEvents"],
    "$.eventCategory": "Which kind of log the event belongs to. Since version 1.07; older records lack it." ["Management", "Data", "NetworkActivity"],
    "$.readOnly": "Whether the call only reads. A boolean; records before version 1.01 lack it, so that a rule that asks for `false` misses them." ["true", "false"],
    "$.managementEvent": "Whether it is a management event. A boolean; since version 1.06." ["true", "false"],
    "$.resources": "The resources that were accessed, for some services.",
    "$.resources[*].ARN": "The resource's ARN. Capital letters, in records.",
    "$.resources[*].type": "The resource's type, such as `AWS::S3::Object`.",
    "$.recipientAccountId": "The account that the record was delivered to. A string of 12 digits: quote it.",
    "$.sharedEventID": "The same in the records of one action that several accounts receive.",
    "$.vpcEndpointId": "The VPC endpoint that the call came through.",
    "$.sessionCredentialFromConsole": "`\"true\"` for calls out of a console session, else missing. A string, not a boolean." ["\"true\""],
    "$.tlsDetails": "How the connection was encrypted; missing for calls by services.",
    "$.tlsDetails.tlsVersion": "The version of TLS." ["TLSv1.2", "TLSv1.3"],
    "$.serviceEventDetails": "What a service event was about.",
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::catalog::{FieldType, known_fields};

    #[test]
    fn are_of_fields_of_the_catalogue_with_values_of_their_type() {
        let known = known_fields();
        for note in NOTES {
            let (_, kind) = known.iter().find(|(path, _)| path == note.path).expect(note.path);
            for value in note.values {
                let is_flag = matches!(*value, "true" | "false");
                assert_eq!(is_flag, *kind == FieldType::Bool, "{}: {value}", note.path);
            }
        }
        assert!(field_note("$.eventName").is_some_and(|note| note.values.is_empty()));
    }
}
