//! Endpoints as written: where they are, what they are for, and what is read of their logins.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::Range;

/// An endpoint that rules and events can name. The most specific template wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Stable name.
    pub id: String,
    /// Methods; none given: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<String>,
    /// Host in lower case; none given: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Path template: `{name}` stands for one segment, a last `**` for any number. `/api/users/{id}`
    pub path: String,
    /// What it is for: `login`, `search` ... At `login` and `sign_up` each request but GET is an attempt, and its answer says what
    /// came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// `inspect`: user name and password are looked for in the body's beginning; only keyed hashes of them are kept. For `login` and
    /// `sign_up`; the host needs a `secret`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// Bytes of the body that are looked at, 64 to 65,536; 16,384 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_limit: Option<u32>,
    /// Where user name and password are; none given: they are found by form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<Fields>,
    /// Which answers say that what was tried here (a login, a payment, a code) failed or passed; none given: by status and `location`, and
    /// of requests that send something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<AnswerTests>,
}

/// What is done with a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// Its beginning is looked at.
    Inspect,
}

/// Names of form fields and members, or JSON pointers such as `/user/email`; the first pointer's `/` tells them apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Fields {
    /// Those that hold the login name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub user: Vec<String>,
    /// Those that hold the password.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub password: Vec<String>,
}

/// Which answers say what came of what was tried. `failed` is asked first. Where only one of the two is given, every other answer
/// below 500 but 429 says the opposite.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AnswerTests {
    /// One of these: it failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<AnswerTest>,
    /// One of these: it passed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<AnswerTest>,
}

/// A test on an answer; everything that is given must hold. What the host does not see is unknown, and says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AnswerTest {
    /// One of these status codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<u16>,
    /// Pattern for the `location` header; each `*` stands for any bytes. `*/login?error*`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// A header is there, or its value fits a pattern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<AnswerHeader>,
    /// A member of a JSON answer is there, or its value fits a pattern. The host reads the first 16 KiB; not of compressed answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<AnswerMember>,
    /// Bytes of the answer's body: for sites that answer failures with a page of known size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Range>,
}

/// A header of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AnswerHeader {
    /// Name in lower case.
    pub name: String,
    /// Pattern for the value; none: the header is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// A member of a JSON answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AnswerMember {
    /// JSON pointer, such as `/error/code`.
    pub pointer: String,
    /// Pattern for the value as it is written, strings without their quotes: `false`, `BAD_*`. None: any but `null`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}
