#include "engine/abilities.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cutroom::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Abilities kFew{.model = "tiny", .writes_avif = false};

std::vector<std::string> fields_beyond(const Abilities& abilities, const char* work) {
  std::vector<std::string> fields;
  for (const FieldProblem& problem : beyond(abilities, boost::json::parse(work).as_object()))
    fields.push_back(problem.field);
  return fields;
}

TEST(Abilities, name_another_model_and_the_one_that_is_there) {
  const auto problems = beyond(kFew, boost::json::parse(R"({"options":{"model":"u2net"}})").as_object());
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].field, "options.model");
  EXPECT_EQ(problems[0].problem, "is not a model of this server; allowed: tiny");
  EXPECT_THAT(fields_beyond(kFew, R"({"options":{"model":"tiny"}})"), IsEmpty());
  EXPECT_THAT(fields_beyond({}, R"({"options":{"model":"u2net"}})"), IsEmpty()) << "a worker elsewhere knows";
}

TEST(Abilities, name_each_place_where_avif_is_asked_for_in_vain) {
  EXPECT_THAT(fields_beyond(kFew, R"({"options":{"format":"avif"}})"), ElementsAre("options.format"));
  EXPECT_THAT(fields_beyond(kFew, R"({"operations":[{"type":"flip"},{"type":"format","format":"avif"}]})"),
              ElementsAre("operations[1].format"));
  EXPECT_THAT(fields_beyond(kFew, R"({"options":{"format":"webp"},"operations":[{"format":"png"}]})"),
              IsEmpty());
  EXPECT_THAT(fields_beyond({}, R"({"options":{"format":"avif"}})"), IsEmpty());
}

TEST(Abilities, take_what_they_cannot_read_for_somebody_elses_business) {
  EXPECT_THAT(fields_beyond(kFew, R"({"options":7,"operations":{"a":1}})"), IsEmpty());
  EXPECT_THAT(fields_beyond(kFew, R"({"operations":[7,null]})"), IsEmpty());
}

}  // namespace
}  // namespace cutroom::engine
