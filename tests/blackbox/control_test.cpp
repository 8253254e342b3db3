// Looking at jobs and deciding about them, as a caller sees it: real binary, real HTTP, the tiny model.
#include <algorithm>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http_client.hpp"
#include "server_process.hpp"
#include "support/photo_server.hpp"
#include "support/wait_until.hpp"

namespace cutroom::test {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

constexpr std::chrono::seconds kStateMax{60};

class ControlApiTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    photos = new PhotoServer;
    data = new TempFolder;
    server = new ServerProcess(data->path(), {"--jobs-backoff-ms", "3600000"});
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(server->terminate(), 0) << "SIGTERM must end the server in order";
    delete server;
    delete data;
    delete photos;
  }
  // Each test has a vendor of its own, so that it sees its own jobs alone.
  ControlApiTest() : vendor(testing::UnitTest::GetInstance()->current_test_info()->name()) {}

  static std::string api(const std::string& path) { return server->url("/api/image-queue/" + path); }
  static Answer post(const std::string& path, const json::value& body = json::object{},
                     const std::vector<std::string>& headers = {}) {
    std::vector<std::string> all = headers;
    all.push_back("Content-Type: application/json");
    return send("POST", api(path), all, json::serialize(body));
  }
  json::object order(const std::string& path, json::object options = {}) const {
    json::object body{
        {"recordId", "r"}, {"projectId", "p"}, {"photoUrl", photos->url(path)}, {"vendorId", vendor}};
    if (!options.empty()) body["options"] = std::move(options);
    return body;
  }
  std::string queue(const std::string& path, json::object options = {}) const {
    const Answer answer = post("remove-bg-queue", order(path, std::move(options)));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return std::string(answer.json().at("jobId").as_string());
  }
  json::value queue_batch(const std::vector<std::string>& paths) const {
    json::array records;
    json::array urls;
    for (const std::string& path : paths) {
      records.push_back(json::string("r" + std::to_string(records.size())));
      urls.push_back(json::string(photos->url(path)));
    }
    const json::object body{
        {"projectId", "p"}, {"vendorId", vendor}, {"recordIds", records}, {"photoUrls", urls}};
    const Answer answer = post("bulk-remove-bg", body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json();
  }
  static json::value job(const std::string& id, const std::string& query = "") {
    const Answer answer = get(api("job/" + id + query));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json();
  }
  static std::string state(const std::string& id) { return std::string(job(id).at("state").as_string()); }
  static json::value ended(const std::string& id) { return job(id, "?wait=60s"); }
  static void until_active(const std::string& id) {
    ASSERT_TRUE(wait_until([&] { return state(id) == "active"; }, kStateMax));
  }

  const std::string vendor;
  static PhotoServer* photos;
  static TempFolder* data;
  static ServerProcess* server;
};

PhotoServer* ControlApiTest::photos = nullptr;
TempFolder* ControlApiTest::data = nullptr;
ServerProcess* ControlApiTest::server = nullptr;

TEST_F(ControlApiTest, a_long_poll_answers_when_the_job_has_ended) {
  const json::value done = job(queue("/photo.png"), "?wait=60s");
  EXPECT_EQ(done.at("state"), "completed");
  EXPECT_EQ(get(api("job/1?wait=2m")).status, 400);
  const Answer unknown = get(api("job/1?wiat=2s"));
  EXPECT_EQ(unknown.status, 400);
  EXPECT_THAT(unknown.body, HasSubstr("wiat"));
  const std::string held = queue("/hang");
  EXPECT_NE(job(held, "?wait=50ms").at("state"), "completed");
  EXPECT_EQ(post("job/" + held + "/cancel").status, 200);
}

TEST_F(ControlApiTest, a_running_job_is_cancelled_at_its_next_step) {
  const std::string id = queue("/hang");
  until_active(id);
  const Answer answer = post("job/" + id + "/cancel");
  EXPECT_EQ(answer.status, 200);
  const json::value last = ended(id);
  EXPECT_EQ(last.at("state"), "failed");
  EXPECT_EQ(last.at("failedReason"), "Cancelled");
  EXPECT_EQ(post("job/" + id + "/cancel").status, 409);
  EXPECT_EQ(post("job/999999999/cancel").status, 404);
}

