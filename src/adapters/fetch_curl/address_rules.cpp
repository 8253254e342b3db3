#include "adapters/fetch_curl/address_rules.hpp"

#include <algorithm>
#include <array>

namespace cutroom::fetch_curl {
namespace {

struct BlockRow {
  std::string_view cidr;
  std::string_view kind;
};

// IANA's special-purpose registries. The first row that contains an address names it.
constexpr std::array kBlocks{
    BlockRow{"0.0.0.0/8", "addresses of this host"},
    BlockRow{"10.0.0.0/8", "private networks"},
    BlockRow{"100.64.0.0/10", "addresses shared inside a provider's network"},
    BlockRow{"127.0.0.0/8", "loopback addresses"},
    BlockRow{"169.254.0.0/16", "link-local addresses"},
    BlockRow{"172.16.0.0/12", "private networks"},
    BlockRow{"192.0.0.0/24", "addresses for protocols"},
    BlockRow{"192.0.2.0/24", "addresses for documentation"},
    BlockRow{"192.88.99.0/24", "6to4 relays"},
    BlockRow{"192.168.0.0/16", "private networks"},
    BlockRow{"198.18.0.0/15", "networks for benchmarks"},
    BlockRow{"198.51.100.0/24", "addresses for documentation"},
    BlockRow{"203.0.113.0/24", "addresses for documentation"},
    BlockRow{"224.0.0.0/4", "multicast addresses"},
    BlockRow{"255.255.255.255/32", "the broadcast address"},
    BlockRow{"240.0.0.0/4", "reserved addresses"},
    BlockRow{"::/128", "addresses of this host"},
    BlockRow{"::1/128", "loopback addresses"},
    BlockRow{"100::/64", "addresses that discard"},
    BlockRow{"2001:db8::/32", "addresses for documentation"},
    BlockRow{"3fff::/20", "addresses for documentation"},
    BlockRow{"2001:2::/48", "networks for benchmarks"},
    BlockRow{"fc00::/7", "private networks"},
    BlockRow{"fe80::/10", "link-local addresses"},
    BlockRow{"fec0::/10", "private networks"},
    BlockRow{"ff00::/8", "multicast addresses"},
};

struct WrappingRow {
  std::string_view cidr;
  std::string_view form;
  std::size_t at;
  bool inverted;
};

// Of 64:ff9b:1::/48 (a NAT64 of the local network) only the form that ends in the IPv4 address: where a
// longer part of the block holds the address is up to that network, so all others stay refused as not public.
constexpr std::array kWrappings{
    WrappingRow{"::/96", "IPv4-compatible", 12, false},
    WrappingRow{"::ffff:0:0:0/96", "IPv4-translated", 12, false},
    WrappingRow{"64:ff9b::/96", "NAT64", 12, false},
    WrappingRow{"64:ff9b:1::/96", "local NAT64", 12, false},
    WrappingRow{"2001::/32", "Teredo", 12, true},
    WrappingRow{"2002::/16", "6to4", 2, false},
};

IpAddress unwrapped(const IpAddress& address, std::size_t at, bool inverted) {
  std::uint8_t four[4];
  for (std::size_t i = 0; i < 4; ++i) {
    const std::uint8_t byte = address.bytes()[at + i];
    four[i] = inverted ? static_cast<std::uint8_t>(~byte) : byte;
  }
  return IpAddress::v4(four);
}

// RFC 5214: under any prefix, an interface id of [02]00:5efe and the IPv4 address.
bool is_isatap(const IpAddress& address) {
  const auto& b = address.bytes();
  return (b[8] == 0 || b[8] == 2) && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe;
}

}  // namespace

AddressRules::AddressRules(std::vector<Cidr> allow)
    : allow_(std::move(allow)), public_v6_(parse_cidr("2000::/3").value()) {
  for (const BlockRow& row : kBlocks) blocks_.push_back({parse_cidr(row.cidr).value(), row.cidr, row.kind});
  for (const WrappingRow& row : kWrappings)
    wrappings_.push_back({parse_cidr(row.cidr).value(), row.form, row.at, row.inverted});
}

const AddressRules::Block* AddressRules::block_of(const IpAddress& address) const {
  const auto block = std::ranges::find_if(blocks_, [&](const Block& b) { return b.cidr.contains(address); });
  return block == blocks_.end() ? nullptr : &*block;
}

Judgement AddressRules::judge(const IpAddress& address) const {
  if (std::ranges::any_of(allow_, [&](const Cidr& cidr) { return cidr.contains(address); }))
    return {.allowed = true, .lifted = true};
  if (const Block* block = block_of(address)) return {.block = block->text, .kind = block->kind};
  if (address.is_v4()) return {.allowed = true};

  bool wraps_public = false;
  for (const Wrapping& wrapping : wrappings_) {
    if (!wrapping.cidr.contains(address)) continue;
    if (const Block* block = block_of(unwrapped(address, wrapping.at, wrapping.inverted)))
      return {.block = block->text, .kind = block->kind, .form = wrapping.form};
    wraps_public = true;
  }
  if (is_isatap(address)) {
    if (const Block* block = block_of(unwrapped(address, 12, false)))
      return {.block = block->text, .kind = block->kind, .form = "ISATAP"};
  }
  // IANA has given out public unicast addresses from this block only.
  if (!wraps_public && !public_v6_.contains(address))
    return {.block = "outside 2000::/3", .kind = "addresses that are not public"};
  return {.allowed = true};
}

}  // namespace cutroom::fetch_curl
