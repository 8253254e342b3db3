// Two API servers, three workers and a Redis Cluster of six, on one machine, with a real model and photos.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>

#include "blackbox/cutroom_command.hpp"
#include "blackbox/event_listener.hpp"
#include "fleet.hpp"
#include "support/redis_cluster.hpp"

namespace cutroom::test {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

constexpr const char* kModel = "isnet-imgly-medium";
constexpr std::size_t kWorkers = 3;
constexpr int kRounds = 3;
constexpr int kRoundsMax = 20;

TEST(FleetPhotos, two_api_servers_three_workers_and_a_cluster_of_six_do_the_sample_photos) {
  const fs::path deps = CUTROOM_DEPS_DIR;
  ASSERT_TRUE(fs::exists(deps / "models" / (std::string(kModel) + ".onnx")))
      << "the model is not there: ./dev setup gets it";
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(deps / "samples"))
    names.push_back(entry.path().filename().string());
  ASSERT_GE(names.size(), 3U) << "the sample photos are not there: ./dev setup gets them";

  const PhotoServer photos({.folder = deps / "samples"});
  const RedisCluster cluster;
  const TempFolder data;
  const std::vector<std::string> arguments{"--redis", cluster.url(), "--queues-background-removal-slots",
                                           "1"};
  const ModelInTest model{.name = kModel,
                          .folders = std::string(CUTROOM_MODELS_DIR) + "," + (deps / "models").string()};
  const auto start = [&](const std::string& command, bool has_model) {
    return std::make_unique<ServerProcess>(data.path(), arguments, RateLimits::off, command,
                                           has_model ? model : ModelInTest{});
  };
  std::vector<std::unique_ptr<ServerProcess>> workers;
  for (std::size_t i = 0; i < kWorkers; ++i) workers.push_back(start("worker", true));
  const auto first = start("api", false);
  const auto second = start("api", false);

  // On one API server what is handed in at the other.
  EventListener listener(second->port(), "/api/image-queue/events?vendorId=v");
  std::vector<std::string> ids;
  const auto hand_in = [&](int round) {
    for (const std::string& name : names) {
      // Each round with another quality: else the second is an answer of the result cache.
      const Answer answer =
          post_json(first->url("/api/image-queue/remove-bg-queue"),
                    json::value{{"recordId", name},
                                {"photoUrl", photos.url("/" + name)},
                                {"vendorId", "v"},
                                {"options", {{"format", "webp"}, {"quality", 90 - round}}}});
      EXPECT_EQ(answer.status, 200) << answer.body;
      ids.emplace_back(answer.json().at("jobId").as_string());
    }
  };
  // Who works on what, as any API server knows it: each worker says so every few seconds.
  std::map<std::string, std::string> worker_of;
  std::set<std::string> seen;
  const auto look_who_works = [&] {
    const json::value health = json::parse(get(first->url("/api/worker/health")).body);
    for (const json::value& worker : health.at("workers").as_array()) {
      for (const json::value& queue : worker.at("queues").as_array()) {
        for (const json::value& job : queue.at("jobs").as_array()) {
          const std::string who = json::serialize(worker.at("pid"));
          worker_of[std::string(job.as_string())] = who;
          seen.insert(who);
        }
      }
    }
  };
  int round = 0;
  listener.listen(SIZE_MAX, false, [&] {
    look_who_works();
    const auto ended = std::count_if(
        listener.events.begin(), listener.events.end(),
        [](const HeardEvent& event) { return event.name == "completed" || event.name == "failed"; });
    if (ended < static_cast<std::ptrdiff_t>(ids.size())) return false;
    // The stream stands before the first; then until each worker has been seen at work.
    const bool is_enough = round >= kRounds && (seen.size() == kWorkers || round >= kRoundsMax);
    if (!is_enough) hand_in(round++);
    return is_enough;
  });

  std::set<std::string> told;
  int progress = 0;
  for (const HeardEvent& event : listener.events) {
    if (event.name == "progress") {
      ++progress;
      told.insert(std::string(json::parse(event.data).at("jobId").as_string()));
    }
    EXPECT_NE(event.name, "failed") << event.data;
  }
  std::set<std::string> workers_heard;
  for (const std::string& id : ids) {
    EXPECT_TRUE(told.contains(id)) << "no progress of job " << id;
    if (told.contains(id) && worker_of.contains(id)) workers_heard.insert(worker_of[id]);
    const json::value job = get(second->url("/api/image-queue/job/" + id)).json();
    ASSERT_EQ(job.at("state").as_string(), "completed") << json::serialize(job);
    const std::string url(job.at("result").at("photoUrl").as_string());
    const Answer photo = get(second->url(url.substr(url.find("/assets/"))));
    EXPECT_EQ(photo.status, 200);
    EXPECT_GT(photo.body.size(), 10'000U);
    EXPECT_EQ(job.at("result").at("model").as_string(), kModel);
  }
  std::cout << "[ figures  ] " << ids.size() << " photos, " << progress
            << " events of progress at one API server, of " << workers_heard.size() << " workers"
            << std::endl;
  EXPECT_EQ(workers_heard.size(), kWorkers) << "a worker had nothing to do";
  for (const auto& worker : workers) EXPECT_EQ(worker->terminate(), 0);
  EXPECT_EQ(run_cutroom({"queue", "fsck", "--redis", cluster.url()}).exit_code, 0);
}

}  // namespace
}  // namespace cutroom::test
