"""Envoy's bootstrap for the demo: the example configuration's filters, with ports, paths and logs filled in.

It is not made from adapters/envoy/examples/envoy.yaml: the demo has a plain listener beside TLS, WebSockets, a recorder and log
fields of its own, and Python reads no YAML without a package. The example itself is run by wasm-tests/tests/envoy_examples.rs.
"""

import json
import secrets

TYPES = "type.googleapis.com/envoy.extensions."
# ja4|ja3|peer|TLS version|cipher: facts of the connection, which no client can write.
CONNECTION = ("%TLS_JA4_FINGERPRINT%|%TLS_JA3_FINGERPRINT%|%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%|"
              "%DOWNSTREAM_TLS_VERSION%|%DOWNSTREAM_TLS_CIPHER%")
EVENT_LOG = {"request": "%REQUEST_HEADER(:METHOD)% %REQUEST_HEADER(:PATH)%", "status": "%RESPONSE_CODE%",
             "details": "%RESPONSE_CODE_DETAILS%", "protocol": "%PROTOCOL%", "duration": "%DURATION%",
             "agent": "%REQUEST_HEADER(USER-AGENT)%", "id": "%REQUEST_HEADER(X-REQUEST-ID)%",
             "trace": "%DYNAMIC_METADATA(weir.recorder:line)%"}

# Writes the request as the filter would see it into dynamic metadata, as one line of a trace.
RECORDER = """
function quote(text)
  return '"' .. text:gsub('[%c"\\\\]', function(c) return string.format('\\\\u%04x', c:byte()) end) .. '"'
end
function envoy_on_request(handle)
  local facts, lines, pseudo, order = {}, {}, {}, ''
  local state = handle:streamInfo():filterState():get('weir.request') or ''
  for part in (state .. '|'):gmatch('([^|]*)|') do facts[#facts + 1] = part end
  for name, value in pairs(handle:headers()) do
    if name:sub(1, 1) == ':' then
      pseudo[name] = value
      order = order .. name:sub(2, 2)
    elseif name ~= 'x-request-id' and name ~= 'x-forwarded-proto' and name ~= 'x-forwarded-for' and name ~= 'x-envoy-external-address' and name ~= 'x-envoy-internal' then
      lines[#lines + 1] = '[' .. quote(name) .. ',' .. quote(value) .. ']'
    end
  end
  local version = (facts[6] or ''):gsub('HTTP/', '')
  local request = '"method":' .. quote(pseudo[':method'] or '') .. ',"scheme":' .. quote(pseudo[':scheme'] or '') ..
    ',"authority":' .. quote(pseudo[':authority'] or '') .. ',"path":' .. quote(pseudo[':path'] or '') ..
    ',"version":' .. quote(version) .. ',"pseudo_order":' .. (version == '2' and quote(order) or 'null') ..
    ',"headers":[' .. table.concat(lines, ',') .. '],"header_order":"kept"'
  local tls = ''
  if (facts[4] or '') ~= '' and facts[4] ~= '-' then
    tls = ',"tls":{"version":' .. quote(facts[4]) .. ',"ja4":' .. quote(facts[1]) .. ',"ja4_by":"envoy","ja3":' ..
      quote(facts[2]) .. ',"cipher":' .. quote(facts[5]) .. '}'
  end
  handle:streamInfo():dynamicMetadata():set('weir.recorder', 'line', '{"t":' .. handle:timestampString():sub(1, 13) ..
    ',"request":{' .. request .. '},"client":{"address":' .. quote(facts[3] or '') .. ',"provenance":"peer"}' .. tls .. '}')
end
"""


def typed(name, kind, **fields):
    return {"name": name, "typed_config": {"@type": TYPES + kind, **fields}}


def state(key, text):
    return {"object_key": key, "factory_key": "envoy.string",
            "format_string": {"text_format_source": {"inline_string": text}, "omit_empty_values": True}}


def weir(edge):
    settings = {"bundle": edge.bundle, "allow_unsigned": True, "secret": secrets.token_hex(32), "node": "demo",
                "event_share": 1_000_000}   # of a million: an event for every request
    plugin = {
        "name": "weir", "root_id": "weir", "failure_policy": "FAIL_RELOAD",
        "reload_config": {"backoff": {"base_interval": "0.1s", "max_interval": "5s"}},
        "vm_config": {"vm_id": "weir", "runtime": "envoy.wasm.runtime.v8", "code": {"local": {"filename": str(edge.module)}}},
        "configuration": {"@type": "type.googleapis.com/google.protobuf.StringValue", "value": json.dumps(settings)},
    }
    return typed("weir", "filters.http.wasm.v3.Wasm", config=plugin)


def http_filters(edge):
    yield typed("weir.facts", "filters.http.set_filter_state.v3.Config",
                on_request_headers=[state("weir.request", CONNECTION + "|%PROTOCOL%")])
    if edge.record:
        yield typed("weir.recorder", "filters.http.lua.v3.Lua", default_source_code={"inline_string": RECORDER})
    if edge.module:
        yield weir(edge)
    yield typed("envoy.filters.http.router", "filters.http.router.v3.Router")


def listener(edge, name, port, tls):
    manager = typed(
        "http", "filters.network.http_connection_manager.v3.HttpConnectionManager", stat_prefix=name,
        use_remote_address=True, stream_idle_timeout="60s", upgrade_configs=[{"upgrade_type": "websocket"}],
        access_log=[typed("events", "access_loggers.file.v3.FileAccessLog", path=str(edge.access),
                          log_format={"json_format": EVENT_LOG})],
        route_config={"name": "shop", "virtual_hosts": [{"name": "shop", "domains": ["*"], "routes": [
            {"match": {"prefix": "/"}, "route": {"cluster": "origin"}}]}]},
        http_filters=list(http_filters(edge)))
    chain = {"filters": [manager]}
    if tls:
        certificate = {"certificate_chain": {"filename": str(edge.folder / "cert.pem")},
                       "private_key": {"filename": str(edge.folder / "key.pem")}}
        chain["transport_socket"] = typed(
            "envoy.transport_sockets.tls", "transport_sockets.tls.v3.DownstreamTlsContext",
            common_tls_context={"alpn_protocols": ["h2", "http/1.1"], "tls_certificates": [certificate]})
    inspector = typed("envoy.filters.listener.tls_inspector", "filters.listener.tls_inspector.v3.TlsInspector",
                      enable_ja3_fingerprinting=True, enable_ja4_fingerprinting=True)
    return {"name": name, "address": address(port), "listener_filters": [inspector] if tls else [], "filter_chains": [chain]}


def address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def bootstrap(edge, origin_port):
    origin = {"name": "origin", "type": "STATIC", "load_assignment": {"cluster_name": "origin", "endpoints": [
        {"lb_endpoints": [{"endpoint": {"address": address(origin_port)}}]}]}}
    return {
        "admin": {"address": address(edge.admin_port)},
        "node": {"id": "demo", "cluster": "demo"},
        "static_resources": {
            "listeners": [listener(edge, "tls", edge.tls_port, True), listener(edge, "plain", edge.plain_port, False)],
            "clusters": [origin],
        },
    }
