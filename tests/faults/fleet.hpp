// Processes of the real binary on one Redis, under a load that keeps books: every job that was acknowledged
// must be accounted for in the end.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "blackbox/http_client.hpp"
#include "blackbox/server_process.hpp"
#include "support/photo_server.hpp"

namespace cutroom::test {

struct LoadOptions {
  int submitters = 2;
  bool durable = false;       // Each call with options.durable.
  bool with_webhook = false;  // A job follows in another queue.
  std::string photo{};        // Empty: one of its own for each job.
};

struct Figures {
  int acknowledged = 0;
  int refused = 0;  // Answers of 503, or none; each was sent again with its key until it was accepted.
  int completed = 0;
  int failed = 0;
  int lost = 0;    // Nobody knows the job any more.
  int re_run = 0;  // Its photo was fetched more than once.
};

class FaultTest : public testing::Test {
 public:
  ~FaultTest() override;

 protected:
  FaultTest();

  // Each process with what `more` says besides the Redis; kept until the test's end.
  ServerProcess& start(const std::string& command, const std::string& redis_url,
                       std::vector<std::string> more = {});

  // From now on jobs are handed in at these API servers by turns.
  void begin_load(std::vector<ServerProcess*> apis, LoadOptions = {});
  int acknowledged() const;
  // Waits until so many further ones have been, at most a minute.
  void wait_for_acknowledged(int more);
  // No new ones; those under way are still sent until they are accepted.
  void end_load();
  // Waits for every job's end and prints the figures under the fault's name. `at`: who is asked. A job that
  // was acknowledged after `may_lose_since` may be lost.
  Figures account(const std::string& fault, const ServerProcess& at);
  // `cutroom queue fsck` finds nothing.
  static void expect_clean(const std::string& redis_url);

  // When a job was acknowledged that is lost now.
  std::vector<std::chrono::steady_clock::time_point> lost_at;

  PhotoServer photos;
  TempFolder data;

 private:
  struct Acknowledged {
    int number;
    std::string id;
    std::chrono::steady_clock::time_point at;
  };
  void submit();
  void hand_in(int number);
  void note(Acknowledged);

  std::vector<std::unique_ptr<ServerProcess>> processes_;
  std::vector<ServerProcess*> apis_;
  LoadOptions options_;
  std::vector<std::thread> submitters_;
  std::atomic<bool> ending_ = false;
  std::atomic<int> next_ = 0;
  std::atomic<int> refused_ = 0;
  mutable std::mutex mutex_;  // Of the books: the submitters write them.
  std::condition_variable has_been_acknowledged_;
  std::vector<Acknowledged> acknowledged_;
};

}  // namespace cutroom::test
