// Judges the recorded clients' requests by the core as a bare wasm module, by Arcjet's local analysis and by isbot: what each finds,
// and the CPU time of each. Started by scripts/perf-node: MODULE BUNDLE TRACE FOLDER_WITH_RIVALS [--check]
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [module, bundle, trace, rivals, ...flags] = process.argv.slice(2);
const from = createRequire(`${rivals}/package.json`);
const { initializeWasm } = await import(pathToFileURL(from.resolve("@arcjet/analyze-wasm")));
const { isbot } = await import(pathToFileURL(from.resolve("isbot")));

const ROUNDS = 9;
const REPEATS = 20;

/** Requests of a group, each a line of the trace. */
function requests() {
  const lines = readFileSync(trace, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const of = (kind) => lines.filter((line) => line.request && line.id.startsWith(kind + "/"));
  const named = (name) => (line) => ({
    ...line,
    request: { ...line.request, headers: line.request.headers.map(([key, value]) => [key, key.toLowerCase() === "user-agent" ? name : value]) },
    client: { ...line.client, address: "203.0.113.7" },
  });
  const browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
  const crawler = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
  return {
    "real browsers (to be left alone)": of("browser"),
    "HTTP libraries that say so": of("library"),
    "the same under Chrome's name": of("library").map(named(browser)),
    "the same under Googlebot's name, from elsewhere": of("library").map(named(crawler)),
    "libraries with a browser's copied headers": of("copied-headers"),
    "programs that imitate a browser's TLS and headers": of("impersonator"),
    "driven browsers": of("automation"),
  };
}

/** Loads the core; gives a function that says whether a request is a program's. */
async function weir() {
  const { instance } = await WebAssembly.instantiate(readFileSync(module));
  const { memory, buffer, load, judge } = instance.exports;
  const text = new TextEncoder();
  const content = readFileSync(bundle);
  // Asked for first: growing takes the memory's old view away.
  const place = buffer(content.length);
  new Uint8Array(memory.buffer, place, content.length).set(content);
  if (load(content.length) !== 1) throw new Error(`${bundle} is no bundle that the module reads: run cargo run -p weir -- check ${bundle}`);
  const ROOM = 1 << 16;
  return ({ t, request, client, tls }) => {
    const start = buffer(ROOM);
    const bytes = new Uint8Array(memory.buffer, start, ROOM);
    let at = 0;
    const put = (value) => {
      const { written } = text.encodeInto(value ?? "", bytes.subarray(at + 2));
      bytes[at] = written & 255;
      bytes[at + 1] = written >> 8;
      at += 2 + written;
    };
    const { method, scheme, authority, path, version, pseudo_order } = request;
    [method, scheme, authority, path, version, pseudo_order, tls?.version, tls?.ja4, client?.address].forEach(put);
    bytes[at] = request.headers.length & 255;
    bytes[at + 1] = request.headers.length >> 8;
    at += 2;
    for (const [name, value] of request.headers) {
      put(name);
      put(value);
    }
    const verdict = judge(at, t);
    if (verdict === 0xffffffff) throw new Error("the module could not read a request");
    // Not a person's: known automation with proof, a tool that says so, a bot.
    return verdict >> 8 >= 1 && verdict >> 8 <= 3;
  };
}

/** The same for Arcjet: every bot that it names is denied. */
async function arcjet() {
  const unknown = () => "unknown";
  const analysis = await initializeWasm({
    "arcjet:js-req/bot-identifier": { detect: () => [] },
    "arcjet:js-req/email-validator-overrides": { isFreeEmail: unknown, isDisposableEmail: unknown, hasMxRecords: unknown, hasGravatar: unknown },
    "arcjet:js-req/filter-overrides": { ipLookup() {} },
    "arcjet:js-req/sensitive-information-identifier": { detect: () => [] },
    "arcjet:js-req/verify-bot": { verify: () => "unverifiable" },
  });
  const options = { tag: "allowed-bot-config", val: { entities: [], skipCustomDetect: true } };
  return ({ request, client }) => {
    const { method, authority, path, headers } = request;
    const [place, query] = path.split("?");
    const details = {
      ip: client?.address, method, protocol: "https:", host: authority, path: place, headers: Object.fromEntries(headers),
      cookies: "", query: query ? `?${query}` : "", extra: {},
    };
    const result = analysis.detectBot(JSON.stringify(details), options);
    return result.denied.length > 0 || result.spoofed;
  };
}

const agent = ({ request }) => request.headers.find(([name]) => name.toLowerCase() === "user-agent")?.[1];
const judges = { Weir: await weir(), Arcjet: await arcjet(), isbot: (line) => isbot(agent(line)) };
const groups = requests();

const found = {};
console.log("| requests | of | Weir | Arcjet | isbot |\n|---|---|---|---|---|");
for (const [group, lines] of Object.entries(groups)) {
  found[group] = Object.values(judges).map((judge) => lines.filter(judge).length);
  console.log(`| ${group} | ${lines.length} | ${found[group].join(" | ")} |`);
}

// In turns, so that what disturbs the machine disturbs all; what disturbs only adds, so the least counts.
const all = Object.values(groups).flat();
const least = Object.fromEntries(Object.keys(judges).map((name) => [name, Infinity]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, judge] of Object.entries(judges)) {
    const repeats = name === "Arcjet" ? 2 : REPEATS;
    const before = process.cpuUsage();
    for (let repeat = 0; repeat < repeats; repeat += 1) for (const line of all) judge(line);
    const { user, system } = process.cpuUsage(before);
    least[name] = Math.min(least[name], (user + system) / (repeats * all.length));
  }
}
const times = Object.entries(least).map(([name, us]) => `${name} ${us.toFixed(2)} us`);
console.log(`\nCPU time of a request, its packing included, least of ${ROUNDS} rounds: ${times.join(", ")}.`);
console.log(`Arcjet takes ${(least.Arcjet / least.Weir).toFixed(1)} times as long as Weir.`);

if (flags.includes("--check")) {
  const [people, ...programs] = Object.values(found);
  const sum = (place) => programs.reduce((all, counts) => all + counts[place], 0);
  const wrong = [];
  if (least.Weir >= least.Arcjet) wrong.push("Weir takes longer than Arcjet");
  if (sum(0) <= sum(1)) wrong.push("Weir finds no more than Arcjet");
  if (people[0] > 0) wrong.push("Weir takes people for programs");
  for (const message of wrong) console.error(`error: ${message}`);
  process.exitCode = wrong.length ? 1 : 0;
}
