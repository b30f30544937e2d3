//! The host calls, as Envoy 1.40 answers them.

use anyhow::Result;
use wasmi::{Caller, Error, Extern, Linker};

use super::stream::{Reply, Stream};
use super::vm::State;
use super::wasi::memory;
use super::wire;
use super::world::{Call, LogLine, Metric};

const OK: u32 = 0;
const NOT_FOUND: u32 = 1;
const BAD_ARGUMENT: u32 = 2;
const INVALID_MEMORY: u32 = 6;
const CAS_MISMATCH: u32 = 8;

const REQUEST_HEADERS: u32 = 0;
const REQUEST_TRAILERS: u32 = 1;
const RESPONSE_HEADERS: u32 = 2;
const CALL_RESPONSE_HEADERS: u32 = 6;
const CALL_RESPONSE_BODY: u32 = 4;
const PLUGIN_CONFIGURATION: u32 = 7;

/// A call's way into the instance that made it.
struct Guest<'a, 'b> {
    caller: &'a mut Caller<'b, State>,
}

/// `Err` is a status other than ok.
type Answer<T = ()> = Result<T, u32>;

impl Guest<'_, '_> {
    fn read(&self, at: u32, size: u32) -> Answer<Vec<u8>> {
        let memory = memory(self.caller).ok_or(INVALID_MEMORY)?;
        let (at, size) = (at as usize, size as usize);
        memory.data(&*self.caller).get(at..at + size).map(<[u8]>::to_vec).ok_or(INVALID_MEMORY)
    }

