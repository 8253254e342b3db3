// Who a request comes from.
#pragma once

#include <optional>
#include <string>

#include "adapters/http/request.hpp"
#include "base/error.hpp"

namespace cutroom::http {

// The vendor that a request is charged to: its key's; else the one it names; else the caller's address.
std::string caller_vendor(const Request&);

// The vendor to which a request about many jobs is narrowed: `named` where it names one; of a caller with a
// vendor's key its own, and another is forbidden. nullopt: all vendors.
Result<std::optional<std::string>> vendor_to_show(const Request&, std::optional<std::string> named);

}  // namespace cutroom::http
