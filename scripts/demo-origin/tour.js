// Runs in the visitor's browser: makes it send each kind of request it can, in four pages.
//   /tour          everything a script and a page can load, then a link over the whole window, to be clicked
//   /tour/clicked  a reload, then a form over the whole window, to be clicked
//   /tour/posted   done
// Add ?self=1 and the page clicks for itself, for browsers that nobody can click in.
const alone = new URLSearchParams(location.search).has('self') ? '?self=1' : '';
const quietly = (promise) => Promise.race([promise, new Promise((later) => setTimeout(later, 1500))]).catch(() => {});
const element = (name, properties) => quietly(new Promise((done) => {
  const made = Object.assign(document.createElement(name), properties, { onload: done, onerror: done });
  document.body.append(made);
}));

const steps = {
  async '/tour'() {
    const other = location.origin.replace('//shop.', '//api.');
    const json = { 'content-type': 'application/json' };
    await element('img', { src: '/logo.png' });
    await element('iframe', { src: '/frame' });
    await element('script', { type: 'module', src: '/module.mjs' });
    await element('link', { rel: 'prefetch', href: '/product?id=1' });
    await element('link', { rel: 'icon', href: '/favicon.ico' });
    document.body.append(Object.assign(document.createElement('video'), { src: '/shop.mp4', preload: 'auto' }));
    await quietly(fetch('/api/products'));
    await quietly(fetch('/api/cart', { method: 'POST', headers: json, body: '{"id":1}' }));
    await quietly(new Promise((done) => {
      const request = new XMLHttpRequest();
      request.onloadend = done;
      request.open('POST', '/api/cart');
      request.setRequestHeader('content-type', 'application/x-www-form-urlencoded');
      request.send('id=2');
    }));
    await quietly(fetch(`${other}/api/stock`, { method: 'PUT', headers: { ...json, 'x-shop-client': 'web' }, body: '{}', credentials: 'include' }));
    await quietly(fetch(`${other}/api/products`));
    await quietly(fetch('/api/cart', { method: 'POST', body: new FormData() }));
    navigator.sendBeacon('/beacon', 'seen');
    await quietly(new Promise((done) => { const worker = new Worker('/worker.js'); worker.onmessage = done; worker.onerror = done; }));
    await quietly(new Promise((done) => { const events = new EventSource('/api/events'); events.onerror = () => { events.close(); done(); }; }));
    await quietly(new Promise((done) => { const socket = new WebSocket(location.origin.replace('http', 'ws') + '/socket'); socket.onclose = done; }));
    if (navigator.serviceWorker) await quietly(navigator.serviceWorker.register('/worker.js'));
    cover(Object.assign(document.createElement('a'), { href: `/tour/clicked${alone}`, textContent: 'next' }));
  },
  async '/tour/clicked'() {
    if (!sessionStorage.reloaded) {
      sessionStorage.reloaded = 'yes';
      location.reload();
      return;
    }
    const form = Object.assign(document.createElement('form'), { method: 'post', action: `/tour/posted${alone}`, enctype: 'application/x-www-form-urlencoded' });
    form.innerHTML = '<input type="hidden" name="user" value="ada">';
    document.body.append(form);
    cover(form.appendChild(Object.assign(document.createElement('button'), { textContent: 'send' })));
  },
  async '/tour/posted'() {
    await quietly(fetch('/tour/done', { method: 'POST' }));
  },
};

function cover(link) {
  link.style.cssText = 'position:fixed;inset:0;width:100%;height:100%;display:block';
  if (!link.isConnected) document.body.append(link);
  if (alone) link.click();
}

steps[location.pathname]?.();
