//! Typed ids: a number with a prefix for what we number ourselves, a code for what others name.

/// Why a text is not an id of the type that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not {wanted}")]
pub struct IdError {
    /// What was given, cut to a readable length.
    pub given: String,
    /// What would have been right, with an example.
    pub wanted: &'static str,
}

/// Declares ids that we number ourselves: `number_id!(/// An order. OrderId, "SO");` prints `SO-17`.
#[macro_export]
macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub u64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($prefix, "-{}"), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::IdError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let digits = text.strip_prefix(concat!($prefix, "-")).unwrap_or(text);
                digits.parse().map(Self).map_err(|_| $crate::IdError {
                    given: text.chars().take(60).collect(),
                    wanted: concat!("an id such as ", $prefix, "-17"),
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.serialize_newtype_struct(stringify!($name), &self.to_string())
                } else {
                    serializer.serialize_u64(self.0)
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                    text.parse().map_err(serde::de::Error::custom)
                } else {
                    u64::deserialize(deserializer).map(Self)
                }
            }
        }
    };
}

/// Declares ids that others give: `code_id!(/// An item, by its stock code. ItemId);`.
#[macro_export]
macro_rules! code_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
        pub struct $name(pub $crate::Text);

        impl $name {
            /// The code as text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(code: &str) -> Self {
                Self(code.into())
            }
        }

        impl From<String> for $name {
            fn from(code: String) -> Self {
                Self(code.into())
            }
        }
    };
}

#[cfg(test)]
mod tests {
    #![allow(unreachable_pub, reason = "the macro makes public types")]

    number_id!(
        /// For the test.
        OrderId,
        "SO"
    );

    #[test]
    fn a_numbered_id_reads_with_and_without_its_prefix() {
        assert_eq!("SO-17".parse::<OrderId>(), Ok(OrderId(17)));
        assert_eq!("17".parse::<OrderId>(), Ok(OrderId(17)));
        assert_eq!(OrderId(17).to_string(), "SO-17");
        assert_eq!("IN-17".parse::<OrderId>().unwrap_err().to_string(), "`IN-17` is not an id such as SO-17");
    }

    #[test]
    fn a_numbered_id_is_text_in_json_and_a_number_in_the_journal() {
        assert_eq!(serde_json::to_string(&OrderId(3)).unwrap(), "\"SO-3\"");
        assert_eq!(rmp_serde::to_vec(&OrderId(3)).unwrap(), [3]);
    }
}
