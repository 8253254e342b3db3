#include "engine/submission.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/store_memory/memory_store.hpp"
#include "engine/order_urls.hpp"
#include "fakes.hpp"
#include "run_coroutine.hpp"

namespace cutroom::engine {
namespace {

using boost::asio::awaitable;
using testing::HasSubstr;

class SubmissionTest : public testing::Test {
 protected:
  Result<Submitted> submit(std::vector<Order> orders, bool bulk = false) {
    Result<Submitted> answer = Error{};
    test::run_coroutine(io, [&]() -> awaitable<void> {
      SubmitOptions options{.bulk = bulk, .once = once};
      answer = co_await submission.submit(std::move(orders), std::move(options));
    });
    return answer;
  }
  Result<Submitted> submit_one(Order order) {
    std::vector<Order> one;
    one.push_back(std::move(order));
    return submit(std::move(one));
  }
  static Order order(std::string url) {
    return {.record_id = "r", .project_id = "p", .photo_url = std::move(url), .vendor = "v"};
  }
  jobs::Job job(const jobs::JobId& id) {
    jobs::Job out;
    test::run_coroutine(io, [&]() -> awaitable<void> { out = *co_await store.get(id); });
    return out;
  }
  jobs::QueueCounts counts() {
    jobs::QueueCounts out;
    test::run_coroutine(io, [&]() -> awaitable<void> {
      out = *co_await store.counts(std::string(jobs::kBackgroundRemoval));
    });
    return out;
  }

