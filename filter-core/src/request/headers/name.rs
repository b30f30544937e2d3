//! The header names that some stage looks at.

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
const NAMES: [(HeaderName, &[u8]); 72] = [
    (HeaderName::UserAgent, b"user-agent"),
    (HeaderName::Accept, b"accept"),
    (HeaderName::AcceptEncoding, b"accept-encoding"),
    (HeaderName::AcceptLanguage, b"accept-language"),
    (HeaderName::AcceptCharset, b"accept-charset"),
    (HeaderName::SecChUa, b"sec-ch-ua"),
    (HeaderName::SecChUaMobile, b"sec-ch-ua-mobile"),
    (HeaderName::SecChUaPlatform, b"sec-ch-ua-platform"),
    (HeaderName::SecChUaPlatformVersion, b"sec-ch-ua-platform-version"),
    (HeaderName::SecChUaFullVersionList, b"sec-ch-ua-full-version-list"),
    (HeaderName::SecChUaFullVersion, b"sec-ch-ua-full-version"),
    (HeaderName::SecChUaArch, b"sec-ch-ua-arch"),
    (HeaderName::SecChUaBitness, b"sec-ch-ua-bitness"),
    (HeaderName::SecChUaModel, b"sec-ch-ua-model"),
    (HeaderName::SecChUaWow64, b"sec-ch-ua-wow64"),
    (HeaderName::SecChUaFormFactors, b"sec-ch-ua-form-factors"),
    (HeaderName::SecChPrefersColorScheme, b"sec-ch-prefers-color-scheme"),
    (HeaderName::SecFetchSite, b"sec-fetch-site"),
    (HeaderName::SecFetchMode, b"sec-fetch-mode"),
    (HeaderName::SecFetchUser, b"sec-fetch-user"),
    (HeaderName::SecFetchDest, b"sec-fetch-dest"),
    (HeaderName::SecFetchStorageAccess, b"sec-fetch-storage-access"),
    (HeaderName::SecPurpose, b"sec-purpose"),
    (HeaderName::SecGpc, b"sec-gpc"),
    (HeaderName::Dnt, b"dnt"),
    (HeaderName::UpgradeInsecureRequests, b"upgrade-insecure-requests"),
    (HeaderName::Origin, b"origin"),
    (HeaderName::Referer, b"referer"),
    (HeaderName::Cookie, b"cookie"),
    (HeaderName::Authorization, b"authorization"),
    (HeaderName::ContentType, b"content-type"),
    (HeaderName::ContentLength, b"content-length"),
    (HeaderName::TransferEncoding, b"transfer-encoding"),
    (HeaderName::Host, b"host"),
    (HeaderName::Connection, b"connection"),
    (HeaderName::Upgrade, b"upgrade"),
    (HeaderName::Te, b"te"),
    (HeaderName::Priority, b"priority"),
    (HeaderName::CacheControl, b"cache-control"),
    (HeaderName::Pragma, b"pragma"),
    (HeaderName::IfNoneMatch, b"if-none-match"),
    (HeaderName::IfModifiedSince, b"if-modified-since"),
    (HeaderName::Range, b"range"),
    (HeaderName::Expect, b"expect"),
    (HeaderName::AccessControlRequestMethod, b"access-control-request-method"),
    (HeaderName::AccessControlRequestHeaders, b"access-control-request-headers"),
    (HeaderName::SecWebsocketKey, b"sec-websocket-key"),
    (HeaderName::SecWebsocketVersion, b"sec-websocket-version"),
    (HeaderName::SecWebsocketExtensions, b"sec-websocket-extensions"),
    (HeaderName::XRequestedWith, b"x-requested-with"),
    (HeaderName::XForwardedFor, b"x-forwarded-for"),
    (HeaderName::XForwardedProto, b"x-forwarded-proto"),
    (HeaderName::XForwardedHost, b"x-forwarded-host"),
    (HeaderName::XRealIp, b"x-real-ip"),
    (HeaderName::Forwarded, b"forwarded"),
    (HeaderName::Via, b"via"),
    (HeaderName::TrueClientIp, b"true-client-ip"),
    (HeaderName::CfConnectingIp, b"cf-connecting-ip"),
    (HeaderName::FastlyClientIp, b"fastly-client-ip"),
    (HeaderName::XRequestId, b"x-request-id"),
    (HeaderName::XEnvoyExternalAddress, b"x-envoy-external-address"),
    (HeaderName::XEnvoyInternal, b"x-envoy-internal"),
    (HeaderName::XEnvoyExpectedRqTimeoutMs, b"x-envoy-expected-rq-timeout-ms"),
    (HeaderName::Purpose, b"purpose"),
    (HeaderName::SaveData, b"save-data"),
    (HeaderName::ServiceWorker, b"service-worker"),
    (HeaderName::ServiceWorkerNavigationPreload, b"service-worker-navigation-preload"),
    (HeaderName::LastEventId, b"last-event-id"),
    (HeaderName::From, b"from"),
    (HeaderName::Signature, b"signature"),
    (HeaderName::SignatureInput, b"signature-input"),
    (HeaderName::SignatureAgent, b"signature-agent"),
];

