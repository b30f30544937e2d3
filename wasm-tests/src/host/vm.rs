//! One worker's instance of the module.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use anyhow::{Context as _, Result, bail};
use wasmi::{Engine, Instance, Linker, Module, Store, WasmParams, WasmResults};

use super::stream::{Request, Seen, Stream};
use super::wire::Pairs;
use super::world::{Call, World};
use super::{calls, wasi};

/// What the host keeps beside one instance.
pub(super) struct State {
    pub(super) vm: u32,
    pub(super) world: Rc<RefCell<World>>,
    pub(super) streams: BTreeMap<u32, Stream>,
    pub(super) roots: BTreeMap<u32, Vec<u8>>,
    pub(super) current: u32,
    pub(super) tick_period: Option<u32>,
    /// Headers and body of the call's answer that is being delivered.
    pub(super) answer: Option<(Pairs, Vec<u8>)>,
}

/// One instance: one worker.
pub struct Vm {
    store: Store<State>,
    instance: Instance,
}

impl Vm {
    pub(super) fn start(engine: &Engine, module: &Module, world: Rc<RefCell<World>>) -> Result<Self> {
        let mut linker = Linker::new(engine);
        wasi::link(&mut linker, module)?;
        calls::link(&mut linker)?;
        let vm = world.borrow_mut().number();
        let state = State {
            vm,
            world,
            streams: BTreeMap::new(),
            roots: BTreeMap::new(),
            current: 0,
            tick_period: None,
            answer: None,
        };
        let mut store = Store::new(engine, state);
        let instance = linker.instantiate_and_start(&mut store, module)?;
        let mut vm = Vm { store, instance };
        vm.run::<_, ()>("_initialize", ())?;
        Ok(vm)
    }

    /// A new root context with this configuration; `None` where the filter refuses it.
    pub fn configure(&mut self, configuration: &str) -> Result<Option<u32>> {
        let root = self.store.data().world.borrow_mut().number();
        self.store.data_mut().roots.insert(root, configuration.as_bytes().to_vec());
        self.told(root, "proxy_on_context_create", (root, 0u32))?;
        let started: i32 = self.callback(root, "proxy_on_vm_start", (root, 0u32))?;
        let configured: i32 = self.callback(root, "proxy_on_configure", (root, configuration.len() as u32))?;
        if started == 1 && configured == 1 {
            return Ok(Some(root));
        }
        self.delete(root)?;
        Ok(None)
    }

    /// Ends a root context, as a configuration update does to the old one.
    pub fn delete(&mut self, root: u32) -> Result<()> {
        self.told(root, "proxy_on_delete", (root,))?;
        self.store.data_mut().roots.remove(&root);
        Ok(())
    }

    /// Begins a request whose headers never come: a filter before this one answered it.
    pub fn begin(&mut self, root: u32) -> Result<()> {
        let id = self.store.data().world.borrow_mut().number();
        self.told(id, "proxy_on_context_create", (id, root))?;
        self.told(id, "proxy_on_delete", (id,))
    }

    /// Sends a request through: context, request headers, log, end.
    pub fn request(&mut self, root: u32, request: Request) -> Result<Seen> {
        let id = self.store.data().world.borrow_mut().number();
        let (count, trailers) = (request.headers.len() as u32, request.trailers.len() as u32);
        self.store.data_mut().streams.insert(id, Stream { request, in_headers: true, ..Stream::default() });
        self.told(id, "proxy_on_context_create", (id, root))?;
        let ends = u32::from(trailers == 0);
        let action: i32 = self.callback(id, "proxy_on_request_headers", (id, count, ends))?;
        let mut calls = Vec::new();
        if let Some(stream) = self.store.data_mut().streams.get_mut(&id) {
            (stream.in_headers, stream.in_trailers) = (false, true);
            calls = std::mem::take(&mut stream.calls);
        }
        if trailers > 0 && action == 0 {
            let _: i32 = self.callback(id, "proxy_on_request_trailers", (id, trailers))?;
        }
        if let Some(stream) = self.store.data_mut().streams.get_mut(&id) {
            (stream.in_trailers, stream.in_log) = (false, true);
            stream.calls.clear();
        }
        self.told(id, "proxy_on_log", (id,))?;
        self.told(id, "proxy_on_delete", (id,))?;
        let stream = self.store.data_mut().streams.remove(&id).context("the stream is gone")?;
        Ok(Seen {
            continued: action == 0,
            reply: stream.reply,
            headers: stream.request.headers,
            trailers: stream.request.trailers,
            set: stream.set,
            calls,
            log_calls: stream.calls,
        })
    }

    /// Runs the tick callback, if the root asked for one.
    pub fn tick(&mut self, root: u32) -> Result<bool> {
        if self.store.data().tick_period.unwrap_or(0) == 0 {
            return Ok(false);
        }
        self.callback::<_, ()>(root, "proxy_on_tick", (root,))?;
        Ok(true)
    }

    /// Milliseconds between ticks, as last asked for.
    pub fn tick_period(&self) -> Option<u32> {
        self.store.data().tick_period
    }

    /// Takes the oldest call of this VM that waits for an answer.
    pub fn pending_call(&mut self) -> Option<Call> {
        let state = self.store.data();
        let mut world = state.world.borrow_mut();
        let at = world.calls.iter().position(|call| call.vm == state.vm)?;
        Some(world.calls.remove(at))
    }

    /// Answers a call; no headers at all means that it failed.
    pub fn answer(&mut self, call: &Call, headers: &[(&str, &str)], body: &[u8]) -> Result<()> {
        let pairs: Pairs = headers.iter().map(|(n, v)| (n.as_bytes().to_vec(), v.as_bytes().to_vec())).collect();
        let sizes = (pairs.len() as u32, body.len() as u32);
        self.store.data_mut().answer = Some((pairs, body.to_vec()));
        let arguments = (call.context, call.token, sizes.0, sizes.1, 0u32);
        let done = self.callback::<_, ()>(call.context, "proxy_on_http_call_response", arguments);
        self.store.data_mut().answer = None;
        done
    }

    /// Bytes of linear memory.
    pub fn memory(&self) -> Result<u64> {
        let memory = self.instance.get_memory(&self.store, "memory").context("no memory")?;
        Ok(memory.data_size(&self.store) as u64)
    }

    /// A callback that a module need not have.
    fn told<P: WasmParams>(&mut self, context: u32, name: &str, arguments: P) -> Result<()> {
        if self.instance.get_func(&self.store, name).is_none() {
            return Ok(());
        }
        self.callback(context, name, arguments)
    }

    fn callback<P: WasmParams, R: WasmResults>(&mut self, context: u32, name: &str, arguments: P) -> Result<R> {
        self.store.data_mut().current = context;
        self.run(name, arguments)
    }

    fn run<P: WasmParams, R: WasmResults>(&mut self, name: &str, arguments: P) -> Result<R> {
        let function = self.instance.get_typed_func::<P, R>(&self.store, name)?;
        match function.call(&mut self.store, arguments) {
            Ok(result) => Ok(result),
            Err(trap) => bail!("{name} trapped: {trap}\n{}", self.last_words()),
        }
    }

    fn last_words(&self) -> String {
        let world = self.store.data().world.borrow();
        world.log.iter().rev().take(3).map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}
