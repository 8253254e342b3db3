#include "base/error.hpp"

#include <set>

#include <gtest/gtest.h>

namespace cutroom {
namespace {

TEST(ErrorTable, has_a_row_for_every_code_in_the_order_of_the_enum) {
  std::set<std::string_view> codes;
  for (int i = 0; i <= static_cast<int>(Errc::internal); ++i) {
    const auto errc = static_cast<Errc>(i);
    EXPECT_EQ(error_row(errc).errc, errc);
    EXPECT_TRUE(codes.insert(error_row(errc).code).second) << error_row(errc).code << " stands twice";
    EXPECT_GE(error_row(errc).http_status, 400);
    EXPECT_FALSE(error_row(errc).public_text.empty());
  }
}

TEST(Error, gives_the_tables_text_where_it_has_none_of_its_own) {
  EXPECT_EQ(Error{.code = Errc::not_found}.text(), "Not found");
  EXPECT_EQ((Error{.code = Errc::not_found, .message = "Job not found"}).text(), "Job not found");
}

TEST(Error, keeps_what_cannot_get_better_from_being_retried) {
  EXPECT_FALSE(Error{.code = Errc::upstream_missing}.retryable());
  EXPECT_FALSE(Error{.code = Errc::corrupt_media}.retryable());
  EXPECT_TRUE(Error{.code = Errc::upstream_failed}.retryable());
  EXPECT_TRUE(Error{.code = Errc::timed_out}.retryable());
}

}  // namespace
}  // namespace cutroom
