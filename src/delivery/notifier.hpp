// PORT. Tells somebody's server what has happened: an address that a vendor gave, so nothing about it can be
// trusted.
#pragma once

#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/error.hpp"

namespace cutroom::delivery {

struct Notice {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  // Without Content-Type, which is JSON.
  std::string body;
};

class Notifier {
 public:
  virtual ~Notifier() = default;

  // Whether post() would even try; no name is looked up. invalid_input, address_refused.
  virtual Result<void> check(const std::string& url) const = 0;

  // The HTTP status it was answered with, whatever it is; redirects are not followed. A stop request ends it
  // soon with `cancelled`. address_refused, upstream_failed (connection), timed_out.
  virtual boost::asio::awaitable<Result<int>> post(Notice, std::stop_token) = 0;
};

}  // namespace cutroom::delivery