TEST_F(ControlApiTest, a_delayed_job_is_promoted_cancelled_or_waits) {
  const std::string promoted = queue("/photo.png", {{"delayMs", 3'600'000}});
  EXPECT_EQ(state(promoted), "delayed");
  EXPECT_EQ(post("job/" + promoted + "/promote").status, 200);
  EXPECT_EQ(ended(promoted).at("state"), "completed");
  EXPECT_EQ(post("job/" + promoted + "/promote").status, 409);

  const std::string cancelled = queue("/photo.png", {{"delayMs", 3'600'000}});
  EXPECT_EQ(post("job/" + cancelled + "/cancel").json().at("state"), "failed");
  const Answer refused = post("remove-bg-queue", order("/photo.png", {{"delayMs", -1}}));
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr("options.delayMs"));
}

TEST_F(ControlApiTest, dead_letters_are_listed_retried_and_forgotten) {
  const std::string missing = queue("/status/404");
  const std::string text = queue("/html");
  EXPECT_EQ(ended(missing).at("state"), "failed");
  EXPECT_EQ(ended(text).at("state"), "failed");
  const auto failed = [&] {
    return get(api("jobs?state=failed&vendorId=" + vendor)).json().at("jobs").as_array();
  };
  ASSERT_EQ(failed().size(), 2U);
  EXPECT_EQ(failed()[0].at("id").as_string(), text) << "newest first";

  photos->answer("/status/404", 200, "image/png", std::string(small_png()));
  EXPECT_EQ(
      post("jobs/retry", {{"vendorId", vendor}, {"reason", "404"}}).json().at("retried").to_number<int>(), 1);
  EXPECT_EQ(ended(missing).at("state"), "completed");
  EXPECT_EQ(post("job/" + text + "/retry").status, 200);
  EXPECT_EQ(ended(text).at("state"), "failed");
  EXPECT_EQ(post("job/" + missing + "/retry").status, 409);

  EXPECT_EQ(send("DELETE", api("job/" + text)).status, 200);
  EXPECT_EQ(get(api("job/" + text)).status, 404);
  EXPECT_EQ(send("DELETE", api("job/" + text)).status, 404);
  const Answer wrong = post("jobs/retry", {{"vendor", vendor}});
  EXPECT_EQ(wrong.status, 400);
  EXPECT_THAT(wrong.body, HasSubstr("vendorId"));
}

TEST_F(ControlApiTest, lists_jobs_page_by_page) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(queue("/photo.png", {{"delayMs", 3'600'000}}));
  const std::string base = "jobs?limit=2&projectId=p&queue=background-removal&vendorId=" + vendor;
  std::vector<std::string> listed;
  std::string cursor;
  do {
    const json::value page = get(api(base + (cursor.empty() ? "" : "&cursor=" + cursor))).json();
    EXPECT_LE(page.at("jobs").as_array().size(), 2U);
    for (const auto& one : page.at("jobs").as_array()) listed.emplace_back(one.at("id").as_string());
    cursor = page.at("nextCursor").is_null() ? "" : std::string(page.at("nextCursor").as_string());
  } while (!cursor.empty());
  std::reverse(listed.begin(), listed.end());
  EXPECT_EQ(listed, ids);
  for (const char* wrong : {"jobs?state=done", "jobs?limit=0", "jobs?limit=501", "jobs?cursor=x",
                            "jobs?since=monday", "jobs?page=2", "jobs?limit=1&limit=2"})
    EXPECT_EQ(get(api(wrong)).status, 400) << wrong;
}

