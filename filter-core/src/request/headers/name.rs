//! The header names that some stage looks at.

use crate::words::WordTable;

/// Headers that some stage looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum HeaderName {
    /// `user-agent`
    UserAgent,
    /// `accept`
    Accept,
    /// `accept-encoding`
    AcceptEncoding,
    /// `accept-language`
    AcceptLanguage,
    /// `accept-charset`
    AcceptCharset,
    /// `sec-ch-ua`
    SecChUa,
    /// `sec-ch-ua-mobile`
    SecChUaMobile,
    /// `sec-ch-ua-platform`
    SecChUaPlatform,
    /// `sec-ch-ua-platform-version`
    SecChUaPlatformVersion,
    /// `sec-ch-ua-full-version-list`
    SecChUaFullVersionList,
    /// `sec-ch-ua-full-version`
    SecChUaFullVersion,
    /// `sec-ch-ua-arch`
    SecChUaArch,
    /// `sec-ch-ua-bitness`
    SecChUaBitness,
    /// `sec-ch-ua-model`
    SecChUaModel,
    /// `sec-ch-ua-wow64`
    SecChUaWow64,
    /// `sec-ch-ua-form-factors`
    SecChUaFormFactors,
    /// `sec-ch-prefers-color-scheme`
    SecChPrefersColorScheme,
    /// `sec-fetch-site`
    SecFetchSite,
    /// `sec-fetch-mode`
    SecFetchMode,
    /// `sec-fetch-user`
    SecFetchUser,
    /// `sec-fetch-dest`
    SecFetchDest,
    /// `sec-fetch-storage-access`
    SecFetchStorageAccess,
    /// `sec-purpose`
    SecPurpose,
    /// `sec-gpc`
    SecGpc,
    /// `dnt`
    Dnt,
    /// `upgrade-insecure-requests`
    UpgradeInsecureRequests,
    /// `origin`
    Origin,
    /// `referer`
    Referer,
    /// `cookie`
    Cookie,
    /// `authorization`
    Authorization,
    /// `content-type`
    ContentType,
    /// `content-length`
    ContentLength,
    /// `transfer-encoding`
    TransferEncoding,
    /// `host`
    Host,
    /// `connection`
    Connection,
    /// `upgrade`
    Upgrade,
    /// `te`
    Te,
    /// `priority`
    Priority,
    /// `cache-control`
    CacheControl,
    /// `pragma`
    Pragma,
    /// `if-none-match`
    IfNoneMatch,
    /// `if-modified-since`
    IfModifiedSince,
    /// `range`
    Range,
    /// `expect`
    Expect,
    /// `access-control-request-method`
    AccessControlRequestMethod,
    /// `access-control-request-headers`
    AccessControlRequestHeaders,
    /// `sec-websocket-key`
    SecWebsocketKey,
    /// `sec-websocket-version`
    SecWebsocketVersion,
    /// `sec-websocket-extensions`
    SecWebsocketExtensions,
    /// `x-requested-with`
    XRequestedWith,
    /// `x-forwarded-for`
    XForwardedFor,
    /// `x-forwarded-proto`
    XForwardedProto,
    /// `x-forwarded-host`
    XForwardedHost,
    /// `x-real-ip`
    XRealIp,
    /// `forwarded`
    Forwarded,
    /// `via`
    Via,
    /// `true-client-ip`
    TrueClientIp,
    /// `cf-connecting-ip`
    CfConnectingIp,
    /// `fastly-client-ip`
    FastlyClientIp,
    /// `x-request-id`
    XRequestId,
    /// `x-envoy-external-address`
    XEnvoyExternalAddress,
    /// `x-envoy-internal`
    XEnvoyInternal,
    /// `x-envoy-expected-rq-timeout-ms`
    XEnvoyExpectedRqTimeoutMs,
    /// `purpose`
    Purpose,
    /// `save-data`
    SaveData,
    /// `service-worker`
    ServiceWorker,
    /// `service-worker-navigation-preload`
    ServiceWorkerNavigationPreload,
    /// `last-event-id`
    LastEventId,
    /// `from`
    From,
    /// `signature`
    Signature,
    /// `signature-input`
    SignatureInput,
    /// `signature-agent`
    SignatureAgent,
}

