#include "adapters/http/json_body.hpp"

#include <algorithm>
#include <string>

namespace cutroom::http {

Error not_json(std::string_view body, std::size_t at, const boost::system::error_code& failed) {
  const std::string_view before = body.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  const std::string where =
      "line " + std::to_string(line) + ", column " + std::to_string(1 + at - line_start);
  return {.code = Errc::invalid_input,
          .message = body.empty() ? "The body is empty; JSON is needed"
                                  : "The body is not valid JSON at " + where + ": " + failed.message()};
}

Result<boost::json::object> parse_object(std::string_view body) {
  return with_object(body, [](const boost::json::object& object) -> Result<boost::json::object> {
    return boost::json::object(object, boost::json::storage_ptr());
  });
}

}  // namespace cutroom::http
