// The Durable Object around the merging module: what comes in goes to the module, what it makes goes out. One object a shard.
// Its memory is all it has: what is told every few seconds need not be stored.

import module from "./shard.wasm";

// Seconds between two writes of the board, and between two snapshots for it. A key of KV takes one write a second.
const PERIOD = 10;
// Bytes of a snapshot; the module takes no more either.
const LONGEST = 256 << 10;
// The board is forgotten when nobody writes it any more.
const KEEP = 180;

export class Shard {
  constructor(state, env) {
    this.state = state;
    this.env = env;
    this.period = Math.max(Number(env.WEIR_SHARE?.seconds) || PERIOD, 1) * 1000;
    this.due = 0;
    this.begin();
  }

  // Also after a trap: what was said is said again within a period.
  begin() {
    this.core = new WebAssembly.Instance(module, {}).exports;
  }

  // POST /NUMBER: an isolate's snapshot, answered by what the shard's other isolates say. POST /0/board: another shard's, at shard 0.
  async fetch(request) {
    const [, number, what] = new URL(request.url).pathname.split("/");
    const given = new Uint8Array(await request.arrayBuffer());
    if (given.length > LONGEST) return new Response("too long\n", { status: 413 });
    try {
      const call = what === "board" ? this.core.hear : this.core.exchange;
      const length = call(this.put(given), Number(number), Date.now());
      if (length < 0) return new Response("no snapshot, or of another secret or version than the others'\n", { status: 422 });
      const answer = this.made(length);
      if (what !== "board") this.tell(Number(number));
      return new Response(answer);
    } catch (error) {
      this.begin();
      console.error("weir: the shard begins anew: " + (error?.stack ?? error));
      return new Response("begun anew\n", { status: 500 });
    }
  }

  // When it is time: this shard's snapshot to shard 0, or the board to KV.
  tell(number) {
    const now = Date.now();
    if (now < this.due) return;
    this.due = now + this.period;
    let told;
    if (number === 0) {
      const length = this.core.board(now);
      if (length > 0) told = this.pass((env) => env.WEIR_BOARD.put("board", this.made(length), { expirationTtl: KEEP }));
    } else {
      const body = this.made(this.core.snapshot(now));
      told = this.pass(({ WEIR_SHARDS: shards }) => shards.get(shards.idFromName("0")).fetch("https://shard/0/board", { method: "POST", body }));
    }
    if (told) this.state.waitUntil(told.catch((error) => console.error("weir: other shards do not hear of this one: " + error)));
  }

  // What is not bound, or throws at once, is no trap of the module's.
  async pass(on) {
    return on(this.env);
  }

  put(bytes) {
    const at = this.core.buffer(bytes.length);
    new Uint8Array(this.core.memory.buffer, at, bytes.length).set(bytes);
    return bytes.length;
  }

  made(length) {
    return new Uint8Array(this.core.memory.buffer, this.core.answer(), length).slice();
  }
}

// Nobody asks this Worker itself.
export default {
  fetch() {
    return new Response("nothing here\n", { status: 404 });
  },
};
