//! The byte form of records: fields in order, little-endian, nothing between them.

/// Number of the form that all records have now. Hosts that store bytes keep it in the key they store them under: bytes of
/// another form are not read.
pub const FORM: u8 = 1;

/// What a record may be made of: a fixed number of bytes, all of which mean something.
pub(crate) trait Field: Copy {
    /// Bytes it takes.
    const SIZE: usize;
    /// Empty: all zero.
    const EMPTY: Self;
    /// Writes itself at the front of `out` and moves on.
    fn put(&self, out: &mut &mut [u8]);
    /// Reads itself from the front of `from` and moves on; what is missing is zero.
    fn take(from: &mut &[u8]) -> Self;
}

macro_rules! integer_fields {
    ($($type:ty)*) => {$(
        impl Field for $type {
            const SIZE: usize = size_of::<$type>();
            const EMPTY: Self = 0;

            fn put(&self, out: &mut &mut [u8]) {
                if let Some((slot, rest)) = core::mem::take(out).split_first_chunk_mut() {
                    *slot = self.to_le_bytes();
                    *out = rest;
                }
            }

            fn take(from: &mut &[u8]) -> Self {
                let Some((bytes, rest)) = from.split_first_chunk() else { return 0 };
                *from = rest;
                Self::from_le_bytes(*bytes)
            }
        }
    )*};
}

integer_fields!(u8 u16 u32 u64 i32);

impl<T: Field, const N: usize> Field for [T; N] {
    const SIZE: usize = T::SIZE.wrapping_mul(N);
    const EMPTY: Self = [T::EMPTY; N];

    fn put(&self, out: &mut &mut [u8]) {
        self.iter().for_each(|one| one.put(out));
    }

    fn take(from: &mut &[u8]) -> Self {
        core::array::from_fn(|_| T::take(from))
    }
}

/// Makes a struct of fields a [`Field`] itself; what is generic in it stands in brackets before the name.
macro_rules! fields {
    ($name:ident { $($field:tt: $type:ty),* $(,)? }) => {
        fields!([] $name { $($field: $type),* });
    };
    ([$($generic:tt)*] $name:ty { $($field:tt: $type:ty),* }) => {
        impl<$($generic)*> $crate::state::form::Field for $name {
            const SIZE: usize = 0usize $(.wrapping_add(<$type as $crate::state::form::Field>::SIZE))*;
            const EMPTY: Self = Self { $($field: <$type as $crate::state::form::Field>::EMPTY),* };

            #[inline(never)] // once in wasm, not once a record
            fn put(&self, out: &mut &mut [u8]) {
                $($crate::state::form::Field::put(&self.$field, out);)*
            }

            #[inline(never)]
            fn take(from: &mut &[u8]) -> Self {
                Self { $($field: $crate::state::form::Field::take(from)),* }
            }
        }
    };
}

/// Declares a record: a struct of public fields whose sizes add up to the one stated, in memory as in bytes.
///
/// A field is one line. How it merges with another node's is its type's law; after `=` stands one of the laws of `merge.rs` by name,
/// for plain integers and for what is `own`. `first METHOD` is called on both before their fields are merged.
macro_rules! record {
    ($(#[$about:meta])* $name:ident: $size:literal $(, first $meet:ident)? {
        $($(#[$doc:meta])* $field:ident: $type:ty $(= $law:ident)?,)*
    }) => {
        record!(@laws $(#[$about])* $name: $size [$($meet)?] {
            $([$($law)? by_type] $(#[$doc])* $field: $type,)*
        });
    };
    (@laws $(#[$about:meta])* $name:ident: $size:literal [$($meet:ident)?] {
        $([$law:ident $($_default:ident)?] $(#[$doc:meta])* $field:ident: $type:ty,)*
    }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name {
            $($(#[$doc])* pub $field: $type,)*
        }

        fields!($name { $($field: $type),* });

        const _: () = assert!(<$name as $crate::state::form::Field>::SIZE == $size);
        const _: () = assert!(size_of::<$name>() == $size);

        impl $name {
            /// Bytes a record takes, in memory and stored.
            pub const SIZE: usize = $size;
            /// Nothing is known.
            pub const EMPTY: Self = <Self as $crate::state::form::Field>::EMPTY;

            /// The record in the byte form [`FORM`](crate::state::FORM).
            pub fn to_bytes(&self) -> [u8; $size] {
                let mut bytes = [0; $size];
                $crate::state::form::Field::put(self, &mut bytes.as_mut_slice());
                bytes
            }

            /// Reads that form. Any bytes are some record; missing ones are zero, more are passed over.
            pub fn from_bytes(mut bytes: &[u8]) -> Self {
                $crate::state::form::Field::take(&mut bytes)
            }

            /// Takes in what another node counted of the same key; a field that is this node's own stays.
            pub fn merge(&mut self, other: &Self) {
                $(let mut other = *other; self.$meet(&mut other);)?
                $(merged!($law, self.$field, other.$field);)*
            }

            /// The record as other nodes get it: what is this node's own left empty.
            pub fn shared(&self) -> Self {
                Self { $($field: shared!($law, $type, self.$field)),* }
            }
        }

        impl $crate::state::merge::Merge for $name {
            fn merge(&mut self, other: &Self) {
                $name::merge(self, other);
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::EMPTY
            }
        }
    };
}