impl HeaderName {
    pub(crate) const COUNT: usize = NAMES.len();

    /// Longest known name; longer ones are not compared.
    const LONGEST: usize = 40;

    /// The lower-case name.
    pub fn as_bytes(self) -> &'static [u8] {
        NAMES.get(self as usize).map_or(b"", |(_, name)| name)
    }

    /// The lower-case name as text.
    pub fn as_str(self) -> &'static str {
        core::str::from_utf8(self.as_bytes()).unwrap_or("")
    }

    /// Every name, in the order of the enum.
    pub fn all() -> impl Iterator<Item = HeaderName> {
        NAMES.iter().map(|(name, _)| *name)
    }

    pub(crate) fn from_index(index: u8) -> Option<Self> {
        NAMES.get(usize::from(index)).map(|(name, _)| *name)
    }

    pub(crate) fn bit(self) -> u128 {
        1u128.wrapping_shl(self as u32)
    }

    /// Reads a name in any case.
    pub fn parse(name: &[u8]) -> Option<Self> {
        if !name.iter().any(u8::is_ascii_uppercase) {
            return Self::parse_lower(name);
        }
        let mut buffer = [0u8; Self::LONGEST];
        let lower = buffer.get_mut(..name.len())?;
        lower.copy_from_slice(name);
        lower.make_ascii_lowercase();
        Self::parse_lower(lower)
    }

    fn parse_lower(lower: &[u8]) -> Option<Self> {
        // By length first: most comparisons then end after one.
        Some(match lower.len() {
            2 => match lower {
                b"te" => HeaderName::Te,
                _ => return None,
            },
            3 => match lower {
                b"dnt" => HeaderName::Dnt,
                b"via" => HeaderName::Via,
                _ => return None,
            },
            4 => match lower {
                b"host" => HeaderName::Host,
                b"from" => HeaderName::From,
                _ => return None,
            },
            5 => match lower {
                b"range" => HeaderName::Range,
                _ => return None,
            },
            6 => match lower {
                b"accept" => HeaderName::Accept,
                b"origin" => HeaderName::Origin,
                b"cookie" => HeaderName::Cookie,
                b"pragma" => HeaderName::Pragma,
                b"expect" => HeaderName::Expect,
                _ => return None,
            },
            7 => match lower {
                b"sec-gpc" => HeaderName::SecGpc,
                b"referer" => HeaderName::Referer,
                b"upgrade" => HeaderName::Upgrade,
                b"purpose" => HeaderName::Purpose,
                _ => return None,
            },
            8 => match lower {
                b"priority" => HeaderName::Priority,
                _ => return None,
            },
            9 => match lower {
                b"sec-ch-ua" => HeaderName::SecChUa,
                b"x-real-ip" => HeaderName::XRealIp,
                b"forwarded" => HeaderName::Forwarded,
                b"save-data" => HeaderName::SaveData,
                b"signature" => HeaderName::Signature,
                _ => return None,
            },
            10 => match lower {
                b"user-agent" => HeaderName::UserAgent,
                b"connection" => HeaderName::Connection,
                _ => return None,
            },
            11 => match lower {
                b"sec-purpose" => HeaderName::SecPurpose,
                _ => return None,
            },
            12 => match lower {
                b"content-type" => HeaderName::ContentType,
                b"x-request-id" => HeaderName::XRequestId,
                _ => return None,
            },
            13 => match lower {
                b"authorization" => HeaderName::Authorization,
                b"cache-control" => HeaderName::CacheControl,
                b"if-none-match" => HeaderName::IfNoneMatch,
                b"last-event-id" => HeaderName::LastEventId,
                _ => return None,
            },
            14 => match lower {
                b"accept-charset" => HeaderName::AcceptCharset,
                b"sec-ch-ua-arch" => HeaderName::SecChUaArch,
                b"sec-fetch-site" => HeaderName::SecFetchSite,
                b"sec-fetch-mode" => HeaderName::SecFetchMode,
                b"sec-fetch-user" => HeaderName::SecFetchUser,
                b"sec-fetch-dest" => HeaderName::SecFetchDest,
                b"content-length" => HeaderName::ContentLength,
                b"true-client-ip" => HeaderName::TrueClientIp,
                b"service-worker" => HeaderName::ServiceWorker,
                _ => return None,
            },
            15 => match lower {
                b"accept-encoding" => HeaderName::AcceptEncoding,
                b"accept-language" => HeaderName::AcceptLanguage,
                b"sec-ch-ua-model" => HeaderName::SecChUaModel,
                b"sec-ch-ua-wow64" => HeaderName::SecChUaWow64,
                b"x-forwarded-for" => HeaderName::XForwardedFor,
                b"signature-input" => HeaderName::SignatureInput,
                b"signature-agent" => HeaderName::SignatureAgent,
                _ => return None,
            },
            16 => match lower {
                b"sec-ch-ua-mobile" => HeaderName::SecChUaMobile,
                b"x-requested-with" => HeaderName::XRequestedWith,
                b"x-forwarded-host" => HeaderName::XForwardedHost,
                b"cf-connecting-ip" => HeaderName::CfConnectingIp,
                b"fastly-client-ip" => HeaderName::FastlyClientIp,
                b"x-envoy-internal" => HeaderName::XEnvoyInternal,
                _ => return None,
            },
            17 => match lower {
                b"sec-ch-ua-bitness" => HeaderName::SecChUaBitness,
                b"transfer-encoding" => HeaderName::TransferEncoding,
                b"if-modified-since" => HeaderName::IfModifiedSince,
                b"sec-websocket-key" => HeaderName::SecWebsocketKey,
                b"x-forwarded-proto" => HeaderName::XForwardedProto,
                _ => return None,
            },
            18 => match lower {
                b"sec-ch-ua-platform" => HeaderName::SecChUaPlatform,
                _ => return None,
            },
            21 => match lower {
                b"sec-websocket-version" => HeaderName::SecWebsocketVersion,
                _ => return None,
            },
            22 => match lower {
                b"sec-ch-ua-full-version" => HeaderName::SecChUaFullVersion,
                b"sec-ch-ua-form-factors" => HeaderName::SecChUaFormFactors,
                _ => return None,
            },
            24 => match lower {
                b"sec-fetch-storage-access" => HeaderName::SecFetchStorageAccess,
                b"sec-websocket-extensions" => HeaderName::SecWebsocketExtensions,
                b"x-envoy-external-address" => HeaderName::XEnvoyExternalAddress,
                _ => return None,
            },
            25 => match lower {
                b"upgrade-insecure-requests" => HeaderName::UpgradeInsecureRequests,
                _ => return None,
            },
            26 => match lower {
                b"sec-ch-ua-platform-version" => HeaderName::SecChUaPlatformVersion,
                _ => return None,
            },
            27 => match lower {
                b"sec-ch-ua-full-version-list" => HeaderName::SecChUaFullVersionList,
                b"sec-ch-prefers-color-scheme" => HeaderName::SecChPrefersColorScheme,
                _ => return None,
            },
            29 => match lower {
                b"access-control-request-method" => HeaderName::AccessControlRequestMethod,
                _ => return None,
            },
            30 => match lower {
                b"access-control-request-headers" => HeaderName::AccessControlRequestHeaders,
                b"x-envoy-expected-rq-timeout-ms" => HeaderName::XEnvoyExpectedRqTimeoutMs,
                _ => return None,
            },
            33 => match lower {
                b"service-worker-navigation-preload" => HeaderName::ServiceWorkerNavigationPreload,
                _ => return None,
            },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_and_the_parser_agree() {
        assert!(NAMES.len() <= 128, "one bit a name");
        for (index, (name, text)) in NAMES.iter().enumerate() {
            assert_eq!(*name as usize, index);
            assert_eq!(HeaderName::parse(text), Some(*name));
            assert_eq!(HeaderName::parse(&text.to_ascii_uppercase()), Some(*name));
            assert!(text.len() <= HeaderName::LONGEST);
        }
        assert_eq!(HeaderName::parse(b"x-unheard-of"), None);
        assert_eq!(HeaderName::parse(&[b'A'; 100]), None);
    }
}
