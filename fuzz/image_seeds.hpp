// Small images of each kind that the codec reads, for the fuzzer to spoil.
#pragma once

#include <string>
#include <vector>

namespace cutroom::fuzz {

std::vector<std::string> image_seeds();

}  // namespace cutroom::fuzz
