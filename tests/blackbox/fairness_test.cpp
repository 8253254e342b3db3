// One vendor's flood and another's few photos, through the whole system: how many of the flood's jobs go
// before the few are done. Counted in jobs, not in seconds, so that a busy machine doesn't matter.
#include <algorithm>

#include <gtest/gtest.h>

#include "http_client.hpp"
#include "server_process.hpp"
#include "support/photo_server.hpp"

namespace cutroom::test {
namespace {

namespace json = boost::json;

constexpr int kFlood = 10'000;
constexpr int kFew = 20;
constexpr int kSlots = 3;

class FairnessTest : public testing::Test {
 protected:
  json::value bulk(const std::string& vendor, int count, const std::string& project) {
    json::array records;
    json::array urls;
    for (int i = 0; i < count; ++i) {
      records.push_back(i);
      urls.push_back(json::string(photos.url("/photo.png")));
    }
    const json::object body{
        {"recordIds", records}, {"photoUrls", urls}, {"projectId", project}, {"vendorId", vendor}};
    const Answer answer = post_json(server.url("/api/image-queue/bulk-remove-bg"), json::value(body));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json();
  }
  // The job, once it has ended.
  json::value ended(const std::string& id) {
    json::value job;
    do job = get(server.url("/api/image-queue/job/" + id + "?wait=60s")).json();
    while (job.at("finishedOn").is_null());
    return job;
  }
  // Hands the few in behind the flood and counts the flood's jobs that ended between that and the last of
  // them.
  int flood_jobs_before_the_few_are_done() {
    const json::value few = bulk("few", kFew, "p");
    std::int64_t came = 0;
    std::int64_t done = 0;
    for (const auto& id : few.at("jobIds").as_array()) {
      const json::value job = ended(std::string(id.as_string()));
      EXPECT_EQ(job.at("state"), "completed");
      came = job.at("timestamp").as_int64();
      done = std::max(done, job.at("finishedOn").as_int64());
    }
    int between = 0;
    std::string cursor;
    do {
      const json::value page =
          get(server.url("/api/image-queue/jobs?vendorId=flood&state=completed&limit=500" + cursor)).json();
      for (const auto& job : page.at("jobs").as_array()) {
        const std::int64_t at = job.at("finishedOn").as_int64();
        if (at > came && at < done) ++between;
      }
      cursor =
          page.at("nextCursor").is_null() ? "" : "&cursor=" + std::string(page.at("nextCursor").as_string());
    } while (!cursor.empty());
    return between;
  }

  PhotoServer photos;
  TempFolder data;
  ServerProcess server{data.path()};
};

TEST_F(FairnessTest, a_few_photos_take_turns_with_a_flood_that_came_before) {
  bulk("flood", kFlood, "p");
  const int between = flood_jobs_before_the_few_are_done();
  EXPECT_LE(between, kFew + 2 * kSlots) << "one of the flood's for each of the few, and what ran already";
}

TEST_F(FairnessTest, it_does_not_help_to_spread_a_flood_over_projects) {
  for (int project = 0; project < 10; ++project) bulk("flood", kFlood / 10, "p" + std::to_string(project));
  EXPECT_LE(flood_jobs_before_the_few_are_done(), kFew + 2 * kSlots);
}

}  // namespace
}  // namespace cutroom::test
