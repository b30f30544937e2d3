//! What a diagnostic is about: codes that never change their meaning.

/// The code of one kind of problem. Codes are never used again for another kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u16);

macro_rules! codes {
    ($($name:ident = $number:literal, $about:literal;)*) => {
        impl Code {
            $(#[doc = $about] pub const $name: Code = Code($number);)*

            /// Every code with what it is about, in ascending order.
            pub const ALL: &[(Code, &str)] = &[$((Code($number), $about)),*];
        }
    };
}

codes! {
    // The text.
    NOT_READ = 100, "the source cannot be read";
    NOT_JSON = 101, "the text is no JSON with comments";
    FORM = 102, "a member is unknown, missing, repeated or of the wrong type";
    TOO_MUCH = 103, "more than a limit allows";
    // Conditions: the expression.
    SYNTAX = 200, "the condition is no CEL expression";
    NOT_BOOLEAN = 201, "the condition is no question";
    UNKNOWN_VARIABLE = 202, "there is no such variable";
    NOT_YET = 203, "the variable needs state or facts that are not there yet";
    UNKNOWN_FUNCTION = 204, "there is no such function";
    ARITHMETIC = 205, "conditions do not compute";
    CHOICE = 206, "conditions do not choose between values";
    TWO_VARIABLES = 207, "two variables are compared with each other";
    NO_VARIABLE = 208, "the expression is about no variable";
    ORDER = 209, "the value has no order";
    LITERAL_TYPE = 210, "the value is of another type than the variable";
    OPERATION = 211, "the operation does not fit the variable";
    BOUNDS = 212, "the number is out of bounds, so that the test is always or never true";
    UNKNOWN_WORD = 213, "the variable never has this value";
    UNKNOWN_NAME = 214, "the policy has nothing of this name";
    BLOCK = 215, "the text is no block of addresses";
    PATTERN = 216, "the pattern is empty or too wide";
    QUANTIFIER = 217, "`exists` and `all` are over literal lists only";
    HOST = 218, "a host's name that cannot match, or matches more than it says";
    PATH = 219, "a path that cannot match";
    METHOD = 220, "no method";
    COUNTRY = 221, "no country code";
    HEADER = 222, "no header name, or one that never arrives";
    LIST = 223, "a list that is empty or too long";
    SIZE = 224, "the condition is too large or nested too deeply";
    MAP = 225, "a whole map where one of its values is needed";
    // Rules.
    ID = 300, "no name, or one that is taken";
    CLAIM = 301, "a rule lets pass by what anybody can claim";
    UNVERIFIED = 302, "an unverified address decides";
    ACTION = 303, "an action that cannot be carried out";
    CANARY = 304, "a share that is none";
    TIME = 305, "a time or a time window that is none";
    // The rest of the policy.
    SETTING = 400, "a setting out of bounds";
    WEIGHT = 401, "a weight out of bounds, or of no signal";
    NAMES = 402, "a name table";
    NETWORKS = 403, "a network list";
    ENDPOINT = 404, "an endpoint";
    TEXTS = 405, "a list of texts";
    LIMIT = 406, "a rate limit";
    FEED = 407, "a feed";
    OTHER = 499, "something else that a host would refuse";
    // Lint: a host would take it, and it is seldom meant.
    UNREACHABLE = 500, "a rule after one that every request matches";
    SHADOWED = 501, "a rule whose requests an earlier one takes";
    DEAD = 502, "a condition that no request meets";
    CATCH_ALL = 503, "everything is blocked that no allow rule lets pass";
    HEALTH_CHECK = 510, "health checks would be blocked";
    OWN_NETWORK = 511, "the operator's own networks would be blocked";
    VERIFIED_CRAWLER = 512, "a crawler that proves itself would be blocked";
    WEBHOOK = 513, "webhooks from the addresses their sender publishes would be blocked";
    SHARED_EGRESS = 520, "an address that many people share decides alone to block";
    STALE = 530, "a rule blocks by a network list that is old or has no date";
    UNUSED = 531, "a list that no rule uses";
    LIMIT_NEVER = 532, "a limit that limits nobody";
    LIMIT_CHOSEN = 533, "a limit whose key its callers choose themselves";
    LIMIT_SHARED = 534, "a limit that one caller can use up for all others";
    STALE_FEED = 535, "a feed that is stale";
    SILENT = 536, "a rule asks for evidence or a count that nothing in the policy can give";
    COST = 540, "the conditions may cost more than a request should";
    // Golden tests.
    TEST = 600, "a test that cannot be carried out";
    TEST_EXPECTS = 601, "a test expects nothing, or what can never be";
    TEST_TRACE = 602, "a trace that a test names";
    TEST_FAILS = 610, "a test comes out otherwise than expected";
    // robots.txt.
    ROBOTS = 700, "no robots.txt";
    ROBOTS_LINE = 701, "a line of robots.txt that crawlers do not know";
    ROBOTS_ORPHAN = 702, "a rule of robots.txt for nobody";
    ROBOTS_PATH = 703, "a path of robots.txt that no request has";
    ROBOTS_PATTERN = 704, "a robots.txt that says more than a policy can";
    ROBOTS_AGENT = 705, "a name in robots.txt that no crawler is known by";
    ROBOTS_OTHER = 706, "a line of robots.txt that nothing can enforce";
    ROBOTS_DELAY = 707, "a delay in robots.txt that is none";
    // Feeds.
    FEED_CONFIG = 800, "a description of feeds";
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "W{:04}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_in_order() {
        assert!(Code::ALL.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(Code::SYNTAX.to_string(), "W0200");
    }
}
