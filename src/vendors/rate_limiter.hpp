// PORT. Where the counts of the rate limits are. By sliding windows (vendors/sliding_window.hpp says what
// that promises); tests/conformance_vendors holds every adapter to what is written here.
//
// Threads: call from a coroutine on any executor; it resumes there. `now` comes from the caller.
// Errors: unavailable, storage_failed.
#pragma once

#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "vendors/limits.hpp"
#include "vendors/sliding_window.hpp"

namespace cutroom::vendors {

// One limit that a request has to pass. Whose count it is: the key, e.g. "bulk acme". The same key comes with
// the same limit, but for changes of settings.
struct Charge {
  std::string key;
  Limit limit;
};

class RateLimiter {
 public:
  virtual ~RateLimiter() = default;

  // Takes one place from each of them or, where one has none left, from none: a request that is refused by
  // one limit must not use another up. Answers how it then stands with each, in the same order; the request
  // passes where all are `allowed`. A limit that is off always passes and counts nothing.
  //
  // One step: of two calls at the same time for one place only one gets it.
  virtual boost::asio::awaitable<Result<std::vector<Standing>>> take(std::vector<Charge>, TimePoint now) = 0;

  // The same without taking.
  virtual boost::asio::awaitable<Result<std::vector<Standing>>> peek(std::vector<Charge>, TimePoint now) = 0;
};

}  // namespace cutroom::vendors
