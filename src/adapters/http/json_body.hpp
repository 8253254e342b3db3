// Reading a body as one JSON object.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "base/error.hpp"

namespace cutroom::http {

// Bodies are flat; what is nested deeper is an attack on the parser's stack.
inline constexpr std::size_t kJsonDepthMax = 16;

// invalid_input with the place where it stops being JSON.
Error not_json(std::string_view body, std::size_t at, const boost::system::error_code& failed);

// Calls `with` with the object, which lives in the parser's memory: none of it may be let out. The fast way
// for big bodies.
template <class With>
auto with_object(std::string_view body, With with)
    -> decltype(with(std::declval<const boost::json::object&>())) {
  std::array<unsigned char, 4096> first;
  boost::json::monotonic_resource memory(first.data(), first.size());
  boost::json::parse_options options;
  options.max_depth = kJsonDepthMax;
  boost::json::parser parser({}, options);
  parser.reset(&memory);
  boost::system::error_code failed;
  const std::size_t at = parser.write(body.data(), body.size(), failed);
  if (failed) return not_json(body, at, failed);
  const boost::json::value value = parser.release();
  if (!value.is_object())
    return Error{.code = Errc::invalid_input, .message = "The body must be a JSON object"};
  return with(value.get_object());
}

// A copy to keep.
Result<boost::json::object> parse_object(std::string_view body);

}  // namespace cutroom::http
