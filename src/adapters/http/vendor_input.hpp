// What an administrator sends about a vendor, from JSON.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "adapters/http/order_kind.hpp"
#include "base/error.hpp"
#include "vendors/vendor.hpp"

namespace cutroom::http {

// Puts the fields that are there into the vendor: {name, weight, cap, capIsHard, paused, limits,
// monthlyQuota, sourceHosts, defaultOptions}. A null brings the default back. invalid_input names every field
// that is wrong or unknown; then the vendor may be half changed.
Result<void> read_vendor_fields(const boost::json::object&, vendors::Vendor&);

// The vendor's default options for a kind of order.
boost::json::object default_options_of(const vendors::Vendor&, const OrderKind&);

}  // namespace cutroom::http
