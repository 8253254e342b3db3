#include "adapters/http/request.hpp"

namespace cutroom::http {
namespace {

// A body that was big stays in memory for one request only, not for the life of an idle connection.
constexpr std::size_t kKeptBytes = 16U << 10U;

void reset(std::string& text) {
  text.clear();
  if (text.capacity() > kKeptBytes) text.shrink_to_fit();
}

}  // namespace

std::string_view to_string(Verb verb) {
  switch (verb) {
    case Verb::get:
      return "GET";
    case Verb::head:
      return "HEAD";
    case Verb::post:
      return "POST";
    case Verb::put:
      return "PUT";
    case Verb::patch:
      return "PATCH";
    case Verb::del:
      return "DELETE";
    case Verb::options:
      return "OPTIONS";
    case Verb::other:
      break;
  }
  return "?";
}

void Request::clear() {
  verb = Verb::get;
  for (std::string* text :
       {&path, &query, &headers.content_type, &headers.accept, &headers.authorization, &headers.origin,
        &headers.if_none_match, &headers.if_range, &headers.range, &headers.last_event_id,
        &headers.idempotency_key, &headers.host, &headers.x_api_key, &headers.x_forwarded_for, &body})
    reset(*text);
  headers.is_forwarded = false;
  caller = {};
  fingerprint.clear();
  answered.reset();
  for (std::string& param : params) reset(param);
}

}  // namespace cutroom::http
