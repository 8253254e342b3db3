// A request as bytes, cut into two pieces at any place: parsing, the route, the query.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <boost/asio/buffer.hpp>

#include "adapters/http/query.hpp"
#include "adapters/http/request_parser.hpp"
#include "adapters/http/routes.hpp"

namespace {

using cutroom::http::Request;

// What a parser makes of the pieces; an empty path where it refuses.
Request parse(std::string_view first, std::string_view second) {
  Request request;
  cutroom::http::RequestParser parser(request, 16U << 10U);
  std::string pending(first);
  bool fed_all = false;
  for (;;) {
    boost::system::error_code failed = boost::beast::http::error::need_more;
    std::size_t used = 0;
    // As a session does it: Beast may not be given nothing.
    if (!pending.empty()) used = parser.put(boost::asio::buffer(pending), failed);
    pending.erase(0, used);
    if (failed && failed != boost::beast::http::error::need_more) return {};
    if (parser.is_header_done()) {
      constexpr std::uint64_t kBodyMax = 64U << 10U;
      if (parser.content_length().value_or(0) > kBodyMax) return {};  // A session refuses it before its body.
      parser.body_limit(kBodyMax);
      parser.eager(true);
    }
    if (parser.is_done()) return parser.objection().empty() ? request : Request{};
    if (!failed && used > 0) continue;
    if (fed_all) return {};
    pending.append(second);
    fed_all = true;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t cut = std::min<std::size_t>(text.size(), data[0] + 256U * data[1]);
  Request whole = parse(text, {});
  const Request pieces = parse(text.substr(0, cut), text.substr(cut));
  // However it came in, it means the same.
  if (whole.path != pieces.path || whole.query != pieces.query || whole.body != pieces.body) std::abort();
  if (whole.path.empty()) return 0;
  cutroom::http::find_route(cutroom::http::route_table(), whole);
  cutroom::http::Query query(whole.query, {"wait", "limit", "since", "cursor"});
  query.duration("wait", cutroom::Millis{60'000});
  query.whole_number("limit", 1, 500);
  query.time("since");
  query.id("cursor");
  (void)query.error();
  return 0;
}
