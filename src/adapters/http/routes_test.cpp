// The handlers, without sockets.
#include "adapters/http/routes.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/http/routes_fixture.hpp"

namespace cutroom::http {
namespace {

namespace json = boost::json;

TEST_F(Routes, one_photo_is_queued) {
  const Response response =
      post("/api/image-queue/remove-bg-queue",
           R"({"recordId":17,"projectId":"p","photoUrl":"https://x/y","vendorId":"v1"})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.text(),
            R"({"success":true,"jobId":"1","recordId":17,"message":"Job queued for processing",)"
            R"("estimatedTime":1})");
  ASSERT_EQ(test.store.jobs.size(), 1U);
  EXPECT_EQ(test.store.jobs[0].vendor, "v1");
  EXPECT_EQ(test.store.jobs[0].queue, "background-removal");
}

TEST_F(Routes, the_record_id_comes_back_as_it_was_given) {
  const Response response =
      post("/api/image-queue/remove-bg-queue", R"({"recordId":"r\"1","photoUrl":"https://x/y"})");
  EXPECT_EQ(body_of(response)["recordId"], "r\"1");
}

TEST_F(Routes, without_a_vendor_the_callers_address_is_it) {
  post("/api/image-queue/remove-bg-queue", R"({"recordId":1,"photoUrl":"https://x/y"})");
  post("/api/image-queue/bulk-remove-bg", R"({"recordIds":[1],"photoUrls":["https://x/y"]})");
  ASSERT_EQ(test.store.jobs.size(), 2U);
  EXPECT_EQ(test.store.jobs[0].vendor, "192.0.2.7");
  EXPECT_EQ(test.store.jobs[1].vendor, "192.0.2.7");
}

TEST_F(Routes, missing_fields_are_400_with_details) {
  const Response response = post("/api/image-queue/remove-bg-queue", R"({"recordId":1})");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.text(), R"({"error":"recordId and photoUrl are required","code":"invalid_input",)"
                             R"("details":[{"field":"photoUrl","problem":"is required"}]})");
}

TEST_F(Routes, a_photo_address_that_may_not_be_fetched_is_named) {
  const Response response =
      post("/api/image-queue/remove-bg-queue", R"({"recordId":1,"photoUrl":"ftp://x"})");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(body_of(response)["details"].at(0).at("field"), "photoUrl");
}

TEST_F(Routes, an_uploaded_photo_is_kept_before_its_job_is) {
  Request request{.verb = Verb::post, .path = "/api/image-queue/remove-bg-queue"};
  request.headers.content_type = "multipart/form-data; boundary=b";
  request.body =
      "--b\r\nContent-Disposition: form-data; name=\"recordId\"\r\n\r\n5\r\n--b\r\nContent-Disposition: "
      "form-data; "
      "name=\"photo\"; filename=\"x\"\r\n\r\n" +
      std::string(300'000, 'p') + "\r\n--b--";  // Big enough for the pool.
  const Response response = ask(std::move(request));
  EXPECT_EQ(response.status, 200) << response.text();
  EXPECT_EQ(body_of(response)["recordId"], "5");
  ASSERT_EQ(test.assets.files.size(), 1U);
  EXPECT_EQ(test.assets.files.begin()->second, std::string(300'000, 'p'));
}

TEST_F(Routes, a_thousand_photos_are_one_call) {
  std::string ids;
  std::string urls;
  for (int i = 0; i < 1'500; ++i) {
    ids += (i ? "," : "") + std::to_string(i);
    urls += std::string(i ? "," : "") + "\"https://example.com/photos/" + std::to_string(i) +
            std::string(100, 'x') + '"';
  }
  const Response response =
      post("/api/image-queue/bulk-remove-bg",
           "{\"recordIds\":[" + ids + "],\"photoUrls\":[" + urls + "],\"vendorId\":\"v\"}");
  ASSERT_EQ(response.status, 200) << response.text();
  json::object body = body_of(response);
  EXPECT_EQ(body["success"], true);
  EXPECT_EQ(body["count"], 1'500);
  EXPECT_EQ(body["jobIds"].as_array().size(), 1'500U);
  EXPECT_EQ(body["jobIds"].at(0), "1");
  EXPECT_EQ(body["message"], "Bulk jobs queued for processing");
  EXPECT_GE(body["estimatedTime"].as_int64(), 1);
}

TEST_F(Routes, a_full_queue_is_429_with_retry_after) {
  test.store.queue_counts["background-removal"].waiting = engine::SubmissionLimits{}.waiting_max;
  const Response response =
      post("/api/image-queue/remove-bg-queue", R"({"recordId":1,"photoUrl":"https://x"})");
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(body_of(response)["code"], "queue_full");
  EXPECT_TRUE(response.header("Retry-After"));
}

TEST_F(Routes, a_store_that_fails_is_503_and_says_nothing_of_the_inside) {
  test.store.broken = Error{.code = Errc::storage_failed, .detail = "disk /dev/sda1 is full"};
  const Response response = get("/api/image-queue/job/1");
  EXPECT_EQ(response.status, 503);
  EXPECT_TRUE(response.header("retry-after"));
  EXPECT_EQ(response.text().find("sda1"), std::string::npos);
}

TEST_F(Routes, a_job_is_shown_in_bulls_words) {
  jobs::Job job{.id = "9", .queue = "background-removal", .vendor = "v", .payload_json = R"({"recordId":1})"};
  job.state = jobs::JobState::completed;
  job.progress = 100;
  job.attempts_made = 1;
  job.created_at = from_unix_ms(1'000);
  job.processed_at = from_unix_ms(2'000);
  job.finished_at = from_unix_ms(3'000);
  job.result_json = R"({"success":true,"photoUrl":"http://a/b.png"})";
  test.store.jobs.push_back(job);
  const Response response = get("/api/image-queue/job/9");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(
      response.text(),
      R"({"id":"9","queue":"background-removal","state":"completed","progress":100,"data":{"recordId":1},)"
      R"("result":{"success":true,"photoUrl":"http://a/b.png"},"failedReason":null,"attemptsMade":1,)"
      R"("maxAttempts":3,"priority":0,"timestamp":1000,"vendorId":"v","runAt":null,"processedOn":2000,"finishedOn":3000})");
}

TEST_F(Routes, an_unfinished_job_has_nulls) {
  test.store.jobs.push_back({.id = "3", .queue = "background-removal", .payload_json = "{}"});
  const json::object body = body_of(get("/api/image-queue/job/3"));
  EXPECT_EQ(body.at("state"), "waiting");
  for (const char* field : {"result", "failedReason", "processedOn", "finishedOn"})
    EXPECT_TRUE(body.at(field).is_null()) << field;
}

TEST_F(Routes, an_unknown_job_is_404) {
  for (const char* id : {"77", "abc", "1e3", "-1", "99999999999999999999999999", "%00", "1%2F2"}) {
    const Response response = get(std::string("/api/image-queue/job/") + id);
    EXPECT_EQ(response.status, 404) << id;
    EXPECT_EQ(response.text(), R"({"error":"Job not found","code":"not_found"})");
  }
}

TEST_F(Routes, queue_stats_has_three_queues_and_a_time) {
  test.store.queue_counts["background-removal"] = {
      .waiting = 1, .active = 2, .completed = 3, .failed = 4, .delayed = 5, .paused = 6};
  const std::string zero = R"({"waiting":0,"active":0,"completed":0,"failed":0,"delayed":0,"paused":0})";
  EXPECT_EQ(
      get("/api/image-queue/queue-stats").text(),
      R"({"backgroundRemoval":{"waiting":1,"active":2,"completed":3,"failed":4,"delayed":5,"paused":6},)"
      R"("faceCrop":)" +
          zero + R"(,"imageProcessing":)" + zero + R"(,"timestamp":"2024-05-06T12:53:20.123Z"})");
}

TEST_F(Routes, worker_health_counts_what_is_still_to_be_done) {
  test.store.queue_counts["background-removal"] = {
      .waiting = 1, .active = 2, .completed = 3, .delayed = 5, .paused = 6};
  test.store.queue_counts["face-crop"] = {.waiting = 4};
  const Response response = get("/api/worker/health");
  EXPECT_EQ(response.status, 200);
  json::object body = body_of(response);
  EXPECT_EQ(body["status"], "healthy");
  EXPECT_EQ(body["bgRemovalQueueSize"], 12);
  EXPECT_EQ(body["faceCropQueueSize"], 4);
  EXPECT_EQ(body["timestamp"], "2024-05-06T12:53:20.123Z");
}

TEST_F(Routes, worker_health_is_unhealthy_while_a_part_is_not_ready) {
  test.readiness.set("model", "loading");
  const Response response = get("/api/worker/health");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(body_of(response)["status"], "unhealthy");
  EXPECT_EQ(body_of(response)["notReady"].at("model"), "loading");
  test.store.broken = Error{.code = Errc::storage_failed};
  EXPECT_EQ(body_of(get("/api/worker/health"))["status"], "unhealthy");
}

TEST_F(Routes, worker_health_shows_all_workers_and_what_they_run) {
  test.workers.all = std::vector<engine::WorkerState>{
      {.id = "w1",
       .host = "a",
       .pid = 7,
       .version = "1.0",
       .started_at = from_unix_ms(0),
       .heartbeat_at = from_unix_ms(1'500),
       .queues = {{.name = "background-removal", .slots = 3, .running = {"17", "18"}},
                  {.name = "face-crop", .slots = 2, .running = {}}}},
      {.id = "w2"}};
  const json::value workers = body_of(get("/api/worker/health"))["workers"];
  ASSERT_EQ(workers.as_array().size(), 2U);
  EXPECT_EQ(json::serialize(workers.at(0)),
            R"({"id":"w1","host":"a","pid":7,"version":"1.0","startedAt":"1970-01-01T00:00:00.000Z",)"
            R"("heartbeatAt":"1970-01-01T00:00:01.500Z","queues":[)"
            R"({"queue":"background-removal","slots":3,"active":2,"jobs":["17","18"]},)"
            R"({"queue":"face-crop","slots":2,"active":0,"jobs":[]}]})");
}

TEST_F(Routes, worker_health_is_unhealthy_when_no_worker_is_alive) {
  test.workers.all = std::vector<engine::WorkerState>{};
  const Response response = get("/api/worker/health");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(body_of(response)["status"], "unhealthy");
  EXPECT_EQ(body_of(response)["bgRemovalQueueSize"], 0);
  test.workers.all = Error{.code = Errc::unavailable};
  EXPECT_EQ(get("/api/worker/health").status, 503);
  EXPECT_EQ(body_of(get("/api/worker/health"))["status"], "unhealthy");
}

TEST_F(Routes, readyz_names_what_is_not_ready) {
  test.readiness.set("model", "");
  EXPECT_EQ(get("/readyz").status, 200);
  test.readiness.set("model", "loading");
  const Response response = get("/readyz");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(body_of(response)["details"].at(0).at("field"), "model");
  EXPECT_TRUE(response.header("Retry-After"));
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(Routes, the_front_page_lists_every_route) {
  const Response response = get("/");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.content_type.starts_with("text/html"));
  for (const Route& route : route_table())
    EXPECT_NE(response.text().find("<code>" + std::string(route.pattern) + "</code>"), std::string::npos);
}

TEST_F(Routes, what_is_not_utf8_in_an_address_is_a_problem_and_told_in_json) {
  const Response value = ask({.verb = Verb::get, .path = "/api/image-queue/jobs", .query = "projectId=%FF"});
  EXPECT_EQ(value.status, 400);
  EXPECT_EQ(body_of(value).at("error"), "projectId must be valid UTF-8");
  const Response name = ask({.verb = Verb::get, .path = "/api/image-queue/jobs", .query = "%FFa=1"});
  EXPECT_EQ(name.status, 400);
  EXPECT_THAT(std::string(body_of(name).at("error").as_string()),
              testing::StartsWith("\uFFFDa is not known"));
  EXPECT_EQ(post("/api/image-queue/queues/%FF/pause", "").status, 404);
}

TEST_F(Routes, unknown_paths_are_404_and_other_verbs_405) {
  const Response unknown = get("/api/nothing");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.text(), R"({"error":"Not found","code":"not_found"})");
  const Response wrong = get("/api/image-queue/remove-bg-queue");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("Allow"), "POST, OPTIONS");
  EXPECT_EQ(body_of(wrong)["code"], "method_not_allowed");
  EXPECT_EQ(ask({.verb = Verb::del, .path = "/healthz"}).header("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(ask({.verb = Verb::other, .path = "/healthz"}).status, 405);
}

TEST_F(Routes, a_preflight_says_what_may_be_sent) {
  const Response response = ask({.verb = Verb::options, .path = "/api/image-queue/remove-bg-queue"});
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.header("Access-Control-Allow-Methods"), "POST, OPTIONS");
  EXPECT_NE(response.header("Access-Control-Allow-Headers")->find("Content-Type"), std::string::npos);
  EXPECT_EQ(ask({.verb = Verb::options, .path = "/nowhere"}).status, 404);
}

TEST_F(Routes, only_routes_with_a_body_may_have_one) {
  const ServerOptions options;
  Request request{.verb = Verb::post, .path = "/api/image-queue/remove-bg-queue"};
  EXPECT_EQ(body_bytes_max(find_route(route_table(), request), request, options), options.json_bytes_max);
  request.headers.content_type = "Multipart/form-data; boundary=b";
  EXPECT_GT(body_bytes_max(find_route(route_table(), request), request, options), options.photo_bytes_max);
  request = {.verb = Verb::get, .path = "/healthz"};
  EXPECT_EQ(body_bytes_max(find_route(route_table(), request), request, options), 0U);
  EXPECT_EQ(body_bytes_max(nullptr, request, options), 0U);
}

boost::asio::awaitable<Response> throwing(const Api&, Request&) { throw std::runtime_error("secret"); }

TEST_F(Routes, a_handler_that_throws_is_500_without_its_words) {
  const Route route{
      Verb::get, "/x", throwing, BodyRule::none, engine::RequestClass::none, engine::Access::anyone, ""};
  Request request{.verb = Verb::get, .path = "/x"};
  Response response;
  boost::asio::io_context loop;
  boost::asio::co_spawn(
      loop, [&]() -> boost::asio::awaitable<void> { response = co_await answer(test.api, &route, request); },
      boost::asio::detached);
  loop.run();
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.text(), R"({"error":"Internal error","code":"internal"})");
}

TEST(ErrorDocs, every_code_is_in_the_table_with_its_status) {
  std::ifstream file(CUTROOM_ERRORS_DOC);
  ASSERT_TRUE(file);
  const std::string doc{std::istreambuf_iterator<char>(file), {}};
  for (int i = 0; i <= static_cast<int>(Errc::internal); ++i) {
    const ErrorRow& row = error_row(static_cast<Errc>(i));
    const std::string line = "| `" + std::string(row.code) + "` | " + std::to_string(row.http_status) +
                             " | " + (row.retryable ? "yes" : "no") + " | " + std::string(row.public_text) +
                             " |";
    EXPECT_NE(doc.find(line), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace cutroom::http
