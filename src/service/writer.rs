//! Protobuf, written field by field.
//!
//! An answer is a hundred small messages and strings, most of them pieces of the text. Here they are written from where
//! they are, into one block of memory, and no message is built first.

use std::ops::Range;

use prost::encoding::WireType;

/// The fields of a message, as they are written. Each method writes a field by its number, unless it is at its default.
#[derive(Debug, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// For a message of about so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// A `string`.
    pub fn text(&mut self, number: u32, value: &str) {
        if !value.is_empty() {
            self.head(number, value.len());
            self.0.extend_from_slice(value.as_bytes());
        }
    }

    /// A `uint32`.
    pub fn integer(&mut self, number: u32, value: u32) {
        if value != 0 {
            self.key(number, WireType::Varint);
            self.varint(value.into());
        }
    }

    /// A `bool`.
    pub fn truth(&mut self, number: u32, value: bool) {
        self.integer(number, value.into());
    }

    /// A value of an enum, none of which is negative.
    pub fn one_of(&mut self, number: u32, value: impl Into<i32>) {
        self.integer(number, value.into().unsigned_abs());
    }

    /// A `double`.
    pub fn double(&mut self, number: u32, value: f64) {
        if value != 0.0 {
            self.key(number, WireType::SixtyFourBit);
            self.0.extend_from_slice(&value.to_le_bytes());
        }
    }

    /// A message that is there even where it is empty: `write` writes its fields. Answers where they are.
    pub fn message(&mut self, number: u32, write: impl FnOnce(&mut Self)) -> Range<usize> {
        self.key(number, WireType::LengthDelimited);
        // Most lengths take a byte.
        let start = self.0.len();
        self.0.push(0);
        write(self);
        let length = self.0.len() - (start + 1);
        match u8::try_from(length) {
            Ok(byte @ 0..0x80) => self.0[start] = byte,
            _ => {
                let mut prefix = Self::default();
                prefix.varint(length as u64);
                self.0.splice(start..=start, prefix.0);
            }
        }
        self.0.len() - length..self.0.len()
    }

    /// The head of a message or string of so many bytes, which come next.
    pub fn head(&mut self, number: u32, length: usize) {
        self.key(number, WireType::LengthDelimited);
        self.varint(length as u64);
    }

    /// What was written.
    pub fn finish(self) -> Vec<u8> {
        self.0
    }

    fn key(&mut self, number: u32, wire_type: WireType) {
        self.varint(u64::from(number << 3 | wire_type as u32));
    }

    /// Seven bits a byte, the least first; all but the last have the eighth bit set.
    fn varint(&mut self, mut value: u64) {
        loop {
            let [low, ..] = value.to_le_bytes();
            value >>= 7;
            if value == 0 {
                return self.0.push(low);
            }
            self.0.push(low | 0x80);
        }
    }
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;
    use crate::service::proto::{Keyword, Sentence, SentenceKind, SplitSentencesResponse, TextSpan};

    fn written(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
        let mut writer = Writer::default();
        write(&mut writer);
        writer.finish()
    }

    #[test]
    fn messages_are_as_prost_encodes_them() {
        for length in [0, 1, 100, 116, 117, 118, 127, 128, 300, 16_371, 16_372, 16_373, 16_384, 2_097_140, 2_097_152] {
            let text = "x".repeat(length);
            let (span, kind) = (Some(TextSpan { start: 0, end: 300 }), SentenceKind::ListItem);
            let sentence = Sentence { text: text.clone(), span, paragraph: 7, kind: kind.into() };
            let message = SplitSentencesResponse { sentences: vec![sentence], ..Default::default() };
            let ours = written(|response| {
                response.message(1, |sentence| {
                    sentence.text(1, &text);
                    sentence.message(2, |span| span.integer(2, 300));
                    sentence.integer(3, 7);
                    sentence.one_of(4, kind);
                });
            });
            assert!(ours == message.encode_to_vec(), "{length}");
        }
    }

    #[test]
    fn fields_at_their_default_are_left_out() {
        let (text, mentions) = (String::new(), vec![TextSpan::default()]);
        let message = Keyword { text, score: 0.0, count: 0, mentions };
        let ours = written(|keyword| {
            keyword.text(1, "");
            keyword.double(2, 0.0);
            keyword.integer(3, 0);
            keyword.message(4, |_| {});
        });
        assert_eq!(ours, message.encode_to_vec());
    }

    #[test]
    fn a_message_is_where_it_says() {
        for length in [0, 1, 127, 128, 70_000] {
            let mut writer = Writer::default();
            writer.text(1, "before");
            let place = writer.message(2, |message| message.0.resize(message.0.len() + length, b'x'));
            writer.text(3, "after");
            assert_eq!(writer.finish()[place], vec![b'x'; length]);
        }
    }
}
