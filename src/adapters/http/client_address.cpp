#include "adapters/http/client_address.hpp"

#include <algorithm>
#include <optional>

namespace cutroom::http {
namespace {

namespace ip = boost::asio::ip;

// An IPv4 address in IPv6's clothes is that IPv4 address.
ip::address plain(const ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return address;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]:4711".
std::optional<ip::address> address_from(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('[')) {
    text = text.substr(1, text.find(']') - 1);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    text = text.substr(0, text.find(':'));
  }
  boost::system::error_code failed;
  const auto address = ip::make_address(text, failed);
  if (failed || (address.is_v6() && address.to_v6().scope_id() != 0)) return std::nullopt;
  return plain(address);
}

}  // namespace

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& texts) {
  TrustedProxies proxies;
  for (const std::string& text : texts) {
    boost::system::error_code failed;
    const bool is_v6 = text.find(':') != std::string::npos;
    const std::string with_length =
        text.find('/') != std::string::npos ? text : text + (is_v6 ? "/128" : "/32");
    if (is_v6) {
      const auto network = ip::make_network_v6(with_length, failed);
      if (!failed) proxies.networks_.emplace_back(network.canonical());
    } else {
      const auto network = ip::make_network_v4(with_length, failed);
      if (!failed) proxies.networks_.emplace_back(network.canonical());
    }
    if (failed)
      return Error{
          .code = Errc::invalid_input,
          .message = "trusted_proxies: '" + text + "' is neither an address nor a network like 10.0.0.0/8"};
  }
  return proxies;
}

bool TrustedProxies::contains(const ip::address& address) const {
  return std::ranges::any_of(networks_, [&](const Network& network) {
    if (const auto* v4 = std::get_if<ip::network_v4>(&network)) {
      if (!address.is_v4()) return false;
      return ip::network_v4(address.to_v4(), v4->prefix_length()).canonical() == *v4;
    }
    const auto& v6 = std::get<ip::network_v6>(network);
    return address.is_v6() && ip::network_v6(address.to_v6(), v6.prefix_length()).canonical() == v6;
  });
}

std::string client_address(const std::string& peer, std::string_view forwarded_for,
                           const TrustedProxies& proxies) {
  if (forwarded_for.empty() || proxies.empty()) return peer;
  auto client = address_from(peer);
  while (client && proxies.contains(*client) && !forwarded_for.empty()) {
    const std::size_t comma = forwarded_for.rfind(',');
    const auto before =
        address_from(comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1));
    if (!before) break;
    client = before;
    forwarded_for = forwarded_for.substr(0, comma == std::string_view::npos ? 0 : comma);
  }
  return client ? client->to_string() : peer;
}

bool is_loopback(const std::string& address) {
  const auto parsed = address_from(address);
  return parsed && parsed->is_loopback();
}

}  // namespace cutroom::http
