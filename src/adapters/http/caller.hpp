// Who a request comes from.
#pragma once

#include <string>

#include "adapters/http/request.hpp"

namespace cutroom::http {

// The vendor that a request is charged to where its body names none: the caller's address. The one place for
// telling callers apart.
std::string caller_vendor(const Request&);

}  // namespace cutroom::http
