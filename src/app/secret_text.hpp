// What may be printed of a text that has a secret in it.
#pragma once

#include <string>
#include <string_view>

namespace cutroom::app {

// redis://user:password@host -> redis://user:***@host; what has no password stays as it is.
std::string without_password(std::string_view url);

}  // namespace cutroom::app
