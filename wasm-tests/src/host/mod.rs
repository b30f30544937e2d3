//! An Envoy without Envoy: proxy-wasm host calls over plain data, with a clock that stands still until told.
//!
//! [`Process`] is one Envoy with its shared data, metrics, log and clock. Each [`Vm`] is one worker's instance of the module.
//! A trap is an error of the call that met it, so a test that unwraps fails. What the real host refuses by phase is refused
//! here too: request headers are there in the request-headers callback only. Every host call can be made to refuse.

mod calls;
pub mod replay;
mod stream;
mod vm;
mod wasi;
pub mod wire;
mod world;

pub use stream::{Reply, Request, Seen};
pub use vm::Vm;
pub use world::{Call, LogLine, World};

use std::cell::{Ref, RefCell, RefMut};
use std::rc::Rc;
use std::sync::OnceLock;

use anyhow::Result;

use crate::module;

/// One process: what all its VMs share.
pub struct Process {
    engine: wasmi::Engine,
    module: wasmi::Module,
    world: Rc<RefCell<World>>,
}

impl Process {
    /// A process that runs the built Envoy module, which is read and compiled once.
    pub fn envoy() -> Result<Self> {
        static READ: OnceLock<(wasmi::Engine, wasmi::Module)> = OnceLock::new();
        let (engine, module) = READ.get_or_init(|| {
            let engine = wasmi::Engine::default();
            let module = wasmi::Module::new(&engine, module::envoy_bytes());
            (engine, module.unwrap_or_else(|error| panic!("the module cannot be read: {error}")))
        });
        Ok(Process { engine: engine.clone(), module: module.clone(), world: Rc::default() })
    }

    /// Starts one more worker.
    pub fn vm(&self) -> Result<Vm> {
        Vm::start(&self.engine, &self.module, Rc::clone(&self.world))
    }

    /// What the VMs share, to look at.
    pub fn world(&self) -> Ref<'_, World> {
        self.world.borrow()
    }

    /// What the VMs share, to change.
    pub fn world_mut(&self) -> RefMut<'_, World> {
        self.world.borrow_mut()
    }
}
