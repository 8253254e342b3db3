#include "adapters/fetch_curl/ip_address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include <netinet/in.h>

namespace cutroom::fetch_curl {
namespace {

bool is_mapped(const std::uint8_t* b) {
  return std::all_of(b, b + 10, [](std::uint8_t x) { return x == 0; }) && b[10] == 0xff && b[11] == 0xff;
}

// Whether all bits of the address after the first `prefix` are zero.
bool ends_with_zeros(const std::array<std::uint8_t, 16>& bytes, int prefix, int bits) {
  for (int bit = prefix; bit < bits; ++bit)
    if ((bytes[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8)) & 1) return false;
  return true;
}

Error bad_cidr(std::string_view text, std::string_view why) {
  return {.code = Errc::invalid_input, .message = "\"" + std::string(text) + "\" " + std::string(why)};
}

}  // namespace

IpAddress IpAddress::v4(const std::uint8_t* four_bytes) {
  IpAddress address;
  std::copy_n(four_bytes, 4, address.bytes_.begin());
  return address;
}

IpAddress IpAddress::v6(const std::uint8_t* sixteen_bytes) {
  if (is_mapped(sixteen_bytes)) return v4(sixteen_bytes + 12);
  IpAddress address;
  std::copy_n(sixteen_bytes, 16, address.bytes_.begin());
  address.v4_ = false;
  return address;
}

std::optional<IpAddress> IpAddress::from(const sockaddr* address, socklen_t size) {
  // Copied out: the bytes need not be aligned for the real type.
  if (address->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    std::uint8_t bytes[4];
    std::memcpy(bytes, &in.sin_addr, 4);
    return v4(bytes);
  }
  if (address->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 in{};
    std::memcpy(&in, address, sizeof in);
    return v6(in.sin6_addr.s6_addr);
  }
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;  // inet_pton would stop there.
  const std::string z(text);
  std::uint8_t bytes[16];
  if (inet_pton(AF_INET, z.c_str(), bytes) == 1) return v4(bytes);
  if (inet_pton(AF_INET6, z.c_str(), bytes) == 1) return v6(bytes);
  return std::nullopt;
}

std::string IpAddress::text() const {
  char out[INET6_ADDRSTRLEN] = {};
  inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), out, sizeof out);
  return out;
}

bool Cidr::contains(const IpAddress& address) const {
  if (address.is_v4() != base.is_v4()) return false;
  const auto& a = address.bytes();
  const auto& b = base.bytes();
  const auto whole = static_cast<std::size_t>(prefix / 8);
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
  const int rest = prefix % 8;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

Result<Cidr> parse_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address_text = text.substr(0, slash);
  const auto address = IpAddress::parse(address_text);
  if (!address) return bad_cidr(text, "does not begin with an IPv4 or IPv6 address");

  const int bits = address->is_v4() ? 32 : 128;
  int prefix = bits;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (error != std::errc() || end != digits.data() + digits.size())
      return bad_cidr(text, "has no number after the slash");
    // A mapped address is written with IPv6's 128 bits but is held as IPv4.
    if (address->is_v4() && address_text.find(':') != std::string_view::npos) prefix -= 96;
    if (prefix < 0 || prefix > bits)
      return bad_cidr(text, "has a prefix that is not 0 to " + std::to_string(bits) + " bits long");
  }
  if (!ends_with_zeros(address->bytes(), prefix, bits))
    return bad_cidr(text, "has bits set behind its prefix: it is not the beginning of a block");
  return Cidr{*address, prefix};
}

}  // namespace cutroom::fetch_curl
