//! The event sources and their events.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::event::catalog::FieldType;
use crate::event::services::data::{catalog, shapes};
use crate::event::services::shape::{Depth, Field, GREAT_LIKENESS, LIKENESS, Names, Part, Shapes, near};
use crate::json::Step;

/// Whether an event changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// It reads (`readOnly` is true).
    Read,
    /// It changes something.
    Write,
}

/// One kind of event of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// `eventName`.
    pub name: String,
    /// Whether it changes something, going by its name where recorded events do not tell.
    pub access: Access,
}

/// An event source and what is known of its events.
#[derive(Debug)]
pub struct Service {
    pub(super) source: String,
    /// Sorted by name.
    pub(super) actions: Vec<Action>,
    /// Operations whose events have a name of their own, with the place of that among the actions.
    pub(super) versioned: Vec<(String, usize)>,
    pub(super) open: bool,
    pub(super) names: Names,
    pub(super) depth: Depth,
    pub(super) packed: &'static [u8],
    pub(super) shapes: OnceLock<Shapes>,
}

/// What is known of an event name of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded<'c> {
    /// Events carry it.
    Known(&'c Action),
    /// The operation exists, but its events carry this name: `CreateFunction20150331` for `CreateFunction`.
    As(&'c Action),
    /// The service has no such event; [`Service::near`] tells what may have been meant.
    No,
    /// The catalogue does not have all events of this service, and not this one.
    Unsure,
}

impl Recorded<'_> {
    /// Whether events carry the name, or it is not known that none does.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::No)
    }
}

impl Service {
    /// `monitoring.amazonaws.com`.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Its events, sorted by name.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// Whether it may send other events than [`Service::actions`] names.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open
    }

    fn find(&self, name: &str) -> Option<&Action> {
        let at = self.actions.binary_search_by(|action| action.name.as_str().cmp(name)).ok()?;
        self.actions.get(at)
    }

    /// The event that the operation `name` is recorded as, where that has a name of its own.
    fn versioned(&self, name: &str) -> Option<&Action> {
        let (_, at) = self.versioned.iter().find(|(operation, _)| operation == name)?;
        self.actions.get(*at)
    }

    /// Adds an event, the next by name.
    pub(super) fn push(&mut self, action: Action) {
        let operation = operation(&action.name);
        if operation != action.name {
            self.versioned.push((operation.to_owned(), self.actions.len()));
        }
        self.actions.push(action);
    }

    /// What is known of the event name `name`, with its case.
    #[must_use]
    pub fn action(&self, name: &str) -> Recorded<'_> {
        match self.find(name) {
            Some(action) => self.versioned(name).map_or(Recorded::Known(action), Recorded::As),
            None => match self.find(operation(name)) {
                Some(action) if operation(name) != name => Recorded::Known(action),
                _ if self.open && self.in_other_case(name).is_none() => Recorded::Unsure,
                _ => Recorded::No,
            },
        }
    }

    fn in_other_case(&self, name: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.name.eq_ignore_ascii_case(name))
    }

    /// The event that `name`, which the service does not have, is most like: where one is near and no other as near. Of a service
    /// whose events are not all known only one that differs in case.
    ///
    /// Looks at every event of the service; ask it for mistakes only.
    #[must_use]
    pub fn near(&self, name: &str) -> Option<&Action> {
        if self.open {
            return self.in_other_case(name);
        }
        let meant = near(name, LIKENESS, self.actions.iter().map(|action| action.name.as_str()))?;
        self.actions.iter().find(|action| action.name == meant)
    }

    /// What is known of the field that `steps` select in `part` of the events of `action`. No steps: the part itself.
    ///
    /// Inflates the shapes of the service at the first call.
    #[must_use]
    pub fn field(&self, action: &str, part: Part, steps: &[Step]) -> Field {
        match self.depth {
            Depth::Nothing => Field::Unknown,
            depth => self.shapes().field(operation(action), part, steps, self.names, depth),
        }
    }

    /// The fields, by name and type, of the object that `steps` select in `part` of the events of `action`; none where the
    /// catalogue does not say.
    #[must_use]
    pub fn fields(&self, action: &str, part: Part, steps: &[Step]) -> Vec<(String, FieldType)> {
        match self.depth {
            Depth::Nothing => Vec::new(),
            depth => self.shapes().fields(operation(action), part, steps, self.names, depth),
        }
    }

    fn shapes(&self) -> &Shapes {
        self.shapes.get_or_init(|| shapes(self.packed))
    }
}

