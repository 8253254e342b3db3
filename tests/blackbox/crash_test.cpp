// kill -9 of the server at random moments under load: nothing that was acknowledged is lost, and every record
// is right.
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "adapters/codec_vips/vips_codec.hpp"
#include "adapters/records_sqlite/sqlite_records.hpp"
#include "base/digest.hpp"
#include "http_client.hpp"
#include "server_process.hpp"
#include "support/photo_server.hpp"
#include "support/wait_until.hpp"

namespace cutroom::test {
namespace {

namespace json = boost::json;

constexpr int kJobs = 200;
constexpr int kKills = 20;
constexpr int kMissingEvery = 10;  // Each tenth photo is a 404: it must end failed, with the reason.

// A picture of its own for each number, so that no result can stand for another.
std::string photo(int number) {
  static const codec_vips::VipsLibrary vips;
  static const codec_vips::VipsCodec codec(vips);
  imaging::Image image({24, 20}, 3);
  for (std::size_t i = 0; i < image.samples.size(); ++i)
    image.samples[i] = static_cast<std::uint8_t>(i * 7 + static_cast<std::size_t>(number) * 13);
  image.samples[0] = static_cast<std::uint8_t>(number);
  return std::string(codec.encode(image, {})->view());
}

bool is_missing(int number) { return number % kMissingEvery == 3; }

struct Acknowledged {
  std::string job_id;
  int number = 0;
};

class CrashTest : public testing::Test {
 protected:
  CrashTest() {
    for (int i = 0; i < kJobs; ++i)
      if (!is_missing(i)) photos.answer(path(i), 200, "image/png", photo(i));
  }

  static std::string path(int number) { return "/photos/" + std::to_string(number) + ".png"; }
  static std::string record_id(int number) { return "record-" + std::to_string(number); }

  // Hands in photos that were not acknowledged yet, singly and in bulk, up to number `end` or the server's
  // death.
  void submit(const ServerProcess& server, std::mt19937& random, int end) {
    while (next < end) {
      const int count = std::min(end - next, std::uniform_int_distribution<int>(1, 8)(random));
      json::array records;
      json::array urls;
      for (int i = next; i < next + count; ++i) {
        records.emplace_back(record_id(i));
        urls.emplace_back(photos.url(path(i)));
      }
      const bool bulk = count > 1;
      const std::string vendor = "vendor-" + std::to_string(next % 3);
      const Answer answer =
          bulk ? post_json(server.url("/api/image-queue/bulk-remove-bg"), json::value{{"recordIds", records},
                                                                                      {"photoUrls", urls},
                                                                                      {"projectId", "p"},
                                                                                      {"vendorId", vendor}})
               : post_json(server.url("/api/image-queue/remove-bg-queue"),
                           json::value{{"recordId", records[0]},
                                       {"photoUrl", urls[0]},
                                       {"projectId", "p"},
                                       {"vendorId", vendor}});
      if (answer.status == 0) return;  // Killed meanwhile; whether it was accepted nobody was told.
      ASSERT_EQ(answer.status, 200) << answer.body;
      const json::value said = answer.json();
      for (int i = 0; i < count; ++i)
        acknowledged.push_back(
            {std::string(bulk ? said.at("jobIds").at(static_cast<std::size_t>(i)).as_string()
                              : said.at("jobId").as_string()),
             next + i});
      next += count;
    }
  }

  // Kills the server after `delay`, or at once when `cancel` says that the others are done.
  struct Killer {
    Killer(ServerProcess& server, std::chrono::milliseconds delay)
        : thread([this, &server, delay] {
            std::unique_lock lock(mutex);
            changed.wait_for(lock, delay, [this] { return cancelled; });
            ::kill(server.pid(), SIGKILL);
          }) {}
    ~Killer() { thread.join(); }
    std::mutex mutex;
    std::condition_variable changed;
    bool cancelled = false;
    std::thread thread;
  };

  bool all_ended(const ServerProcess& server) const {
    const Answer answer = get(server.url("/api/image-queue/queue-stats"));
    if (answer.status != 200) return false;
    const json::value stats = answer.json();
    const json::value& counts = stats.at("backgroundRemoval");
    return counts.at("waiting").to_number<int>() == 0 && counts.at("active").to_number<int>() == 0 &&
           counts.at("delayed").to_number<int>() == 0;
  }

