#include "engine/webhooks.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/store_memory/memory_store.hpp"
#include "base/digest.hpp"
#include "engine/orders.hpp"
#include "engine/webhook_path.hpp"
#include "run_coroutine.hpp"

namespace cutroom::engine {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;
using jobs::JobState;
using testing::HasSubstr;

class FakeNotifier final : public delivery::Notifier {
 public:
  Result<int> answer = 200;
  std::vector<delivery::Notice> notices;
  Result<void> check(const std::string&) const override { return {}; }
  awaitable<Result<int>> post(delivery::Notice notice, std::stop_token) override {
    notices.push_back(std::move(notice));
    co_return answer;
  }
};

class WebhooksTest : public testing::Test {
 protected:
  static jobs::Job ended_job(std::string webhook_url = {}) {
    jobs::Job job{.id = "7", .queue = std::string(jobs::kBackgroundRemoval), .vendor = "v"};
    job.payload_json = to_json(Payload{
        .record_id = "r", .photo_url = "http://x/y", .vendor = "v", .webhook_url = std::move(webhook_url)});
    return job;
  }
  // Runs one attempt at the delivery.
  Result<std::string> deliver(const jobs::NewJob& delivery) {
    jobs::Job job{.id = "11", .queue = delivery.queue, .vendor = delivery.vendor};
    job.payload_json = delivery.payload_json;
    job.created_at = from_unix_ms(1'715'000'000'007);
    Result<std::string> result = Error{};
    test::run_coroutine(io, [&]() -> awaitable<void> {
      StepTimes times;
      Attempt attempt{.job = job, .stop = {}, .report = [](int) {}, .times = times};
      result = co_await path.run(attempt);
    });
    return result;
  }

