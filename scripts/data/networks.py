"""Makes the network lists: named files of blocks, aggregated, with kind, source, licence and date on top."""

import csv
import gzip
import ipaddress

VERIFIED = "verified_bot_ips"  # the address rows of operators that publish them, by the row's name
RANGES = "cloud_ranges"  # providers' own publications, by file name

# name: (kind, note, least prefix lengths kept or None, parts). `crawler` lists are complete: a claim from outside is false.
# `custom` ones prove a claim from inside and say nothing about one from outside.
LISTS = {
    "hosting": ("hosting", "data centres and clouds", (22, 40), [("x4bnet", "datacenter")] + [
        (RANGES, name) for name in ("amazon", "digitalocean", "linode", "microsoft", "oracle", "vultr")]),
    "vpn": ("vpn", "commercial VPN exits", (29, 64), [("x4bnet", "vpn"), (RANGES, "protonvpn")]),
    "tor": ("tor", "exits in February 2024: most have moved since, and new ones are missing", None, [("tor", "")]),
    "icloud_relay": ("relay", "iCloud Private Relay egress", None, [(RANGES, "apple-proxy")]),
    "cloudflare": ("cdn", "Cloudflare's proxies", None, [(RANGES, "cloudflare"), (VERIFIED, "Cloudflare")]),
    "bunny": ("cdn", "bunny.net's edge servers", None, [(VERIFIED, "Bunny CDN")]),
    "google_common": ("crawler", "Google's common crawlers", None, [(VERIFIED, "GoogleBot"), (RANGES, "googlebot")]),
    "google_special": ("crawler", "Google's special-case crawlers", None, [(VERIFIED, "Google Special Crawlers")]),
    "google_user": ("crawler", "Google's user-triggered fetchers", None, [(VERIFIED, "Google User-Triggered Fetchers")]),
    "bing": ("crawler", "Microsoft Bing", None, [(VERIFIED, "BingBot"), (RANGES, "bing")]),
    "openai_gptbot": ("crawler", "OpenAI GPTBot", None, [(VERIFIED, "GPTBot")]),
    "openai_search": ("crawler", "OpenAI OAI-SearchBot", None, [(VERIFIED, "OpenAI SearchBot")]),
    "openai_user": ("crawler", "OpenAI ChatGPT-User", None, [(VERIFIED, "ChatGPT User")]),
    "anthropic": ("crawler", "Anthropic ClaudeBot", None, [(VERIFIED, "ClaudeBot")]),
    "perplexity": ("crawler", "PerplexityBot", None, [(VERIFIED, "PerplexityBot")]),
    "perplexity_user": ("crawler", "Perplexity-User", None, [(VERIFIED, "Perplexity User")]),
    "applebot": ("crawler", "Applebot", None, [(VERIFIED, "Applebot")]),
    "duckduckgo": ("crawler", "DuckDuckBot", None, [(VERIFIED, "DuckDuckBot"), (RANGES, "duckduckbot")]),
    "duckassist": ("crawler", "DuckAssistBot", None, [(RANGES, "duckassistbot")]),
    "ahrefs": ("crawler", "AhrefsBot and AhrefsSiteAudit", None, [(VERIFIED, "AhrefsBot")]),
    "meta": ("crawler", "Meta's crawlers", None, [(VERIFIED, "FacebookBot"), (RANGES, "facebook")]),
    "telegram": ("crawler", "Telegram's link previews", None, [(VERIFIED, "TelegramBot"), (RANGES, "telegram")]),
    "pingdom": ("crawler", "Pingdom's probes", None, [(VERIFIED, "PingdomBot"), (RANGES, "pingdom")]),
    "uptimerobot": ("crawler", "UptimeRobot's probes", None, [(VERIFIED, "UptimeRobot")]),
    "yandex": ("crawler", "Yandex's crawlers", None, [(VERIFIED, "YandexBot")]),
    "stripe": ("crawler", "Stripe's webhooks", None, [(VERIFIED, "Stripe")]),
    "betterstack": ("custom", "Better Stack's probes", None, [(VERIFIED, "BetterStack")]),
    "pulsetic": ("custom", "Pulsetic's probes", None, [(VERIFIED, "Pulsetic")]),
    "statuscake": ("custom", "StatusCake's probes, IPv4 only", None, [(RANGES, "statuscake")]),
    "webpagetest": ("custom", "WebPageTest's public agents; others run their own", None, [(VERIFIED, "WebPageTest Bot")]),
    "semrush": ("custom", "Semrush, by route registry", None, [(VERIFIED, "Semrush")]),
    "kagi": ("custom", "Kagi", None, [(VERIFIED, "Kagi")]),
    "rssapi": ("custom", "RSS API", None, [(VERIFIED, "RSS API")]),
    "censys": ("custom", "Censys, by route registry", None, [(VERIFIED, "Censys")]),
    "paloalto": ("custom", "Palo Alto Networks, by route registry", None, [(VERIFIED, "Palo Alto Networks")]),
    "modat": ("custom", "Modat's scanner", None, [(VERIFIED, "Modat Scanner")]),
    "shodan": ("custom", "Shodan", None, [(VERIFIED, "Shodan")]),
}

