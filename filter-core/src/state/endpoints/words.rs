//! Words that mean the same in the paths of nearly all sites.

/// Two-letter codes of ISO 639-1 that sites put into paths and that are no English word or usual abbreviation.
const LANGUAGES: [&[u8; 2]; 34] = [
    b"ar", b"bg", b"cs", b"da", b"de", b"el", b"en", b"es", b"et", b"fa", b"fi", b"fr", b"he", b"hi", b"hr", b"hu",
    b"it", b"ja", b"ko", b"lt", b"lv", b"nb", b"nl", b"pl", b"pt", b"ro", b"ru", b"sk", b"sl", b"sv", b"th", b"tr",
    b"uk", b"zh",
];

/// Names that stand beside identifiers and are none: `/users/me`, `/orders/search`. Sorted.
const BESIDE: [&[u8]; 36] = [
    b"$count",
    b"active",
    b"all",
    b"archive",
    b"autocomplete",
    b"available",
    b"batch",
    b"bulk",
    b"callback",
    b"count",
    b"create",
    b"current",
    b"default",
    b"delete",
    b"export",
    b"filter",
    b"find",
    b"health",
    b"import",
    b"latest",
    b"list",
    b"login",
    b"logout",
    b"me",
    b"new",
    b"popular",
    b"recent",
    b"register",
    b"search",
    b"self",
    b"settings",
    b"stats",
    b"status",
    b"summary",
    b"upload",
    b"validate",
];

/// Extensions of files. Sorted.
const EXTENSIONS: [&[u8]; 98] = [
    b"7z", b"action", b"apk", b"asp", b"aspx", b"atom", b"avi", b"avif", b"bak", b"bin", b"bmp", b"bz2", b"c", b"cgi",
    b"conf", b"css", b"csv", b"dmg", b"do", b"doc", b"docx", b"env", b"eot", b"exe", b"flv", b"geojson", b"gif", b"go",
    b"gz", b"htm", b"html", b"ico", b"ics", b"inc", b"ini", b"java", b"jpeg", b"jpg", b"js", b"json", b"jsonld",
    b"jsonp", b"jsp", b"log", b"m3u", b"m3u8", b"m4s", b"map", b"md", b"mjs", b"mov", b"mp3", b"mp4", b"mpd", b"mvt",
    b"ogg", b"old", b"otf", b"pbf", b"pdf", b"php", b"pl", b"png", b"ppt", b"pptx", b"py", b"rar", b"rb", b"rdf",
    b"rss", b"sh", b"shtml", b"sql", b"svg", b"swf", b"tar", b"tgz", b"tsv", b"ttf", b"ttl", b"txt", b"vcf", b"wasm",
    b"wav", b"webm", b"webp", b"woff", b"woff2", b"wsdl", b"xhtml", b"xls", b"xlsx", b"xml", b"xsd", b"xsl", b"yaml",
    b"yml", b"zip",
];

/// The text is a file's extension, in lower or upper case.
pub(super) fn is_extension(text: &[u8]) -> bool {
    let mut lower = [0u8; 8];
    let Some(lower) = lower.get_mut(..text.len()) else { return false };
    lower.copy_from_slice(text);
    lower.make_ascii_lowercase();
    EXTENSIONS.binary_search(&&*lower).is_ok()
}

/// The text is a language code.
pub(super) fn is_language(text: &[u8]) -> bool {
    LANGUAGES.binary_search_by(|code| code.as_slice().cmp(text)).is_ok()
}

/// The text stands beside identifiers and is none.
pub(super) fn is_beside(text: &[u8]) -> bool {
    BESIDE.binary_search(&text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(LANGUAGES.is_sorted() && EXTENSIONS.is_sorted() && BESIDE.is_sorted());
        assert!(is_language(b"de") && !is_language(b"me") && is_beside(b"me") && !is_beside(b"anna"));
    }
}
