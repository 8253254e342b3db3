#include "adapters/api_client/api_client.hpp"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "support/photo_server.hpp"
#include "support/temporary_folder.hpp"

namespace cutroom::api_client {
namespace {

constexpr const char* kUpload = "/api/image-queue/remove-bg-queue";

class Client : public testing::Test {
 protected:
  ApiClient client() { return ApiClient(server_.url("/")); }
  std::filesystem::path photo(const std::string& content = "photo bytes") {
    std::ofstream(folder_.path() / "me.jpg", std::ios::binary) << content;
    return folder_.path() / "me.jpg";
  }
  static std::string content_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  test::PhotoServer server_;
  test::TemporaryFolder folder_;
};

TEST_F(Client, uploads_a_photo_with_its_fields) {
  server_.answer(kUpload, 200, "application/json", R"({"success":true,"jobId":"17","recordId":"r1"})");
  const auto id =
      client().upload({.photo = photo(), .record_id = "r1", .vendor_id = "v1", .project_id = "p1"});
  ASSERT_TRUE(id) << id.error().message << id.error().detail;
  EXPECT_EQ(*id, "17");
  const auto request = server_.last_request(kUpload);
  EXPECT_EQ(request.method, "POST");
  EXPECT_NE(request.head.find("Content-Type: multipart/form-data; boundary="), std::string::npos);
  for (const char* part : {"name=\"recordId\"\r\n\r\nr1\r\n", "name=\"vendorId\"\r\n\r\nv1\r\n",
                           "name=\"projectId\"\r\n\r\np1\r\n", "name=\"photo\"; filename=\"me.jpg\"\r\n",
                           "\r\n\r\nphoto bytes\r\n"})
    EXPECT_NE(request.body.find(part), std::string::npos) << part << "\nin\n" << request.body;
}

TEST_F(Client, leaves_out_what_is_not_given) {
  server_.answer(kUpload, 200, "application/json", R"({"jobId":17})");
  EXPECT_EQ(client().upload({.photo = photo(), .record_id = "r1"}).value(), "17");
  EXPECT_EQ(server_.last_request(kUpload).body.find("vendorId"), std::string::npos);
}

TEST_F(Client, uploads_a_photo_of_many_megabytes) {
  server_.answer(kUpload, 200, "application/json", R"({"jobId":"1"})");
  const std::string big(5U << 20U, 'x');
  ASSERT_TRUE(client().upload({.photo = photo(big), .record_id = "r1"}));
  EXPECT_NE(server_.last_request(kUpload).body.find(big), std::string::npos);
}

TEST_F(Client, repeats_the_servers_words_when_it_says_no) {
  server_.answer(kUpload, 429, "application/json", R"({"error":"Too many jobs are waiting"})");
  const auto id = client().upload({.photo = photo(), .record_id = "r1"});
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().code, Errc::queue_full);
  EXPECT_EQ(id.error().message, "Too many jobs are waiting");
}

TEST_F(Client, sends_its_key_with_everything_and_nobody_elses) {
  server_.answer(kUpload, 200, "application/json", R"({"jobId":"1"})");
  server_.answer("/api/admin/vendors", 201, "application/json", R"({"id":"a"})");
  ApiClient with_key(server_.url(""), "ck_secret");
  ASSERT_TRUE(with_key.upload({.photo = photo(), .record_id = "r1"}));
  EXPECT_NE(server_.last_request(kUpload).head.find("X-Api-Key: ck_secret\r\n"), std::string::npos);
  EXPECT_EQ(with_key.call("POST", "/api/admin/vendors", R"({"id":"a"})").value(), R"({"id":"a"})");
  const auto request = server_.last_request("/api/admin/vendors");
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.body, R"({"id":"a"})");
  EXPECT_NE(request.head.find("X-Api-Key: ck_secret\r\n"), std::string::npos);
  EXPECT_NE(request.head.find("Content-Type: application/json\r\n"), std::string::npos);
  ASSERT_TRUE(client().upload({.photo = photo(), .record_id = "r1"}));
  EXPECT_EQ(server_.last_request(kUpload).head.find("X-Api-Key"), std::string::npos);
}

TEST_F(Client, tells_being_limited_from_a_full_queue) {
  server_.answer("/api/image-queue/job/1", 429, "application/json",
                 R"({"error":"Too many reading requests","code":"rate_limited"})");
  EXPECT_EQ(client().job("1").error().code, Errc::rate_limited);
  server_.answer("/api/image-queue/job/1", 401, "application/json", R"({"error":"A key is needed"})");
  EXPECT_EQ(client().job("1").error().code, Errc::unauthorized);
  server_.answer("/api/image-queue/job/1", 403, "application/json", R"({"error":"No"})");
  EXPECT_EQ(client().job("1").error().code, Errc::forbidden);
}

