//! Which bundle serves: all or nothing, never back, and the last good one stays.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;

use super::bundle::Opened;
use super::{Bundle, Loading, Problem, Problems, Settings, TrustedKey};

/// What became of a bundle that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// It serves from now on.
    Activated,
    /// It serves already.
    Unchanged,
}

/// The highest serial seen and the bundle it came with, kept across reloads by the host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Highest {
    /// Serial of the newest bundle that ever served.
    pub serial: u64,
    /// Its id.
    pub id: String,
}

impl Highest {
    /// What a bundle that somebody kept says of itself, if one of `keys` signed it, or none are given.
    pub fn of(text: &[u8], keys: &[TrustedKey]) -> Option<Self> {
        let Opened { manifest, .. } = Opened::new(text, keys).ok()?;
        Some(Highest { serial: manifest.serial, id: manifest.id })
    }
}

/// One slot for what serves. `T` is what a host makes of a bundle, an [`Engine`](crate::engine::Engine) as a rule.
///
/// Whatever is wrong with an offered bundle, the one that serves stays.
#[derive(Debug)]
pub struct Slot<T> {
    serving: Option<Arc<T>>,
    highest: Highest,
    /// What serves is the highest.
    is_highest: bool,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Slot { serving: None, highest: Highest::default(), is_highest: false }
    }
}

impl<T> Slot<T> {
    /// An empty slot that goes on from the highest serial another instance saw.
    pub fn resume(highest: Highest) -> Self {
        Slot { serving: None, highest, is_highest: false }
    }

    /// What serves.
    pub fn serving(&self) -> Option<&Arc<T>> {
        self.serving.as_ref()
    }

    /// What a host keeps for [`resume`](Self::resume).
    pub fn highest(&self) -> &Highest {
        &self.highest
    }

    /// Takes note of what another instance saw: nothing older may serve here any more. What serves stays.
    pub fn raise(&mut self, highest: Highest) {
        if highest.serial > self.highest.serial {
            self.highest = highest;
            self.is_highest = false;
        }
    }

    /// Offers a bundle at `now` (milliseconds since the epoch); `make` turns it into what serves. The settings say whose
    /// signature it must bear, and which bundles may not come back.
    ///
    /// # Errors
    /// Everything that is wrong with it: no trusted key signed it, it is quarantined, is older than one that served, has
    /// other content under a serial that served, may not begin yet, cannot be read, or `make` refuses it. In this order:
    /// what is not trusted is not read.
    pub fn offer(
        &mut self,
        bytes: &[u8],
        settings: &Settings,
        now: u64,
        make: impl FnOnce(Bundle) -> Result<T, Problems>,
    ) -> Result<Activation, Problems> {
        self.take(Opened::new(bytes, &settings.trusted_keys)?, settings, now, make)
    }

    /// Offers what [`offer`](Self::offer) took before under the same `trusted_keys`, from where nobody else writes: signature and hash
    /// are not checked again, and golden tests are not read.
    ///
    /// # Errors
    /// As `offer`.
    pub fn restore(
        &mut self,
        bytes: &[u8],
        settings: &Settings,
        now: u64,
        make: impl FnOnce(Bundle) -> Result<T, Problems>,
    ) -> Result<Activation, Problems> {
        self.take(Opened::vetted(bytes, &settings.trusted_keys)?, settings, now, make)
    }

