// Runs one fetch to its end, the way a worker would.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "adapters/fetch_curl/curl_photo_source.hpp"

namespace cutroom::fetch_curl {

inline Result<delivery::Photo> fetch(CurlPhotoSource& source, std::string url, std::stop_token stop = {}) {
  boost::asio::io_context io;
  std::optional<Result<delivery::Photo>> result;
  boost::asio::co_spawn(
      io, [&]() -> boost::asio::awaitable<void> { result.emplace(co_await source.fetch(url, stop)); },
      [](std::exception_ptr e) {
        if (e) std::rethrow_exception(e);
      });
  io.run();
  return std::move(*result);
}

inline Result<delivery::Photo> fetch(Options options, std::string url) {
  CurlPhotoSource source(std::move(options));
  return fetch(source, std::move(url));
}

// The server of the tests is on loopback, which has to be allowed.
inline Options loopback_allowed() { return {.allow = {parse_cidr("127.0.0.1/32").value()}}; }

}  // namespace cutroom::fetch_curl
