// Drives Node's fetch against the shop: node fetch.mjs BASE_URL   (NODE_EXTRA_CA_CERTS names the authority)
const base = process.argv[2];
const ask = async (path, options) => (await fetch(base + path, { redirect: 'follow', ...options })).arrayBuffer();

for (const path of ['/', '/shop.css', '/logo.png', '/api/products']) await ask(path);
await ask('/api/cart', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"id":1}' });
await ask('/login', { method: 'POST', body: new URLSearchParams({ user: 'ada', password: 'lovelace' }) });
await ask('/api/stock', { method: 'OPTIONS', headers: { 'access-control-request-method': 'PUT' } });