    fn text(&self, at: u32, size: u32) -> Answer<String> {
        self.read(at, size).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Answer {
        let memory = memory(self.caller).ok_or(INVALID_MEMORY)?;
        memory.write(&mut *self.caller, at as usize, bytes).map_err(|_| INVALID_MEMORY)
    }

    /// Hands bytes over in memory that the guest allocates, as the real host does.
    fn give(&mut self, bytes: &[u8], data: u32, size: u32) -> Answer {
        let allocate = self.caller.get_export("proxy_on_memory_allocate").and_then(Extern::into_func);
        let allocate = allocate.and_then(|function| function.typed::<u32, u32>(&*self.caller).ok());
        let place = allocate.ok_or(INVALID_MEMORY)?.call(&mut *self.caller, bytes.len() as u32);
        let place = place.map_err(|_| INVALID_MEMORY)?;
        self.write(place, bytes)?;
        self.write(data, &place.to_le_bytes())?;
        self.write(size, &(bytes.len() as u32).to_le_bytes())
    }

    fn state(&mut self) -> &mut State {
        self.caller.data_mut()
    }

    fn stream(&mut self) -> Option<&mut Stream> {
        let state = self.state();
        state.streams.get_mut(&state.current)
    }

    /// Request headers, in the one phase that has them.
    fn headers(&mut self) -> Answer<&mut wire::Pairs> {
        match self.stream() {
            Some(stream) if stream.in_headers => Ok(&mut stream.request.headers),
            _ => Err(BAD_ARGUMENT),
        }
    }
}

/// Runs one call: notes it, refuses it where the test says so, and turns the answer into a status.
fn call(mut caller: Caller<'_, State>, name: &str, body: impl FnOnce(&mut Guest<'_, '_>) -> Answer) -> u32 {
    let state = caller.data_mut();
    if let Some(stream) = state.streams.get_mut(&state.current) {
        stream.calls.push(name.to_owned());
    }
    if let Some(status) = state.world.borrow().refusals.get(name) {
        return *status;
    }
    body(&mut Guest { caller: &mut caller }).err().unwrap_or(OK)
}

pub(super) fn link(linker: &mut Linker<State>) -> Result<()> {
    link_basics(linker)?;
    link_headers(linker)?;
    link_properties(linker)?;
    link_metrics(linker)?;
    link_calls(linker)?;
    Ok(())
}

fn link_basics(linker: &mut Linker<State>) -> Result<(), Error> {
    linker.func_wrap("env", "proxy_log", |caller: Caller<'_, State>, level: u32, at: u32, size: u32| {
        call(caller, "proxy_log", |guest| {
            let text = guest.text(at, size)?;
            let mut world = guest.state().world.borrow_mut();
            if level >= world.log_level {
                world.log.push(LogLine { level, text });
            }
            Ok(())
        })
    })?;
    linker.func_wrap("env", "proxy_get_log_level", |caller: Caller<'_, State>, level: u32| {
        call(caller, "proxy_get_log_level", |guest| {
            let active = guest.state().world.borrow().log_level;
            guest.write(level, &active.to_le_bytes())
        })
    })?;
    linker.func_wrap("env", "proxy_get_current_time_nanoseconds", |caller: Caller<'_, State>, at: u32| {
        call(caller, "proxy_get_current_time_nanoseconds", |guest| {
            let now = guest.state().world.borrow().now;
            guest.write(at, &now.to_le_bytes())
        })
    })?;
    linker.func_wrap("env", "proxy_set_tick_period_milliseconds", |caller: Caller<'_, State>, period: u32| {
        call(caller, "proxy_set_tick_period_milliseconds", |guest| {
            guest.state().tick_period = Some(period);
            Ok(())
        })
    })?;
    linker.func_wrap("env", "proxy_set_effective_context", |caller: Caller<'_, State>, context: u32| {
        call(caller, "proxy_set_effective_context", |guest| {
            let state = guest.state();
            if !state.roots.contains_key(&context) && !state.streams.contains_key(&context) {
                return Err(BAD_ARGUMENT);
            }
            state.current = context;
            Ok(())
        })
    })?;
    linker.func_wrap("env", "proxy_continue_stream", |caller: Caller<'_, State>, _stream: u32| {
        call(caller, "proxy_continue_stream", |guest| {
            guest.stream().ok_or(BAD_ARGUMENT)?.resumed = true;
            Ok(())
        })
    })?;
    linker.func_wrap(
        "env",
        "proxy_call_foreign_function",
        |caller: Caller<'_, State>, name: u32, name_size: u32, _: u32, _: u32, _: u32, _: u32| {
            call(caller, "proxy_call_foreign_function", |guest| {
                let name = guest.text(name, name_size)?;
                if name == "clear_route_cache" { Ok(()) } else { Err(NOT_FOUND) }
            })
        },
    )?;
    linker.func_wrap(
        "env",
        "proxy_get_buffer_bytes",
        |caller: Caller<'_, State>, buffer: u32, start: u32, limit: u32, data: u32, size: u32| {
            call(caller, "proxy_get_buffer_bytes", |guest| {
                let state = guest.state();
                let bytes = match buffer {
                    PLUGIN_CONFIGURATION => state.roots.get(&state.current).cloned(),
                    CALL_RESPONSE_BODY => state.answer.as_ref().map(|(_, body)| body.clone()),
                    _ => None,
                };
                let bytes = bytes.ok_or(NOT_FOUND)?;
                let end = bytes.len().min(start as usize + limit as usize);
                guest.give(bytes.get(start as usize..end).ok_or(BAD_ARGUMENT)?, data, size)
            })
        },
    )?;
    Ok(())
}

