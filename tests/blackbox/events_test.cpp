// Live events over connections that break: what a listener who comes back each time hears is what one hears
// who was never cut off.
#include <algorithm>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "event_listener.hpp"
#include "http_client.hpp"
#include "server_process.hpp"
#include "support/photo_server.hpp"

namespace cutroom::test {
namespace {

namespace json = boost::json;

constexpr int kCuts = 100;
constexpr unsigned kSeed = 20'261'124;

class EventsTest : public testing::Test {
 protected:
  json::value queue(int jobs, const std::string& photo = "/photo.png") {
    json::array records;
    json::array urls;
    for (int i = 0; i < jobs; ++i) {
      records.emplace_back(i);
      urls.emplace_back(photos.url(photo));
    }
    const json::value body{{"recordIds", records}, {"photoUrls", urls}, {"vendorId", "v"}};
    const Answer answer = post_json(server.url("/api/image-queue/bulk-remove-bg"), body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json();
  }

  // Bytes until the next cut: within the answer's head, in the middle of an event, after a few of them.
  std::size_t next_cut() { return std::uniform_int_distribution<std::size_t>(1, 2'000)(random); }
  bool coin() { return std::bernoulli_distribution()(random); }

  static std::ptrdiff_t count(const std::vector<HeardEvent>& events, const std::string& name) {
    return std::count_if(events.begin(), events.end(),
                         [&](const HeardEvent& event) { return event.name == name; });
  }

  std::mt19937 random{kSeed};
  PhotoServer photos;
  TempFolder data;
  ServerProcess server{data.path()};
};

TEST_F(EventsTest, of_a_vendor_are_heard_exactly_once_over_100_broken_connections) {
  constexpr int kBatches = 12;
  constexpr int kPerBatch = 10;
  const auto is_done = [](const EventListener& one) {
    return count(one.events, "batch-completed") == kBatches;
  };
  EventListener broken(server.port(), "/api/image-queue/events?vendorId=v");
  EventListener whole(server.port(), "/api/image-queue/events?vendorId=v");
  // Both know where they begin before anything happens.
  for (EventListener* one : {&broken, &whole}) one->listen(SIZE_MAX, false, [] { return true; });
  ASSERT_FALSE(broken.last_id.empty());
  ASSERT_EQ(broken.last_id, whole.last_id);
  std::jthread uncut([&] { whole.listen(SIZE_MAX, false, [&] { return is_done(whole); }); });

  // Jobs go on ending all the while: whenever the last of a call has, there are more.
  int batches = 0;
  const auto keep_going = [&] {
    if (batches == count(broken.events, "batch-completed") && batches < kBatches) {
      queue(kPerBatch);
      ++batches;
    }
    return is_done(broken);
  };
  keep_going();
  for (int cut = 0; cut < kCuts; ++cut) {
    const int status = broken.listen(next_cut(), coin(), keep_going);
    EXPECT_TRUE(status == 200 || status == 0) << status;
  }
  EXPECT_FALSE(is_done(broken)) << "all cuts were to come before the end";
  if (!is_done(broken)) broken.listen(SIZE_MAX, false, keep_going);
  uncut.join();

  EXPECT_EQ(count(broken.events, "resync"), 0);
  EXPECT_EQ(count(broken.events, "completed"), kBatches * kPerBatch);
  EXPECT_TRUE(broken.events == whole.events) << broken.events.size() << " heard of " << whole.events.size();
}

TEST_F(EventsTest, of_a_batch_are_heard_exactly_once_over_broken_connections_and_end_with_it) {
  post_json(server.url("/api/image-queue/queues/background-removal/pause"), std::string());
  const std::string batch(queue(60).at("batchId").as_string());
  const std::string path = "/api/image-queue/batch/" + batch + "/events";
  EventListener broken(server.port(), path);
  EventListener whole(server.port(), path);
  for (EventListener* one : {&broken, &whole})
    one->listen(SIZE_MAX, false, [&] { return !one->events.empty(); });
  std::jthread uncut([&] { whole.listen(); });
  post_json(server.url("/api/image-queue/queues/background-removal/resume"), std::string());

  int cuts = 0;
  while (broken.listen(next_cut(), coin(), [] { return false; }) != 204) ++cuts;
  uncut.join();
  EXPECT_GE(cuts, 30);
  EXPECT_EQ(broken.events.back().name, "batch-completed");
  EXPECT_EQ(count(broken.events, "completed"), 60);
  EXPECT_TRUE(broken.events == whole.events) << broken.events.size() << " heard of " << whole.events.size();
}

TEST_F(EventsTest, of_a_job_tell_its_end_once_wherever_the_connection_breaks) {
  for (int i = 0; i < 20; ++i) {
    const std::string job(queue(1).at("jobIds").at(0).as_string());
    EventListener broken(server.port(), "/api/image-queue/job/" + job + "/events");
    while (broken.listen(next_cut(), coin(), [] { return false; }) != 204) {
    }
    EXPECT_EQ(count(broken.events, "completed"), 1);
    EXPECT_EQ(broken.events.back().name, "completed");
    for (const HeardEvent& event : broken.events) {
      if (event.name == "state") continue;
      EXPECT_EQ(json::parse(event.data).at("recordId"), 0) << event.data;
    }
  }
}

}  // namespace
}  // namespace cutroom::test
