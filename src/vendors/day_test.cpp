#include "vendors/day.hpp"

#include <gtest/gtest.h>

namespace cutroom::vendors {
namespace {

TEST(Day, is_read_and_written_as_iso_dates) {
  for (const char* text : {"1970-01-01", "2024-02-29", "2026-11-24", "9999-12-31"})
    EXPECT_EQ(to_string(day_from(text).value()), text);
  for (const char* wrong : {"", "2026-11-31", "2025-02-29", "2026-13-01", "2026-1-1", "26-11-24",
                            "2026/11/24", "2026-11-24T00", "1969-12-31", "2026-00-10", "2026-11-0x"})
    EXPECT_FALSE(day_from(wrong)) << wrong;
}

TEST(Day, begins_at_midnight_utc) {
  const Day day = *day_from("2026-11-24");
  EXPECT_EQ(day_of(TimePoint(day)), day);
  EXPECT_EQ(day_of(TimePoint(day) - Millis{1}), *day_from("2026-11-23"));
  EXPECT_EQ(day_of(TimePoint(day) + Millis{86'399'999}), day);
}

TEST(Day, knows_its_month) {
  EXPECT_EQ(first_of_month(*day_from("2026-12-31")), *day_from("2026-12-01"));
  EXPECT_EQ(first_of_next_month(*day_from("2026-12-31")), *day_from("2027-01-01"));
  EXPECT_EQ(first_of_next_month(*day_from("2027-01-31")), *day_from("2027-02-01"));
}

}  // namespace
}  // namespace cutroom::vendors
