// Redis' error answers as our Errors.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace cutroom::redis_client {

// "LOADING Redis is loading ..." -> unavailable; what is not known to pass by itself -> storage_failed. The
// detail is the answer word for word.
Error error_of_reply(std::string text);

// Is it an error answer of this kind, e.g. "NOSCRIPT"?
bool is_reply_error(const Error&, std::string_view word);

}  // namespace cutroom::redis_client
