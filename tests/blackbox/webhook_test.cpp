// Webhooks out of the real binary into a real receiver.
#include <chrono>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.hpp"
#include "http_client.hpp"
#include "server_process.hpp"
#include "support/photo_server.hpp"
#include "support/wait_until.hpp"

namespace cutroom::test {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

// The value of a header of what was seen.
std::string header(const SeenRequest& request, const std::string& name) {
  const std::size_t at = request.head.find(name + ": ");
  if (at == std::string::npos) return {};
  const std::size_t from = at + name.size() + 2;
  return request.head.substr(from, request.head.find("\r\n", from) - from);
}

constexpr std::chrono::seconds kDeliveredMax{60};

class WebhookTest : public testing::Test {
 protected:
  std::string queue(const std::string& webhook_path) {
    const json::value body{{"recordId", "r"},
                           {"photoUrl", receiver.url("/photo.png")},
                           {"vendorId", "v"},
                           {"options", {{"webhookUrl", receiver.url(webhook_path)}}}};
    const Answer answer = post_json(server.url("/api/image-queue/remove-bg-queue"), body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    const std::string id(answer.json().at("jobId").as_string());
    EXPECT_EQ(get(server.url("/api/image-queue/job/" + id + "?wait=60s")).json().at("state"), "completed");
    return id;
  }
  // The delivery that followed the job, once it is in the state.
  json::value delivery(const std::string& state) {
    json::value last;
    const auto is_in_the_state = [&] {
      const json::value page = get(server.url("/api/image-queue/jobs?queue=webhook&vendorId=v")).json();
      const auto& list = page.at("jobs").as_array();
      if (list.empty() || list[0].at("state").as_string() != state) return false;
      last = list[0];
      return true;
    };
    if (!wait_until(is_in_the_state, kDeliveredMax)) throw std::runtime_error("it never is " + state);
    return last;
  }

  PhotoServer receiver;
  TempFolder data;
  ServerProcess server{data.path()};
};

TEST_F(WebhookTest, tells_the_receiver_signed_what_became_of_the_job) {
  receiver.answer("/hook", 204, "text/plain", "");
  const std::string id = queue("/hook");
  delivery("completed");
  const SeenRequest seen = receiver.last_request("/hook");
  EXPECT_EQ(seen.method, "POST");
  const json::value body = json::parse(seen.body);
  EXPECT_EQ(body.at("type"), "job.completed");
  EXPECT_EQ(body.at("data").at("jobId").as_string(), id);
  EXPECT_EQ(body.at("data").at("result").at("success"), true);
  EXPECT_THAT(header(seen, "webhook-id"), HasSubstr("msg_"));
  EXPECT_THAT(header(seen, "webhook-signature"), HasSubstr("v1,"));
  EXPECT_FALSE(header(seen, "webhook-timestamp").empty());
}

TEST_F(WebhookTest, a_receiver_that_fails_is_asked_again_and_the_log_says_so) {
  receiver.answer("/hook", 500, "text/plain", "");
  queue("/hook");
  const std::string id(delivery("delayed").at("id").as_string());
  for (const int failures : {2, 3}) {
    ASSERT_EQ(post_json(server.url("/api/image-queue/job/" + id + "/promote"), std::string()).status, 200);
    ASSERT_TRUE(wait_until(
        [&] {
          const json::value job = get(server.url("/api/image-queue/job/" + id)).json();
          return job.at("attemptsMade").to_number<int>() >= failures;
        },
        kDeliveredMax));
    delivery("delayed");
  }
  receiver.answer("/hook", 200, "text/plain", "");
  ASSERT_EQ(post_json(server.url("/api/image-queue/job/" + id + "/promote"), std::string()).status, 200);
  delivery("completed");
  const json::value log = get(server.url("/api/image-queue/job/" + id + "/logs")).json();
  ASSERT_EQ(log.at("attempts").as_array().size(), 4U);
  EXPECT_THAT(std::string(log.at("attempts").at(2).at("error").as_string()), HasSubstr("500"));
  EXPECT_EQ(log.at("attempts").at(3).at("outcome"), "completed");
}

TEST_F(WebhookTest, a_receiver_that_is_gone_is_not_asked_again) {
  receiver.answer("/hook", 410, "text/plain", "");
  queue("/hook");
  EXPECT_THAT(std::string(delivery("failed").at("failedReason").as_string()), HasSubstr("410"));
}

TEST_F(WebhookTest, a_vendor_has_a_webhook_of_its_own_until_its_receiver_says_enough) {
  const std::string api = server.url("/api/image-queue/webhook?vendorId=v");
  const std::vector<std::string> json_type{"Content-Type: application/json"};
  const std::string wanted = json::serialize(json::object{{"url", receiver.url("/hook")}});
  EXPECT_EQ(send("PUT", api, json_type, wanted).status, 409) << "nobody has set the vendor up";
  ASSERT_EQ(post_json(server.url("/api/admin/vendors"), json::value{{"id", "v"}}).status, 201);
  const std::string admin_key(post_json(server.url("/api/admin/vendors/v/keys"), json::value(json::object{}))
                                  .json()
                                  .at("key")
                                  .as_string());
  const std::string key = "X-Api-Key: " + admin_key;

  EXPECT_EQ(get(api, {key}).status, 404);
  EXPECT_EQ(send("PUT", api, {key, json_type[0]}, R"({"url":"http://10.0.0.1/x"})").status, 403);
  EXPECT_EQ(send("PUT", api, {key, json_type[0]}, R"({"url":"http://a/x","events":["job.done"]})").status,
            400);
  const Answer set = send("PUT", api, {key, json_type[0]}, wanted);
  ASSERT_EQ(set.status, 200) << set.body;
  EXPECT_THAT(std::string(set.json().at("secret").as_string()), HasSubstr("whsec_"));
  const Answer shown = get(api, {key});
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.body.find("whsec_"), std::string::npos) << "the secret is shown once";

  receiver.answer("/hook", 410, "text/plain", "");
  ASSERT_EQ(send("POST", server.url("/api/image-queue/webhook/test?vendorId=v"), {key}, "").status, 200);
  ASSERT_TRUE(wait_until([&] { return get(api, {key}).status == 404; }, kDeliveredMax));
  const json::value log = get(server.url("/api/image-queue/webhook/deliveries?vendorId=v"), {key}).json();
  ASSERT_EQ(log.at("deliveries").as_array().size(), 1U);
  EXPECT_EQ(log.at("deliveries").at(0).at("type"), "test");
  EXPECT_THAT(receiver.last_request("/hook").body, HasSubstr("\"type\":\"test\""));
}

TEST_F(WebhookTest, a_slow_receiver_holds_up_no_job) {
  queue("/hang");
  receiver.answer("/hook", 200, "text/plain", "");
  queue("/hook");
  delivery("completed");
}

TEST_F(WebhookTest, an_address_inside_the_network_is_refused_before_anything_is_queued) {
  for (const char* url :
       {"http://169.254.169.254/x", "http://10.0.0.1/x", "ftp://example.com/x", "nonsense"}) {
    const json::value body{
        {"recordId", "r"}, {"photoUrl", receiver.url("/photo.png")}, {"options", {{"webhookUrl", url}}}};
    const Answer answer = post_json(server.url("/api/image-queue/remove-bg-queue"), body);
    EXPECT_TRUE(answer.status == 400 || answer.status == 403) << url << " " << answer.body;
    EXPECT_THAT(answer.body, HasSubstr("webhookUrl")) << url;
  }
}

}  // namespace
}  // namespace cutroom::test