/// The operation whose events are called `name`: without the version that Lambda and CloudFront write behind it.
fn operation(name: &str) -> &str {
    let versioned = |name: &str, version: &str| {
        let digits = version.bytes().filter(u8::is_ascii_digit).count();
        let rest = version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
        !name.is_empty() && digits == 8 && rest && version.starts_with("20")
    };
    let bare = name.strip_suffix("v2").unwrap_or(name);
    let at = bare.rfind(|character: char| !character.is_ascii_digit() && character != '_').map_or(0, |at| at + 1);
    match bare.split_at_checked(at) {
        Some((operation, version)) if versioned(operation, version) => operation,
        _ => name,
    }
}

/// Every service, sorted by event source.
pub fn services() -> impl Iterator<Item = &'static Service> {
    catalog().services.values()
}

/// The service whose events carry the event source `source` (`monitoring.amazonaws.com`), its rarer names included.
#[must_use]
pub fn service(source: &str) -> Option<&'static Service> {
    let name = source.strip_suffix(".amazonaws.com")?;
    let catalog = catalog();
    catalog.services.get(name).or_else(|| catalog.services.get(catalog.aliases.get(name)?))
}

/// The services of which [`Service::action`] may know `name`, by itself or as another name, sorted as [`services`]; no other does.
#[must_use]
pub fn services_with(name: &str) -> Vec<&'static Service> {
    let by_action = by_action();
    let of = |name: &str| by_action.get(name).map(Vec::as_slice).unwrap_or_default();
    let bare = operation(name);
    let mut found = [of(name), if bare == name { &[] } else { of(bare) }].concat();
    // As `services` has them: `s3` before `s3-control`.
    let key = |service: &&'static Service| service.source.trim_end_matches(".amazonaws.com");
    found.sort_unstable_by_key(key);
    found.dedup_by_key(|service| key(&*service));
    found
}

/// By the name of an action, and by that of its operation: the services that have it.
fn by_action() -> &'static FxHashMap<&'static str, Vec<&'static Service>> {
    static BY_ACTION: OnceLock<FxHashMap<&str, Vec<&Service>>> = OnceLock::new();
    BY_ACTION.get_or_init(|| {
        let mut all: FxHashMap<&str, Vec<&Service>> = FxHashMap::default();
        for service in services() {
            let operations = service.versioned.iter().map(|(operation, _)| operation.as_str());
            for name in service.actions.iter().map(|action| action.name.as_str()).chain(operations) {
                all.entry(name).or_default().push(service);
            }
        }
        all
    })
}

/// The event sources that have an event called `name`, sorted.
#[must_use]
pub fn action_sources(name: &str) -> Vec<&'static str> {
    let known = |service: &&Service| matches!(service.action(name), Recorded::Known(_));
    services_with(name).into_iter().filter(known).map(Service::source).collect()
}

/// The event name that is most like `name` among those of all services, where one is very near and no other as near.
#[must_use]
pub fn actions_near(name: &str) -> Option<&'static str> {
    near(name, GREAT_LIKENESS, services().flat_map(|service| service.actions.iter().map(|action| action.name.as_str())))
}

/// The event source that is most like `source`, where one is near and no other as near.
#[must_use]
pub fn sources_near(source: &str) -> Option<&'static str> {
    let bare = source.split('.').next().unwrap_or_default();
    let name = near(bare, LIKENESS, catalog().services.keys().map(String::as_str))?;
    catalog().services.get(name).map(Service::source)
}

