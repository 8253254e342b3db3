#include "adapters/store_bull/job_view.hpp"

#include <gtest/gtest.h>

namespace cutroom::store_bull {
namespace {

using redis_client::Reply;

// As view() answers for it: id, queue, state, due, fields.
jobs::Job viewed(const std::vector<std::string>& fields) {
  std::vector<Reply> names_and_values;
  for (const std::string& word : fields) names_and_values.push_back({word});
  return job_from_view({std::vector<Reply>{{"7"}, {"face-crop"}, {"waiting"}, {""}, {names_and_values}}});
}

TEST(JobView, reads_each_field_by_its_name) {
  const jobs::Job job = viewed(
      {"data",         R"({"a":1})", "vendor",         "v", "rank",         "3",    "cost",           "2.5",
       "project",      "p",          "batch",          "9", "timestamp",    "1000", "processedOn",    "2000",
       "attemptsMade", "1",          "stalledCounter", "2", "failedReason", "why",  "somebody's own", "x"});
  EXPECT_EQ(job.id, "7");
  EXPECT_EQ(job.queue, "face-crop");
  EXPECT_EQ(job.payload_json, R"({"a":1})");
  EXPECT_EQ(job.vendor, "v");
  EXPECT_EQ(job.priority, 3);
  EXPECT_EQ(job.cost, 2.5);
  EXPECT_EQ(job.project, "p");
  EXPECT_EQ(job.batch, "9");
  EXPECT_EQ(job.created_at, from_unix_ms(1000));
  EXPECT_EQ(job.processed_at, from_unix_ms(2000));
  EXPECT_EQ(job.attempts_made, 1);
  EXPECT_EQ(job.stalls, 2);
  EXPECT_EQ(job.failed_reason, "why");
}

// By whichever program's worker.
TEST(JobView, makes_the_row_of_an_attempt_that_went_well_where_the_log_has_none) {
  jobs::Job job{.state = jobs::JobState::completed,
                .processed_at = from_unix_ms(2000),
                .finished_at = from_unix_ms(2500)};
  const jobs::AttemptLog row{.started_at = from_unix_ms(2000),
                             .ended_at = from_unix_ms(2500),
                             .outcome = "completed",
                             .steps_json = R"([{"name":"cut"}])"};
  const jobs::AttemptLog before{
      .started_at = from_unix_ms(2400), .ended_at = from_unix_ms(2500), .outcome = "retried", .error = "no"};
  EXPECT_EQ(attempt_that_went_well(job, row.steps_json, {}), row);
  EXPECT_EQ(attempt_that_went_well(job, row.steps_json, {before}), row);
  EXPECT_EQ(attempt_that_went_well(job, row.steps_json, {before, row}), std::nullopt);
  job.state = jobs::JobState::failed;
  EXPECT_EQ(attempt_that_went_well(job, row.steps_json, {before}), std::nullopt);
}

// Of Bull's own producers anything may come.
TEST(JobView, holds_tries_within_what_can_be_counted) {
  const auto tries_of = [](const std::string& tries) {
    return viewed({"opts", R"({"attempts":)" + tries + "}"}).retry.attempts_max;
  };
  EXPECT_EQ(tries_of("3"), 3);
  EXPECT_EQ(tries_of("0"), 1);
  EXPECT_EQ(tries_of("-1e300"), 1);
  EXPECT_EQ(tries_of("1e300"), 1'000'000);
  EXPECT_EQ(tries_of("1e999"), 1'000'000);
  EXPECT_EQ(tries_of("\"many\""), 1);
}

}  // namespace
}  // namespace cutroom::store_bull
