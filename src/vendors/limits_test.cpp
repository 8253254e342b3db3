#include "vendors/limits.hpp"

#include <gtest/gtest.h>

namespace cutroom::vendors {
namespace {

TEST(Limit, is_read_from_what_people_write) {
  EXPECT_EQ(limit_from("30/1h"), (Limit{30, Millis{3'600'000}}));
  EXPECT_EQ(limit_from("30/h"), (Limit{30, Millis{3'600'000}}));
  EXPECT_EQ(limit_from("100/15m"), (Limit{100, Millis{900'000}}));
  EXPECT_EQ(limit_from("5/10s"), (Limit{5, Millis{10'000}}));
  EXPECT_EQ(limit_from("1000/2d"), (Limit{1000, Millis{172'800'000}}));
  EXPECT_TRUE(limit_from("off")->is_off());
}

TEST(Limit, is_not_read_from_anything_else) {
  for (const char* wrong :
       {"", "/", "30", "30/", "/1h", "0/1h", "-1/1h", "30/0h", "30/1w", "30/1", "30/1hh", "30 /1h", "3.5/1h",
        "OFF", "30/32d", "10000001/1h", "30/99999999999999999999s", "x/1h", "30/h1"})
    EXPECT_FALSE(limit_from(wrong)) << wrong;
}

TEST(Limit, is_written_as_it_is_read) {
  for (const char* text : {"off", "30/1h", "100/15m", "7/90s", "6000/1m", "1/31d", "5/36h"})
    EXPECT_EQ(to_string(*limit_from(text)), text);
}

TEST(Limit, is_described_for_people) {
  EXPECT_EQ(describe(*limit_from("30/h")), "30 per hour");
  EXPECT_EQ(describe(*limit_from("100/15m")), "100 per 15 minutes");
  EXPECT_EQ(describe(Limit{}), "no limit");
}

TEST(Limits, have_the_numbers_of_the_stack_that_is_replaced) {
  const Limits limits;
  EXPECT_EQ(to_string(limits[LimitKind::global]), "100/15m");
  EXPECT_EQ(to_string(limits[LimitKind::image_processing]), "50/15m");
  EXPECT_EQ(to_string(limits[LimitKind::background_removal]), "30/1h");
  EXPECT_EQ(to_string(limits[LimitKind::bulk]), "10/1h");
}

TEST(Limits, are_in_the_table_in_the_order_of_their_kinds) {
  for (std::size_t i = 0; i < kLimitKinds; ++i) {
    const LimitRow& row = limit_table()[i];
    EXPECT_EQ(static_cast<std::size_t>(row.kind), i);
    EXPECT_EQ(limit_kind_from(row.name), row.kind);
  }
  EXPECT_FALSE(limit_kind_from("background_removal"));
}

}  // namespace
}  // namespace cutroom::vendors