/// The botocore release that the catalogue was built from: `1.44.8`.
#[must_use]
pub fn botocore_version() -> &'static str {
    &catalog().version
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::services::Case;

    fn steps(path: &str) -> Vec<Step> {
        path.split('.')
            .filter(|part| !part.is_empty())
            .map(|part| part.parse().map_or_else(|_| Step::Name(part.to_owned()), Step::Index))
            .collect()
    }

    fn field(source: &str, action: &str, part: Part, path: &str) -> Field {
        service(&format!("{source}.amazonaws.com")).unwrap().field(action, part, &steps(path))
    }

    #[test]
    fn knows_the_services_that_have_a_model() {
        assert!(services().count() >= 300, "{}", services().count());
        for source in
            ["monitoring", "logs", "events", "signin", "tagging", "iam", "sts", "kms", "s3", "s3-control", "ecr", "ses"]
        {
            assert!(service(&format!("{source}.amazonaws.com")).is_some(), "{source}");
        }
        // What people write for them is no event source.
        for source in [
            "cloudwatch.amazonaws.com",
            "email.amazonaws.com",
            "eventbridge.amazonaws.com",
            "iam",
            "iam.amazonaws.com.cn",
        ] {
            assert!(service(source).is_none(), "{source}");
        }
        assert_eq!(botocore_version(), "1.44.8");
    }

    #[test]
    fn names_lead_to_the_services_that_know_them() {
        let names = ["TagResource", "CreateFunction", "CreateFunction20150331", "ListBuckets", "GetObject", "Nothing"];
        for name in names {
            let knows = |service: &&Service| matches!(service.action(name), Recorded::Known(_) | Recorded::As(_));
            let slow: Vec<&str> = services().filter(knows).map(Service::source).collect();
            let fast: Vec<&str> = services_with(name).into_iter().filter(knows).map(Service::source).collect();
            assert_eq!(fast, slow, "{name}");
        }
    }

    #[test]
    fn knows_the_names_of_events() {
        let of = |source: &str| service(&format!("{source}.amazonaws.com")).unwrap();
        let action = |source: &str, name: &str| of(source).action(name);
        let meant = |source: &str, name: &str| {
            assert_eq!(action(source, name), Recorded::No, "{source} {name}");
            of(source).near(name).map(|action| action.name.as_str())
        };
        assert!(matches!(
            action("monitoring", "PutMetricAlarm"),
            Recorded::Known(Action { access: Access::Write, .. })
        ));
        assert!(matches!(action("monitoring", "DescribeAlarms"), Recorded::Known(Action { access: Access::Read, .. })));
        assert!(matches!(action("signin", "ConsoleLogin"), Recorded::Known(_)));
        assert!(matches!(action("kms", "Decrypt"), Recorded::Known(Action { access: Access::Read, .. })));
        assert!(matches!(action("bedrock-runtime", "InvokeModel"), Recorded::Known(_)));
        assert_eq!(meant("monitoring", "DeleteAlarm"), Some("DeleteAlarms"));
        assert_eq!(meant("monitoring", "putMetricAlarm"), Some("PutMetricAlarm"));
        assert_eq!(meant("monitoring", "StopLogging"), None);
        assert!(matches!(action("signin", "SomethingElse"), Recorded::Unsure));
        assert!(matches!(action("lambda", "CreateFunction20150331"), Recorded::Known(_)));
        assert!(
            matches!(action("lambda", "CreateFunction"), Recorded::As(name) if name.name == "CreateFunction20150331")
        );
        assert!(matches!(action("lambda", "TagResource20170331v2"), Recorded::Known(_)));
        assert!(matches!(action("cloudfront", "UpdateDistribution2020_05_31"), Recorded::Known(_)));
        assert_eq!(action_sources("StopLogging"), ["cloudtrail.amazonaws.com"]);
        assert_eq!(action_sources("NoSuchEvent"), [""; 0]);
    }

    #[test]
    fn takes_the_version_off_a_name() {
        for (name, expected) in [
            ("CreateFunction20150331", "CreateFunction"),
            ("GetFunction20150331v2", "GetFunction"),
            ("CreateFunction2020_05_31", "CreateFunction"),
            ("ListObjectsV2", "ListObjectsV2"),
            ("Get3", "Get3"),
            ("20150331", "20150331"),
            ("", ""),
        ] {
            assert_eq!(operation(name), expected, "{name}");
        }
    }

    #[test]
    fn knows_the_fields_of_requests_and_responses() {
        use FieldType::{Array, Bool, Number, Object, String};
        let known = [
            ("monitoring", "PutMetricAlarm", Part::Request, "alarmName", String),
            ("monitoring", "PutMetricAlarm", Part::Request, "oKActions", Array),
            ("monitoring", "PutMetricAlarm", Part::Request, "oKActions.0", String),
            ("monitoring", "PutMetricAlarm", Part::Request, "actionsEnabled", Bool),
            ("monitoring", "PutMetricAlarm", Part::Request, "threshold", Number),
            ("monitoring", "PutMetricAlarm", Part::Request, "", Object),
            ("iam", "CreateUser", Part::Response, "user.userName", String),
            ("rds", "CreateDBInstance", Part::Response, "dBInstanceIdentifier", String),
            ("rds", "CreateDBInstance", Part::Response, "dBInstance.dBInstanceIdentifier", String),
            ("lambda", "UpdateFunctionCode20150331v2", Part::Request, "functionName", String),
            ("eks", "CreateAccessEntry", Part::Request, "name", String),
            ("eks", "CreateAccessEntry", Part::Request, "clusterName", String),
            ("ce", "GetCostAndUsage", Part::Request, "Granularity", String),
            ("secretsmanager", "CreateSecret", Part::Response, "arn", String),
        ];
        for (source, action, part, path, expected) in known {
            assert_eq!(field(source, action, part, path), Field::Known(expected), "{source} {action} {path}");
        }
        for (source, action, part, path) in [
            ("ec2", "RunInstances", Part::Request, "anything"),
            ("s3", "PutBucketAcl", Part::Request, "anything"),
            ("ssm", "SendCommand", Part::Request, "parameters.commands"),
            ("guardduty", "DeleteDetector", Part::Response, "message"),
            ("signin", "ConsoleLogin", Part::Response, "ConsoleLogin"),
        ] {
            assert_eq!(field(source, action, part, path), Field::Unknown, "{source} {action} {path}");
        }
    }

    #[test]
    fn names_the_field_that_was_meant() {
        let missing = |path: &str| match field("monitoring", "PutMetricAlarm", Part::Request, path) {
            Field::Missing { at, meant, case } => (at, meant, case),
            other => panic!("{path}: {other:?}"),
        };
        assert_eq!(missing("AlarmName"), (0, Some("alarmName".to_owned()), Case::Only));
        assert_eq!(missing("okActions"), (0, Some("oKActions".to_owned()), Case::Only));
        assert_eq!(missing("alarmNam"), (0, Some("alarmName".to_owned()), Case::Letters));
        assert_eq!(missing("bucketName"), (0, None, Case::Letters));
        assert_eq!(missing("metrics.0.metricstat"), (2, Some("metricStat".to_owned()), Case::Only));
        assert_eq!(missing("alarmName.x"), (1, None, Case::Letters));
    }

    #[test]
    fn lists_the_fields_of_an_object() {
        let monitoring = service("monitoring.amazonaws.com").unwrap();
        let names: Vec<_> = monitoring.fields("DeleteAlarms", Part::Request, &[]);
        assert_eq!(names, [("alarmNames".to_owned(), FieldType::Array)]);
        let below = monitoring.fields("PutMetricAlarm", Part::Request, &steps("metrics.0"));
        assert!(below.iter().any(|(name, kind)| name == "metricStat" && *kind == FieldType::Object), "{below:?}");
        assert!(service("ec2.amazonaws.com").unwrap().fields("RunInstances", Part::Request, &[]).is_empty());
    }
}