    /// Begins to take a bundle, for hosts that take it in pieces; what comes out goes to [`finish`](Self::finish). `None`: it serves
    /// already.
    ///
    /// # Errors
    /// As [`offer`](Self::offer), as far as the first line shows it.
    pub fn begin<'t>(&self, bytes: &'t [u8], settings: &Settings, now: u64) -> Result<Option<Loading<'t>>, Problems> {
        self.admit(Opened::new(bytes, &settings.trusted_keys)?, settings, now)
    }

    /// Puts to work what was begun with, unless another that it may not follow was put to work meanwhile.
    ///
    /// # Errors
    /// As [`offer`](Self::offer).
    pub fn finish(
        &mut self,
        bundle: Bundle,
        make: impl FnOnce(Bundle) -> Result<T, Problems>,
    ) -> Result<Activation, Problems> {
        let (serial, id) = (bundle.serial(), String::from(bundle.id()));
        self.check_serial(serial, &id)?;
        self.serving = Some(Arc::new(make(bundle)?));
        self.highest = Highest { serial, id };
        self.is_highest = true;
        Ok(Activation::Activated)
    }

    fn take(
        &mut self,
        opened: Opened<'_>,
        settings: &Settings,
        now: u64,
        make: impl FnOnce(Bundle) -> Result<T, Problems>,
    ) -> Result<Activation, Problems> {
        match self.admit(opened, settings, now)? {
            Some(loading) => self.finish(loading.whole()?, make),
            None => Ok(Activation::Unchanged),
        }
    }

    /// Lets in what may serve by its first line; `None`: it serves already.
    fn admit<'t>(&self, opened: Opened<'t>, settings: &Settings, now: u64) -> Result<Option<Loading<'t>>, Problems> {
        let (serial, id) = (opened.manifest.serial, &opened.manifest.id);
        if self.is_highest && serial == self.highest.serial && *id == self.highest.id {
            return Ok(None);
        }
        if settings.quarantined.contains(id) {
            let message = format!("bundle `{id}` is quarantined");
            return Err(Problem::new("/manifest/id", message, "give another, or take it out of `quarantined`").into());
        }
        if serial < settings.min_serial {
            let message = format!("serial {serial} is below {}, which `min_serial` asks for", settings.min_serial);
            return Err(Problem::new("/manifest/serial", message, "give a newer bundle, or lower `min_serial`").into());
        }
        self.check_serial(serial, id)?;
        if let Some(from) = opened.manifest.not_before.filter(|from| now < *from) {
            let message = format!("it may not begin before {from}, now is {now}");
            return Err(Problem::new("/manifest/not_before", message, "offer it again then").into());
        }
        Ok(Some(Loading::new(opened)))
    }

    fn check_serial(&self, serial: u64, id: &str) -> Result<(), Problems> {
        let seen = self.highest.serial;
        if serial < seen {
            let message = format!("serial {serial} is older than {seen}, which served already");
            let remedy = "build the old content again under a new serial";
            return Err(Problem::new("/manifest/serial", message, remedy).into());
        }
        if serial == seen && id != self.highest.id && !self.highest.id.is_empty() {
            let message = format!("serial {serial} served with other content");
            return Err(Problem::new("/manifest/serial", message, "build it again under a new serial").into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::wire;
    use alloc::string::ToString;

    fn text(rule: &str, serial: u64, not_before: Option<u64>) -> String {
        let content =
            format!(r#"{{"rules":[{{"id":"{rule}","when":"always","then":"monitor"}}],"otherwise":"allow"}}"#);
        let manifest = wire::Manifest { not_before, ..wire::Manifest::of(&content, serial) };
        format!("{}\n{content}\n", serde_json::to_string(&manifest).unwrap())
    }

    fn offer(slot: &mut Slot<String>, text: &str, now: u64) -> Result<Activation, String> {
        slot.offer(text.as_bytes(), &Settings::default(), now, |bundle| Ok(bundle.rules()[0].id.clone()))
            .map_err(|e| e.to_string())
    }

    #[test]
    fn the_last_good_bundle_stays() {
        let mut slot = Slot::default();
        assert_eq!(offer(&mut slot, &text("a", 5, None), 0), Ok(Activation::Activated));
        assert_eq!(offer(&mut slot, &text("a", 5, None), 0), Ok(Activation::Unchanged));
        let refused = [
            (
                text("b", 4, None),
                "/manifest/serial: serial 4 is older than 5, which served already; build the old content again under a new serial",
            ),
            (
                text("b", 5, None),
                "/manifest/serial: serial 5 served with other content; build it again under a new serial",
            ),
            (
                text("b", 6, Some(1_000)),
                "/manifest/not_before: it may not begin before 1000, now is 999; offer it again then",
            ),
            (
                "{}".into(),
                "/: a bundle is two lines, this is one; give what `weir build` wrote, unchanged; in YAML as a literal block (`|`)",
            ),
        ];
        for (text, message) in refused {
            assert_eq!(offer(&mut slot, &text, 999), Err(message.into()));
            assert_eq!(slot.serving().unwrap().as_str(), "a");
            assert_eq!(slot.highest().serial, 5);
        }
        assert_eq!(offer(&mut slot, &text("b", 6, Some(1_000)), 1_000), Ok(Activation::Activated));
        assert_eq!(slot.serving().unwrap().as_str(), "b");
    }

    #[test]
    fn what_the_host_refuses_does_not_serve() {
        let mut slot: Slot<String> = Slot::default();
        let text = text("a", 1, None);
        let refused = slot.offer(text.as_bytes(), &Settings::default(), 0, |_| {
            Err(Problem::new("/secret", "none", "give one").into())
        });
        assert_eq!(refused.unwrap_err().to_string(), "/secret: none; give one");
        assert!(slot.serving().is_none());
        assert_eq!(slot.highest(), &Highest::default(), "it may be offered again once the host can");
    }

    #[test]
    fn a_restarted_instance_takes_the_same_again_and_nothing_older() {
        let mut slot = Slot::default();
        offer(&mut slot, &text("a", 5, None), 0).unwrap();
        let mut next = Slot::resume(slot.highest().clone());
        assert!(offer(&mut next, &text("b", 4, None), 0).is_err());
        assert_eq!(offer(&mut next, &text("a", 5, None), 0), Ok(Activation::Activated));
    }

    #[test]
    fn what_another_instance_saw_counts() {
        let mut slot = Slot::default();
        offer(&mut slot, &text("a", 5, None), 0).unwrap();
        let newer = text("b", 7, None);
        let id = wire::Manifest::of(newer.lines().nth(1).unwrap(), 7).id;
        slot.raise(Highest { serial: 7, id });
        slot.raise(Highest { serial: 6, id: "lower".into() });
        assert_eq!(slot.serving().unwrap().as_str(), "a", "it serves on");
        assert!(offer(&mut slot, &text("c", 6, None), 0).is_err());
        assert!(offer(&mut slot, &text("a", 5, None), 0).is_err(), "a newer one is known");
        assert!(offer(&mut slot, &text("c", 7, None), 0).is_err(), "other content");
        assert_eq!(offer(&mut slot, &newer, 0), Ok(Activation::Activated));
    }

    #[test]
    fn a_host_that_starts_anew_takes_nothing_below_its_lowest_serial() {
        let settings = Settings { min_serial: 5, ..Settings::default() };
        let mut slot: Slot<()> = Slot::default();
        let refused = slot.offer(text("old", 4, None).as_bytes(), &settings, 0, |_| Ok(())).unwrap_err().to_string();
        let said = "serial 4 is below 5, which `min_serial` asks for; give a newer bundle, or lower `min_serial`";
        assert_eq!(refused, format!("/manifest/serial: {said}"));
        assert_eq!(slot.offer(text("new", 5, None).as_bytes(), &settings, 0, |_| Ok(())), Ok(Activation::Activated));
    }

    #[cfg(feature = "signatures")]
    #[test]
    fn only_what_a_trusted_key_signed_says_what_is_newest() {
        let text = text("a", u64::MAX, None);
        let key = TrustedKey::from_bytes([7; 32]);
        assert_eq!(Highest::of(text.as_bytes(), &[key]), None);
        assert_eq!(Highest::of(b"junk", &[]), None);
        assert_eq!(Highest::of(text.as_bytes(), &[]).unwrap().serial, u64::MAX, "where no key is asked for");
    }

    #[test]
    fn a_quarantined_bundle_does_not_come_back_under_a_new_serial() {
        let (bad, again) = (text("bad", 1, None), text("bad", 9, None));
        let id = wire::Manifest::of(bad.lines().nth(1).unwrap(), 1).id;
        let settings = Settings { quarantined: alloc::vec![id.clone()], ..Settings::default() };
        let mut slot: Slot<()> = Slot::default();
        for text in [bad, again] {
            let refused = slot.offer(text.as_bytes(), &settings, 0, |_| Ok(())).unwrap_err().to_string();
            assert_eq!(
                refused,
                format!("/manifest/id: bundle `{id}` is quarantined; give another, or take it out of `quarantined`")
            );
        }
        assert!(slot.offer(text("good", 1, None).as_bytes(), &settings, 0, |_| Ok(())).is_ok());
    }
}
