// A job's data as a store gives it back: from an older version, or from somebody else's producer.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "engine/cut_out_order.hpp"
#include "engine/orders.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto payload =
      cutroom::engine::payload_from_json(std::string(reinterpret_cast<const char*>(data), size));
  if (!payload) return 0;
  (void)cutroom::engine::cut_out_options_from(payload->work);
  const auto again = cutroom::engine::payload_from_json(to_json(*payload));
  if (!again || again->record_key() != payload->record_key() || again->photo_url != payload->photo_url)
    std::abort();
  return 0;
}
