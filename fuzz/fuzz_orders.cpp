// The body of an order: JSON, bulk JSON and form, of each kind. What is accepted must come back from the
// job's payload as it was.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "adapters/http/order_input.hpp"
#include "engine/orders.hpp"

namespace {

void must_come_back(const cutroom::engine::Order& order) {
  cutroom::engine::Payload payload{.record_id = order.record_id,
                                   .project_id = order.project_id,
                                   .photo_url = order.photo_url.empty() ? "upload" : order.photo_url,
                                   .vendor = order.vendor};
  payload.work = order.work;
  const auto back = cutroom::engine::payload_from_json(to_json(payload));
  if (!back || back->record_id != payload.record_id || back->photo_url != payload.photo_url ||
      back->work != payload.work)
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto& kind = data[0] % 2 == 0 ? cutroom::http::kCutOutKind : cutroom::http::kImageKind;
  switch (data[0] / 2 % 3) {
    case 0:
      if (const auto order = cutroom::http::order_from_json(kind, body)) must_come_back(*order);
      break;
    case 1:
      if (const auto orders = cutroom::http::bulk_orders_from_json(kind, body))
        for (const auto& order : *orders) must_come_back(order);
      break;
    default:
      if (const auto order = cutroom::http::order_from_form(kind, "multipart/form-data; boundary=b", body))
        must_come_back(*order);
  }
  return 0;
}