/// Every known name, in the order of [`HeaderName`]'s values.
static NAMES: [(&[u8], HeaderName); HeaderName::COUNT] = [
    (b"user-agent", HeaderName::UserAgent),
    (b"accept", HeaderName::Accept),
    (b"accept-encoding", HeaderName::AcceptEncoding),
    (b"accept-language", HeaderName::AcceptLanguage),
    (b"accept-charset", HeaderName::AcceptCharset),
    (b"sec-ch-ua", HeaderName::SecChUa),
    (b"sec-ch-ua-mobile", HeaderName::SecChUaMobile),
    (b"sec-ch-ua-platform", HeaderName::SecChUaPlatform),
    (b"sec-ch-ua-platform-version", HeaderName::SecChUaPlatformVersion),
    (b"sec-ch-ua-full-version-list", HeaderName::SecChUaFullVersionList),
    (b"sec-ch-ua-full-version", HeaderName::SecChUaFullVersion),
    (b"sec-ch-ua-arch", HeaderName::SecChUaArch),
    (b"sec-ch-ua-bitness", HeaderName::SecChUaBitness),
    (b"sec-ch-ua-model", HeaderName::SecChUaModel),
    (b"sec-ch-ua-wow64", HeaderName::SecChUaWow64),
    (b"sec-ch-ua-form-factors", HeaderName::SecChUaFormFactors),
    (b"sec-ch-prefers-color-scheme", HeaderName::SecChPrefersColorScheme),
    (b"sec-fetch-site", HeaderName::SecFetchSite),
    (b"sec-fetch-mode", HeaderName::SecFetchMode),
    (b"sec-fetch-user", HeaderName::SecFetchUser),
    (b"sec-fetch-dest", HeaderName::SecFetchDest),
    (b"sec-fetch-storage-access", HeaderName::SecFetchStorageAccess),
    (b"sec-purpose", HeaderName::SecPurpose),
    (b"sec-gpc", HeaderName::SecGpc),
    (b"dnt", HeaderName::Dnt),
    (b"upgrade-insecure-requests", HeaderName::UpgradeInsecureRequests),
    (b"origin", HeaderName::Origin),
    (b"referer", HeaderName::Referer),
    (b"cookie", HeaderName::Cookie),
    (b"authorization", HeaderName::Authorization),
    (b"content-type", HeaderName::ContentType),
    (b"content-length", HeaderName::ContentLength),
    (b"transfer-encoding", HeaderName::TransferEncoding),
    (b"host", HeaderName::Host),
    (b"connection", HeaderName::Connection),
    (b"upgrade", HeaderName::Upgrade),
    (b"te", HeaderName::Te),
    (b"priority", HeaderName::Priority),
    (b"cache-control", HeaderName::CacheControl),
    (b"pragma", HeaderName::Pragma),
    (b"if-none-match", HeaderName::IfNoneMatch),
    (b"if-modified-since", HeaderName::IfModifiedSince),
    (b"range", HeaderName::Range),
    (b"expect", HeaderName::Expect),
    (b"access-control-request-method", HeaderName::AccessControlRequestMethod),
    (b"access-control-request-headers", HeaderName::AccessControlRequestHeaders),
    (b"sec-websocket-key", HeaderName::SecWebsocketKey),
    (b"sec-websocket-version", HeaderName::SecWebsocketVersion),
    (b"sec-websocket-extensions", HeaderName::SecWebsocketExtensions),
    (b"x-requested-with", HeaderName::XRequestedWith),
    (b"x-forwarded-for", HeaderName::XForwardedFor),
    (b"x-forwarded-proto", HeaderName::XForwardedProto),
    (b"x-forwarded-host", HeaderName::XForwardedHost),
    (b"x-real-ip", HeaderName::XRealIp),
    (b"forwarded", HeaderName::Forwarded),
    (b"via", HeaderName::Via),
    (b"true-client-ip", HeaderName::TrueClientIp),
    (b"cf-connecting-ip", HeaderName::CfConnectingIp),
    (b"fastly-client-ip", HeaderName::FastlyClientIp),
    (b"x-request-id", HeaderName::XRequestId),
    (b"x-envoy-external-address", HeaderName::XEnvoyExternalAddress),
    (b"x-envoy-internal", HeaderName::XEnvoyInternal),
    (b"x-envoy-expected-rq-timeout-ms", HeaderName::XEnvoyExpectedRqTimeoutMs),
    (b"purpose", HeaderName::Purpose),
    (b"save-data", HeaderName::SaveData),
    (b"service-worker", HeaderName::ServiceWorker),
    (b"service-worker-navigation-preload", HeaderName::ServiceWorkerNavigationPreload),
    (b"last-event-id", HeaderName::LastEventId),
    (b"from", HeaderName::From),
    (b"signature", HeaderName::Signature),
    (b"signature-input", HeaderName::SignatureInput),
    (b"signature-agent", HeaderName::SignatureAgent),
];

