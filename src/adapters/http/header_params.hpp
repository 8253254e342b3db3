// Headers of the form `value; name=token; other="quoted \"text\""`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cutroom::http {

// What stands before the first ';', without the spaces around it.
std::string_view header_value(std::string_view header);

// The parameter's text, quotes and their backslashes resolved; nullopt where it is missing or the header is
// broken before it. Names are compared without regard to case.
std::optional<std::string> header_param(std::string_view header, std::string_view name);

}  // namespace cutroom::http
