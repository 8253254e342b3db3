// Which addresses the fetcher may connect to. Pure; asked with the address that the connection really goes
// to.
//
// Everything that is not the public internet is refused: a vendor's URL must not make Cutroom talk to the
// machines around it. IPv6 addresses that carry an IPv4 one (6to4, Teredo, NAT64, ISATAP, IPv4-compatible)
// are as good as what they carry.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/fetch_curl/ip_address.hpp"

namespace cutroom::fetch_curl {

struct Judgement {
  bool allowed = false;
  bool lifted = false;     // Allowed because the allow list names it; it may then be on any port.
  std::string_view block;  // Of the refused address, e.g. "10.0.0.0/8".
  std::string_view kind;   // What the block is, in the plural: "private networks".
  std::string_view form;   // How the refused IPv4 address was wrapped up: "6to4"; else empty.
};

class AddressRules {
 public:
  // `allow`: addresses that are allowed wherever they lie. Only what is named itself: allowing 10.0.0.1 does
  // not allow the 6to4 form of it.
  explicit AddressRules(std::vector<Cidr> allow = {});

  Judgement judge(const IpAddress&) const;
  // Whether any address is allowed beyond the public ones.
  bool lifts_some() const { return !allow_.empty(); }

 private:
  struct Block {
    Cidr cidr;
    std::string_view text;
    std::string_view kind;
  };
  struct Wrapping {
    Cidr cidr;
    std::string_view form;
    std::size_t at;  // Index of the IPv4 address's first byte.
    bool inverted;   // Teredo flips the bits, against routers that rewrite addresses.
  };

  const Block* block_of(const IpAddress&) const;

  std::vector<Cidr> allow_;
  std::vector<Block> blocks_;
  std::vector<Wrapping> wrappings_;
  Cidr public_v6_;
};

}  // namespace cutroom::fetch_curl
