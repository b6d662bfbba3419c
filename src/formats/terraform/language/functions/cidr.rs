//! Functions for CIDR blocks of IP addresses.
//!
//! Source: `internal/lang/funcs/cidr.go` of Terraform, and the results of `terraform console`.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{EvaluatedCall, FunctionFailure, FunctionOutcome, FunctionResult};
use crate::value::ListKind;

/// A block of addresses; IPv4 addresses are in the last 32 bits.
#[derive(Debug, Clone, Copy)]
struct AddressBlock {
    address: u128,
    /// The number of leading bits that all its addresses have in common.
    prefix: u32,
    /// 32 or 128.
    bits: u32,
}

/// The address with a number in a block; a negative number counts from its end.
pub(super) fn cidrhost(call: &EvaluatedCall<'_>) -> FunctionResult {
    let block = block(&call.string(0)?)?;
    let number = i128::from(call.integer(1)?);
    let host_bits = block.bits.saturating_sub(block.prefix);
    let size = 1_u128.checked_shl(host_bits);
    let host = match (u128::try_from(number), size) {
        (Ok(host), _) => Some(host),
        (Err(_), Some(size)) => size.checked_sub(number.unsigned_abs()),
        (Err(_), None) => return Err(FunctionFailure::not_evaluated("`cidrhost` from the end of all addresses")),
    };
    match host.filter(|host| size.is_none_or(|size| *host < size)) {
        Some(host) => FunctionOutcome::string(block.show(block.address | host)),
        None => Err(FunctionFailure::failed("the block has no address with this number")),
    }
}

/// The mask of an IPv4 block.
pub(super) fn cidrnetmask(call: &EvaluatedCall<'_>) -> FunctionResult {
    let block = block(&call.string(0)?)?;
    if block.bits != 32 {
        return Err(FunctionFailure::failed("only a block of version 4 has a mask"));
    }
    FunctionOutcome::string(block.show(block.mask()))
}

/// The subnet with a number in a block, whose prefix is longer by the given bits.
pub(super) fn cidrsubnet(call: &EvaluatedCall<'_>) -> FunctionResult {
    let block = block(&call.string(0)?)?;
    let (Ok(more), Ok(number)) = (u32::try_from(call.integer(1)?), u128::try_from(call.integer(2)?)) else {
        return Err(FunctionFailure::not_evaluated("`cidrsubnet` with a negative number"));
    };
    let prefix = block.prefix.saturating_add(more);
    if prefix > block.bits {
        return Err(FunctionFailure::failed("the block has too few addresses for this division"));
    }
    if 1_u128.checked_shl(more).is_some_and(|count| number >= count) {
        return Err(FunctionFailure::failed("the block has no subnet with this number"));
    }
    let start = number.checked_shl(block.bits.saturating_sub(prefix)).unwrap_or_default();
    FunctionOutcome::string(AddressBlock { address: block.address | start, prefix, ..block }.to_string())
}

/// Consecutive subnets of a block, whose prefixes are longer by the given bits.
pub(super) fn cidrsubnets(call: &EvaluatedCall<'_>) -> FunctionResult {
    let whole_block = block(&call.string(0)?)?;
    let mut blocks = Vec::new();
    // The earliest start of the next subnet, as an offset in the block.
    let mut next = Some(0_u128);
    for at in 1..call.arguments.len() {
        let more = call.integer(at)?;
        let Some(more) = u32::try_from(more).ok().filter(|more| (1..=32).contains(more)) else {
            return Err(FunctionFailure::failed("a prefix must become longer by 1 to 32 bits"));
        };
        let prefix = whole_block.prefix.saturating_add(more);
        let shift = whole_block.bits.checked_sub(prefix).ok_or_else(too_long)?;
        let size = 1_u128.checked_shl(shift).ok_or_else(too_long)?;
        let start = next.and_then(|next| next.checked_next_multiple_of(size)).ok_or_else(full)?;
        let host_bits = whole_block.bits.saturating_sub(whole_block.prefix);
        if 1_u128.checked_shl(host_bits).is_some_and(|end| start >= end) {
            return Err(full());
        }
        blocks.push(AddressBlock { address: whole_block.address | start, prefix, ..whole_block }.to_string());
        next = start.checked_add(size);
    }
    FunctionOutcome::list(ListKind::List, call.strings(blocks))
}

fn too_long() -> FunctionFailure {
    FunctionFailure::failed("the block has too few addresses for this division")
}

fn full() -> FunctionFailure {
    FunctionFailure::failed("the block has no more addresses")
}

/// True if a block contains an address or another block. Only OpenTofu has this function.
pub(super) fn cidrcontains(call: &EvaluatedCall<'_>) -> FunctionResult {
    let outer = block(&call.string(0)?)?;
    let text = call.string(1)?;
    let inner = if text.contains('/') {
        block(&text)?
    } else {
        let (address, bits) = address(&text).ok_or_else(|| FunctionFailure::failed("this isn't an IP address"))?;
        AddressBlock { address, prefix: bits, bits }
    };
    if outer.bits != inner.bits {
        return Err(FunctionFailure::failed("the addresses are of different versions"));
    }
    FunctionOutcome::bool(inner.prefix >= outer.prefix && inner.address & outer.mask() == outer.address)
}

impl AddressBlock {
    fn mask(self) -> u128 {
        let all = if self.bits == 32 { u128::from(u32::MAX) } else { u128::MAX };
        let hosts =
            1_u128.checked_shl(self.bits.saturating_sub(self.prefix)).map_or(u128::MAX, |size| size.saturating_sub(1));
        all & !hosts
    }

    fn show(self, address: u128) -> String {
        let version_4 = u32::try_from(address).ok().filter(|_| self.bits == 32);
        match version_4 {
            Some(address) => Ipv4Addr::from_bits(address).to_string(),
            None => Ipv6Addr::from_bits(address).to_string(),
        }
    }
}

impl std::fmt::Display for AddressBlock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.show(self.address), self.prefix)
    }
}

fn block(text: &str) -> Result<AddressBlock, FunctionFailure> {
    match parsed(text) {
        Some(block) if block.bits == 128 && block.address >> 32 == 0xffff => {
            Err(FunctionFailure::not_evaluated("addresses of version 4 within those of version 6"))
        }
        Some(block) => Ok(block),
        None => Err(FunctionFailure::failed("this isn't a CIDR block such as `10.0.0.0/8`")),
    }
}

fn parsed(text: &str) -> Option<AddressBlock> {
    let (text, prefix) = text.split_once('/')?;
    let (address, bits) = address(text)?;
    let is_number = prefix.len() <= 3 && prefix.bytes().all(|byte| byte.is_ascii_digit());
    let prefix = prefix.parse().ok().filter(|prefix| is_number && *prefix <= bits)?;
    let block = AddressBlock { address, prefix, bits };
    Some(AddressBlock { address: address & block.mask(), ..block })
}

/// An address and its number of bits. Octets with leading zeros are decimal.
fn address(text: &str) -> Option<(u128, u32)> {
    if text.contains(':') {
        return text.parse::<Ipv6Addr>().ok().map(|address| (address.to_bits(), 128));
    }
    let parts: Vec<&str> = text.split('.').collect();

    let octets: [u8; 4] = parts.iter().map(|part| octet(part)).collect::<Option<Vec<u8>>>()?.try_into().ok()?;
    Some((u128::from(u32::from_be_bytes(octets)), 32))
}

fn octet(part: &str) -> Option<u8> {
    let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    part.parse::<u8>().ok().filter(|_| is_number)
}
