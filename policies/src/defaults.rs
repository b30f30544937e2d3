//! What a source leaves out is written into the bundle: a verdict must not change because a filter's own defaults did.

use filter_core::policy::wire::Content;
use filter_core::score::Weights;
use filter_core::signals::SIGNALS;

/// Gives every weight, threshold and cap a number.
pub(crate) fn write_out(content: &mut Content) {
    let defaults = Weights::default();
    for signal in SIGNALS {
        content.weights.entry(signal.id.to_owned()).or_insert(signal.weight);
    }
    let settings = &mut content.settings;
    settings.bot_threshold.get_or_insert(defaults.bot_threshold.into());
    settings.human_threshold.get_or_insert(defaults.human_threshold.into());
    settings.prior.get_or_insert(defaults.prior);
    let [tools, infrastructure, credentials, behaviour] = defaults.caps;
    settings.caps.tools.get_or_insert(tools);
    settings.caps.infrastructure.get_or_insert(infrastructure);
    settings.caps.credentials.get_or_insert(credentials);
    settings.caps.behaviour.get_or_insert(behaviour);
}
