// Text from outside that isn't JSON (parts of forms, percent-encoded addresses) may be any bytes; what goes
// on into JSON has to be UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace cutroom {

// RFC 3629: neither overlong forms nor surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view);

// Each byte that belongs to no character becomes U+FFFD.
std::string to_utf8(std::string_view);

}  // namespace cutroom
