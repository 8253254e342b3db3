#include "adapters/http/response.hpp"

#include <cassert>

#include <boost/beast/core/string.hpp>

#include "adapters/http/json_text.hpp"
#include "base/log.hpp"

namespace cutroom::http {
namespace {

// Where nobody knows when: long enough that a client in a loop is no load, short enough that a person waits
// for it.
std::string retry_after_seconds(const Error& error) {
  if (error.retry_after) return std::to_string((error.retry_after->count() + 999) / 1'000);
  return error.code == Errc::queue_full ? "30" : "5";
}

}  // namespace

void Response::add_header(std::string_view name, std::string_view value) {
  assert(value.find_first_of("\r\n") == std::string_view::npos);
  header_lines.append(name).append(": ").append(value).append("\r\n");
}

std::optional<std::string> Response::header(std::string_view name) const {
  std::string_view rest = header_lines;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(line.size() + 2);
    const std::size_t colon = line.find(": ");
    if (boost::beast::iequals(line.substr(0, colon), name)) return std::string(line.substr(colon + 2));
  }
  return std::nullopt;
}

Response json_response(int status, std::string json) {
  Response response{.status = status, .body = std::move(json)};
  response.add_header("Cache-Control", "no-store");
  return response;
}

Response html_response(std::string html) {
  Response response{.content_type = "text/html; charset=utf-8", .body = std::move(html)};
  response.add_header("Cache-Control", "no-store");
  response.add_header("X-Content-Type-Options", "nosniff");
  response.add_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  return response;
}

Response error_response(const Error& error, std::string_view what) {
  return error_response(error_row(error.code).http_status, error, what);
}

Response error_response(int status, const Error& error, std::string_view what) {
  if (status >= 500 && error.code != Errc::unavailable)  // Not being ready is a state, not an accident.
    log::error("{}: {} {} ({})", what, status, error.text(), error.detail);
  else if (!error.detail.empty())
    log::info("{}: {} {} ({})", what, status, error.text(), error.detail);

  JsonText json;
  json.text("error", error.text());
  json.text("code", error_row(error.code).code);
  if (!error.fields.empty()) {
    std::string details = "[";
    for (const FieldProblem& problem : error.fields) {
      if (details.size() > 1) details += ',';
      JsonText entry;
      entry.text("field", problem.field);
      entry.text("problem", problem.problem);
      details += std::move(entry).str();
    }
    json.raw("details", details + "]");
  }
  Response response = json_response(status, std::move(json).str());
  if (status == 429 || status == 503) response.add_header("Retry-After", retry_after_seconds(error));
  if (status == 401) response.add_header("WWW-Authenticate", "Bearer");
  return response;
}

Response empty_response(int status) { return Response{.status = status, .content_type = {}}; }

}  // namespace cutroom::http
