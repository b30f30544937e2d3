//! Every signal, in the order of reports. Adding one is a file and a line here.

use super::{Scope, Signal, behaviour, credentials, infrastructure, tools};

/// All signals.
pub static SIGNALS: [&Signal; COUNT] = [
    &tools::user_agent_missing::SIGNAL,
    &tools::declared_tool::SIGNAL,
    &tools::declared_app::SIGNAL,
    &tools::declared_unlisted::SIGNAL,
    &tools::declared_attack_tool::SIGNAL,
    &tools::declared_crawler::SIGNAL,
    &tools::headless_mark::SIGNAL,
    &tools::user_agent_bare::SIGNAL,
    &tools::user_agent_malformed::SIGNAL,
    &tools::browser_outdated::SIGNAL,
    &tools::tool_with_browser_tls::SIGNAL,
    &tools::hints_missing::SIGNAL,
    &tools::hints_on_other_engine::SIGNAL,
    &tools::hints_version::SIGNAL,
    &tools::hints_platform::SIGNAL,
    &tools::hints_mobile::SIGNAL,
    &tools::hints_brand::SIGNAL,
    &tools::hints_grease::SIGNAL,
    &tools::hints_invented::SIGNAL,
    &tools::hints_malformed::SIGNAL,
    &tools::sec_fetch_missing::SIGNAL,
    &tools::sec_fetch_incoherent::SIGNAL,
    &tools::post_site_none::SIGNAL,
    &tools::api_call_as_navigation::SIGNAL,
    &tools::api_call_accepts_html::SIGNAL,
    &tools::asset_as_navigation::SIGNAL,
    &tools::accept_missing::SIGNAL,
    &tools::accept_not_page::SIGNAL,
    &tools::accept_anything::SIGNAL,
    &tools::accept_encoding_missing::SIGNAL,
    &tools::accept_encoding_foreign::SIGNAL,
    &tools::accept_encoding_version::SIGNAL,
    &tools::accept_language_missing::SIGNAL,
    &tools::accept_language_foreign::SIGNAL,
    &tools::upgrade_insecure_missing::SIGNAL,
    &tools::origin_missing_on_post::SIGNAL,
    &tools::referer_missing_on_fetch::SIGNAL,
    &tools::content_type_on_get::SIGNAL,
    &tools::header_order::SIGNAL,
    &tools::http_version_old::SIGNAL,
    &tools::http_version_1_0::SIGNAL,
    &tools::pseudo_header_order::SIGNAL,
    &tools::tls_ciphers::SIGNAL,
    &tools::tls_alpn::SIGNAL,
    &tools::tls_version_old::SIGNAL,
    &tools::tls_grease_missing::SIGNAL,
    &tools::te_trailers::SIGNAL,
    &tools::priority_missing::SIGNAL,
    &tools::header_repeated::SIGNAL,
    &tools::header_malformed::SIGNAL,
    &tools::headers_oversized::SIGNAL,
    &tools::probe_method::SIGNAL,
    &tools::probe_path::SIGNAL,
    &infrastructure::crawler_impostor::SIGNAL,
    &infrastructure::crawler_unverifiable::SIGNAL,
    &infrastructure::crawler_verified::SIGNAL,
    &infrastructure::network_hosting::SIGNAL,
    &infrastructure::network_proxy::SIGNAL,
    &infrastructure::network_reputation::SIGNAL,
    &infrastructure::network_tor::SIGNAL,
    &infrastructure::network_vpn::SIGNAL,
    &credentials::accounts_by_client::SIGNAL,
    &credentials::accounts_by_client_many::SIGNAL,
    &credentials::accounts_by_tool::SIGNAL,
    &credentials::accounts_by_network::SIGNAL,
    &credentials::password_sprayed::SIGNAL,
    &credentials::account_attacked::SIGNAL,
    &credentials::password_breached::SIGNAL,
    &credentials::pair_breached::SIGNAL,
    &credentials::mail_disposable::SIGNAL,
    &credentials::names_alike::SIGNAL,
    &behaviour::course_unlike_site::SIGNAL,
    &behaviour::course_like_program::SIGNAL,
    &behaviour::course_like_site::SIGNAL,
    &behaviour::pages_hurried::SIGNAL,
    &behaviour::pages_flood::SIGNAL,
    &behaviour::rhythm_regular::SIGNAL,
    &behaviour::assets_never::SIGNAL,
    &behaviour::cookies_dropped::SIGNAL,
    &behaviour::referer_never::SIGNAL,
    &behaviour::missing_probed::SIGNAL,
    &behaviour::robots_read::SIGNAL,
    &behaviour::numbers_walked::SIGNAL,
    &behaviour::endpoint_again::SIGNAL,
    &behaviour::endpoint_again_long::SIGNAL,
    &behaviour::tries_refused::SIGNAL,
    &behaviour::tries_refused_many::SIGNAL,
];

/// How many there are.
pub const COUNT: usize = 87;

/// Which signals have a scope, one bit each.
pub(super) fn within(scope: Scope) -> u128 {
    match scope {
        Scope::HeaderSet => HEADER_SET,
        Scope::Origin => ORIGIN,
        Scope::Request => REQUEST,
        Scope::Memory => MEMORY,
    }
}

static HEADER_SET: u128 = bits(Scope::HeaderSet);
static ORIGIN: u128 = bits(Scope::Origin);
static REQUEST: u128 = bits(Scope::Request);
static MEMORY: u128 = bits(Scope::Memory);

#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "runs at compile time")]
const fn bits(scope: Scope) -> u128 {
    let (mut bits, mut place) = (0u128, 0usize);
    while place < COUNT {
        if SIGNALS[place].scope as u8 == scope as u8 {
            bits |= 1 << place;
        }
        place += 1;
    }
    bits
}

/// A signal by its place in [`SIGNALS`]. Only names leave the process; places change between versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignalId(u8);

impl SignalId {
    /// Finds a signal by its stable name.
    pub fn parse(id: &str) -> Option<Self> {
        Self::from_index(SIGNALS.iter().position(|signal| signal.id == id)?)
    }

    /// The signal.
    pub fn get(self) -> Option<&'static Signal> {
        SIGNALS.get(usize::from(self.0)).copied()
    }

    /// Place in the registry.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    pub(crate) fn from_index(index: usize) -> Option<Self> {
        SIGNALS.get(index)?;
        u8::try_from(index).ok().map(SignalId)
    }

    pub(crate) fn bit(self) -> u128 {
        1u128.wrapping_shl(u32::from(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_well_formed() {
        const { assert!(COUNT <= crate::limits::REASONS) };
        for (index, signal) in SIGNALS.iter().enumerate() {
            assert_eq!(SignalId::parse(signal.id).map(SignalId::index), Some(index), "{} stands twice", signal.id);
            assert!(signal.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'));
            assert!(!signal.summary.is_empty() && !signal.measured.is_empty(), "{}", signal.id);
        }
    }
}
