// Where Redis is and how to talk to it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace cutroom::redis_client {

struct Endpoint {
  std::string host = "127.0.0.1";
  std::uint16_t port = 6379;
  bool operator==(const Endpoint&) const = default;
  auto operator<=>(const Endpoint&) const = default;
};

// "host:port", for the log.
std::string text_of(const Endpoint&);

struct Options {
  std::vector<Endpoint> endpoints{};  // One; several sentinels; or several cluster nodes to begin with.
  std::string sentinel_master{};  // Not empty: the endpoints are sentinels, and this is whom to ask them for.
  bool cluster = false;
  std::string user{};
  std::string password{};
  int database = 0;
  bool tls = false;
  std::string tls_ca_file{};      // Empty: the system's authorities.
  std::string tls_server_name{};  // Empty: the endpoint's host. What the certificate must be for.
  bool tls_verify = true;
  std::string tls_cert_file{};  // The client's own certificate and key (PEM), where the server wants one.
  std::string tls_key_file{};
  std::string sentinel_password{};
  std::string client_name{};  // CLIENT SETNAME on each connection; may be empty.
  Millis connect_timeout{2000};
  // A blocking command's own time must be shorter; and all calls behind it wait as long.
  Millis command_timeout{5000};
  Millis backoff_first{50};
  Millis backoff_max{2000};
};

// redis://user:password@host:port/database      rediss:// the same with TLS
// redis+sentinel://host:port,host:port/master/database   (rediss+sentinel:// with TLS)
// redis+cluster://host:port,host:port                    (rediss+cluster:// with TLS)
// All but the host may be left out. User and password are percent-decoded. invalid_input.
Result<Options> options_from_url(std::string_view url);

}  // namespace cutroom::redis_client
