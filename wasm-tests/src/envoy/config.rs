//! Bootstrap configurations, as JSON. The facts reach the filter as in `adapters/envoy/examples/envoy.yaml`.

use std::path::Path;

use serde_json::{Value, json};

/// What the connection is known to be before TLS, and on plain connections. The TLS version must not be asked for here:
/// Envoy keeps its first answer, and before the handshake that is TLS 1.2.
const PLAIN: &str = "||%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%||";
const TLS: &str = "%TLS_JA4_FINGERPRINT%|%TLS_JA3_FINGERPRINT%|%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%|\
                   %DOWNSTREAM_TLS_VERSION%|%DOWNSTREAM_TLS_CIPHER%";
const REQUEST: &str = "%FILTER_STATE(weir.connection:PLAIN)%|%PROTOCOL%";

/// Where requests go after the filter.
pub enum Route {
    /// Envoy answers 200 itself.
    Direct,
    /// To an origin on this port.
    Upstream(u16),
}

/// A bootstrap with a plain and a TLS listener and one filter.
pub struct Config {
    /// Where requests go.
    pub route: Route,
    /// The filter's typed configuration, or its discovery.
    pub filter: Value,
    /// Trusted hops in front.
    pub trusted_hops: u32,
    /// Allow 5,000 headers of 8 MiB in all.
    pub large_headers: bool,
    /// Set filter state for the filter to read.
    pub filter_state: bool,
    /// More clusters, by name and port.
    pub clusters: Vec<(String, u16)>,
    /// Where requests go that the filter routes to `decoy`.
    pub decoy: Option<u16>,
    /// Connections go to the worker that has the fewest.
    pub balanced: bool,
}

impl Config {
    /// Around a statically configured filter.
    pub fn new(route: Route, filter: Value) -> Self {
        let filter = json!({ "name": "weir", "typed_config": filter });
        Config {
            route,
            filter,
            trusted_hops: 0,
            large_headers: false,
            filter_state: true,
            clusters: Vec::new(),
            decoy: None,
            balanced: false,
        }
    }

    /// Around a filter that is discovered from the file `ecds.json` in Envoy's directory; see [`write_discovered`].
    pub fn discovered(route: Route, directory: &Path) -> Self {
        let filter = json!({
            "name": "weir",
            "config_discovery": {
                "config_source": {
                    "path_config_source": {
                        "path": directory.join("ecds.json"),
                        "watched_directory": { "path": directory },
                    },
                    "resource_api_version": "V3",
                },
                "type_urls": ["type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm"],
            },
        });
        Config {
            route,
            filter,
            trusted_hops: 0,
            large_headers: false,
            filter_state: true,
            clusters: Vec::new(),
            decoy: None,
            balanced: false,
        }
    }

