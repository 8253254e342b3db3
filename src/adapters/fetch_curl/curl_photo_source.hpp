// Photos from http and https addresses that anybody may have given, and that nobody trusts.
#pragma once

#include "adapters/fetch_curl/fetch_loop.hpp"
#include "adapters/fetch_curl/options.hpp"
#include "adapters/fetch_curl/url_rules.hpp"
#include "delivery/photo_source.hpp"

namespace cutroom::fetch_curl {

// Any thread may call it.
class CurlPhotoSource final : public delivery::PhotoSource {
 public:
  explicit CurlPhotoSource(Options);

  Result<void> check(const std::string& url) const override;
  std::string host_of(const std::string& url) const override;
  boost::asio::awaitable<Result<delivery::Photo>> fetch(std::string url, std::stop_token) override;

 private:
  const Options options_;
  const UrlRules rules_;
  FetchLoop loop_;
};

}  // namespace cutroom::fetch_curl
