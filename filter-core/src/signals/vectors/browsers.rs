//! Requests of real browsers, as recorded (Chromium 156 and Firefox ESR 153 on Debian 12, 2026-11; Safari 18.4 from a
//! published capture): the bases that vectors change, and what no signal may fire on.

/// Name and request.
pub const BASES: &[(&str, &str)] = &[
    ("chromium_navigation", CHROMIUM_NAVIGATION),
    ("chromium_plain_navigation", CHROMIUM_PLAIN_NAVIGATION),
    ("chromium_fetch", CHROMIUM_FETCH),
    ("chromium_plain_fetch", CHROMIUM_PLAIN_FETCH),
    ("chromium_script", CHROMIUM_SCRIPT),
    ("chromium_form_post", CHROMIUM_FORM_POST),
    ("chromium_redirected", CHROMIUM_REDIRECTED),
    ("chromium_preflight", CHROMIUM_PREFLIGHT),
    ("chromium_websocket", CHROMIUM_WEBSOCKET),
    ("chromium_h1_navigation", CHROMIUM_H1_NAVIGATION),
    ("chromium_worker", CHROMIUM_WORKER),
    ("chromium_plain_preflight", CHROMIUM_PLAIN_PREFLIGHT),
    ("chromium_plain_prefetch", CHROMIUM_PLAIN_PREFETCH),
    ("firefox_navigation", FIREFOX_NAVIGATION),
    ("firefox_media", FIREFOX_MEDIA),
    ("firefox_fetch", FIREFOX_FETCH),
    ("firefox_script", FIREFOX_SCRIPT),
    ("firefox_plain_navigation", FIREFOX_PLAIN_NAVIGATION),
    ("safari_navigation", SAFARI_NAVIGATION),
];

const CHROMIUM_NAVIGATION: &str = r#"GET https://shop.example/ HTTP/2
@pseudo=masp
@ja4=t13d1517h2_8daaf6152771_cb7bf5808d99
sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156"
sec-ch-ua-mobile: ?0
sec-ch-ua-platform: "Linux"
upgrade-insecure-requests: 1
user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/jxl,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7
sec-fetch-site: none
sec-fetch-mode: navigate
sec-fetch-user: ?1
sec-fetch-dest: document
accept-encoding: gzip, deflate, br, zstd
accept-language: en-US,en;q=0.9
priority: u=0, i"#;

const CHROMIUM_PLAIN_NAVIGATION: &str = "GET http://shop.example/ HTTP/1.1
connection: keep-alive
upgrade-insecure-requests: 1
user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/jxl,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7
accept-encoding: gzip, deflate
accept-language: en-US,en;q=0.9";

const CHROMIUM_FETCH: &str = r#"POST https://shop.example/api/cart HTTP/2
@pseudo=masp
@ja4=t13d1518h2_8daaf6152771_e2d80978ab2e
content-length: 21
sec-ch-ua-platform: "Linux"
user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156"
content-type: application/json
sec-ch-ua-mobile: ?0
accept: */*
origin: https://shop.example
sec-fetch-site: same-origin
sec-fetch-mode: cors
sec-fetch-dest: empty
referer: https://shop.example/product/42
accept-encoding: gzip, deflate, br, zstd
accept-language: en-US,en;q=0.9
priority: u=1, i
cookie: session=1"#;

const CHROMIUM_PLAIN_FETCH: &str = "GET http://shop.example/api/cart HTTP/1.1
connection: keep-alive
user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
accept: */*
referer: http://shop.example/product/42
accept-encoding: gzip, deflate
accept-language: en-US,en;q=0.9";

