// Reads multipart/form-data (RFC 7578) strictly: bytes come through as they are, and what is cut off or
// ambiguous is refused. docs/decisions/0003-multipart.md says why this isn't a MIME library's job.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cutroom::http {

struct FormPart {
  std::string name;
  std::string filename;      // Empty where none was sent. A client's word: for showing at most.
  std::string content_type;  // The same.
  std::string_view content;  // In the body that was given.
};

struct FormLimits {
  std::size_t parts_max = 32;
  std::size_t header_bytes_max = 8U << 10U;  // Per part.
};

// `content_type` is the request's header. invalid_input says what is wrong with the form, too_large which
// limit it breaks. The parts point into `body`. One pass, linear in the body's size.
Result<std::vector<FormPart>> parse_form(std::string_view content_type, std::string_view body,
                                         const FormLimits& = {});

}  // namespace cutroom::http
