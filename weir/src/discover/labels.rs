//! What an endpoint is probably for, told by its path, methods, parameters and answers. Policy confirms.

use super::{Endpoint, Operation, Segment};

/// A label, why, and how much speaks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// `login`, `search`, ...
    pub label: &'static str,
    /// What speaks for it.
    pub reasons: Vec<String>,
    points: u32,
}

/// Words in a path, and parameter names, that speak for a label; in the languages that shops and services on the web use most.
struct Rule {
    label: &'static str,
    words: &'static [&'static str],
    parameters: &'static [&'static str],
    /// Methods that fit; none: all.
    methods: &'static [&'static str],
}

/// The first of equally well supported labels wins.
const RULES: [Rule; 9] = [
    Rule {
        label: "password_reset",
        words: &[
            "password-reset",
            "passwordreset",
            "reset-password",
            "resetpassword",
            "forgot-password",
            "forgotpassword",
            "forgot",
            "forget-password",
            "forgetpassword",
            "lostpassword",
            "recover",
            "passwort-vergessen",
            "mot-de-passe-oublie",
            "recuperar",
            "esqueci-senha",
            "recupera-password",
        ],
        parameters: &[],
        methods: &[],
    },
    Rule {
        label: "sign_up",
        words: &[
            "signup",
            "sign-up",
            "sign_up",
            "register",
            "registration",
            "registrieren",
            "inscription",
            "registro",
            "registrarse",
            "cadastro",
            "registrazione",
            "zaregistruj",
            "rejestracja",
            "kayit",
        ],
        parameters: &["password_confirmation", "confirm_password", "password2", "repassword"],
        methods: &["POST", "PUT", "GET"],
    },
    Rule {
        label: "login",
        words: &[
            "login",
            "log-in",
            "log_in",
            "signin",
            "sign-in",
            "sign_in",
            "logon",
            "authenticate",
            "wp-login.php",
            "anmelden",
            "anmeldung",
            "connexion",
            "iniciar-sesion",
            "entrar",
            "accedi",
            "zaloguj",
            "giris",
            "oauth2",
            "token",
        ],
        parameters: &["password", "passwd", "pwd", "passwort", "senha", "contrasena", "mot_de_passe"],
        methods: &["POST", "GET"],
    },
    Rule {
        label: "payment",
        words: &[
            "payment",
            "payments",
            "pay",
            "charge",
            "charges",
            "zahlung",
            "paiement",
            "pago",
            "pagos",
            "pagamento",
            "billing",
            "refund",
            "refunds",
        ],
        parameters: &["card_number", "cardnumber", "cvv", "cvc", "iban", "amount", "payment_method"],
        methods: &[],
    },
    Rule {
        label: "checkout",
        words: &[
            "checkout",
            "cart",
            "basket",
            "order",
            "orders",
            "warenkorb",
            "kasse",
            "panier",
            "commande",
            "carrito",
            "pedido",
            "carrinho",
            "carrello",
            "sepet",
        ],
        parameters: &["coupon", "shipping_method"],
        methods: &[],
    },
    Rule {
        label: "search",
        words: &[
            "search",
            "suche",
            "recherche",
            "buscar",
            "busca",
            "ricerca",
            "szukaj",
            "ara",
            "autocomplete",
            "suggest",
            "find",
            "filter",
        ],
        parameters: &["q", "query", "search", "keyword", "keywords", "s"],
        methods: &["GET", "POST"],
    },
    Rule {
        label: "health",
        words: &[
            "health",
            "healthz",
            "healthcheck",
            "livez",
            "readyz",
            "ready",
            "alive",
            "ping",
            "status",
            "heartbeat",
            "metrics",
            "actuator",
        ],
        parameters: &[],
        methods: &["GET", "HEAD"],
    },
    Rule {
        label: "webhook",
        words: &["webhook", "webhooks", "hook", "hooks", "callback", "ipn", "notify"],
        parameters: &[],
        methods: &["POST"],
    },
    Rule { label: "graphql", words: &["graphql", "gql"], parameters: &["operationName", "variables"], methods: &[] },
];

/// Extensions of what pages embed.
const STATIC: [&str; 26] = [
    ".js", ".mjs", ".css", ".map", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".ico", ".bmp", ".woff",
    ".woff2", ".ttf", ".otf", ".eot", ".mp4", ".webm", ".mp3", ".wasm", ".txt", ".xml", ".pdf", ".swf",
];