TEST_F(ControlApiTest, the_log_tells_each_attempt_and_its_steps) {
  const std::string id = queue("/status/502");
  ASSERT_TRUE(wait_until([&] { return state(id) == "delayed"; }, kStateMax));
  photos->answer("/status/502", 200, "image/png", std::string(small_png()));
  ASSERT_EQ(post("job/" + id + "/promote").status, 200);
  ASSERT_EQ(ended(id).at("state"), "completed");
  const json::value log = get(api("job/" + id + "/logs")).json();
  const json::array& attempts = log.at("attempts").as_array();
  ASSERT_EQ(attempts.size(), 2U) << json::serialize(log);
  EXPECT_EQ(attempts[0].at("outcome"), "retried");
  EXPECT_THAT(std::string(attempts[0].at("error").as_string()), HasSubstr("502"));
  EXPECT_EQ(attempts[1].at("outcome"), "completed");
  EXPECT_EQ(attempts[1].at("steps").at(0).at(0), "fetch");
  EXPECT_EQ(get(api("job/999999999/logs")).status, 404);
}

TEST_F(ControlApiTest, a_bulk_call_is_a_batch_with_one_end) {
  const json::value said = queue_batch({"/photo.png", "/text", "/photo.png?2"});
  const std::string id(said.at("batchId").as_string());
  const json::value batch = get(api("batch/" + id + "?wait=60s")).json();
  EXPECT_EQ(batch.at("total").to_number<int>(), 3);
  EXPECT_EQ(batch.at("completed").to_number<int>(), 2);
  EXPECT_EQ(batch.at("failed").to_number<int>(), 1);
  EXPECT_EQ(batch.at("done"), true);
  EXPECT_EQ(batch.at("progress").to_number<int>(), 100);
  EXPECT_EQ(get(api("jobs?batchId=" + id)).json().at("jobs").as_array().size(), 3U);
  EXPECT_EQ(job(std::string(said.at("jobIds").at(0).as_string())).at("batchId").as_string(), id);
  EXPECT_EQ(get(api("batch/999999999")).status, 404);
  EXPECT_EQ(get(api("batch/none")).status, 404);
}

TEST_F(ControlApiTest, what_is_left_of_a_batch_is_cancelled) {
  const json::value said = queue_batch({"/hang", "/hang?2", "/hang?3", "/hang?4", "/hang?5"});
  const std::string id(said.at("batchId").as_string());
  const json::value cancelled = post("batch/" + id + "/cancel").json();
  EXPECT_EQ(cancelled.at("cancelled").to_number<int>(), 5);
  EXPECT_EQ(get(api("batch/" + id + "?wait=60s")).json().at("failed").to_number<int>(), 5);
}

TEST_F(ControlApiTest, a_paused_queue_takes_jobs_but_runs_none) {
  ASSERT_EQ(post("queues/background-removal/pause").status, 200);
  const std::string id = queue("/photo.png");
  EXPECT_EQ(state(id), "paused");
  EXPECT_EQ(job(id, "?wait=50ms").at("state"), "paused");
  const std::string drained = queue("/photo.png");
  EXPECT_EQ(
      post("queues/background-removal/drain", {{"vendorId", "nobody"}}).json().at("removed").to_number<int>(),
      0);
  EXPECT_EQ(send("DELETE", api("job/" + drained)).status, 200);
  ASSERT_EQ(post("queues/background-removal/resume").status, 200);
  EXPECT_EQ(ended(id).at("state"), "completed");
  EXPECT_EQ(post("queues/none/pause").status, 404);
  EXPECT_EQ(post("queues/background-removal/drain", {{"vendorId", 7}}).status, 400);
}

TEST_F(ControlApiTest, a_form_that_is_sent_again_is_the_same_call) {
  const auto send_form = [this](const std::string& boundary, const std::string& record) {
    const auto field = [&](const std::string& name, const std::string& content) {
      return "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + content +
             "\r\n";
    };
    const std::string body = field("recordId", record) + field("vendorId", vendor) +
                             field("photo", std::string(small_png())) + "--" + boundary + "--\r\n";
    return send("POST", api("remove-bg-queue"),
                {"Content-Type: multipart/form-data; boundary=" + boundary, "Idempotency-Key: form-1"}, body);
  };
  const Answer first = send_form("----WebKitFormBoundaryA", "7");
  const Answer again = send_form("----WebKitFormBoundaryB", "7");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.headers.at("idempotent-replayed"), "true");
  EXPECT_EQ(send_form("----WebKitFormBoundaryA", "8").status, 409);
}

