//! Imports beside the host calls that this host has: the few WASI calls that Rust's runtime links (standard output goes to
//! the log), and host calls that the SDK links and the filter never makes (they say that they are not implemented).

use anyhow::Result;
use wasmi::{Caller, Error, Extern, ExternType, Linker, Module, Val};

use super::vm::State;
use super::world::LogLine;

/// WASI's errno.
const NOT_SUPPORTED: i32 = 52;
/// The proxy-wasm status.
const NOT_IMPLEMENTED: i32 = 12;

/// Links every import of the module; the calls that this host has are linked over them.
pub(super) fn link(linker: &mut Linker<State>, module: &Module) -> Result<()> {
    linker.allow_shadowing(true); // that, and the SDK and the filter both import some calls
    for import in module.imports() {
        let ExternType::Func(signature) = import.ty() else { continue };
        let name = import.name().to_owned();
        linker.func_new(import.module(), import.name(), signature.clone(), move |mut caller, arguments, results| {
            let code = answer(&mut caller, &name, arguments)?;
            if let Some(result) = results.first_mut() {
                *result = Val::I32(code);
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn answer(caller: &mut Caller<'_, State>, name: &str, arguments: &[Val]) -> Result<i32, Error> {
    match name {
        "proc_exit" => Err(Error::new("the module ended the process")),
        "fd_write" => Ok(fd_write(caller, arguments).unwrap_or(NOT_SUPPORTED)),
        // No environment variables: both counts are zero.
        "environ_sizes_get" => {
            for pointer in arguments.iter().filter_map(Val::i32) {
                put(caller, pointer, 0);
            }
            Ok(0)
        }
        "environ_get" => Ok(0),
        other if other.starts_with("proxy_") => Ok(NOT_IMPLEMENTED),
        _ => Ok(NOT_SUPPORTED),
    }
}

fn fd_write(caller: &mut Caller<'_, State>, arguments: &[Val]) -> Option<i32> {
    let numbers: Vec<i32> = arguments.iter().filter_map(Val::i32).collect();
    let [_, list, count, written] = numbers[..] else { return None };
    let memory = memory(caller)?;
    let mut text = Vec::new();
    for index in 0..count as usize {
        let data = memory.data(&*caller);
        let at = list as usize + index * 8;
        let number = |at: usize| Some(u32::from_le_bytes(data.get(at..at + 4)?.try_into().ok()?) as usize);
        let (pointer, size) = (number(at)?, number(at + 4)?);
        text.extend_from_slice(data.get(pointer..pointer + size)?);
    }
    put(caller, written, text.len() as u32);
    let line = LogLine { level: 4, text: String::from_utf8_lossy(&text).into_owned() };
    caller.data().world.borrow_mut().log.push(line);
    Some(0)
}

fn put(caller: &mut Caller<'_, State>, at: i32, number: u32) {
    if let Some(memory) = memory(caller) {
        let _ = memory.write(caller, at as usize, &number.to_le_bytes());
    }
}

pub(super) fn memory(caller: &Caller<'_, State>) -> Option<wasmi::Memory> {
    caller.get_export("memory").and_then(Extern::into_memory)
}