/// Labels, the best supported first. Empty: nothing speaks for any.
pub fn suggest(endpoint: &Endpoint) -> Vec<Suggestion> {
    if let Some(reason) = is_static(endpoint) {
        return vec![Suggestion { label: "static", reasons: vec![reason], points: 9 }];
    }
    let mut found: Vec<Suggestion> = RULES.iter().filter_map(|rule| rule.judge(endpoint)).collect();
    found.sort_by_key(|suggestion| std::cmp::Reverse(suggestion.points));
    if found.is_empty() {
        found.extend(shape(endpoint));
    }
    found
}

impl Rule {
    fn judge(&self, endpoint: &Endpoint) -> Option<Suggestion> {
        let (mut points, mut reasons) = (0u32, Vec::new());
        let literals: Vec<String> = endpoint
            .segments
            .iter()
            .filter_map(|segment| if let Segment::Literal(text) = segment { Some(text.to_lowercase()) } else { None })
            .collect();
        let is_last_literal = matches!(endpoint.segments.last(), Some(Segment::Literal(_)));
        for (place, text) in literals.iter().enumerate().rev() {
            let stem = text.rsplit_once('.').map_or(text.as_str(), |(stem, _)| stem);
            let Some(word) = self.words.iter().find(|word| **word == text || **word == stem || is_part(stem, word))
            else {
                continue;
            };
            // The last word says what is done, those before what it is done to.
            let is_last = is_last_literal && place.saturating_add(1) == literals.len();
            points = points.saturating_add(if is_last { 4 } else { 1 });
            reasons.push(format!("`{word}` in the path"));
            break;
        }
        let total = &endpoint.total;
        let names = total.query.names.keys().chain(total.body.names.keys());
        let own = |name: &String| {
            self.parameters.iter().any(|own| own.eq_ignore_ascii_case(name.rsplit('.').next().unwrap_or(name)))
        };
        if let Some(name) = names.into_iter().find(|name| own(name)) {
            points = points.saturating_add(3);
            reasons.push(format!("a parameter `{name}`"));
        }
        let methods = || endpoint.operations.0.keys();
        if !self.methods.is_empty() && points > 0 && !methods().any(|method| self.methods.contains(&method.as_str())) {
            return None;
        }
        if points >= 3 && self.label == "login" {
            let denied = total.statuses.get(&401).copied().unwrap_or(0);
            let redirected = total
                .statuses
                .get(&302)
                .copied()
                .unwrap_or(0)
                .saturating_add(total.statuses.get(&303).copied().unwrap_or(0));
            if denied > 0 {
                points = points.saturating_add(1);
                reasons.push(format!("{denied} answers with 401"));
            } else if redirected > 0 && methods().any(|method| method == "POST") {
                points = points.saturating_add(1);
                reasons.push("a POST is answered with a redirect".into());
            }
        }
        (points >= 3).then_some(Suggestion { label: self.label, reasons, points })
    }
}

/// A word within `user-login`, `loginUser` or `user_login`; short words would be in everything.
fn is_part(text: &str, word: &str) -> bool {
    word.len() >= 5 && text.split(['-', '_', '.', ':']).any(|part| part == word)
}

fn is_static(endpoint: &Endpoint) -> Option<String> {
    let ending = match endpoint.segments.last()? {
        Segment::Literal(text) => text.to_lowercase(),
        Segment::Variable(_, suffix, _) => suffix.to_lowercase(),
        Segment::Rest => return None,
    };
    let only_reads = endpoint.operations.0.keys().all(|method| matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS"));
    if let Some(extension) = STATIC.iter().find(|extension| ending.ends_with(**extension)).filter(|_| only_reads) {
        return Some(format!("paths end in `{extension}`"));
    }
    let kinds = &endpoint.total.answer_types;
    let is_embedded = |kind: &String| {
        ["image/", "font/", "video/", "audio/", "text/css"].iter().any(|start| kind.starts_with(start))
            || kind.contains("javascript")
    };
    (only_reads && !kinds.is_empty() && kinds.keys().all(is_embedded))
        .then(|| format!("answers are `{}`", kinds.keys().next().map_or("", String::as_str)))
}

/// Lists and details: by where the variable stands.
fn shape(endpoint: &Endpoint) -> Option<Suggestion> {
    let Operation { query, .. } = &endpoint.total;
    let reads = endpoint.operations.0.contains_key("GET");
    let suggest = |label, reason: String| Some(Suggestion { label, reasons: vec![reason], points: 1 });
    match endpoint.segments.last() {
        Some(Segment::Variable(..)) if reads => suggest("detail", "the path ends in a value".into()),
        Some(Segment::Literal(_)) if reads => {
            let pages = ["page", "limit", "offset", "cursor", "per_page", "sort", "order_by"];
            let name = query.names.keys().find(|name| pages.contains(&name.to_lowercase().as_str()))?;
            suggest("listing", format!("a parameter `{name}`"))
        }
        _ => None,
    }
}