  std::optional<jobs::Once> once;  // With each call of submit().
  boost::asio::io_context io;
  SystemClock clock;
  store_memory::MemoryStore store{io.get_executor()};
  test::FakeAssets assets;
  test::FakePhotos photos;
  Estimator estimator;
  EventHub hub{io.get_executor()};
  Announcer announcer{hub, store};
  Submission submission{{.store = store,
                         .assets = assets,
                         .photos = photos,
                         .estimator = estimator,
                         .announcer = announcer,
                         .clock = clock},
                        {.waiting_max = 5, .bulk_max = 4, .photo_bytes_max = 100}};
};

TEST_F(SubmissionTest, makes_a_durable_job_of_an_order) {
  const auto said = submit_one(order("http://x/a"));
  ASSERT_TRUE(said);
  ASSERT_EQ(said->job_ids.size(), 1U);
  EXPECT_GE(said->estimated_seconds, 1);
  const jobs::Job made = job(said->job_ids[0]);
  EXPECT_EQ(made.queue, jobs::kBackgroundRemoval);
  EXPECT_EQ(made.vendor, "v");
  EXPECT_EQ(made.payload_json, R"({"recordId":"r","projectId":"p","photoUrl":"http://x/a","vendorId":"v"})");
  EXPECT_EQ(made.retry.attempts_max, 3);
  EXPECT_EQ(made.retry.backoff_first, Millis{2000});
  EXPECT_EQ(made.timeout, Millis{60'000});
}

TEST_F(SubmissionTest, takes_all_orders_of_a_call_or_none) {
  photos.refusals["http://x/bad"] = {.code = Errc::address_refused, .message = "is not allowed"};
  std::vector<Order> orders;
  orders.push_back(order("http://x/a"));
  orders.push_back(order("http://x/bad"));
  const auto said = submit(std::move(orders), true);
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code, Errc::address_refused);
  ASSERT_EQ(said.error().fields.size(), 1U);
  EXPECT_EQ(said.error().fields[0], (FieldProblem{"photoUrls[1]", "is not allowed"}));
  EXPECT_EQ(counts().waiting, 0U);
}

TEST_F(SubmissionTest, names_the_field_of_a_single_call) {
  photos.refusals["ftp://x"] = {.code = Errc::invalid_input,
                                .message = "must begin with http:// or https://"};
  const auto said = submit_one(order("ftp://x"));
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().fields[0].field, "photoUrl");
}

TEST_F(SubmissionTest, keeps_an_upload_before_the_job_exists) {
  Order upload = order("");
  upload.upload = Bytes::copy_of(std::string_view("photo"));
  const auto said = submit_one(std::move(upload));
  ASSERT_TRUE(said);
  ASSERT_EQ(assets.files.size(), 1U);
  const auto payload = payload_from_json(job(said->job_ids[0]).payload_json);
  EXPECT_EQ(payload->photo_key, assets.files.begin()->first);
  EXPECT_EQ(payload->photo_url, assets.url_of(payload->photo_key));
}

TEST_F(SubmissionTest, keeps_the_bytes_of_a_data_uri_not_its_text) {
  const auto said = submit_one(order("data:image/png;base64,aGVsbG8="));
  ASSERT_TRUE(said) << said.error().text();
  EXPECT_EQ(assets.files.begin()->second, "hello");
  EXPECT_THAT(job(said->job_ids[0]).payload_json, testing::Not(HasSubstr("base64")));
}

TEST_F(SubmissionTest, keeps_the_image_of_a_watermark_once_for_all_jobs_of_a_call) {
  std::vector<Order> orders;
  for (int i = 0; i < 2; ++i) {
    Order& one = orders.emplace_back(order("http://x/a"));
    one.work = boost::json::parse(
                   R"({"operations":[{"type":"watermark","imageUrl":"data:image/png;base64,aGVsbG8="}]})")
                   .as_object();
  }
  const auto said = submit(std::move(orders), true);
  ASSERT_TRUE(said) << said.error().text();
  ASSERT_EQ(assets.files.size(), 1U);
  EXPECT_EQ(assets.files.begin()->second, "hello");
  for (const jobs::JobId& id : said->job_ids) {
    const auto payload = payload_from_json(job(id).payload_json);
    ASSERT_TRUE(payload);
    const std::string url = assets.url_of(assets.files.begin()->first);
    EXPECT_EQ(payload->work.at("operations").at(0).at("imageUrl"), boost::json::string(url));
    EXPECT_EQ(held_image(payload->work, url), assets.files.begin()->first);
  }
}

TEST_F(SubmissionTest, names_the_field_of_an_image_that_must_not_be_fetched) {
  photos.refusals["ftp://x"] = {.code = Errc::invalid_input, .message = "must be an http(s) address"};
  Order refused = order("http://x/a");
  refused.work = boost::json::parse(R"({"options":{"backgroundImageUrl":"ftp://x"}})").as_object();
  const auto said = submit_one(std::move(refused));
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().fields[0].field, "options.backgroundImageUrl");
  EXPECT_TRUE(assets.files.empty());
}

TEST_F(SubmissionTest, refuses_photos_that_are_empty_or_too_large) {
  Order upload = order("");
  upload.upload = Bytes();
  EXPECT_EQ(submit_one(std::move(upload)).error().code, Errc::invalid_input);
  Order large = order("");
  large.upload = Bytes(101);
  EXPECT_EQ(submit_one(std::move(large)).error().code, Errc::too_large);
  EXPECT_EQ(submit_one(order("data:image/png;base64,@@")).error().code, Errc::invalid_input);
}

TEST_F(SubmissionTest, refuses_more_photos_than_a_call_may_have) {
  std::vector<Order> orders;
  for (int i = 0; i < 5; ++i) orders.push_back(order("http://x/a"));
  EXPECT_EQ(submit(std::move(orders), true).error().code, Errc::invalid_input);
}

TEST_F(SubmissionTest, refuses_new_jobs_when_the_queue_is_full) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(submit_one(order("http://x/a")));
  const auto said = submit_one(order("http://x/a"));
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code, Errc::queue_full);
  EXPECT_EQ(counts().waiting, 5U);
}

TEST_F(SubmissionTest, estimates_from_depth_and_speed) {
  estimator.seed(std::string(jobs::kBackgroundRemoval), Millis{2000});
  EXPECT_EQ(submit_one(order("http://x/a"))->estimated_seconds, 2);
  EXPECT_EQ(submit_one(order("http://x/a"))->estimated_seconds, 4);
  EXPECT_EQ(submit_one(order("http://x/a"))->estimated_seconds, 6);
}

TEST_F(SubmissionTest, makes_a_batch_of_a_bulk_call) {
  std::vector<Order> orders;
  orders.push_back(order("http://x/a"));
  orders.push_back(order("http://x/b"));
  const auto all = hub.subscribe({});
  const auto said = submit(std::move(orders), true);
  ASSERT_TRUE(said);
  ASSERT_TRUE(said->batch);
  EXPECT_EQ(job(said->job_ids[1]).batch, said->batch);
  EXPECT_EQ(job(said->job_ids[1]).project, "p");
  EventHub::Subscription::Batch heard;
  test::run_coroutine(io, [&]() -> awaitable<void> { heard = co_await all->next(Millis{0}); });
  ASSERT_EQ(heard.events.size(), 2U);
  EXPECT_EQ(heard.events[1].type, EventType::queued);
  EXPECT_EQ(heard.events[1].job, said->job_ids[1]);
  EXPECT_EQ(heard.events[1].batch, said->batch);
  EXPECT_FALSE(submit_one(order("http://x/c"))->batch);
}

TEST_F(SubmissionTest, answers_a_repeated_call_as_the_first) {
  estimator.seed(std::string(jobs::kBackgroundRemoval), Millis{2000});
  once = jobs::Once{.scope = "v", .key = "k", .fingerprint = "1", .note = {}};
  const auto first = submit_one(order("http://x/a"));
  const auto again = submit_one(order("http://x/a"));
  ASSERT_TRUE(again);
  EXPECT_FALSE(first->repeated);
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->job_ids, first->job_ids);
  EXPECT_EQ(again->estimated_seconds, first->estimated_seconds);
  EXPECT_EQ(counts().waiting, 1U);
  once->fingerprint = "2";
  EXPECT_EQ(submit_one(order("http://x/b")).error().code, Errc::idempotency_conflict);
}

TEST_F(SubmissionTest, delays_a_job_that_asks_for_it) {
  Order later = order("http://x/a");
  later.delay = Millis{60'000};
  const auto said = submit_one(std::move(later));
  EXPECT_EQ(job(said->job_ids[0]).state, jobs::JobState::delayed);
}

TEST_F(SubmissionTest, refuses_work_once_it_stops) {
  submission.stop();
  EXPECT_EQ(submit_one(order("http://x/a")).error().code, Errc::unavailable);
}

}  // namespace
}  // namespace cutroom::engine
