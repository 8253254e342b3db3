// PORT. Where photos come from: an address that a vendor gave, so nothing about it can be trusted.
#pragma once

#include <stop_token>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace cutroom::delivery {

struct Photo {
  Bytes bytes;
};

class PhotoSource {
 public:
  virtual ~PhotoSource() = default;

  // Whether fetch() would even try: scheme, user info, port, length; no name is looked up. For checking a
  // request before it is queued. invalid_input, address_refused.
  virtual Result<void> check(const std::string& url) const = 0;

  // The host that a URL which check() accepts names, in the form in which names are compared: lower case,
  // xn--, no dot at its end. Empty where there is none.
  virtual std::string host_of(const std::string& url) const = 0;

  // The photo's bytes. A stop request ends it soon with `cancelled`. Errors, each with a message that a
  // vendor can read: invalid_input, address_refused, upstream_missing (4xx), upstream_failed (5xx,
  // connection), timed_out, too_large, unsupported_media (by magic bytes).
  virtual boost::asio::awaitable<Result<Photo>> fetch(std::string url, std::stop_token) = 0;
};

}  // namespace cutroom::delivery
