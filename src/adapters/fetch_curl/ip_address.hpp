// IPv4 and IPv6 addresses and blocks of them, as values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>

#include "base/error.hpp"

namespace cutroom::fetch_curl {

// An IPv4-mapped IPv6 address (::ffff:a.b.c.d) is the IPv4 address: the kernel makes no difference either, so
// nothing here does.
class IpAddress {
 public:
  static std::optional<IpAddress> from(const sockaddr*, socklen_t);
  // What inet_pton takes: no brackets, no zone, no octal, hex or short forms.
  static std::optional<IpAddress> parse(std::string_view text);
  static IpAddress v4(const std::uint8_t* four_bytes);

  bool is_v4() const { return v4_; }
  // The first 4 are an IPv4 address, all 16 an IPv6 one.
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  std::string text() const;
  bool operator==(const IpAddress&) const = default;

 private:
  static IpAddress v6(const std::uint8_t* sixteen_bytes);

  std::array<std::uint8_t, 16> bytes_{};
  bool v4_ = true;
};

// A block of addresses, e.g. 10.0.0.0/8.
struct Cidr {
  IpAddress base;
  int prefix = 0;

  bool contains(const IpAddress&) const;
  bool operator==(const Cidr&) const = default;
};

// "192.168.7.0/24", "fd00:1::/32"; a bare address means exactly this one. invalid_input says what is wrong.
Result<Cidr> parse_cidr(std::string_view text);

}  // namespace cutroom::fetch_curl
