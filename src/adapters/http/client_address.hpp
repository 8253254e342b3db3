// Whose request it is when it came through proxies.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include "base/error.hpp"

namespace cutroom::http {

// The proxies whose word is taken for where a request came from.
class TrustedProxies {
 public:
  TrustedProxies() = default;  // None.
  // Addresses and networks, e.g. "10.0.0.0/8", "::1". invalid_input names the one that can't be read.
  static Result<TrustedProxies> parse(const std::vector<std::string>&);

  bool contains(const boost::asio::ip::address&) const;
  bool empty() const { return networks_.empty(); }

 private:
  using Network = std::variant<boost::asio::ip::network_v4, boost::asio::ip::network_v6>;
  std::vector<Network> networks_;
};

// `peer`: the connection's own address. X-Forwarded-For is read from its end, where the nearest proxy wrote,
// for as long as the writer is trusted: the first address that isn't a trusted proxy's is the client's. What
// stands before it anybody may have made up. Where it can't be read any further, the last trusted proxy is
// the client.
std::string client_address(const std::string& peer, std::string_view forwarded_for, const TrustedProxies&);

bool is_loopback(const std::string& address);

}  // namespace cutroom::http
