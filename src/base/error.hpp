// What can go wrong and is expected to: the codes every layer shares, and what each means for a caller.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/result.hpp>

namespace cutroom {

// Each value's HTTP status, stable text code and whether another try can help: error_table().
enum class Errc : std::uint8_t {
  invalid_input,         // The caller's data is wrong; `fields` says where.
  unauthorized,          // No key, or one that opens nothing.
  forbidden,             // The key is good, but not for this.
  not_found,             // What the id names does not exist (or not for this caller).
  method_not_allowed,    // The resource exists, the verb does not.
  conflict,              // The thing is in a state that does not allow this.
  idempotency_conflict,  // The caller's key was used for another request.
  too_large,             // More bytes or pixels than the limits allow.
  unsupported_media,     // Not a format that is accepted here.
  corrupt_media,         // The right format, but it can't be read.
  face_unusable,         // No face in the photo, several, or one that can't be cropped well.
  address_refused,       // A URL that the fetcher must not follow.
  upstream_missing,      // The photo's server says 4xx: asking again gives the same.
  upstream_failed,       // The photo's server failed, or could not be reached: may heal.
  timed_out,             // Took longer than allowed: may heal.
  queue_full,            // Too much waiting: come back later.
  rate_limited,          // Too many requests in a time: come back after `retry_after`.
  quota_exceeded,        // The vendor's photos of this month are used up.
  lease_lost,            // Another worker has the job now; its result counts.
  cancelled,             // Stopped on request.
  unavailable,           // A needed part is not ready or is stopping: come back later.
  storage_failed,        // Disk or database said no: may heal.
  model_failed,          // The model gave an error or nonsense.
  internal,              // A bug or something unforeseen.
};

struct ErrorRow {
  Errc errc;
  int http_status;
  std::string_view code;         // Stable: clients match on it (docs/errors.md).
  std::string_view public_text;  // Used where an Error brings no text of its own.
  bool retryable;                // A job that failed so may be tried again.
};

// The one table. Never fails: every Errc has a row.
const ErrorRow& error_row(Errc);

// A problem with one field of the caller's data, e.g. {"photoUrls", "has 3 entries, recordIds has 2"}.
struct FieldProblem {
  std::string field;
  std::string problem;
  bool operator==(const FieldProblem&) const = default;
};

struct Error {
  Errc code = Errc::internal;
  std::string message{};               // For the client: no paths, no inner addresses, no library's words.
  std::string detail{};                // For the log only.
  std::vector<FieldProblem> fields{};  // With invalid_input.
  // Where the time is known after which another try makes sense.
  std::optional<std::chrono::milliseconds> retry_after{};

  // `message`, or the table's text where there is none.
  std::string text() const;
  bool retryable() const { return error_row(code).retryable; }
};

// Needed by boost::system::result::value(), which throws on an error: only a bug calls it on one.
[[noreturn]] void throw_exception_from_error(const Error&, const boost::source_location&);

template <class T>
using Result = boost::system::result<T, Error>;

}  // namespace cutroom
