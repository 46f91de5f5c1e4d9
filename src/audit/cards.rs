//! The rules of a run as reports show them.

use crate::compile::Program;
use crate::policy::PolicySet;
use crate::violation::{PolicyPlace, RuleCard};

/// One card for each rule of `program`, made from `set`, in the same order.
#[must_use]
pub fn cards(set: &PolicySet, program: &Program) -> Vec<RuleCard> {
    set.rules()
        .zip(&program.rules)
        .map(|((_, rule), compiled)| RuleCard {
            rule: rule.id.value.clone(),
            title: rule.title.clone(),
            severity: rule.severity,
            obligation: rule.obligation.keyword(),
            rationale: rule.rationale.clone(),
            remediation: rule.remediation.clone(),
            controls: rule.controls.clone(),
            references: rule.references.clone(),
            tags: rule.tags.clone(),
            waivable: rule.waivable,
            policy: PolicyPlace { file: compiled.file.clone(), at: compiled.at },
        })
        .collect()
}
