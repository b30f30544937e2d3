// What this isolate saw goes to its shard, what others saw comes back: now and then, beside a request, never before an answer.
// Whatever fails, this isolate goes on with what it sees itself.

const PERIOD = 10;
// Milliseconds that a shard or KV may take.
const WAIT = 2000;

// The board is read every so many exchanges: KV's cache keeps it for 30 seconds at least, and each read is paid for.
const ROUNDS = 3;

let due = 0;
let round = 0;
let shard;
let complained = false;

// `call` runs what is the module's, where that is whole.
export function share(weir, call, env, context) {
  if (!env.WEIR_SHARDS || Date.now() < due) return;
  due = Date.now() + Math.max(Number(env.WEIR_SHARE?.seconds) || PERIOD, 1) * 1000;
  context.waitUntil(exchange(weir, call, env).catch((error) => {
    if (!complained) console.warn("weir: nothing is heard of other isolates, this one judges by what it sees itself: " + error);
    complained = true;
  }));
}

async function exchange(weir, call, env) {
  const { shards = 1, shard: chosen } = env.WEIR_SHARE ?? {};
  const body = call(() => weir.tell());
  if (!body) {
    // No bundle yet, no memory or no secret.
    due = Date.now() + 1000;
    return;
  }
  shard ??= chosen ?? Math.floor(Math.random() * shards);
  const object = env.WEIR_SHARDS.get(env.WEIR_SHARDS.idFromName(String(shard)));
  const near = await within(post(object, body));
  let board, missing;
  if (shards > 1 && round++ % ROUNDS === 0) {
    try {
      board = await within(env.WEIR_BOARD.get("board", { type: "arrayBuffer", cacheTtl: 30 }));
    } catch (error) {
      missing = error;
    }
  }
  // What the own shard said counts without the board too.
  call(() => weir.hear(near, new Uint8Array(board ?? 0), shard));
  if (missing) throw missing;
}

async function post(object, body) {
  const answer = await object.fetch("https://shard/" + shard, { method: "POST", body });
  if (!answer.ok) throw new Error("shard " + shard + " answered " + answer.status + ": " + (await answer.text()).trimEnd());
  return new Uint8Array(await answer.arrayBuffer());
}

function within(promise) {
  return Promise.race([promise, scheduler.wait(WAIT).then(() => { throw new Error("no answer within " + WAIT + " ms"); })]);
}
