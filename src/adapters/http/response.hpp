// An answer as handlers give it: a value that a test can look at. The session adds what every answer has
// (Date, Content-Length, Connection, CORS).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <boost/asio/awaitable.hpp>

#include "base/error.hpp"

namespace cutroom::http {

// A body that isn't held in memory as a whole: a file, an endless list of events.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  // Sent as Content-Length; next() must give exactly so many bytes. nullopt: sent in chunks until next()
  // ends.
  virtual std::optional<std::uint64_t> length() const = 0;
  // The next piece, valid until the next call; empty at the end. An error breaks the connection off, so that
  // nobody takes half a body for a whole one.
  virtual boost::asio::awaitable<Result<std::string_view>> next() = 0;
  // The server stops: a next() that waits for something to happen gives the end soon.
  virtual void stop() {}
};

struct Response {
  int status = 200;
  std::string_view content_type =
      "application/json; charset=utf-8";  // A literal. Empty where there's no body.
  std::variant<std::string, std::unique_ptr<BodyStream>> body{};
  std::string header_lines{};  // "Name: value\r\n" each; see add_header().

  // `value` must not come from a client: a line break in it would be a second header. (Asserted.)
  void add_header(std::string_view name, std::string_view value);
  // The value of a header that was added; for tests.
  std::optional<std::string> header(std::string_view name) const;
  // The body where it isn't a stream.
  const std::string& text() const { return std::get<std::string>(body); }
};

Response json_response(int status, std::string json);
Response html_response(std::string html);
// {"error", "code", "details"?}, the status of the error's row, Retry-After with 429 and 503. Whoever answers
// with an error handles it, so this logs its detail. `what`: the request, for the log.
Response error_response(const Error&, std::string_view what);
// The same with a status that no Errc stands for (431).
Response error_response(int status, const Error&, std::string_view what);
Response empty_response(int status);

}  // namespace cutroom::http
