//! A message as a JSON object, field by field.

use std::collections::HashMap;

use prost_types::Duration;

use super::Fields;

/// `message` as a line of UTF-8, newline included: `write` names its fields.
pub fn line<M>(message: &M, fields: Fields, write: impl Fn(&M, &mut Object)) -> Vec<u8> {
    let mut json = Vec::new();
    Object::write(&mut json, fields, |object| write(message, object));
    json.push(b'\n');
    json
}

/// An object that is being written. Each method writes a field under its name in JSON, unless it is at its default and
/// such fields are not wanted.
pub struct Object<'j> {
    json: &'j mut Vec<u8>,
    fields: Fields,
    empty: bool,
}

impl Object<'_> {
    /// A `string`.
    pub fn text(&mut self, name: &str, value: &str) {
        if self.wants(value.is_empty()) {
            self.present_text(name, value);
        }
    }

    /// A `string` that is there even where it is empty.
    pub fn present_text(&mut self, name: &str, value: &str) {
        self.name(name);
        string(self.json, value);
    }

    /// A `bool`.
    pub fn truth(&mut self, name: &str, value: bool) {
        if self.wants(!value) {
            self.name(name);
            self.json.extend_from_slice(if value { b"true" } else { b"false" });
        }
    }

    /// An integer of 32 bits.
    pub fn integer(&mut self, name: &str, value: impl Into<i64>) {
        let value = value.into();
        if self.wants(value == 0) {
            self.name(name);
            number(self.json, value);
        }
    }

    /// An `int64`: a string, since programs that read JSON take numbers for doubles.
    pub fn long(&mut self, name: &str, value: i64) {
        if self.wants(value == 0) {
            self.present_text(name, &value.to_string());
        }
    }

    /// An `optional int64`.
    pub fn optional_long(&mut self, name: &str, value: Option<i64>) {
        if let Some(value) = value {
            self.present_text(name, &value.to_string());
        }
    }

    /// A `double`.
    pub fn double(&mut self, name: &str, value: f64) {
        if !self.wants(value == 0.0) {
            return;
        }
        self.name(name);
        if value.is_nan() {
            string(self.json, "NaN");
        } else if value.is_infinite() {
            string(self.json, if value > 0.0 { "Infinity" } else { "-Infinity" });
        } else {
            // A negative zero is a default too: on the wire it is no other than zero, and the sum makes it that.
            serde_json::to_writer(&mut *self.json, &(value + 0.0)).expect(TAKEN);
        }
    }

    /// An enum, by the name of its value, or by number where it has none.
    pub fn one_of<E: TryFrom<i32>>(&mut self, name: &str, value: i32, value_name: impl Fn(&E) -> &'static str) {
        if self.wants(value == 0) {
            self.name(name);
            match E::try_from(value) {
                Ok(value) => string(self.json, value_name(&value)),
                Err(_) => number(self.json, value.into()),
            }
        }
    }

    /// A message, unless there is none.
    pub fn message<M>(&mut self, name: &str, message: Option<&M>, write: impl Fn(&M, &mut Object)) {
        if let Some(message) = message {
            self.name(name);
            Object::write(self.json, self.fields, |object| write(message, object));
        }
    }

    /// Repeated messages.
    pub fn messages<M>(&mut self, name: &str, messages: &[M], write: impl Fn(&M, &mut Object)) {
        let fields = self.fields;
        self.list(name, messages, |json, message| Object::write(json, fields, |object| write(message, object)));
    }

    /// Repeated `string`s.
    pub fn texts(&mut self, name: &str, values: &[String]) {
        self.list(name, values, |json, value| string(json, value));
    }

    /// A `map` of `string`s to `string`s, by key.
    pub fn texts_by_key(&mut self, name: &str, map: &HashMap<String, String>) {
        if self.wants(map.is_empty()) {
            self.name(name);
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable();
            Object::write(self.json, self.fields, |object| {
                for (key, value) in entries {
                    object.separate();
                    string(object.json, key);
                    object.json.push(b':');
                    string(object.json, value);
                }
            });
        }
    }

    /// A `google.protobuf.Duration`, unless there is none.
    pub fn duration(&mut self, name: &str, value: Option<&Duration>) {
        if let Some(value) = value {
            self.present_text(name, &value.to_string());
        }
    }

    fn write(json: &mut Vec<u8>, fields: Fields, write: impl FnOnce(&mut Object)) {
        json.push(b'{');
        write(&mut Object { json, fields, empty: true });
        json.push(b'}');
    }

    fn list<T>(&mut self, name: &str, values: &[T], write: impl Fn(&mut Vec<u8>, &T)) {
        if self.wants(values.is_empty()) {
            self.name(name);
            self.json.push(b'[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    self.json.push(b',');
                }
                write(self.json, value);
            }
            self.json.push(b']');
        }
    }

    fn wants(&self, is_default: bool) -> bool {
        !is_default || self.fields == Fields::All
    }

    fn name(&mut self, name: &str) {
        self.separate();
        self.json.push(b'"');
        self.json.extend_from_slice(name.as_bytes());
        self.json.extend_from_slice(b"\":");
    }

    fn separate(&mut self) {
        if !self.empty {
            self.json.push(b',');
        }
        self.empty = false;
    }
}

const TAKEN: &str = "a number or string is JSON, and a Vec takes it";

fn string(json: &mut Vec<u8>, value: &str) {
    serde_json::to_writer(json, value).expect(TAKEN);
}

fn number(json: &mut Vec<u8>, value: i64) {
    serde_json::to_writer(json, &value).expect(TAKEN);
}
