// The vendor that a submission names in its body: who is charged for it has to be known before the body is
// read for good.
#pragma once

#include <string>

#include "adapters/http/request.hpp"

namespace cutroom::http {

// vendorId of a JSON object or of a form, a number as text. Empty where there is none, where it can't be one,
// or where the body can't be read: then the handler says what is wrong. One pass, nothing is built up.
std::string named_vendor(const Request&);

}  // namespace cutroom::http
