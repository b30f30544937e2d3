//! Ready-made rules about crawlers, for sites that want to say more than robots.txt can.

/// Ready-made rules.
#[derive(Debug)]
pub struct Preset {
    /// Its name.
    pub id: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Its rules, in order.
    pub rules: &'static [PresetRule],
    /// Limits that they count by.
    pub limits: &'static [PresetLimit],
}

/// One rule of a preset.
#[derive(Debug)]
pub struct PresetRule {
    /// Its id in the policy.
    pub id: &'static str,
    /// Its condition.
    pub when: &'static str,
    /// What is done, in JSON.
    pub then: &'static str,
    /// Why it exists.
    pub note: &'static str,
    /// A user agent that it is about, for a test; none where a single request shows nothing.
    pub example: Option<&'static str>,
}

/// A limit by operator, else name, of the program.
#[derive(Debug)]
pub struct PresetLimit {
    /// Its id in the policy.
    pub id: &'static str,
    /// Requests ...
    pub requests: u32,
    /// ... in so many seconds.
    pub seconds: u32,
    /// Requests at once.
    pub burst: u32,
}

const TRAINING: &str = "(bot.category == 'ai_training' || bot.name == 'CCBot') && request.path != '/robots.txt'";
const GPTBOT: &str =
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; GPTBot/1.2; +https://openai.com/gptbot";

/// All of them, by name.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "no-impostors",
        about: "who names a crawler and comes from none of the addresses that its operator publishes is blocked; best put first",
        rules: &[PresetRule {
            id: "no-impostors",
            when: "bot.proof == 'impostor'",
            then: r#"{ "block": { "message": "this address does not belong to the crawler you name" } }"#,
            note: "its operator publishes its addresses, and this is none of them",
            example: Some("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
        }],
        limits: &[],
    },
    Preset {
        id: "no-ai-training",
        about: "crawlers that collect pages to train models are blocked, Common Crawl's too, which most models are trained on; those that search and assistants answer with are not",
        rules: &[PresetRule {
            id: "no-ai-training",
            when: TRAINING,
            then: r#"{ "block": { "message": "this site is not for training models" } }"#,
            note: "robots.txt stays readable, so that they can learn it",
            example: Some(GPTBOT),
        }],
        limits: &[],
    },
    Preset {
        id: "ai-payment",
        about: "the same crawlers are answered 402 Payment Required; `message` is the place for terms and an address",
        rules: &[PresetRule {
            id: "ai-payment",
            when: TRAINING,
            then: r#"{ "block": { "status": 402, "message": "training on this site needs a licence" } }"#,
            note: "say here where a licence is to be had",
            example: Some(GPTBOT),
        }],
        limits: &[],
    },
    Preset {
        id: "no-ai-assistants",
        about: "what fetches a page because a person asked an assistant about it is blocked; that person does not come then",
        rules: &[PresetRule {
            id: "no-ai-assistants",
            when: "bot.category == 'ai_assistant' && request.path != '/robots.txt'",
            then: r#"{ "block": { "message": "this site is not for assistants" } }"#,
            note: "their operators call these fetches a person's own, so robots.txt does not hold them",
            example: Some("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; Claude-User/1.0"),
        }],
        limits: &[],
    },
    Preset {
        id: "ai-quota",
        about: "each operator of training crawlers and assistants may fetch 60 pages a minute; for hosts that keep a memory",
        rules: &[PresetRule {
            id: "ai-quota",
            when: "(bot.category in ['ai_training', 'ai_assistant'] || bot.name == 'CCBot') && bot.proof != 'impostor'",
            then: r#"{ "limit": { "by": "ai-quota" } }"#,
            note: "what an impostor fetches is not counted against the operator",
            example: None,
        }],
        limits: &[PresetLimit { id: "ai-quota", requests: 60, seconds: 60, burst: 30 }],
    },
    Preset {
        id: "crawler-quota",
        about: "the same for every crawler, search engines too",
        rules: &[PresetRule {
            id: "crawler-quota",
            when: "bot.category in ['search_engine', 'ai_training', 'seo', 'archiver', 'survey', 'other_crawler'] && bot.proof != 'impostor'",
            then: r#"{ "limit": { "by": "crawler-quota" } }"#,
            note: "answered 429, crawlers come back later",
            example: None,
        }],
        limits: &[PresetLimit { id: "crawler-quota", requests: 60, seconds: 60, burst: 30 }],
    },
    Preset {
        id: "no-seo",
        about: "crawlers that sell link and marketing analysis are blocked",
        rules: &[PresetRule {
            id: "no-seo",
            when: "bot.category == 'seo' && request.path != '/robots.txt'",
            then: r#"{ "block": { "message": "this site is not for link analysis" } }"#,
            note: "take out those that you pay for: `&& bot.name != 'AhrefsBot'`",
            example: Some("Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)"),
        }],
        limits: &[],
    },
    Preset {
        id: "no-archives",
        about: "archives are blocked: the Internet Archive's, Common Crawl's, and whoever else keeps copies",
        rules: &[PresetRule {
            id: "no-archives",
            when: "bot.category == 'archiver' && request.path != '/robots.txt'",
            then: r#"{ "block": { "message": "this site is not for archives" } }"#,
            note: "",
            example: Some("Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)"),
        }],
        limits: &[],
    },
    Preset {
        id: "no-surveys",
        about: "scanners that list what stands on the internet are blocked",
        rules: &[PresetRule {
            id: "no-surveys",
            when: "bot.category == 'survey'",
            then: r#"{ "block": { "message": "this site is not for surveys" } }"#,
            note: "",
            example: Some("Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)"),
        }],
        limits: &[],
    },
];

/// The preset of a name.
pub fn preset(id: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.id == id)
}
