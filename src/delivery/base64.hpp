// Base64 as RFC 4648 has it: standard alphabet, padded, nothing else in between, unused bits zero.
// Of the libraries at hand OpenSSL's decoder takes blanks and counts padding as bytes, and Beast's is
// private.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"

namespace cutroom::delivery {

// Of valid text; an upper bound for any other.
std::size_t base64_decoded_size(std::string_view);
// nullopt: not valid.
std::optional<Bytes> base64_decoded(std::string_view);

}  // namespace cutroom::delivery