const CHROMIUM_SCRIPT: &str = r#"GET https://shop.example/static/app.js HTTP/2
@pseudo=masp
@ja4=t13d1517h2_8daaf6152771_cb7bf5808d99
sec-ch-ua-full-version-list: "Not:A-Brand";v="8.0.0.0", "Chromium";v="156.0.8078.79"
sec-ch-ua-platform: "Linux"
sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156"
sec-ch-ua-mobile: ?0
user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
accept: */*
sec-fetch-site: same-origin
sec-fetch-mode: no-cors
sec-fetch-dest: script
referer: https://shop.example/
accept-encoding: gzip, deflate, br, zstd
accept-language: en-US,en;q=0.9"#;

const CHROMIUM_FORM_POST: &str = r#"POST https://shop.example/login HTTP/2
@pseudo=masp
@ja4=t13d1517h2_8daaf6152771_cb7bf5808d99
content-length: 32
cache-control: max-age=0
sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156"
sec-ch-ua-mobile: ?0
sec-ch-ua-platform: "Linux"
upgrade-insecure-requests: 1
content-type: application/x-www-form-urlencoded
user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
origin: https://shop.example
accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/jxl,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7
sec-fetch-site: same-origin
sec-fetch-mode: navigate
sec-fetch-user: ?1
sec-fetch-dest: document
referer: https://shop.example/login
accept-encoding: gzip, deflate, br, zstd
accept-language: en-US,en;q=0.9
priority: u=0, i"#;

const CHROMIUM_REDIRECTED: &str = r#"GET https://shop.example/product/7 HTTP/2
@pseudo=masp
@ja4=t13d1517h2_8daaf6152771_cb7bf5808d99
upgrade-insecure-requests: 1
user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/jxl,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7
sec-fetch-site: same-origin
sec-fetch-mode: navigate
sec-fetch-user: ?1
sec-fetch-dest: document
sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156"
sec-ch-ua-mobile: ?0
sec-ch-ua-platform: "Linux"
referer: https://shop.example/
accept-encoding: gzip, deflate, br, zstd
accept-language: en-US,en;q=0.9
priority: u=0, i"#;

const CHROMIUM_PREFLIGHT: &str = "OPTIONS https://api.shop.example/v1/items HTTP/2
@pseudo=masp
@ja4=t13d1517h2_8daaf6152771_cb7bf5808d99
accept: */*
access-control-request-method: PUT
access-control-request-headers: content-type
origin: https://shop.example
user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
sec-fetch-mode: cors
sec-fetch-site: same-site
sec-fetch-dest: empty
referer: https://shop.example/
accept-encoding: gzip, deflate, br, zstd
accept-language: en-US,en;q=0.9
priority: u=1, i";

const CHROMIUM_WEBSOCKET: &str = "GET https://shop.example/live HTTP/1.1
@ja4=t13d1516h1_8daaf6152771_cb7bf5808d99
connection: Upgrade
pragma: no-cache
cache-control: no-cache
user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
upgrade: websocket
origin: https://shop.example
sec-websocket-version: 13
accept-encoding: gzip, deflate, br, zstd
accept-language: en-US,en;q=0.9
sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==
sec-websocket-extensions: permessage-deflate; client_max_window_bits";

const CHROMIUM_H1_NAVIGATION: &str = r#"GET https://shop.example/ HTTP/1.1
@ja4=t13d1517h2_8daaf6152771_cb7bf5808d99
connection: keep-alive
sec-ch-ua: "Google Chrome";v="131", "Chromium";v="131", "Not_A Brand";v="24"
sec-ch-ua-mobile: ?0
sec-ch-ua-platform: "Windows"
upgrade-insecure-requests: 1
user-agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36
accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7
sec-fetch-site: none
sec-fetch-mode: navigate
sec-fetch-user: ?1
sec-fetch-dest: document
accept-encoding: gzip, deflate, br, zstd
accept-language: en-US,en;q=0.9"#;

