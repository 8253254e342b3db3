// What happens to jobs when something happens to a worker, or to what lies between it and Redis.
#include <cstdlib>
#include <signal.h>

#include "fleet.hpp"
#include "redis_client/flaky_proxy.hpp"
#include "support/redis_server.hpp"

namespace cutroom::test {
namespace {

namespace json = boost::json;

// A lease and a look for leases that have run out, on a busy machine.
constexpr std::chrono::seconds kTakenOverMax{60};

class ProcessFault : public FaultTest {
 protected:
  std::string hand_in_one(const ServerProcess& api, const std::string& photo, json::object options = {}) {
    const Answer answer =
        post_json(api.url("/api/image-queue/remove-bg-queue"), json::value{{"recordId", photo},
                                                                           {"projectId", "p"},
                                                                           {"photoUrl", photos.url(photo)},
                                                                           {"vendorId", "v"},
                                                                           {"options", std::move(options)}});
    EXPECT_EQ(answer.status, 200) << answer.body;
    return std::string(answer.json().at("jobId").as_string());
  }
  static json::value job(const ServerProcess& api, const std::string& id, const std::string& wait) {
    return get(api.url("/api/image-queue/job/" + id + "?wait=" + wait)).json();
  }
  static int completions(const ServerProcess& api, const std::string& id) {
    const std::string log = get(api.url("/api/image-queue/job/" + id + "/logs")).body;
    int found = 0;
    for (auto at = log.find("\"completed\""); at != std::string::npos; at = log.find("\"completed\"", at + 1))
      ++found;
    return found;
  }

  RedisServer redis{{.appendonly = true, .appendfsync = "always"}};
};

TEST_F(ProcessFault, a_worker_that_is_stopped_longer_than_its_lease_is_late_and_refused) {
  auto& api = start("api", redis.url());
  auto& sleeper = start("worker", redis.url());
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(hand_in_one(api, "/held"));
  photos.wait_for_held(3);
  ::kill(sleeper.pid(), SIGSTOP);
  start("worker", redis.url());
  // Its leases run out, and the other takes its jobs.
  photos.wait_for_held(6);
  photos.release_held();
  for (const std::string& id : ids) EXPECT_EQ(job(api, id, "30s").at("state").as_string(), "completed");
  ::kill(sleeper.pid(), SIGCONT);
  // It goes on where it was, and works again for others.
  begin_load({&api});
  wait_for_acknowledged(40);
  const Figures figures = account("a worker stopped for longer than its lease", api);
  EXPECT_EQ(figures.lost, 0);
  for (const std::string& id : ids) EXPECT_EQ(completions(api, id), 1) << "its late end was not refused";
  EXPECT_TRUE(sleeper.runs());
  expect_clean(redis.url());
}

TEST_F(ProcessFault, a_network_that_drops_everything_for_longer_than_a_lease) {
  boost::asio::io_context io;
  FlakyProxy proxy(io, redis.port());
  auto work = boost::asio::make_work_guard(io);
  std::thread network([&] { io.run(); });
  const std::string by_proxy = "redis://127.0.0.1:" + std::to_string(proxy.port());
  auto& api = start("api", redis.url());
  auto& cut_off_api = start("api", by_proxy);
  start("worker", by_proxy);
  const std::string held = hand_in_one(api, "/held");
  photos.wait_for_held(1);  // By the one that is cut off, since there is no other yet.
  start("worker", redis.url());
  begin_load({&api, &cut_off_api});
  wait_for_acknowledged(60);
  boost::asio::post(io, [&] { proxy.swallow(true); });
  wait_for_acknowledged(60);
  ASSERT_TRUE(photos.wait_for_requests("/held", 2, kTakenOverMax)) << "its lease has not run out";
  photos.release_held();
  EXPECT_EQ(job(api, held, "30s").at("state").as_string(), "completed");
  boost::asio::post(io, [&] {
    proxy.swallow(false);
    proxy.cut();
  });
  wait_for_acknowledged(60);
  EXPECT_EQ(completions(api, held), 1) << "its late end was not refused";
  EXPECT_EQ(account("a network that swallowed everything for longer than a lease", api).lost, 0);
  expect_clean(redis.url());
  work.reset();
  boost::asio::post(io, [&] { io.stop(); });
  network.join();
}

// The clock of a process started meanwhile is off by `offset`, e.g. "+5s".
class OtherClock {
 public:
  explicit OtherClock(const char* offset) {
    ::setenv("LD_PRELOAD", CUTROOM_FAKETIME, 1);
    ::setenv("FAKETIME", offset, 1);
    ::setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1", 1);
  }
  ~OtherClock() {
    for (const char* name : {"LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC"}) ::unsetenv(name);
  }
};

TEST_F(ProcessFault, clocks_that_differ_by_five_seconds_run_nothing_early_or_twice) {
  ServerProcess* behind = nullptr;
  ServerProcess* ahead = nullptr;
  {
    const OtherClock clock("-5s");
    behind = &start("worker", redis.url());
  }
  {
    const OtherClock clock("+5s");
    ahead = &start("worker", redis.url());
  }
  auto& api = start("api", redis.url());
  ServerProcess* ahead_api = nullptr;
  {
    const OtherClock clock("+5s");
    ahead_api = &start("api", redis.url());
  }
  // With leases of 2 s either would take the other's jobs away, went each by its own clock.
  photos.answer("/warm", 200, "image/png", std::string(small_png()));
  EXPECT_EQ(job(api, hand_in_one(api, "/warm"), "30s").at("state").as_string(), "completed");
  std::vector<std::string> held;
  for (int i = 0; i < 4; ++i) held.push_back(hand_in_one(i % 2 == 0 ? api : *ahead_api, "/held"));
  photos.wait_for_held(4);
  const auto handed_in = std::chrono::steady_clock::now();
  photos.answer("/later", 200, "image/png", std::string(small_png()));
  const std::string later = hand_in_one(*ahead_api, "/later", {{"delayMs", 4'000}});
  EXPECT_EQ(job(api, later, "3s").at("state").as_string(), "delayed") << "run early";
  EXPECT_EQ(job(api, later, "30s").at("state").as_string(), "completed");
  EXPECT_LT(std::chrono::steady_clock::now() - handed_in, std::chrono::seconds(20)) << "stalled";
  EXPECT_EQ(photos.requests("/held"), 4U) << "somebody took a job that another was at work on";
  photos.release_held();
  for (const std::string& id : held) EXPECT_EQ(job(api, id, "30s").at("state").as_string(), "completed");
  begin_load({&api, ahead_api});
  wait_for_acknowledged(100);
  const Figures figures = account("clocks 5 s behind, right, and 5 s ahead", api);
  EXPECT_EQ(figures.lost, 0);
  EXPECT_EQ(figures.re_run, 0);
  EXPECT_TRUE(behind->runs() && ahead->runs());
  expect_clean(redis.url());
}

}  // namespace
}  // namespace cutroom::test
