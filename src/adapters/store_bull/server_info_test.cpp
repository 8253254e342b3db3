#include "adapters/store_bull/server_info.hpp"

#include <gtest/gtest.h>

namespace cutroom::store_bull {
namespace {

TEST(ServerInfo, has_its_values_by_their_whole_names) {
  constexpr std::string_view kInfo = "# Server\r\nredis_version:7.0.15\r\nold_redis_version:1\r\nlast:\r\n";
  EXPECT_EQ(value_of(kInfo, "redis_version"), "7.0.15");
  EXPECT_EQ(value_of(kInfo, "version"), "");
  EXPECT_EQ(value_of(kInfo, "last"), "");
}

TEST(ServerInfo, compares_versions_by_their_numbers) {
  EXPECT_TRUE(is_at_least("6.2.0", 6, 2));
  EXPECT_TRUE(is_at_least("6.10", 6, 2));
  EXPECT_TRUE(is_at_least("10.0.1", 6, 2));
  EXPECT_TRUE(is_at_least("7", 6, 2));
  EXPECT_FALSE(is_at_least("6.0.16", 6, 2));
  EXPECT_FALSE(is_at_least("5.9", 6, 2));
  EXPECT_FALSE(is_at_least("", 6, 2));
}

}  // namespace
}  // namespace cutroom::store_bull
