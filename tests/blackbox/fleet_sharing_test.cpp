// What API servers share beside the jobs: vendors and their keys, limits, the ids of events.
#include <cstdlib>
#include <memory>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "event_listener.hpp"
#include "http_client.hpp"
#include "server_process.hpp"
#include "support/photo_server.hpp"
#include "support/redis_server.hpp"
#include "support/wait_until.hpp"

namespace cutroom::test {
namespace {

namespace json = boost::json;

const std::string kAdminKey = "the-admin-key-of-this-test";
const std::string kQueue = "/api/image-queue/remove-bg-queue";

class FleetSharingTest : public testing::Test {
 protected:
  std::unique_ptr<ServerProcess> start(const std::string& command, RateLimits limits = RateLimits::off) {
    std::vector<std::string> arguments{"--redis", redis.url()};
    return std::make_unique<ServerProcess>(data.path(), std::move(arguments), limits, command);
  }
  Answer queue(const ServerProcess& api, const std::string& vendor,
               const std::vector<std::string>& headers = {}) {
    std::vector<std::string> all{"content-type: application/json"};
    all.insert(all.end(), headers.begin(), headers.end());
    return send("POST", api.url(kQueue), all,
                json::serialize(json::value{
                    {"recordId", "r"}, {"photoUrl", photos.url("/photo.png")}, {"vendorId", vendor}}));
  }

  PhotoServer photos;
  RedisServer redis;
  TempFolder data;
};

TEST_F(FleetSharingTest, the_thirty_first_photo_is_refused_whichever_server_is_asked) {
  const auto first = start("api", RateLimits::standard);
  const auto second = start("api", RateLimits::standard);
  for (int i = 0; i < 30; ++i) {
    const Answer answer = queue(i % 2 == 0 ? *first : *second, "acme");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.headers.at("ratelimit-remaining"), std::to_string(29 - i));
  }
  for (const auto* api : {&first, &second}) {
    const Answer refused = queue(**api, "acme");
    EXPECT_EQ(refused.status, 429);
    EXPECT_TRUE(refused.headers.contains("retry-after"));
    EXPECT_EQ(queue(**api, "other").status, 200);
    EXPECT_EQ(get((*api)->url("/api/image-queue/queue-stats")).status, 200);
  }
}

TEST_F(FleetSharingTest,
       a_vendor_set_up_at_one_server_is_known_at_the_other_and_its_revoked_key_opens_nothing) {
  ::setenv("CUTROOM_ADMIN_KEY", kAdminKey.c_str(), 1);
  const auto first = start("api");
  const auto second = start("api");
  ::unsetenv("CUTROOM_ADMIN_KEY");
  const std::vector<std::string> admin{"content-type: application/json", "x-api-key: " + kAdminKey};
  const Answer made = send("POST", first->url("/api/admin/vendors"), admin, R"({"id":"acme","weight":2})");
  ASSERT_EQ(made.status / 100, 2) << made.body;
  const Answer key = send("POST", first->url("/api/admin/vendors/acme/keys"), admin, "{}");
  ASSERT_EQ(key.status / 100, 2) << key.body;
  const std::string text(key.json().at("key").as_string());
  const std::string id(key.json().at("id").as_string());

  // The word of the change is on its way; nothing else happens meanwhile.
  const auto becomes = [&](int status) {
    int last = 0;
    const auto is_so = [&] {
      last = queue(*second, "acme", {"x-api-key: " + text}).status;
      return last == status;
    };
    return wait_until(is_so, std::chrono::seconds(20)) ? status : last;
  };
  EXPECT_EQ(becomes(200), 200);
  EXPECT_EQ(get(second->url("/api/admin/vendors/acme"), {"x-api-key: " + kAdminKey}).json().at("weight"), 2);
  const Answer revoked = send("DELETE", first->url("/api/admin/vendors/acme/keys/" + id), admin);
  ASSERT_EQ(revoked.status / 100, 2) << revoked.body;
  EXPECT_EQ(becomes(401), 401);
}

TEST_F(FleetSharingTest, a_listener_goes_on_at_another_server_and_hears_each_event_once) {
  const auto first = start("api");
  const auto second = start("api");
  const auto one = start("worker");
  const auto two = start("worker");
  const std::string path = "/api/image-queue/events?vendorId=v";
  EventListener whole(first->port(), path);
  EventListener at_first(first->port(), path);
  EventListener at_second(second->port(), path);
  for (EventListener* listener : {&whole, &at_first}) listener->listen(SIZE_MAX, false, [] { return true; });
  constexpr int kJobs = 60;
  int queued = 0;
  std::mt19937 random(20'261'124);  // NOLINT: the same each time.
  std::vector<HeardEvent> heard;
  const auto completed = [](const std::vector<HeardEvent>& events) {
    return std::count_if(events.begin(), events.end(),
                         [](const HeardEvent& event) { return event.name == "completed"; });
  };
  std::string last = at_first.last_id;
  for (int cut = 0; completed(heard) < kJobs; ++cut) {
    ASSERT_LT(cut, 5'000);
    for (int i = 0; i < 2 && queued < kJobs; ++i, ++queued)
      ASSERT_EQ(queue(queued % 2 == 0 ? *first : *second, "v").status, 200);
    EventListener& at = cut % 2 == 0 ? at_second : at_first;
    at.events.clear();
    at.last_id = last;
    const std::size_t bytes = std::uniform_int_distribution<std::size_t>(1, 3'000)(random);
    const int status =
        at.listen(bytes, false, [&] { return completed(heard) + completed(at.events) >= kJobs; });
    ASSERT_TRUE(status == 200 || status == 0) << status;
    heard.insert(heard.end(), at.events.begin(), at.events.end());
    last = at.last_id;
  }
  whole.listen(SIZE_MAX, false, [&] { return completed(whole.events) >= kJobs; });
  ASSERT_EQ(heard.size(), whole.events.size());
  EXPECT_TRUE(heard == whole.events) << "not the same, in the same order, with the same ids";
  for (const HeardEvent& event : heard) EXPECT_NE(event.name, "resync");
}

}  // namespace
}  // namespace cutroom::test
