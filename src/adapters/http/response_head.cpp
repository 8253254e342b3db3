#include "adapters/http/response_head.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <boost/beast/http/status.hpp>

namespace cutroom::http {
namespace {

void append_number(std::string& out, std::uint64_t value) {
  std::array<char, 24> digits{};
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
}

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

ResponseHead::ResponseHead(std::vector<std::string> cors_origins)
    : cors_origins_(std::move(cors_origins)),
      any_origin_(std::find(cors_origins_.begin(), cors_origins_.end(), "*") != cors_origins_.end()) {}

void ResponseHead::write(std::string& out, const Response& response, const HeadFacts& facts) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::uint64_t>(response.status));
  out += ' ';
  const auto reason =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(response.status));
  out.append(reason.data(), reason.size());
  out += "\r\n";
  out += date_line();
  if (has_body(response.status)) {
    if (!response.content_type.empty())
      out.append("Content-Type: ").append(response.content_type).append("\r\n");
    if (facts.length) {
      out += "Content-Length: ";
      append_number(out, *facts.length);
      out += "\r\n";
    } else if (!facts.http_1_0) {
      out += "Transfer-Encoding: chunked\r\n";
    }
  }
  if (!facts.keep_alive)
    out += "Connection: close\r\n";
  else if (facts.http_1_0)
    out += "Connection: keep-alive\r\n";
  write_cors(out, facts.origin);
  out += response.header_lines;
  out += "\r\n";
}

void ResponseHead::write_cors(std::string& out, std::string_view origin) const {
  constexpr std::string_view kExpose =
      "Access-Control-Expose-Headers: RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, "
      "ETag, Idempotent-Replayed, "
      "Content-Range\r\n";
  if (cors_origins_.empty()) return;
  if (any_origin_) {
    out.append("Access-Control-Allow-Origin: *\r\n").append(kExpose);
    return;
  }
  out += "Vary: Origin\r\n";
  if (std::find(cors_origins_.begin(), cors_origins_.end(), origin) == cors_origins_.end()) return;
  out.append("Access-Control-Allow-Origin: ").append(origin).append("\r\n").append(kExpose);
}

const std::string& ResponseHead::date_line() {
  const std::time_t now = std::time(nullptr);
  if (now != date_of_) {
    date_of_ = now;
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::array<char, 64> text{};
    // RFC 9110's fixed English names; the process keeps the C locale.
    const std::size_t n =
        std::strftime(text.data(), text.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
    date_line_.assign(text.data(), n);
  }
  return date_line_;
}

}  // namespace cutroom::http
