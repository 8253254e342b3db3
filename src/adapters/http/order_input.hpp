// From a body to orders, with every mistake named. Pure; a big body is read on a pool thread. Orders whose
// body names no vendor come out with an empty one.
#pragma once

#include <string_view>
#include <vector>

#include "adapters/http/order_kind.hpp"
#include "base/error.hpp"
#include "engine/orders.hpp"

namespace cutroom::http {

// {recordId, projectId, photoUrl, vendorId, options, ...the kind's own}. Other fields are ignored, as the
// stack before ignored them.
Result<engine::Order> order_from_json(const OrderKind&, std::string_view body);
// {recordIds[], projectId, photoUrls[], vendorId, options, ...}: one order per photo.
Result<std::vector<engine::Order>> bulk_orders_from_json(const OrderKind&, std::string_view body);
// multipart/form-data with the same fields as parts; the photo itself as part `photo` or `file` in place of
// photoUrl; options one by one or as JSON in a part `options`.
Result<engine::Order> order_from_form(const OrderKind&, std::string_view content_type, std::string_view body);

}  // namespace cutroom::http