TEST_F(ControlApiTest, the_same_key_gives_the_same_answer) {
  const std::vector<std::string> key{"Idempotency-Key: once-1"};
  const Answer first = post("remove-bg-queue", order("/photo.png"), key);
  const Answer again = post("remove-bg-queue", order("/photo.png"), key);
  ASSERT_EQ(first.status, 200);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.headers.at("idempotent-replayed"), "true");
  EXPECT_FALSE(first.headers.contains("idempotent-replayed"));
  const Answer other = post("remove-bg-queue", order("/photo.png?2"), key);
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(other.json().at("code"), "idempotency_conflict");
  EXPECT_EQ(
      post("remove-bg-queue", order("/photo.png"), {"Idempotency-Key: " + std::string(256, 'x')}).status,
      400);
  EXPECT_EQ(get(api("jobs?vendorId=" + vendor)).json().at("jobs").as_array().size(), 1U);
}

TEST_F(ControlApiTest, events_of_a_job_tell_its_life_and_end_with_it) {
  photos->answer("/later.png", 200, "image/png", std::string(small_png()));
  const std::string id = queue("/later.png", {{"delayMs", 3'600'000}});
  std::string heard;
  std::jthread listener([&] { heard = get(api("job/" + id + "/events")).body; });
  const auto is_heard = [] {
    return get(server->url("/api/worker/health")).json().at("subscribers").to_number<int>() > 0;
  };
  EXPECT_TRUE(wait_until(is_heard, kStateMax));
  ASSERT_EQ(post("job/" + id + "/promote").status, 200);
  listener.join();
  EXPECT_THAT(heard, HasSubstr("event: state\ndata: {\"id\":\"" + id));
  EXPECT_THAT(heard, HasSubstr("event: active\n"));
  EXPECT_THAT(heard, HasSubstr("event: progress\n"));
  EXPECT_THAT(heard, HasSubstr("event: completed\ndata: {\"jobId\":\"" + id));
  EXPECT_LT(heard.find("event: active"), heard.find("event: completed"));

  // Who comes too late is told the end; who has seen it is told to stay away.
  const Answer late = get(api("job/" + id + "/events"));
  EXPECT_EQ(late.headers.at("content-type"), "text/event-stream");
  EXPECT_THAT(late.body, HasSubstr("event: completed\n"));
  const std::size_t at = heard.rfind("\nid: ") + 5;
  const std::string last_id = heard.substr(at, heard.find('\n', at) - at);
  EXPECT_EQ(get(api("job/" + id + "/events"), {"Last-Event-ID: " + last_id}).status, 204);
}

TEST_F(ControlApiTest, events_go_on_where_a_listener_was_cut_off) {
  const std::string id = queue("/photo.png?cut", {{"delayMs", 3'600'000}});
  ASSERT_EQ(post("job/" + id + "/promote").status, 200);
  ended(id);
  const std::string all = get(api("job/" + id + "/events"), {"Last-Event-ID: stranger-1"}).body;
  EXPECT_THAT(all, HasSubstr("event: state\n")) << "an id of another process: the present state";
}

TEST_F(ControlApiTest, events_of_a_batch_end_with_it) {
  const json::value said = queue_batch({"/photo.png?b1", "/photo.png?b2"});
  const std::string heard = get(api("batch/" + std::string(said.at("batchId").as_string()) + "/events")).body;
  EXPECT_THAT(heard, HasSubstr("event: batch-completed\n"));
  EXPECT_THAT(heard, HasSubstr("\"total\":2"));
  EXPECT_EQ(get(api("batch/999999999/events")).status, 404);
  EXPECT_EQ(get(api("job/999999999/events")).status, 404);
  EXPECT_EQ(get(api("events?vendor=x")).status, 400);
}

}  // namespace
}  // namespace cutroom::test
