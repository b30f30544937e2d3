// What the shop answers, by path. The tour (tour.mjs) is the page script that makes a browser do everything it can.
import { readFileSync } from 'node:fs';

const PRODUCTS = [
  { id: 1, name: 'Lock gate', price: 420 },
  { id: 2, name: 'Fish ladder', price: 350 },
  { id: 3, name: 'Gauge', price: 36 },
];
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const TOUR = readFileSync(new URL('tour.js', import.meta.url));

let tours = 0; // finished ones; the runner asks for this number, past Envoy

const page = (title, body, headers = {}) => ({
  headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
  body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<link rel="stylesheet" href="/shop.css"><link rel="manifest" href="/shop.webmanifest"></head><body><h1>${title}</h1>${body}</body></html>`,
});
const file = (type, body) => () => ({ headers: { 'content-type': type }, body });
const json = (value, status = 200) => ({ status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) });
const products = PRODUCTS.map((product) => `<li><a href="/product?id=${product.id}">${product.name}</a></li>`).join('');

export const answers = {
  '/': () => page('Shop', `<img src="/logo.png" alt=""><ul>${products}</ul><a href="/login">Sign in</a><script src="/shop.js"></script>`,
    { 'set-cookie': 'basket=7f3a; Path=/; SameSite=Lax' }),
  '/product': ({ url }) => page(`Product ${Number(url.searchParams.get('id')) || 0}`, '<img src="/logo.png" alt=""><a href="/">Back</a>'),
  '/login': ({ request }) => request.method === 'POST'
    ? { status: 303, headers: { location: '/account', 'set-cookie': 'session=11d0; Path=/; HttpOnly' }, body: '' }
    : page('Sign in', '<form method="post"><input name="user"><input name="password" type="password"><button>Sign in</button></form>'),
  '/account': () => page('Account', '<p>Signed in.</p>'),
  '/search': ({ url }) => page('Search', `<p>${PRODUCTS.length} results, ${[...url.searchParams].length} terms</p>`),
  '/api/products': () => json(PRODUCTS),
  '/api/cart': ({ body }) => json({ received: body.length }, 201),
  '/api/stock': () => json({ stock: 12 }),
  '/api/events': () => ({ headers: { 'content-type': 'text/event-stream' }, stream: 'data: restocked\n\n' }),
  '/beacon': () => ({ status: 204 }),
  '/shop.css': file('text/css', '@font-face{font-family:Shop;src:url(/shop.woff2)}h1{font-family:Shop,sans-serif}.hero{background:url(/hero.svg)}'),
  '/shop.js': file('text/javascript', 'fetch("/api/products").then(r=>r.json()).then(p=>{document.title+=" ("+p.length+")"});'),
  '/module.mjs': file('text/javascript', 'export const ready=true;'),
  '/worker.js': file('text/javascript', 'fetch("/api/stock").then(()=>postMessage("done"));'),
  '/logo.png': file('image/png', PIXEL),
  '/favicon.ico': file('image/png', PIXEL),
  '/hero.svg': file('image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4"/></svg>'),
  '/shop.woff2': file('font/woff2', ''),
  '/shop.webmanifest': file('application/manifest+json', '{"name":"Shop","start_url":"/"}'),
  '/robots.txt': file('text/plain', 'User-agent: *\nAllow: /\n'),
  '/frame': () => page('Frame', ''),
  '/tour.js': file('text/javascript', TOUR),
  '/tour': () => page('Tour', '<div class="hero"></div><script src="/tour.js"></script>', { 'set-cookie': 'visitor=5c21; Path=/; SameSite=Lax' }),
  '/tour/clicked': () => page('Clicked', '<script src="/tour.js"></script>'),
  '/tour/posted': () => page('Posted', '<script src="/tour.js"></script>'),
  '/tour/done': () => ({ ...json({ tours: ++tours }) }),
  '/tour/count': () => json({ tours }),
};

export const notFound = () => ({ status: 404, headers: { 'content-type': 'text/plain' }, body: 'no such page\n' });
