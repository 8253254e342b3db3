#include "engine/orders.hpp"

#include <gtest/gtest.h>

#include "engine/announcer.hpp"
#include "engine/cut_out_order.hpp"

namespace cutroom::engine {
namespace {

TEST(Payload, is_the_seeds_job_data_where_nothing_special_is_asked) {
  const Payload payload{.record_id = "r1", .project_id = "p", .photo_url = "https://x/y.jpg", .vendor = "v"};
  EXPECT_EQ(to_json(payload),
            R"({"recordId":"r1","projectId":"p","photoUrl":"https://x/y.jpg","vendorId":"v"})");
}

TEST(Payload, keeps_a_number_as_number) {
  const Payload payload{.record_id = 17, .project_id = nullptr, .photo_url = "https://x/y", .vendor = "v"};
  const auto back = payload_from_json(to_json(payload));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->record_id, 17);
  EXPECT_EQ(back->record_key(), "17");
  EXPECT_EQ(back->project_key(), "");
}

TEST(Payload, comes_back_with_its_options) {
  const imaging::CutOutOptions options{.format = imaging::Format::jpeg,
                                       .quality = 77,
                                       .background = imaging::Rgb{1, 2, 254},
                                       .mask_only = true,
                                       .decontaminate = false};
  const auto back = payload_from_json(to_json({.record_id = "r",
                                               .photo_url = "https://x/y",
                                               .vendor = "v",
                                               .photo_key = "k",
                                               .work = cut_out_order_of(options)}));
  ASSERT_TRUE(back);
  const imaging::CutOutOptions read = cut_out_options_from(back->work);
  EXPECT_EQ(read.format, options.format);
  EXPECT_EQ(read.quality, options.quality);
  EXPECT_EQ(read.background, options.background);
  EXPECT_TRUE(read.mask_only);
  EXPECT_FALSE(read.decontaminate);
  EXPECT_EQ(back->photo_key, "k");
}

TEST(Payload, refuses_what_is_not_its_own) {
  EXPECT_EQ(payload_from_json("[1]").error().code, Errc::invalid_input);
  EXPECT_EQ(payload_from_json("{").error().code, Errc::invalid_input);
  EXPECT_EQ(payload_from_json(R"({"recordId":"r"})").error().code, Errc::invalid_input);
}

// Somebody else's producer may have put anything into a job.
TEST(Payload, refuses_numbers_that_json_could_not_hold) {
  const auto endless =
      payload_from_json(R"({"recordId":1,"photoUrl":"https://x/y","options":{"a":[{"b":-1e999}]}})");
  ASSERT_FALSE(endless);
  EXPECT_EQ(endless.error().text(), "The job's data holds a number that is too large");
}

TEST(Payload, refuses_ids_that_another_one_could_be_taken_for) {
  for (const char* id :
       {"766666660666666666666666666666666666666666666666", "1.5", "1e3", "true", "[1]", "{}"}) {
    const std::string record = R"({"recordId":)" + std::string(id) + R"(,"photoUrl":"https://x/y"})";
    const auto refused = payload_from_json(record);
    ASSERT_FALSE(refused) << id;
    EXPECT_EQ(refused.error().text(),
              "recordId and projectId in the job's data must be strings or whole numbers");
    EXPECT_FALSE(payload_from_json(R"({"recordId":1,"photoUrl":"x","projectId":)" + std::string(id) + "}"))
        << id;
    EXPECT_EQ(record_json_of({.payload_json = record}), "") << id;
  }
  const std::string largest = R"({"recordId":18446744073709551615,"photoUrl":"https://x/y"})";
  EXPECT_EQ(payload_from_json(largest)->record_key(), "18446744073709551615");
  EXPECT_EQ(record_json_of({.payload_json = largest}), "18446744073709551615");
}

}  // namespace
}  // namespace cutroom::engine