fn link_headers(linker: &mut Linker<State>) -> Result<(), Error> {
    linker.func_wrap(
        "env",
        "proxy_get_header_map_pairs",
        |caller: Caller<'_, State>, map: u32, data: u32, size: u32| {
            call(caller, "proxy_get_header_map_pairs", |guest| {
                let pairs = match map {
                    // Out of phase the real host hands over an empty map.
                    REQUEST_HEADERS => guest.headers().cloned().unwrap_or_default(),
                    REQUEST_TRAILERS => match guest.stream() {
                        Some(stream) if stream.in_trailers => stream.request.trailers.clone(),
                        _ => Vec::new(),
                    },
                    RESPONSE_HEADERS => match guest.stream() {
                        Some(stream) if stream.in_log => stream.answer(),
                        _ => Vec::new(),
                    },
                    CALL_RESPONSE_HEADERS => {
                        guest.state().answer.as_ref().map_or(Vec::new(), |(pairs, _)| pairs.clone())
                    }
                    _ => return Err(BAD_ARGUMENT),
                };
                guest.give(&wire::write(&pairs), data, size)
            })
        },
    )?;
    linker.func_wrap(
        "env",
        "proxy_remove_header_map_value",
        |caller: Caller<'_, State>, map: u32, name: u32, name_size: u32| {
            call(caller, "proxy_remove_header_map_value", |guest| {
                let name = guest.read(name, name_size)?;
                if map == REQUEST_TRAILERS {
                    let stream = guest.stream().filter(|stream| stream.in_trailers).ok_or(BAD_ARGUMENT)?;
                    stream.request.trailers.retain(|(other, _)| *other != name);
                    return Ok(());
                }
                if map != REQUEST_HEADERS {
                    return Err(BAD_ARGUMENT);
                }
                guest.headers()?.retain(|(other, _)| *other != name);
                Ok(())
            })
        },
    )?;
    for function in ["proxy_replace_header_map_value", "proxy_add_header_map_value"] {
        linker.func_wrap(
            "env",
            function,
            move |caller: Caller<'_, State>, map: u32, name: u32, name_size: u32, value: u32, value_size: u32| {
                call(caller, function, |guest| {
                    let (name, value) = (guest.read(name, name_size)?, guest.read(value, value_size)?);
                    if map != REQUEST_HEADERS {
                        return Err(BAD_ARGUMENT);
                    }
                    let headers = guest.headers()?;
                    if function == "proxy_replace_header_map_value" {
                        headers.retain(|(other, _)| *other != name);
                    }
                    headers.push((name, value));
                    Ok(())
                })
            },
        )?;
    }
    linker.func_wrap(
        "env",
        "proxy_send_local_response",
        |caller: Caller<'_, State>,
         status: u32,
         details: u32,
         details_size: u32,
         body: u32,
         body_size: u32,
         headers: u32,
         headers_size: u32,
         grpc_status: i32| {
            call(caller, "proxy_send_local_response", |guest| {
                let details = guest.text(details, details_size)?;
                let body = guest.read(body, body_size)?;
                let headers = wire::read(&guest.read(headers, headers_size)?).ok_or(BAD_ARGUMENT)?;
                let stream = guest.stream().ok_or(BAD_ARGUMENT)?;
                stream.reply = Some(Reply { status, details, headers, body, grpc_status });
                Ok(())
            })
        },
    )?;
    Ok(())
}

fn link_properties(linker: &mut Linker<State>) -> Result<(), Error> {
    linker.func_wrap(
        "env",
        "proxy_get_property",
        |caller: Caller<'_, State>, path: u32, path_size: u32, data: u32, size: u32| {
            call(caller, "proxy_get_property", |guest| {
                let path = guest.read(path, path_size)?;
                let value = guest.stream().and_then(|stream| stream.request.properties.get(&path).cloned());
                guest.give(&value.ok_or(NOT_FOUND)?, data, size)
            })
        },
    )?;
    linker.func_wrap(
        "env",
        "proxy_set_property",
        |caller: Caller<'_, State>, path: u32, path_size: u32, value: u32, value_size: u32| {
            call(caller, "proxy_set_property", |guest| {
                let (path, value) = (guest.text(path, path_size)?, guest.read(value, value_size)?);
                guest.stream().ok_or(BAD_ARGUMENT)?.set.insert(path, value);
                Ok(())
            })
        },
    )?;
    linker.func_wrap(
        "env",
        "proxy_get_shared_data",
        |caller: Caller<'_, State>, key: u32, key_size: u32, data: u32, size: u32, version: u32| {
            call(caller, "proxy_get_shared_data", |guest| {
                let key = guest.read(key, key_size)?;
                let found = guest.state().world.borrow().shared.get(&key).cloned();
                let (value, found_version) = found.ok_or(NOT_FOUND)?;
                guest.give(&value, data, size)?;
                guest.write(version, &found_version.to_le_bytes())
            })
        },
    )?;
    linker.func_wrap(
        "env",
        "proxy_set_shared_data",
        |caller: Caller<'_, State>, key: u32, key_size: u32, value: u32, value_size: u32, version: u32| {
            call(caller, "proxy_set_shared_data", |guest| {
                let (key, value) = (guest.read(key, key_size)?, guest.read(value, value_size)?);
                let mut world = guest.state().world.borrow_mut();
                let next = world.number();
                let stale = world.shared.get(&key).is_some_and(|(_, current)| version != 0 && version != *current);
                if stale {
                    return Err(CAS_MISMATCH);
                }
                world.shared.insert(key, (value, next));
                Ok(())
            })
        },
    )?;
    Ok(())
}