SOURCES = {
    "x4bnet": ("https://github.com/X4BNet/lists_vpn", "MIT", "2026-11"),
    "tor": ("Tor exit list", "public facts", "2024-02"),
    RANGES: ("providers' own publications, collected by https://github.com/lord-alfred/ipranges", "CC0-1.0",
             "2026-11"),
    VERIFIED: ("operators' own publications, collected by https://github.com/sefinek/trusted-ips-whitelist", "MIT",
               "2026-11"),
}


def write_all(data, folder):
    """Writes one file a list; gives (name, kind, blocks, addresses) of each."""
    rows = verified_rows(data)
    folder.mkdir(parents=True, exist_ok=True)
    for name, (kind, note, least, parts) in LISTS.items():
        blocks = aggregated(block for part in parts for block in read(data, rows, part))
        kept = [b for b in blocks if least is None or b.prefixlen <= least[b.version == 6]]
        lines = [f"# {name}: {note}", f"# kind: {kind}"]
        for source in dict.fromkeys(source for source, _ in parts):
            url, licence, date = SOURCES[source]
            lines.append(f"# source: {url} ({licence}, {date})")
        if least:
            lines.append(f"# left out: blocks smaller than /{least[0]} and /{least[1]}, {len(blocks) - len(kept)} of {len(blocks)}")
        (folder / f"{name}.txt").write_text("\n".join(lines + [str(block) for block in kept]) + "\n")
        yield name, kind, len(kept)


def read(data, rows, part):
    source, name = part
    if source == VERIFIED:
        found = [row for label, row in rows if name in label.split("|")]
        assert found, f"no verified row is called {name}"
        return found
    if source == "x4bnet":
        paths = [data / f"network/x4bnet/output_{name}_ipv{v}.txt" for v in (4, 6)]
    elif source == "tor":
        paths = [data / "network/tor-exit-nodes_2024-02.lst"]
    else:
        paths = sorted((data / "network/cloud_ranges").glob(f"{name}_ipv?.txt"))
    assert paths and all(path.exists() for path in paths), part
    lines = [line.split("#")[0].strip() for path in paths for line in open(path)]
    return [ipaddress.ip_network(line, strict=False) for line in lines if line]


def verified_rows(data):
    with gzip.open(data / "bots/verified_bot_ips_sefinek.csv.gz", "rt") as file:
        return [(name, ipaddress.ip_network(ip, strict=False)) for ip, name, _ in list(csv.reader(file))[1:]]


def aggregated(blocks):
    blocks = list(blocks)
    v4 = ipaddress.collapse_addresses(b for b in blocks if b.version == 4)
    v6 = ipaddress.collapse_addresses(b for b in blocks if b.version == 6)
    return [*v4, *v6]
