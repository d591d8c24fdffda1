//! Answers that are encoded where they are made, by the thread that has what they are made of in its caches.

use std::marker::PhantomData;

use prost::{Message, bytes::BufMut};
use tonic::{
    Status,
    codec::{self, EncodeBuf, Encoder},
};
use tonic_prost::ProstDecoder;

/// A message as protobuf.
#[derive(Debug, Default)]
pub struct Encoded(Vec<u8>);

impl Encoded {
    /// `message`, encoded.
    pub fn of(message: &impl Message) -> Self {
        Self(message.encode_to_vec())
    }

    /// A message that was written as `bytes`.
    pub fn written(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Merges a message into this one: of repeated fields, its elements come after those that are here.
    pub fn merge(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }
}

/// Requests `Q` are decoded, answers are sent as they are.
#[derive(Debug)]
pub struct Codec<Q>(PhantomData<Q>);

impl<Q> Default for Codec<Q> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<Q: Message + Default + 'static> codec::Codec for Codec<Q> {
    type Encode = Encoded;
    type Decode = Q;
    type Encoder = Sender;
    type Decoder = ProstDecoder<Q>;

    fn encoder(&mut self) -> Sender {
        Sender
    }

    fn decoder(&mut self) -> ProstDecoder<Q> {
        ProstDecoder::default()
    }
}

/// Sends what is encoded.
#[derive(Debug)]
pub struct Sender;

impl Encoder for Sender {
    type Item = Encoded;
    type Error = Status;

    fn encode(&mut self, Encoded(bytes): Encoded, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.reserve(bytes.len());
        buffer.put_slice(&bytes);
        Ok(())
    }
}