const CHROMIUM_WORKER: &str = "GET https://shop.example/worker.js HTTP/2
@pseudo=masp
@ja4=t13d1517h2_8daaf6152771_cb7bf5808d99
accept: */*
sec-fetch-site: same-origin
sec-fetch-mode: same-origin
sec-fetch-dest: worker
referer: https://shop.example/tour
user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
accept-encoding: gzip, deflate, br, zstd
accept-language: en-US,en;q=0.9
priority: u=4, i";

const CHROMIUM_PLAIN_PREFLIGHT: &str = "OPTIONS http://api.shop.example/stock HTTP/1.1
accept: */*
access-control-request-method: PUT
access-control-request-headers: content-type,x-shop-client
origin: http://shop.example
user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
sec-fetch-mode: cors
referer: http://shop.example/
accept-encoding: gzip, deflate
accept-language: en-US,en;q=0.9";

const CHROMIUM_PLAIN_PREFETCH: &str = "GET http://shop.example/product?id=1 HTTP/1.1
user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
sec-purpose: prefetch
accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/jxl,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7
referer: http://shop.example/tour
accept-encoding: gzip, deflate
accept-language: en-US,en;q=0.9";

const FIREFOX_MEDIA: &str = "GET https://shop.example/shop.mp4 HTTP/2
@pseudo=mpas
@ja4=t13d1617h2_86a278354501_3cbfd9057e0d
user-agent: Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0
accept: video/webm,video/ogg,video/*;q=0.9,application/ogg;q=0.7,audio/*;q=0.6,*/*;q=0.5
accept-language: en-US,en;q=0.9
range: bytes=0-
referer: https://shop.example/tour
sec-fetch-dest: video
sec-fetch-mode: no-cors
sec-fetch-site: same-origin
accept-encoding: identity
priority: u=4
te: trailers";

const FIREFOX_NAVIGATION: &str = "GET https://shop.example/ HTTP/2
@pseudo=mpas
@ja4=t13d1617h2_86a278354501_3cbfd9057e0d
user-agent: Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0
accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
accept-language: en-US,en;q=0.9
accept-encoding: gzip, deflate, br, zstd
upgrade-insecure-requests: 1
sec-fetch-dest: document
sec-fetch-mode: navigate
sec-fetch-site: none
sec-fetch-user: ?1
priority: u=0, i
te: trailers";

const FIREFOX_FETCH: &str = "POST https://shop.example/api/xhr HTTP/2
@pseudo=mpas
@ja4=t13d1617h2_86a278354501_3cbfd9057e0d
user-agent: Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0
accept: */*
accept-language: en-US,en;q=0.9
accept-encoding: gzip, deflate, br, zstd
content-type: application/json
x-requested-with: XMLHttpRequest
content-length: 21
origin: https://shop.example
sec-gpc: 1
referer: https://shop.example/product/42
sec-fetch-dest: empty
sec-fetch-mode: cors
sec-fetch-site: same-origin
te: trailers
cookie: session=1";

const FIREFOX_SCRIPT: &str = "GET https://shop.example/static/app.js HTTP/2
@pseudo=mpas
@ja4=t13d1615h2_86a278354501_a54fffd0eb61
user-agent: Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0
accept: */*
accept-language: en-US,en;q=0.9
accept-encoding: gzip, deflate, br, zstd
referer: https://shop.example/
sec-fetch-dest: script
sec-fetch-mode: no-cors
sec-fetch-site: same-origin
te: trailers";

const FIREFOX_PLAIN_NAVIGATION: &str = "GET http://shop.example/ HTTP/1.1
user-agent: Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0
accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
accept-language: en-US,en;q=0.9
accept-encoding: gzip, deflate
connection: keep-alive
upgrade-insecure-requests: 1
priority: u=0, i";

const SAFARI_NAVIGATION: &str = "GET https://shop.example/ HTTP/2
@pseudo=msap
@ja4=t13d2014h2_a09f3c656075_e42f34c56612
sec-fetch-dest: document
user-agent: Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15
accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
sec-fetch-site: none
sec-fetch-mode: navigate
accept-language: en-US,en;q=0.9
priority: u=0, i
accept-encoding: gzip, deflate, br";
