//! What a named automation is for.

/// Category of a named automation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Indexes pages for search.
    SearchEngine,
    /// Collects pages to train models.
    AiTraining,
    /// Fetches pages on behalf of a person asking an assistant.
    AiAssistant,
    /// Marketing and link analysis.
    Seo,
    /// Link previews in chats and social networks.
    SocialPreview,
    /// Advertising review and verification.
    Advertising,
    /// Availability and performance checks.
    Monitor,
    /// Feed readers and podcast clients.
    FeedReader,
    /// Archives and research crawls.
    Archiver,
    /// Calls between services: webhooks, payment notifications.
    Webhook,
    /// Crawlers of no other category.
    OtherCrawler,
    /// Libraries in programming languages.
    HttpLibrary,
    /// Command-line clients and downloaders.
    CommandLine,
    /// Version control and package managers.
    PackageManager,
    /// Text browsers.
    TextBrowser,
    /// Native apps' HTTP stacks.
    App,
    /// Drivers of browsers.
    BrowserAutomation,
    /// Load generators.
    LoadTest,
    /// Vulnerability scanners, brute-forcers and exploit kits.
    AttackTool,
    /// Internet-wide survey scanners.
    Survey,
}

impl Category {
    /// A crawler: something that claims an operator whose addresses might prove it.
    pub fn is_crawler(self) -> bool {
        use Category::*;
        matches!(
            self,
            SearchEngine
                | AiTraining
                | AiAssistant
                | Seo
                | SocialPreview
                | Advertising
                | Monitor
                | FeedReader
                | Archiver
                | Webhook
                | OtherCrawler
                | Survey
        )
    }

    /// The form used in bundles, policies and events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Category::SearchEngine => "search_engine",
            Category::AiTraining => "ai_training",
            Category::AiAssistant => "ai_assistant",
            Category::Seo => "seo",
            Category::SocialPreview => "social_preview",
            Category::Advertising => "advertising",
            Category::Monitor => "monitor",
            Category::FeedReader => "feed_reader",
            Category::Archiver => "archiver",
            Category::Webhook => "webhook",
            Category::OtherCrawler => "other_crawler",
            Category::HttpLibrary => "http_library",
            Category::CommandLine => "command_line",
            Category::PackageManager => "package_manager",
            Category::TextBrowser => "text_browser",
            Category::App => "app",
            Category::BrowserAutomation => "browser_automation",
            Category::LoadTest => "load_test",
            Category::AttackTool => "attack_tool",
            Category::Survey => "survey",
        }
    }
}
