// Several API servers and workers on one Redis: whoever is asked knows everything, and whoever dies is
// replaced.
#include <chrono>
#include <memory>
#include <set>
#include <thread>

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

class FleetTest : public testing::Test {
 protected:
  FleetTest() : redis({.appendonly = true, .appendfsync = "always"}) {
    photos.answer("/a.png", 200, "image/png", tiny_png());
  }

  // 1x1, opaque: enough for the tiny model.
  static std::string tiny_png() {
    static constexpr unsigned char kPng[] = {
        0x89, 'P',  'N',  'G', 0x0d, 0x0a, 0x1a, 0x0a, 0,    0,    0,    0x0d, 'I',  'H',  'D',  'R', 0, 0,
        0,    1,    0,    0,   0,    1,    8,    2,    0,    0,    0,    0x90, 0x77, 0x53, 0xde, 0,   0, 0,
        0x0c, 'I',  'D',  'A', 'T',  0x08, 0xd7, 0x63, 0xf8, 0xcf, 0xc0, 0,    0,    3,    1,    1,   0, 0x18,
        0xdd, 0x8d, 0xb0, 0,   0,    0,    0,    'I',  'E',  'N',  'D',  0xae, 0x42, 0x60, 0x82};
    return std::string(reinterpret_cast<const char*>(kPng), sizeof kPng);
  }

  std::unique_ptr<ServerProcess> start(const std::string& command) {
    std::vector<std::string> arguments{"--redis", redis.url(), "--jobs-lease-ms", "2000"};
    return std::make_unique<ServerProcess>(data.path(), std::move(arguments), RateLimits::off, command);
  }

  std::string hand_in(const ServerProcess& api, const std::string& record) {
    const Answer answer = post_json(
        api.url("/api/image-queue/remove-bg-queue"),
        json::value{
            {"recordId", record}, {"projectId", "p"}, {"photoUrl", photos.url("/a.png")}, {"vendorId", "v"}});
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.status == 200 ? std::string(answer.json().at("jobId").as_string()) : std::string();
  }
  static json::value job(const ServerProcess& api, const std::string& id, const std::string& wait = "30s") {
    const Answer answer = get(api.url("/api/image-queue/job/" + id + "?wait=" + wait));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json();
  }
  static json::value health(const ServerProcess& api) {
    return json::parse(get(api.url("/api/worker/health")).body);
  }

  PhotoServer photos;
  RedisServer redis;
  TempFolder data;
};

TEST_F(FleetTest, one_api_server_hands_in_and_another_tells_how_it_went) {
  const auto first = start("api");
  const auto second = start("api");
  const std::string early = hand_in(*first, "r1");
  EXPECT_EQ(job(*second, early, "0s").at("state").as_string(), "waiting");

  const auto worker = start("worker");
  const json::value done = job(*second, early);
  EXPECT_EQ(done.at("state").as_string(), "completed");
  EXPECT_TRUE(done.at("result").at("success").as_bool());
  EXPECT_EQ(
      get(first->url(
              "/assets/" +
              std::string(done.at("result").at("photoUrl").as_string())
                  .substr(std::string(done.at("result").at("photoUrl").as_string()).find("/assets/") + 8)))
          .status,
      200);
}

TEST_F(FleetTest, events_of_a_job_come_from_any_api_server) {
  const auto first = start("api");
  const auto second = start("api");
  const auto worker = start("worker");
  EventListener listener(second->port(), "/api/image-queue/events?vendorId=v");
  std::jthread later;
  std::set<std::string> names;
  listener.listen(SIZE_MAX, false, [&] {
    // The stream stands: what happens from now on is told.
    if (!later.joinable()) later = std::jthread([&] { hand_in(*first, "r2"); });
    for (const HeardEvent& event : listener.events) names.insert(event.name);
    return names.contains("completed");
  });
  EXPECT_TRUE(names.contains("active"));
  EXPECT_TRUE(names.contains("completed"));
}

TEST_F(FleetTest, a_worker_that_is_killed_is_replaced_and_its_jobs_run_elsewhere) {
  const auto api = start("api");
  auto victim = start("worker");
  std::vector<std::string> ids;
  for (int i = 0; i < 40; ++i) ids.push_back(hand_in(*api, "r" + std::to_string(i)));
  victim->kill();
  const auto heir = start("worker");
  for (const std::string& id : ids) EXPECT_EQ(job(*api, id).at("state").as_string(), "completed") << id;
}

TEST_F(FleetTest, health_shows_the_workers_of_the_fleet_and_says_when_there_is_none) {
  const auto api = start("api");
  EXPECT_EQ(health(*api).at("status").as_string(), "unhealthy");
  {
    const auto one = start("worker");
    const auto other = start("worker");
    ASSERT_TRUE(wait_until([&] { return health(*api).at("workers").as_array().size() == 2; },
                           std::chrono::seconds(20)));
    EXPECT_EQ(health(*api).at("status").as_string(), "healthy");
    EXPECT_EQ(one->terminate(), 0);
    EXPECT_EQ(health(*api).at("workers").as_array().size(), 1U) << "it has said that it ends";
  }
}

TEST_F(FleetTest, while_redis_is_away_the_answer_is_503_and_afterwards_all_goes_on) {
  const auto api = start("api");
  const auto worker = start("worker");
  const std::string before = hand_in(*api, "r1");
  EXPECT_EQ(job(*api, before).at("state").as_string(), "completed");

  redis.kill();
  const Answer refused = post_json(
      api->url("/api/image-queue/remove-bg-queue"),
      json::value{
          {"recordId", "r2"}, {"projectId", "p"}, {"photoUrl", photos.url("/a.png")}, {"vendorId", "v"}});
  EXPECT_EQ(refused.status, 503) << refused.body;
  EXPECT_TRUE(refused.headers.contains("retry-after"));

  redis.restart();
  Answer accepted;
  const auto is_accepted = [&] {
    accepted = post_json(
        api->url("/api/image-queue/remove-bg-queue"),
        json::value{
            {"recordId", "r3"}, {"projectId", "p"}, {"photoUrl", photos.url("/a.png")}, {"vendorId", "v"}});
    return accepted.status == 200;
  };
  ASSERT_TRUE(wait_until(is_accepted, std::chrono::seconds(30))) << accepted.body;
  EXPECT_EQ(job(*api, std::string(accepted.json().at("jobId").as_string())).at("state").as_string(),
            "completed");
  EXPECT_EQ(job(*api, before, "0s").at("state").as_string(), "completed");
}

TEST_F(FleetTest, api_and_worker_say_that_they_need_a_redis) {
  for (const std::string command : {"api", "worker"}) {
    EXPECT_THROW(ServerProcess(data.path(), {}, RateLimits::off, command), std::runtime_error);
  }
}

}  // namespace
}  // namespace cutroom::test