TEST(Encoded, leaves_nothing_that_means_something_in_a_path) {
  EXPECT_EQ(encoded("acme-1_2.x~"), "acme-1_2.x~");
  EXPECT_EQ(encoded("a/b?c=d&e ü%"), "a%2Fb%3Fc%3Dd%26e%20%C3%BC%25");
}

TEST_F(Client, says_when_the_photo_cannot_be_read) {
  const auto id = client().upload({.photo = folder_.path() / "none.jpg", .record_id = "r1"});
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().code, Errc::invalid_input);
  EXPECT_EQ(server_.requests(), 0U);
}

TEST_F(Client, shows_a_job_in_each_state) {
  server_.answer("/api/image-queue/job/17", 200, "application/json",
                 R"({"id":"17","state":"completed","progress":100,"failedReason":null,
                     "result":{"success":true,"photoUrl":"http://h/assets/ab/x.png"}})");
  const auto done = client().job("17");
  ASSERT_TRUE(done);
  EXPECT_EQ(done->id, "17");
  EXPECT_EQ(done->state, "completed");
  EXPECT_EQ(done->progress, 100);
  EXPECT_EQ(done->photo_url, "http://h/assets/ab/x.png");
  EXPECT_EQ(done->failed_reason, "");

  server_.answer("/api/image-queue/job/18", 200, "application/json",
                 R"({"id":"18","state":"failed","progress":10,"failedReason":"Not an image","result":null})");
  const auto failed = client().job("18");
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->failed_reason, "Not an image");
  EXPECT_EQ(failed->photo_url, "");
}

TEST_F(Client, says_not_found_for_an_unknown_job) {
  server_.answer("/api/image-queue/job/1", 404, "application/json", R"({"error":"Job not found"})");
  EXPECT_EQ(client().job("1").error().code, Errc::not_found);
  EXPECT_EQ(client().job("1").error().message, "Job not found");
  EXPECT_EQ(client().job("../x").error().code, Errc::invalid_input);
}

TEST_F(Client, says_when_the_answer_is_no_json) {
  server_.answer("/api/image-queue/job/1", 200, "text/html", "<html>");
  EXPECT_EQ(client().job("1").error().code, Errc::upstream_failed);
  server_.answer("/api/image-queue/job/1", 502, "text/html", "<html>");
  EXPECT_EQ(client().job("1").error().message, "The server answered 502");
}

TEST_F(Client, downloads_the_result_from_its_own_server_whatever_host_the_link_names) {
  server_.answer("/assets/ab/x.png", 200, "image/png", std::string(test::small_png()));
  for (const std::string& link :
       {server_.url("/assets/ab/x.png"), std::string("https://elsewhere.example/deep/assets/ab/x.png"),
        std::string("/assets/ab/x.png")}) {
    const auto to = folder_.path() / "out.png";
    const auto done = client().download(link, to);
    ASSERT_TRUE(done) << done.error().message << done.error().detail;
    EXPECT_TRUE(content_of(to) == test::small_png());
    std::filesystem::remove(to);
  }
  EXPECT_EQ(server_.requests("/assets/ab/x.png"), 3U);
}

TEST_F(Client, leaves_no_file_when_the_download_fails) {
  const auto to = folder_.path() / "out.png";
  EXPECT_EQ(client().download(server_.url("/assets/ab/x.png"), to).error().code, Errc::not_found);
  EXPECT_EQ(client().download("http://elsewhere.example/x.png", to).error().code, Errc::invalid_input);
  EXPECT_EQ(client().download("/assets/x", folder_.path() / "no" / "out.png").error().code,
            Errc::storage_failed);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(Client, follows_no_redirect) {
  server_.answer("/api/image-queue/job/1", 302, "text/plain", "");
  EXPECT_FALSE(client().job("1"));
}

TEST_F(Client, keeps_one_connection) {
  server_.answer("/api/image-queue/job/1", 200, "application/json", R"({"id":"1","state":"waiting"})");
  ApiClient one = client();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(one.job("1"));
  EXPECT_EQ(server_.connections(), 1U);
}

TEST(ApiClient, says_when_no_server_answers) {
  EXPECT_EQ(ApiClient("http://127.0.0.1:1").job("1").error().code, Errc::unavailable);
  for (const char* bad : {"", "127.0.0.1:1", "file:///etc", "http://", "http:", "https:///"})
    EXPECT_EQ(ApiClient(bad).job("1").error().code, Errc::invalid_input) << bad;
}

}  // namespace
}  // namespace cutroom::api_client