fn link_metrics(linker: &mut Linker<State>) -> Result<(), Error> {
    linker.func_wrap(
        "env",
        "proxy_define_metric",
        |caller: Caller<'_, State>, kind: u32, name: u32, name_size: u32, id: u32| {
            call(caller, "proxy_define_metric", |guest| {
                let name = guest.text(name, name_size)?;
                let mut world = guest.state().world.borrow_mut();
                let found = world.metrics.iter().position(|metric| metric.kind == kind && metric.name == name);
                let index = found.unwrap_or_else(|| {
                    world.metrics.push(Metric { kind, name, value: 0, samples: Vec::new() });
                    world.metrics.len() - 1
                });
                drop(world);
                guest.write(id, &(index as u32).to_le_bytes())
            })
        },
    )?;
    linker.func_wrap("env", "proxy_increment_metric", |caller: Caller<'_, State>, id: u32, by: i64| {
        call(caller, "proxy_increment_metric", |guest| {
            let mut world = guest.state().world.borrow_mut();
            world.metrics.get_mut(id as usize).ok_or(NOT_FOUND)?.value += by;
            Ok(())
        })
    })?;
    linker.func_wrap("env", "proxy_record_metric", |caller: Caller<'_, State>, id: u32, value: u64| {
        call(caller, "proxy_record_metric", |guest| {
            let mut world = guest.state().world.borrow_mut();
            let metric = world.metrics.get_mut(id as usize).ok_or(NOT_FOUND)?;
            metric.value = value as i64;
            metric.samples.push(value);
            Ok(())
        })
    })?;
    Ok(())
}

fn link_calls(linker: &mut Linker<State>) -> Result<(), Error> {
    linker.func_wrap(
        "env",
        "proxy_http_call",
        |caller: Caller<'_, State>,
         cluster: u32,
         cluster_size: u32,
         headers: u32,
         headers_size: u32,
         _body: u32,
         _body_size: u32,
         _trailers: u32,
         _trailers_size: u32,
         _timeout: u32,
         token: u32| {
            call(caller, "proxy_http_call", |guest| {
                let cluster = guest.text(cluster, cluster_size)?;
                let headers = wire::read(&guest.read(headers, headers_size)?).ok_or(BAD_ARGUMENT)?;
                let state = guest.state();
                let (vm, context) = (state.vm, state.current);
                let mut world = state.world.borrow_mut();
                let has = |name: &[u8]| headers.iter().any(|(other, _)| other == name);
                let complete = has(b":method") && has(b":path") && has(b":authority");
                if !world.clusters.contains(&cluster) || !complete {
                    return Err(BAD_ARGUMENT);
                }
                let number = world.number();
                world.calls.push(Call { vm, context, token: number, cluster, headers });
                drop(world);
                guest.write(token, &number.to_le_bytes())
            })
        },
    )?;
    Ok(())
}