  boost::asio::io_context io;
  SystemClock clock;
  store_memory::MemoryStore store{io.get_executor()};
  FakeNotifier notifier;
  std::optional<WebhookEndpoint> endpoint;
  std::vector<std::string> gone;
  Webhooks webhooks{{.clock = clock,
                     .endpoint_of = [this](const std::string&) { return endpoint; },
                     .default_secret = "whsec_c2VjcmV0"}};
  WebhookPath path{{.webhooks = webhooks,
                    .notifier = notifier,
                    .store = store,
                    .clock = clock,
                    .gone = [this](const std::string& vendor) { gone.push_back(vendor); }}};
};

// The vector of the Standard Webhooks reference libraries.
TEST(WebhookSignature, is_that_of_the_standard) {
  EXPECT_EQ(webhook_signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                              1614265330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, secrets_are_long_and_never_the_same) {
  EXPECT_TRUE(new_webhook_secret().starts_with("whsec_"));
  EXPECT_GE(new_webhook_secret().size(), 38U);
  EXPECT_NE(new_webhook_secret(), new_webhook_secret());
}

TEST_F(WebhooksTest, nobody_is_told_where_nobody_asked_for_it) {
  EXPECT_TRUE(webhooks.after_job(ended_job(), JobState::completed, "{}").empty());
  EXPECT_FALSE(webhooks.after_batch("v"));
  EXPECT_EQ(webhooks.test("v").error().code, Errc::conflict);
}

TEST_F(WebhooksTest, tells_the_address_that_came_with_the_job_and_the_vendors) {
  endpoint = WebhookEndpoint{.url = "http://vendor/hook", .secret = {}, .events = {}};
  const auto deliveries =
      webhooks.after_job(ended_job("http://job/hook"), JobState::completed, R"({"success":true})");
  ASSERT_EQ(deliveries.size(), 2U);
  for (const auto& delivery : deliveries) {
    EXPECT_EQ(delivery.queue, kWebhookQueue);
    EXPECT_EQ(delivery.vendor, "v");
    ASSERT_TRUE(deliver(delivery));
  }
  EXPECT_EQ(notifier.notices[0].url, "http://vendor/hook");
  EXPECT_EQ(notifier.notices[1].url, "http://job/hook");
  const json::value body = json::parse(notifier.notices[1].body);
  EXPECT_EQ(body.at("type"), "job.completed");
  EXPECT_EQ(body.at("timestamp"), "2024-05-06T12:53:20.007Z");
  EXPECT_EQ(body.at("data").at("jobId"), "7");
  EXPECT_EQ(body.at("data").at("recordId"), "r");
  EXPECT_EQ(body.at("data").at("state"), "completed");
  EXPECT_EQ(body.at("data").at("result").at("success"), true);
}

TEST_F(WebhooksTest, tells_only_what_the_vendor_wants_to_hear) {
  endpoint = WebhookEndpoint{.url = "http://vendor/hook", .secret = {}, .events = {"job.failed"}};
  EXPECT_TRUE(webhooks.after_job(ended_job(), JobState::completed, "{}").empty());
  EXPECT_EQ(webhooks.after_job(ended_job(), JobState::failed, "no face").size(), 1U);
  EXPECT_FALSE(webhooks.after_batch("v"));
}

TEST_F(WebhooksTest, signs_what_it_sends_under_an_id_that_stays) {
  const auto delivery = webhooks.after_job(ended_job("http://job/hook"), JobState::failed, "no face").at(0);
  ASSERT_TRUE(deliver(delivery));
  ASSERT_TRUE(deliver(delivery));
  EXPECT_EQ(notifier.notices[0].body, notifier.notices[1].body);
  for (const delivery::Notice& notice : notifier.notices) {
    const auto& headers = notice.headers;
    ASSERT_EQ(headers.size(), 3U);
    EXPECT_EQ(headers[0], std::pair(std::string("webhook-id"), std::string("msg_11")));
    EXPECT_EQ(headers[1].first, "webhook-timestamp");
    EXPECT_EQ(headers[2].first, "webhook-signature");
    EXPECT_EQ(headers[2].second,
              "v1," + base64_of(hmac_sha256("secret", "msg_11." + headers[1].second + "." + notice.body)));
  }
}

TEST_F(WebhooksTest, tells_a_batch_with_its_counts) {
  endpoint = WebhookEndpoint{.url = "http://vendor/hook", .secret = {}, .events = {}};
  jobs::Handover handover{.jobs = {{.queue = "q", .vendor = "v", .payload_json = "{}"}},
                          .as_batch = true,
                          .after_batch = webhooks.after_batch("v")};
  jobs::Job delivery;
  test::run_coroutine(io, [&]() -> awaitable<void> {
    co_await store.accept(std::move(handover), clock.now());
    jobs::ClaimOptions options{.queue = "q", .now = clock.now()};
    auto claimed = co_await store.claim(options);
    co_await store.complete(claimed->job->lease, "{}", clock.now());
    options.queue = kWebhookQueue;
    claimed = co_await store.claim(options);
    delivery = claimed->job->job;
  });
  ASSERT_TRUE(deliver({.queue = delivery.queue, .vendor = "v", .payload_json = delivery.payload_json}));
  const json::value body = json::parse(notifier.notices.at(0).body);
  EXPECT_EQ(body.at("type"), "batch.completed");
  EXPECT_EQ(body.at("data").at("completed").to_number<int>(), 1);
}

TEST_F(WebhooksTest, a_refusing_receiver_is_asked_again_a_leaving_one_is_not) {
  const auto delivery = webhooks.after_job(ended_job("http://job/hook"), JobState::failed, "no").at(0);
  EXPECT_EQ(delivery.retry.attempts_max, 33);
  for (const int status : {500, 404, 302, 429}) {
    notifier.answer = status;
    const auto result = deliver(delivery);
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().retryable()) << status;
    EXPECT_THAT(result.error().text(), HasSubstr(std::to_string(status)));
  }
  notifier.answer = Error{.code = Errc::timed_out};
  EXPECT_TRUE(deliver(delivery).error().retryable());
  notifier.answer = 410;
  EXPECT_FALSE(deliver(delivery).error().retryable());
  EXPECT_TRUE(gone.empty()) << "the address came with the job: the vendor's own stays";
  endpoint = WebhookEndpoint{.url = "http://vendor/hook", .secret = {}, .events = {}};
  EXPECT_FALSE(deliver(*webhooks.test("v")).error().retryable());
  EXPECT_EQ(gone, std::vector<std::string>{"v"});
  endpoint.reset();
  EXPECT_FALSE(deliver(jobs::NewJob{.queue = "webhook", .vendor = "v", .payload_json = R"({"type":"test"})"}))
      << "taken away meanwhile";
}

TEST_F(WebhooksTest, attempts_last_about_a_day) {
  const jobs::RetryPolicy retry =
      webhooks.after_job(ended_job("http://job/hook"), JobState::failed, "no").at(0).retry;
  Millis total{0};
  for (int made = 1; made < retry.attempts_max; ++made) total += jobs::next_backoff(retry, made).value();
  EXPECT_GT(total, std::chrono::hours{22});
  EXPECT_LT(total, std::chrono::hours{26});
}

}  // namespace
}  // namespace cutroom::engine
