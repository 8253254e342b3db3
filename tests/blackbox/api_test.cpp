// The API as a caller sees it: the real binary, real HTTP, a real photo server, the tiny model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/codec_vips/vips_codec.hpp"
#include "http_client.hpp"
#include "server_process.hpp"
#include "support/photo_server.hpp"

namespace cutroom::test {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

class ApiTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    photos = new PhotoServer;
    data = new TempFolder;
    server = new ServerProcess(data->path(), {"--jobs-backoff-ms", "10"});
  }
  static void TearDownTestSuite() {
    const int exit_code = server->terminate();
    EXPECT_EQ(exit_code, 0) << "SIGTERM must end the server in order";
    delete server;
    delete data;
    delete photos;
  }

  static std::string url(const std::string& path) { return server->url(path); }
  static Answer queue(const json::value& body) {
    return post_json(url("/api/image-queue/remove-bg-queue"), body);
  }

  // The job once it has ended.
  static json::value ended(const std::string& id) {
    for (;;) {
      const Answer answer = get(url("/api/image-queue/job/" + id));
      EXPECT_EQ(answer.status, 200);
      json::value job = answer.json();
      const auto& state = job.at("state").as_string();
      if (state == "completed" || state == "failed") return job;
    }
  }
  static json::value run(const std::string& photo_url, const json::object& options = {}) {
    json::object body{{"recordId", "r"}, {"projectId", "p"}, {"photoUrl", photo_url}, {"vendorId", "v"}};
    if (!options.empty()) body["options"] = options;
    const Answer answer = queue(body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return ended(std::string(answer.json().at("jobId").as_string()));
  }
  static void expect_failed_at_once(const json::value& job, const std::string& words) {
    EXPECT_EQ(job.at("state").as_string(), "failed");
    EXPECT_EQ(job.at("attemptsMade").to_number<int>(), 1) << "tried again though it can't help";
    EXPECT_THAT(std::string(job.at("failedReason").as_string()), HasSubstr(words));
  }

  static PhotoServer* photos;
  static TempFolder* data;
  static ServerProcess* server;
};

PhotoServer* ApiTest::photos = nullptr;
TempFolder* ApiTest::data = nullptr;
ServerProcess* ApiTest::server = nullptr;

std::string png_of(imaging::Size size, int bands = 3) {
  static const codec_vips::VipsLibrary vips;
  imaging::Image image(size, bands);
  for (std::size_t i = 0; i < image.samples.size(); ++i) image.samples[i] = static_cast<std::uint8_t>(i * 5);
  return std::string(codec_vips::VipsCodec(vips).encode(image, {})->view());
}

