//! Client hints: a list that was understood reads the same when written plainly; a list that fits a version has its made-up brand.

use filter_core::facts::{Facts, Header};
use filter_core::fingerprint::{ClientHints, Fingerprint, Names};
use filter_core::request::{ClientAddressSettings, Request};

use super::Target;
use crate::fields::{Fields, join};
use crate::seeds;

pub(super) const TARGET: Target = Target {
    name: "hints",
    check,
    seeds: || seeds::header("sec-ch-ua").iter().map(|list| join([&list[..], b"?0", b"\"Linux\""])).collect(),
    rounds: 4000,
};

fn check(data: &[u8]) {
    let mut fields = Fields::of(data);
    let (list, mobile, platform) = (fields.bytes(), fields.bytes(), fields.bytes());
    with_hints(list, mobile, platform, |hints| {
        let brands = hints.brands();
        assert!(brands.len() <= 6);
        for brand in brands {
            for part in [brand.name, brand.version] {
                assert!(part.is_empty() || list.windows(part.len()).any(|window| window == part));
            }
            assert!(hints.brand(brand.name).is_some());
        }
        for major in (100..200).chain([0, u32::MAX - 1, u32::MAX]) {
            assert!(hints.fits_version(major) != Some(true) || hints.has_made_up_brand(), "{major}");
        }
        if hints.malformed {
            return;
        }
        let plain: Vec<_> =
            brands.iter().map(|brand| [b"\"", brand.name, b"\";v=\"", brand.version, b"\""].concat()).collect();
        with_hints(&plain.join(&b", "[..]), mobile, platform, |again| {
            assert!(!again.malformed);
            assert_eq!(again.brands(), brands);
        });
    });
}

fn with_hints(list: &[u8], mobile: &[u8], platform: &[u8], use_them: impl FnOnce(&ClientHints<'_>)) {
    let headers = [
        Header { name: b"sec-ch-ua", value: list },
        Header { name: b"sec-ch-ua-mobile", value: mobile },
        Header { name: b"sec-ch-ua-platform", value: platform },
    ];
    let facts = Facts { headers: &headers, ..Facts::default() };
    let names = Names::default();
    use_them(&Fingerprint::new(&Request::new(&facts, &ClientAddressSettings::default()), &names).hints());
}
