//! The names of types, as `instance of` and parameters have them.

use super::{Parse, Parser};
use crate::ast::Type;
use crate::names;

impl Parser<'_> {
    pub(super) fn type_name(&mut self) -> Parse<Type> {
        self.deeper()?;
        let found = self.type_inner();
        self.depth -= 1;
        found
    }

    pub(super) fn type_inner(&mut self) -> Parse<Type> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let written = self.types.iter().filter_map(|of| Some((names::written(rest, &of.0)?, of)));
        if let Some((length, named)) = written.max_by_key(|(length, _)| *length) {
            let of = Type::Host(named.clone());
            self.jump(self.at + length)?;
            return Ok(of);
        }
        let name = self.name()?;
        Ok(match name.as_str() {
            "Any" => Type::Any,
            "Null" | "null" => Type::Null,
            "boolean" => Type::Bool,
            "number" => Type::Number,
            "string" => Type::String,
            "time" => Type::Time,
            "date" if self.take_name("and")? => {
                self.expect_name("time")?;
                Type::DateTime
            }
            "date" => Type::Date,
            "days" => {
                self.expect_name("and")?;
                self.expect_name("time")?;
                self.expect_name("duration")?;
                Type::DaysDuration
            }
            "years" => {
                self.expect_name("and")?;
                self.expect_name("months")?;
                self.expect_name("duration")?;
                Type::YearsDuration
            }
            "list" => Type::List(Box::new(self.type_argument()?)),
            "range" => Type::Range(Box::new(self.type_argument()?)),
            "context" => {
                let mut fields = Vec::new();
                if self.take("<")? {
                    loop {
                        let name = self.name()?;
                        self.expect(":")?;
                        fields.push((name, self.type_name()?));
                        if !self.take(",")? {
                            break;
                        }
                    }
                    self.expect(">")?;
                }
                Type::Context(fields)
            }
            "function" if self.take("<")? => {
                let mut parameters = Vec::new();
                while !self.is_mark(">") {
                    parameters.push(self.type_name()?);
                    if !self.take(",")? {
                        break;
                    }
                }
                self.expect(">")?;
                self.expect("->")?;
                self.type_name()?;
                Type::Function(Some(parameters))
            }
            "function" => Type::Function(None),
            _ => return Err(self.wrong(&format!("a type, and `{name}` is none"))),
        })
    }

    pub(super) fn type_argument(&mut self) -> Parse<Type> {
        if !self.take("<")? {
            return Ok(Type::Any);
        }
        let argument = self.type_name()?;
        self.expect(">")?;
        Ok(argument)
    }
}