TEST_F(ApiTest, queues_a_photo_and_gives_its_cut_out) {
  const Answer answer = queue({{"recordId", "r1"},
                               {"projectId", "p1"},
                               {"photoUrl", photos->url("/photo.png")},
                               {"vendorId", "acme"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  const json::value said = answer.json();
  EXPECT_EQ(said.at("success"), true);
  EXPECT_EQ(said.at("recordId"), "r1");
  EXPECT_EQ(said.at("message"), "Job queued for processing");
  EXPECT_GE(said.at("estimatedTime").to_number<int>(), 1);

  const json::value job = ended(std::string(said.at("jobId").as_string()));
  EXPECT_EQ(job.at("id"), said.at("jobId"));
  EXPECT_EQ(job.at("state"), "completed");
  EXPECT_EQ(job.at("progress").to_number<int>(), 100);
  EXPECT_EQ(job.at("data").at("photoUrl").as_string(), photos->url("/photo.png"));
  EXPECT_EQ(job.at("data").at("vendorId"), "acme");
  EXPECT_EQ(job.at("result").at("success"), true);
  EXPECT_TRUE(job.at("failedReason").is_null());
  EXPECT_EQ(job.at("attemptsMade").to_number<int>(), 1);

  const std::string link(job.at("result").at("photoUrl").as_string());
  EXPECT_TRUE(link.starts_with(url("/assets/"))) << link;
  const Answer asset = get(link);
  EXPECT_EQ(asset.status, 200);
  EXPECT_EQ(asset.headers.at("content-type"), "image/png");
  EXPECT_THAT(asset.headers.at("cache-control"), HasSubstr("immutable"));
  EXPECT_TRUE(asset.body.starts_with("\x89PNG"));

  EXPECT_EQ(get(link, {"if-none-match: " + asset.headers.at("etag")}).status, 304);
  const Answer part = get(link, {"range: bytes=1-3"});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "PNG");
}

TEST_F(ApiTest, queues_many_photos_in_one_call) {
  json::array records;
  json::array urls;
  for (int i = 0; i < 1000; ++i) {
    records.emplace_back(i);
    urls.emplace_back(photos->url("/photo.png"));
  }
  const Answer answer = post_json(
      url("/api/image-queue/bulk-remove-bg"),
      json::value{{"recordIds", records}, {"projectId", "p"}, {"photoUrls", urls}, {"vendorId", "bulk"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  const json::value said = answer.json();
  EXPECT_EQ(said.at("success"), true);
  EXPECT_EQ(said.at("count").to_number<int>(), 1000);
  EXPECT_EQ(said.at("jobIds").as_array().size(), 1000U);
  EXPECT_EQ(said.at("message"), "Bulk jobs queued for processing");
  const json::value last = ended(std::string(said.at("jobIds").at(999).as_string()));
  EXPECT_EQ(last.at("state"), "completed");
  EXPECT_EQ(last.at("data").at("recordId").to_number<int>(), 999);
}

TEST_F(ApiTest, takes_an_uploaded_photo) {
  const Answer answer =
      post_form(url("/api/image-queue/remove-bg-queue"),
                {{"recordId", "up", ""}, {"vendorId", "v", ""}, {"photo", png_of({31, 17}), "photo.png"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  const json::value job = ended(std::string(answer.json().at("jobId").as_string()));
  EXPECT_EQ(job.at("state"), "completed") << json::serialize(job);
  EXPECT_EQ(job.at("result").at("width").to_number<int>(), 31);
  EXPECT_EQ(job.at("result").at("height").to_number<int>(), 17);
}

TEST_F(ApiTest, takes_a_data_uri) {
  const json::value job = run(
      "data:image/"
      "png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5E"
      "rkJggg==");
  EXPECT_EQ(job.at("state"), "completed") << json::serialize(job);
}

TEST_F(ApiTest, gives_the_format_that_was_asked_for) {
  const auto content_type = [&](const json::object& options) {
    const json::value job = run(photos->url("/photo.png"), options);
    EXPECT_EQ(job.at("state"), "completed") << json::serialize(job);
    return get(std::string(job.at("result").at("photoUrl").as_string())).headers["content-type"];
  };
  EXPECT_EQ(content_type({{"format", "webp"}}), "image/webp");
  EXPECT_EQ(content_type({{"format", "jpeg"}, {"background", "#ff0000"}}), "image/jpeg");
  EXPECT_EQ(content_type({{"maskOnly", true}}), "image/png");
}

TEST_F(ApiTest, counts_jobs_by_state) {
  run(photos->url("/photo.png"));
  const json::value stats = get(url("/api/image-queue/queue-stats")).json();
  for (const char* queue : {"backgroundRemoval", "faceCrop", "imageProcessing"})
    for (const char* state : {"waiting", "active", "completed", "failed", "delayed", "paused"})
      EXPECT_TRUE(stats.at(queue).at(state).is_number()) << queue << "." << state;
  EXPECT_GE(stats.at("backgroundRemoval").at("completed").to_number<int>(), 1);
  EXPECT_TRUE(stats.at("timestamp").is_string());
}

TEST_F(ApiTest, is_healthy_and_ready) {
  // Ready once the model has been loaded; until then it says what it waits for.
  Answer ready = get(url("/readyz"));
  while (ready.status == 503) {
    EXPECT_THAT(ready.body, HasSubstr("model"));
    ready = get(url("/readyz"));
  }
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(get(url("/healthz")).status, 200);
  const json::value health = get(url("/api/worker/health")).json();
  EXPECT_EQ(health.at("status"), "healthy");
  EXPECT_TRUE(health.at("bgRemovalQueueSize").is_number());
  EXPECT_TRUE(health.at("faceCropQueueSize").is_number());
}

TEST_F(ApiTest, names_missing_fields) {
  const Answer answer = queue({{"projectId", "p"}});
  EXPECT_EQ(answer.status, 400);
  const json::value said = answer.json();
  EXPECT_TRUE(said.at("error").is_string());
  EXPECT_EQ(said.at("code"), "invalid_input");
  EXPECT_EQ(said.at("details").at(0).at("field"), "recordId");
  EXPECT_EQ(said.at("details").at(1).at("field"), "photoUrl");
}

TEST_F(ApiTest, refuses_arrays_of_different_length) {
  const Answer answer = post_json(
      url("/api/image-queue/bulk-remove-bg"),
      json::value{{"recordIds", {"a", "b"}}, {"projectId", "p"}, {"photoUrls", {"https://x.example/a"}}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("photoUrls"));
}

TEST_F(ApiTest, refuses_what_is_not_json) {
  const Answer answer = post_json(url("/api/image-queue/remove-bg-queue"), std::string("{\"recordId\": "));
  EXPECT_EQ(answer.status, 400);
  EXPECT_TRUE(answer.json().at("error").is_string());
}

TEST_F(ApiTest, knows_no_job_that_was_never_queued) {
  const Answer answer = get(url("/api/image-queue/job/999999999"));
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.json().at("error"), "Job not found");
  EXPECT_EQ(get(url("/api/image-queue/job/no-number")).status, 404);
}

TEST_F(ApiTest, says_what_a_path_allows) {
  EXPECT_EQ(get(url("/nowhere")).status, 404);
  const Answer answer = send("DELETE", url("/api/image-queue/queue-stats"));
  EXPECT_EQ(answer.status, 405);
  EXPECT_THAT(answer.headers.at("allow"), HasSubstr("GET"));
}

TEST_F(ApiTest, gives_nothing_outside_the_assets) {
  for (const char* path :
       {"/assets/../jobs.db", "/assets/%2e%2e/jobs.db", "/assets//etc/passwd", "/assets/ab/none.png"})
    EXPECT_EQ(get(url(path)).status, 404) << path;
}

TEST_F(ApiTest, fails_a_missing_photo_at_once) {
  expect_failed_at_once(run(photos->url("/status/404")), "404");
}

TEST_F(ApiTest, fails_a_page_instead_of_an_image_at_once) {
  expect_failed_at_once(run(photos->url("/html")), "HTML");
}

TEST_F(ApiTest, tries_a_failing_photo_server_again) {
  const json::value job = run(photos->url("/status/500"));
  EXPECT_EQ(job.at("state"), "failed");
  EXPECT_EQ(job.at("attemptsMade").to_number<int>(), 3);
  EXPECT_THAT(std::string(job.at("failedReason").as_string()), HasSubstr("500"));
}

TEST_F(ApiTest, fails_a_picture_of_a_hundred_megapixels_before_decoding_it) {
  photos->answer("/bomb.png", 200, "image/png", png_of({10'000, 10'000}, 1));
  const json::value job = run(photos->url("/bomb.png"));
  EXPECT_EQ(job.at("state"), "failed");
  EXPECT_EQ(job.at("attemptsMade").to_number<int>(), 1);
  EXPECT_THAT(std::string(job.at("failedReason").as_string()), HasSubstr("100"));
}

TEST_F(ApiTest, never_connects_to_the_metadata_service) {
  const Answer answer = queue({{"recordId", "r"}, {"photoUrl", "http://169.254.169.254/latest/meta-data/"}});
  if (answer.status == 200) {
    expect_failed_at_once(ended(std::string(answer.json().at("jobId").as_string())), "169.254.169.254");
  } else {
    EXPECT_EQ(answer.status, 403);
    EXPECT_THAT(answer.body, HasSubstr("169.254.169.254"));
  }
}

// The address that --fetch-allow names is 127.0.0.1; the rest of the loopback range stays closed.
TEST_F(ApiTest, follows_no_redirect_to_a_private_address) {
  const json::value job = run(photos->url("/redirect-to?http://127.0.0.2/x.png"));
  expect_failed_at_once(job, "127.0.0.2");
}

TEST_F(ApiTest, refuses_a_name_that_resolves_to_a_private_address) {
  const TempFolder own;
  ServerProcess strict(own.path(), {"--fetch-allow", "192.0.2.1/32"});
  const Answer answer = post_json(strict.url("/api/image-queue/remove-bg-queue"),
                                  json::value{{"recordId", "r"}, {"photoUrl", "http://localhost/x.png"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  const std::string id(answer.json().at("jobId").as_string());
  json::value job;
  do job = get(strict.url("/api/image-queue/job/" + id)).json();
  while (job.at("state").as_string() != "failed");
  expect_failed_at_once(job, "not allowed");
}

TEST_F(ApiTest, is_still_alive_after_all_this) {
  EXPECT_TRUE(server->runs());
  EXPECT_EQ(get(url("/healthz")).status, 200);
}

TEST(Serve, refuses_to_be_open_to_everybody_by_accident) {
  TempFolder data;
  EXPECT_THROW(ServerProcess(data.path(), {"--listen", "0.0.0.0:0"}), std::runtime_error);
}

TEST(Serve, refuses_a_data_folder_that_another_process_uses) {
  TempFolder data;
  ServerProcess first(data.path());
  EXPECT_THROW(ServerProcess(data.path()), std::runtime_error);
  EXPECT_TRUE(first.runs());
}

}  // namespace
}  // namespace cutroom::test
