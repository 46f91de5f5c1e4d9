//! Frameworks whose controls are known one by one, so that those which no rule supports can be named.
//!
//! Only the part of each that events can speak of, in our own words; the other frameworks that rules name are open sets here.
//! Source: CIS AWS Foundations Benchmark, the section on monitoring of each version; its numbers are those by which public mappings
//! know the controls.

/// A framework, or the part of it that is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Framework {
    /// Its name in `controls` of a rule.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Which part of it is listed.
    pub part: &'static str,
    section: &'static str,
    topics: &'static [&'static str],
}

/// A control of a listed framework.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedControl {
    /// Its id, as in `controls` of a rule.
    pub id: String,
    /// What it asks for, in our words.
    pub title: &'static str,
}

impl Framework {
    /// The listed framework of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        FRAMEWORKS.iter().find(|framework| framework.name == name)
    }

    /// Its listed controls, in its order.
    pub fn controls(&self) -> impl Iterator<Item = ListedControl> + '_ {
        let numbered = self.topics.iter().zip(1..);
        numbered.map(|(title, number)| ListedControl { id: format!("{}.{number}", self.section), title })
    }
}

/// All listed frameworks.
pub const FRAMEWORKS: [Framework; 9] = [
    cis("cis-aws-1.2", "CIS AWS Foundations Benchmark 1.2", "3", LOGGED),
    cis("cis-aws-1.4", "CIS AWS Foundations Benchmark 1.4", "4", WITH_ORGANIZATIONS),
    cis("cis-aws-1.5", "CIS AWS Foundations Benchmark 1.5", "4", WITH_ORGANIZATIONS),
    cis("cis-aws-2.0", "CIS AWS Foundations Benchmark 2.0", "4", WITH_ORGANIZATIONS),
    cis("cis-aws-3.0", "CIS AWS Foundations Benchmark 3.0", "4", WITH_SECURITY_HUB),
    cis("cis-aws-4.0.1", "CIS AWS Foundations Benchmark 4.0.1", "4", WITH_SECURITY_HUB),
    cis("cis-aws-5.0", "CIS AWS Foundations Benchmark 5.0", "4", WITH_SECURITY_HUB),
    cis("cis-aws-6.0", "CIS AWS Foundations Benchmark 6.0", "5", WITH_SECURITY_HUB),
    cis("cis-aws-7.0", "CIS AWS Foundations Benchmark 7.0", "5", WITH_SECURITY_HUB),
];

const fn cis(
    name: &'static str,
    title: &'static str,
    section: &'static str,
    topics: &'static [&'static str],
) -> Framework {
    let part = match section.as_bytes() {
        b"3" => "section 3, monitoring",
        b"4" => "section 4, monitoring",
        _ => "section 5, monitoring",
    };
    Framework { name, title, part, section, topics }
}

/// What the section asks to be watched; the number of a control is its place here.
const WITH_SECURITY_HUB: &[&str] = &[
    "API calls that were refused",
    "Console logins without MFA",
    "Use of the root user",
    "Changes of IAM policies",
    "Changes of CloudTrail's configuration",
    "Console logins that failed",
    "KMS keys disabled or scheduled for deletion",
    "Changes of S3 bucket policies",
    "Changes of AWS Config's configuration",
    "Changes of security groups",
    "Changes of network ACLs",
    "Changes of network gateways",
    "Changes of route tables",
    "Changes of VPCs",
    "Changes of AWS Organizations",
    "Security Hub is on",
];

const WITH_ORGANIZATIONS: &[&str] = WITH_SECURITY_HUB.split_at(15).0;

const LOGGED: &[&str] = WITH_SECURITY_HUB.split_at(14).0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_those_of_the_benchmark() {
        let ids =
            |name: &str| -> Vec<String> { Framework::named(name).unwrap().controls().map(|each| each.id).collect() };
        assert_eq!(ids("cis-aws-1.2").last().unwrap(), "3.14");
        assert_eq!(ids("cis-aws-2.0").last().unwrap(), "4.15");
        assert_eq!(ids("cis-aws-5.0").last().unwrap(), "4.16");
        assert_eq!(ids("cis-aws-7.0").first().unwrap(), "5.1");
        assert_eq!(Framework::named("nist-800-53-r5"), None);
    }

    /// Where the public tables are at hand, the numbers are held to them.
    #[test]
    fn the_numbers_are_those_of_the_public_tables() {
        let Ok(text) = std::fs::read_to_string("../shared/data/cis/cis.json") else {
            eprintln!("skipped: ../shared/data/cis/cis.json is not there");
            return;
        };
        let tables: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut held = 0;
        for (place, control) in tables["controls"].as_array().unwrap().iter().enumerate() {
            for (version, id) in control["ids"].as_object().unwrap() {
                let framework = Framework::named(&format!("cis-aws-{version}")).unwrap();
                assert_eq!(framework.controls().nth(place).unwrap().id, id.as_str().unwrap(), "{version}");
                held += 1;
            }
        }
        assert_eq!(held, 14 * 9 + 8);
    }
}
