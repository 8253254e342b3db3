// Photos that come inside their own address: "data:image/png;base64,iVBOR…" (RFC 2397).
#pragma once

#include <cstddef>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace cutroom::delivery {

// Whether it begins like one, in any case.
bool is_data_uri(std::string_view);

// The bytes it holds. The media type is not looked at: the bytes say what they are. Strict: base64 with the
// standard alphabet, padded, without blanks; percent-encoding complete. invalid_input, too_large (decided
// before decoding).
Result<Bytes> decode_data_uri(std::string_view uri, std::size_t bytes_max);

}  // namespace cutroom::delivery