  PhotoServer photos;
  TempFolder data;
  std::vector<Acknowledged> acknowledged;
  int next = 0;
};

TEST_F(CrashTest, twenty_kills_lose_no_acknowledged_job) {
  const unsigned seed = 20261124;
  std::mt19937 random(seed);
  int began_with_work = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    ServerProcess server(data.path());
    began_with_work += all_ended(server) ? 0 : 1;
    const Killer killer(server,
                        std::chrono::milliseconds(std::uniform_int_distribution<int>(1, 120)(random)));
    submit(server, random, std::min(kJobs, (kill + 1) * kJobs / kKills));
  }
  EXPECT_GE(began_with_work, 1) << "the kills came too late to interrupt anything";

  ServerProcess server(data.path());
  submit(server, random, kJobs);
  ASSERT_EQ(next, kJobs);
  ASSERT_TRUE(wait_until([&] { return all_ended(server); }, std::chrono::minutes(2))) << "jobs are stuck";

  std::map<int, std::string> photo_urls;
  std::set<int> unlucky;
  int failed = 0;
  for (const Acknowledged& ack : acknowledged) {
    const Answer answer = get(server.url("/api/image-queue/job/" + ack.job_id));
    ASSERT_EQ(answer.status, 200) << "job " << ack.job_id << " is lost";
    const json::value job = answer.json();
    EXPECT_EQ(job.at("data").at("recordId").as_string(), record_id(ack.number));
    if (is_missing(ack.number)) {
      EXPECT_EQ(job.at("state").as_string(), "failed");
      EXPECT_NE(job.at("failedReason").as_string().find("404"), json::string::npos) << answer.body;
      ++failed;
      continue;
    }
    if (job.at("state").as_string() == "failed") {
      // Bad luck, not a loss: its worker was killed with it in hand time and again.
      EXPECT_NE(job.at("failedReason").as_string().find("stopped responding"), json::string::npos)
          << answer.body;
      unlucky.insert(ack.number);
      continue;
    }
    ASSERT_EQ(job.at("state").as_string(), "completed") << answer.body;
    const std::string url(job.at("result").at("photoUrl").as_string());
    photo_urls[ack.number] = url.substr(url.find("/assets/"));
    const Answer asset = get(server.url(photo_urls[ack.number]));
    ASSERT_EQ(asset.status, 200);
    EXPECT_NE(url.find(sha256_hex(asset.body)), std::string::npos) << "the asset is not what its name says";
  }
  EXPECT_EQ(failed, kJobs / kMissingEvery);
  EXPECT_LE(unlucky.size(), static_cast<std::size_t>(kJobs / 10));
  EXPECT_EQ(server.terminate(), 0);

  // Different photos have different cut-outs, so a record with its own job's link has the right result.
  std::set<std::string> distinct;
  for (const auto& [number, url] : photo_urls) distinct.insert(url);
  EXPECT_EQ(distinct.size(), photo_urls.size());

  boost::asio::io_context io;
  const auto records = records_sqlite::open_sqlite_records({.file = data.path() / "records.db"});
  ASSERT_TRUE(records) << records.error().detail;
  boost::asio::co_spawn(
      io,
      [&]() -> boost::asio::awaitable<void> {
        for (int i = 0; i < kJobs; ++i) {
          const auto record = co_await (*records)->get(record_id(i));
          EXPECT_TRUE(record) << record_id(i);
          if (!record) continue;
          const bool fails = is_missing(i) || unlucky.contains(i);
          EXPECT_EQ(record->processed, !fails) << record_id(i);
          EXPECT_EQ(record->processing_status, fails ? "failed" : "completed");
          if (fails) {
            EXPECT_NE(record->error.find(is_missing(i) ? "404" : "stopped responding"), std::string::npos);
          } else {
            EXPECT_TRUE(record->photo_url.ends_with(photo_urls[i])) << record->photo_url;
          }
        }
      },
      [](std::exception_ptr e) {
        if (e) std::rethrow_exception(e);
      });
  io.run();
}

}  // namespace
}  // namespace cutroom::test
