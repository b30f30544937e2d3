//! State between nodes: what each saw, told to the others.
//!
//! A [`Node`] now and then takes a *snapshot* of its own records: of each kind those that weigh most, so many as its bytes hold. It writes it
//! where only it writes (a slot in shared data or a KV store, or a request to a hub). Others keep the latest snapshot of each node
//! in [`Peers`], and [`Peers::teach`] puts them beside their own records, where
//! [`Engine::decide`](crate::engine::Engine::decide) reads both as one. Where one value is cheaper to read than many, snapshots stand
//! together on a *board* ([`Peers::board`]).
//!
//! # Laws
//! - A snapshot holds only what its node saw itself, and replaces the one before. So the order of delivery, losses and
//!   repeats do not matter: `Peers` is idempotent, commutative and associative, and what is delivered twice counts once.
//! - Counts of different nodes are of different requests. They add up; sets unite; of scores the greatest counts. Each sketch says by how
//!   much its merge may err.
//! - A node that says nothing for three minutes is heard no longer ([`limits::SNAPSHOT_EXPIRY`](crate::limits::SNAPSHOT_EXPIRY)); what it counted decays meanwhile as it does at home.
//!
//! # Untrusted input
//! Any bytes are a snapshot or an error. Length, records and nodes are bounded; one whose node has another secret, another form, or a clock
//! that is ahead is refused. What is read as a record is one, whatever its bytes. Nothing is signed: a node that can write to the others'
//! store can say anything about any key, so keep that store to the nodes.
//!
//! ```
//! use filter_core::state::{Limits, Tables};
//! use filter_core::sync::{Node, Peers, Seed};
//!
//! let now = 1_731_000_000_000;
//! let (mut here, mut there) = (Tables::new(&Limits::default()), Tables::new(&Limits::default()));
//! let mut node = Node::new(1, Seed::default());
//! let snapshot = node.snapshot(&there, now, 64 << 10);
//!
//! let mut peers = Peers::new(Seed::default(), 16);
//! peers.add(&snapshot, now).unwrap();
//! let heard = peers.teach(&mut here, 2, now);
//! assert_eq!((heard.nodes, heard.records), (1, 0));
//! ```

mod board;
mod choose;
mod node;
mod pack;
mod peers;
mod rank;
mod wire;

pub use node::{Node, Seed};
pub use peers::{Heard, Peers};
pub use wire::{Refused, VERSION, node_of};
