// Webhooks over http and https, to addresses that the same rules hold for as for photos.
//
// One thread for each delivery that is under way: there are few of them, and a slow receiver holds up nobody
// else. Idle, the threads sleep.
#pragma once

#include <boost/asio/thread_pool.hpp>

#include "adapters/fetch_curl/options.hpp"
#include "adapters/fetch_curl/url_rules.hpp"
#include "delivery/notifier.hpp"

namespace cutroom::fetch_curl {

class CurlNotifier final : public delivery::Notifier {
 public:
  // Time-outs and addresses are those of the options; `at_once`: deliveries under way.
  CurlNotifier(Options, std::size_t at_once);
  ~CurlNotifier() override;

  Result<void> check(const std::string& url) const override;
  boost::asio::awaitable<Result<int>> post(delivery::Notice, std::stop_token) override;

 private:
  Result<int> send(const delivery::Notice&, const std::stop_token&) const;

  const Options options_;
  const UrlRules rules_;
  boost::asio::thread_pool threads_;
};

}  // namespace cutroom::fetch_curl