    /// The bootstrap's text; files go to `directory`.
    pub fn text(&self, directory: &Path) -> String {
        let mut clusters: Vec<Value> = self.clusters.iter().map(|(name, port)| cluster(name, *port)).collect();
        let route = match self.route {
            Route::Direct => json!({ "direct_response": { "status": 200, "body": { "inline_string": "ok\n" } } }),
            Route::Upstream(port) => {
                clusters.push(cluster("origin", port));
                json!({ "route": { "cluster": "origin", "timeout": "60s" } })
            }
        };
        let mut route = route;
        route["match"] = json!({ "prefix": "/" });
        let inspector = json!([{
            "name": "envoy.filters.listener.tls_inspector",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector",
                "enable_ja3_fingerprinting": true,
                "enable_ja4_fingerprinting": true,
            },
        }]);
        let file = |name: &str| json!({ "filename": directory.join(name) });
        let tls = json!({
            "name": "envoy.transport_sockets.tls",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
                "common_tls_context": {
                    "alpn_protocols": ["h2", "http/1.1"],
                    "tls_certificates": [{ "certificate_chain": file("cert.pem"), "private_key": file("key.pem") }],
                },
            },
        });
        let mut routes = vec![route];
        if let Some(port) = self.decoy {
            clusters.push(cluster("decoy", port));
            let header = json!({ "name": "x-weir-route", "string_match": { "exact": "decoy" } });
            let to = json!({ "match": { "prefix": "/", "headers": [header] }, "route": { "cluster": "decoy" } });
            routes.insert(0, to);
        }
        let manager = self.manager(&json!(routes), directory);
        let filters = if self.filter_state { json!([connection_state(), manager]) } else { json!([manager]) };
        let plain_chain = json!([{ "filters": filters }]);
        let tls_chain = json!([{ "filters": filters, "transport_socket": tls }]);
        let mut plain = json!({ "name": "plain", "address": address(0), "filter_chains": plain_chain });
        if self.balanced {
            plain["connection_balance_config"] = json!({ "exact_balance": {} });
        }
        let config = json!({
            "admin": { "address": address(0) },
            "node": { "id": "test", "cluster": "test" },
            "stats_flush_interval": "1s",
            "static_resources": {
                "listeners": [
                    plain,
                    { "name": "tls", "address": address(0), "listener_filters": inspector, "filter_chains": tls_chain },
                ],
                "clusters": clusters,
            },
        });
        config.to_string()
    }

    fn manager(&self, routes: &Value, directory: &Path) -> Value {
        let log = "%RESPONSE_CODE% %RESPONSE_CODE_DETAILS% %FILTER_STATE(wasm.weir.verdict:PLAIN)% %REQ(:PATH)%\n";
        let mut manager = json!({
            "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": "in",
            "use_remote_address": true,
            "xff_num_trusted_hops": self.trusted_hops,
            "stream_idle_timeout": "60s",
            "access_log": [{
                "name": "file",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
                    "path": directory.join("access.log"),
                    "log_format": { "text_format_source": { "inline_string": log } },
                },
            }],
            "route_config": { "virtual_hosts": [{ "name": "all", "domains": ["*"], "routes": routes }] },
        });
        let facts = json!({
            "name": "weir_facts",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.set_filter_state.v3.Config",
                "on_request_headers": [object("weir.request", REQUEST)],
            },
        });
        let router = json!({
            "name": "envoy.filters.http.router",
            "typed_config": { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
        });
        manager["http_filters"] =
            if self.filter_state { json!([facts, self.filter, router]) } else { json!([self.filter, router]) };
        if self.large_headers {
            manager["max_request_headers_kb"] = json!(8192);
            manager["common_http_protocol_options"] = json!({ "max_headers_count": 5000 });
        }
        json!({ "name": "envoy.filters.network.http_connection_manager", "typed_config": manager })
    }
}

/// The filter's typed configuration: the module, host settings as text, capabilities cut to what the filter uses.
pub fn filter(module: &Path, settings: &str) -> Value {
    let capabilities: serde_json::Map<String, Value> =
        CAPABILITIES.lines().map(|name| (name.to_owned(), json!({}))).collect();
    json!({
        "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
        "config": {
            "name": "weir",
            "root_id": "weir",
            "failure_policy": "FAIL_RELOAD",
            "reload_config": { "backoff": { "base_interval": "0.1s", "max_interval": "5s" } },
            "vm_config": {
                "vm_id": "weir",
                "runtime": "envoy.wasm.runtime.v8",
                "code": { "local": { "filename": module } },
                "capability_restriction_config": { "allowed_capabilities": capabilities },
            },
            "configuration": { "@type": "type.googleapis.com/google.protobuf.StringValue", "value": settings },
        },
    })
}

/// Puts a filter where a [discovered](Config::discovered) one is looked for: written aside, then moved.
pub fn write_discovered(directory: &Path, filter: &Value, version: u32) -> std::io::Result<()> {
    let resource = json!({
        "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
        "name": "weir",
        "typed_config": filter,
    });
    let text = json!({ "version_info": version.to_string(), "resources": [resource] }).to_string();
    std::fs::write(directory.join("ecds.json.new"), text)?;
    std::fs::rename(directory.join("ecds.json.new"), directory.join("ecds.json"))
}

/// Callbacks and host calls that the filter needs, a name a line; the rest is cut, which saves Envoy a call into the VM for each.
pub const CAPABILITIES: &str = include_str!("../../../adapters/envoy/examples/capabilities.txt");

fn connection_state() -> Value {
    json!({
        "name": "envoy.filters.network.set_filter_state",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.network.set_filter_state.v3.Config",
            "on_new_connection": [object("weir.connection", PLAIN)],
            "on_downstream_tls_handshake": [object("weir.connection", TLS)],
        },
    })
}

fn object(key: &str, format: &str) -> Value {
    json!({
        "object_key": key,
        "factory_key": "envoy.string",
        "format_string": { "text_format_source": { "inline_string": format }, "omit_empty_values": true },
    })
}

fn cluster(name: &str, port: u16) -> Value {
    json!({
        "name": name,
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{ "lb_endpoints": [{ "endpoint": { "address": address(port) } }] }],
        },
    })
}

fn address(port: u16) -> Value {
    json!({ "socket_address": { "address": "127.0.0.1", "port_value": port } })
}