static BY_NAME: WordTable<HeaderName, 256> = WordTable::new(&NAMES);

impl HeaderName {
    pub(crate) const COUNT: usize = 72;

    /// Longest known name; longer ones are not compared.
    const LONGEST: usize = 40;

    /// The lower-case name.
    pub fn as_bytes(self) -> &'static [u8] {
        NAMES.get(self as usize).map_or(b"", |(text, _)| text)
    }

    /// The lower-case name as text.
    pub fn as_str(self) -> &'static str {
        core::str::from_utf8(self.as_bytes()).unwrap_or("")
    }

    /// Every name, in the order of the enum.
    pub fn all() -> impl Iterator<Item = HeaderName> {
        NAMES.iter().map(|(_, name)| *name)
    }

    pub(crate) fn from_index(index: u8) -> Option<Self> {
        NAMES.get(usize::from(index)).map(|(_, name)| *name)
    }

    pub(crate) fn bit(self) -> u128 {
        1u128.wrapping_shl(self as u32)
    }

    /// Whether a program sends the same value with each request of a kind: what it says about itself and what it accepts, not what
    /// is about the page, the session or the way.
    pub fn is_steady(self) -> bool {
        use HeaderName::*;
        matches!(
            self,
            UserAgent
                | Accept
                | AcceptEncoding
                | AcceptLanguage
                | AcceptCharset
                | SecChUa
                | SecChUaMobile
                | SecChUaPlatform
                | SecChUaPlatformVersion
                | SecChUaFullVersionList
                | SecChUaFullVersion
                | SecChUaArch
                | SecChUaBitness
                | SecChUaModel
                | SecChUaWow64
                | SecChUaFormFactors
                | SecChPrefersColorScheme
                | SecFetchSite
                | SecFetchMode
                | SecFetchUser
                | SecFetchDest
                | SecFetchStorageAccess
                | SecPurpose
                | Purpose
                | SecGpc
                | Dnt
                | UpgradeInsecureRequests
                | ContentType
                | Connection
                | Te
                | Priority
                | XRequestedWith
                | SaveData
                | From
        )
    }

    /// Reads a name in any case.
    pub fn parse(name: &[u8]) -> Option<Self> {
        if !name.iter().any(u8::is_ascii_uppercase) {
            return BY_NAME.get(name);
        }
        let mut buffer = [0u8; Self::LONGEST];
        let lower = buffer.get_mut(..name.len())?;
        lower.copy_from_slice(name);
        lower.make_ascii_lowercase();
        BY_NAME.get(lower)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_and_the_parser_agree() {
        assert!(NAMES.len() <= 128, "one bit a name");
        for (index, (text, name)) in NAMES.iter().enumerate() {
            assert_eq!(*name as usize, index);
            assert_eq!(HeaderName::parse(text), Some(*name));
            assert_eq!(HeaderName::parse(&text.to_ascii_uppercase()), Some(*name));
            assert!(text.len() <= HeaderName::LONGEST);
        }
        assert_eq!(HeaderName::parse(b"x-unheard-of"), None);
        assert_eq!(HeaderName::parse(&[b'A'; 100]), None);
    }
}
