#include "base/large_memory.hpp"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace cutroom {
namespace {

TEST(LargeMemory, begins_big_blocks_where_a_huge_page_can) {
  for (const std::size_t size : {std::size_t{4} << 20U, (std::size_t{5} << 20U) + 1}) {
    Bytes bytes(size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bytes.data()) % (std::size_t{2} << 20U), 0U);
    bytes[0] = bytes[size - 1] = 7;  // All of it is ours.
  }
}

TEST(LargeMemory, serves_vectors_that_grow) {
  std::vector<int, LargeAllocator<int>> values;
  for (int i = 0; i < 3'000'000; ++i) values.push_back(i);
  EXPECT_EQ(values[2'999'999], 2'999'999);
  EXPECT_EQ(Bytes(0).size(), 0U);
}

}  // namespace
}  // namespace cutroom
