//! Requests as they come in, and answers that are encoded where they are made, by the thread that has what they are
//! made of in its caches.

use std::marker::PhantomData;

use prost::{
    Message,
    bytes::{Buf, BufMut},
};
use tonic::{
    Status,
    codec::{self, DecodeBuf, Decoder, EncodeBuf, Encoder},
};
use tonic_prost::ProstDecoder;

use super::{
    elements::{self, Lists},
    status,
};

/// A message as protobuf.
#[derive(Debug, Default)]
pub struct Encoded {
    /// What comes before the message that it holds, if it was made [`Self::within`] another.
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Encoded {
    /// `message`, encoded.
    pub fn of(message: &impl Message) -> Self {
        Self::written(message.encode_to_vec())
    }

    /// A message that was written as `body`.
    pub fn written(body: Vec<u8>) -> Self {
        Self { head: Vec::new(), body }
    }

    /// A message that ends with this one: `head` is all that comes before it.
    pub fn within(self, mut head: Vec<u8>) -> Self {
        head.extend_from_slice(&self.head);
        Self { head, body: self.body }
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.head.len() + self.body.len()
    }

    /// Its bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        [self.head, self.body].concat()
    }

    /// Merges a message into this one: of repeated fields, its elements come after those that are here.
    pub fn merge(&mut self, other: &Self) {
        self.body.extend_from_slice(&other.head);
        self.body.extend_from_slice(&other.body);
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

impl<Q: Message + Default + Lists + 'static> codec::Codec for Codec<Q> {
    type Encode = Encoded;
    type Decode = Q;
    type Encoder = Sender;
    type Decoder = Receiver<Q>;

    fn encoder(&mut self) -> Sender {
        Sender
    }

    fn decoder(&mut self) -> Receiver<Q> {
        Receiver(ProstDecoder::default())
    }
}

/// Decodes requests that do not grow out of all proportion.
#[derive(Debug)]
pub struct Receiver<Q>(ProstDecoder<Q>);

impl<Q: Message + Default + Lists> Decoder for Receiver<Q> {
    type Item = Q;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Q>, Status> {
        // tonic has the whole message in one piece.
        if elements::count(buffer.chunk(), Q::FIELDS) > elements::MOST {
            return Err(status::too_many_elements(elements::MOST));
        }
        self.0.decode(buffer)
    }
}

/// Sends what is encoded.
#[derive(Debug)]
pub struct Sender;

impl Encoder for Sender {
    type Item = Encoded;
    type Error = Status;

    fn encode(&mut self, message: Encoded, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.reserve(message.len());
        buffer.put_slice(&message.head);
        buffer.put_slice(&message.body);
        Ok(())
    }
}
