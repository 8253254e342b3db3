#pragma once
#include <string_view>
#include "base/bytes.hpp"
#include "base/error.hpp"
namespace cutroom::delivery {
bool is_data_uri(std::string_view);
Result<Bytes> decode_data_uri(std::string_view, std::size_t bytes_max);
}
