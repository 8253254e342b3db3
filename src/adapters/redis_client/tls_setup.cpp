#include "adapters/redis_client/tls_setup.hpp"

#include <utility>

namespace cutroom::redis_client {

using boost::asio::ssl::context;
using boost::system::error_code;

Result<context*> TlsSetup::context() {
  if (context_) return context_.get();
  auto made = std::make_unique<boost::asio::ssl::context>(context::tls_client);
  const auto failed_at = [](const char* doing, const error_code& why) {
    return Error{.code = Errc::unavailable, .detail = std::string(doing) + ": " + why.message()};
  };
  error_code failed;
  made->set_options(context::default_workarounds | context::no_tlsv1 | context::no_tlsv1_1, failed);
  if (options_.tls_ca_file.empty())
    made->set_default_verify_paths(failed);
  else
    made->load_verify_file(options_.tls_ca_file, failed);
  if (failed) return failed_at("can't read the TLS authorities", failed);
  if (!options_.tls_cert_file.empty()) {
    made->use_certificate_chain_file(options_.tls_cert_file, failed);
    if (failed) return failed_at("can't read the TLS client certificate", failed);
    made->use_private_key_file(options_.tls_key_file, context::pem, failed);
    if (failed) return failed_at("can't read the TLS client key", failed);
  }
  context_ = std::move(made);
  return context_.get();
}

}  // namespace cutroom::redis_client
