// What all TLS connections of one client share: the certificates, read once.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>

#include "adapters/redis_client/options.hpp"

namespace cutroom::redis_client {

class TlsSetup {
 public:
  explicit TlsSetup(const Options& options) : options_(options) {}

  // unavailable while a file can't be read; the next call tries again.
  Result<boost::asio::ssl::context*> context();

  bool verifies() const { return options_.tls_verify; }
  // Whom the certificate must be for.
  const std::string& server_name(const Endpoint& endpoint) const {
    return options_.tls_server_name.empty() ? endpoint.host : options_.tls_server_name;
  }

 private:
  Options options_;
  std::unique_ptr<boost::asio::ssl::context> context_;
};

}  // namespace cutroom::redis_client
