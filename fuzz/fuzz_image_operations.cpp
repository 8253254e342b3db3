// A list of image operations as a caller gives it.
#include <cstdint>

#include <boost/json.hpp>

#include "engine/image_order.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  boost::system::error_code failed;
  const auto value =
      boost::json::parse(boost::json::string_view(reinterpret_cast<const char*>(data), size), failed);
  if (!failed && value.is_object()) (void)cutroom::engine::image_order_from(value.get_object());
  return 0;
}
