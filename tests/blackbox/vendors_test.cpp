// Vendors, keys and limits as an operator and a vendor meet them: the real binary, its command line, real
// HTTP.
#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cutroom_command.hpp"
#include "http_client.hpp"
#include "server_process.hpp"
#include "support/photo_server.hpp"

namespace cutroom::test {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

const std::string kAdminKey = "the-admin-key-of-this-test";
const std::string kQueue = "/api/image-queue/remove-bg-queue";

Answer post_with(const std::string& url, const std::string& key, const json::value& body) {
  return send("POST", url, {"content-type: application/json", "x-api-key: " + key}, json::serialize(body));
}
Answer get_with(const std::string& url, const std::string& key) {
  return get(url, {"authorization: Bearer " + key});
}

TEST(RateLimits, refuse_the_thirty_first_photo_of_a_vendor_by_default_and_nothing_else) {
  const TempFolder data;
  const ServerProcess server(data.path(), {"--workers", "false"}, RateLimits::standard);
  const auto queue = [&](const char* vendor) {
    return post_json(
        server.url(kQueue),
        json::value{{"recordId", "r"}, {"photoUrl", "https://photos.example/1.jpg"}, {"vendorId", vendor}});
  };
  for (int i = 0; i < 30; ++i) {
    const Answer answer = queue("acme");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.headers.at("ratelimit-limit"), "30");
    EXPECT_EQ(answer.headers.at("ratelimit-remaining"), std::to_string(29 - i));
  }
  const Answer refused = queue("acme");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.json().at("code"), "rate_limited");
  EXPECT_TRUE(refused.json().at("error").is_string());
  EXPECT_EQ(refused.headers.at("ratelimit-limit"), "30");
  EXPECT_EQ(refused.headers.at("ratelimit-remaining"), "0");
  const int wait = std::stoi(refused.headers.at("retry-after"));
  EXPECT_GT(wait, 3'400);
  EXPECT_LE(wait, 3'600);
  EXPECT_EQ(refused.headers.at("ratelimit-reset"), refused.headers.at("retry-after"));

  EXPECT_EQ(queue("other").status, 200);
  EXPECT_EQ(
      post_json(server.url("/api/image-queue/bulk-remove-bg"),
                json::value{{"recordIds", {1, 2}},
                            {"photoUrls", {"https://photos.example/1.jpg", "https://photos.example/2.jpg"}},
                            {"vendorId", "acme"}})
          .status,
      200);
  for (int i = 0; i < 500; ++i) ASSERT_EQ(get(server.url("/api/image-queue/job/1")).status, 200);
  EXPECT_EQ(get(server.url("/api/image-queue/queue-stats")).status, 200);
  EXPECT_EQ(get(server.url("/api/worker/health")).status / 100 == 2 ||
                get(server.url("/api/worker/health")).status == 503,
            true);
}

class VendorsTest : public testing::Test {
 protected:
  VendorsTest() { ::setenv("CUTROOM_ADMIN_KEY", kAdminKey.c_str(), 1); }
  ~VendorsTest() override { ::unsetenv("CUTROOM_ADMIN_KEY"); }

  static std::string vendor(const ServerProcess& server, std::vector<std::string> arguments,
                            int exit_code = 0) {
    std::vector<std::string> all{"vendor"};
    for (std::string& argument : arguments) all.push_back(std::move(argument));
    all.emplace_back("--server");
    all.push_back(server.url());
    const CommandOutput output = run_cutroom(std::move(all));
    EXPECT_EQ(output.exit_code, exit_code) << output.out;
    return output.out;
  }
  static std::string new_key(const ServerProcess& server, const std::string& id) {
    std::string key = vendor(server, {"key", "add", id, "--label", "shop"});
    key.erase(key.find_last_not_of('\n') + 1);
    return key;
  }
  json::object order() const { return {{"recordId", "r"}, {"photoUrl", photos.url("/photo.png")}}; }
  static json::value ended(const ServerProcess& server, const std::string& key, const json::value& queued) {
    const std::string path = "/api/image-queue/job/" + std::string(queued.at("jobId").as_string());
    for (;;) {
      const Answer answer = get_with(server.url(path), key);
      EXPECT_EQ(answer.status, 200);
      json::value job = answer.json();
      if (job.at("state").as_string() == "completed" || job.at("state").as_string() == "failed") return job;
    }
  }

  PhotoServer photos;
  TempFolder data;
};

TEST_F(VendorsTest, are_set_up_from_the_shell_and_work_with_their_keys) {
  std::string acme;
  std::string other;
  {
    ServerProcess server(data.path());
    EXPECT_EQ(post_json(server.url(kQueue), order()).status, 401);
    EXPECT_EQ(get(server.url("/api/admin/vendors")).status, 401);
    EXPECT_EQ(get(server.url("/healthz")).status, 200);

    vendor(server,
           {"add", "acme", "--name", "Acme Ltd", "--weight", "2", "--limit", "backgroundRemoval=300/1h"});
    vendor(server, {"add", "other"});
    EXPECT_THAT(vendor(server, {"list"}), HasSubstr("Acme Ltd"));
    acme = new_key(server, "acme");
    other = new_key(server, "other");
    ASSERT_TRUE(acme.starts_with("ck_")) << acme;

    const Answer queued = post_with(server.url(kQueue), acme, order());
    ASSERT_EQ(queued.status, 200) << queued.body;
    const json::value job = ended(server, acme, queued.json());
    EXPECT_EQ(job.at("state"), "completed") << json::serialize(job);
    EXPECT_EQ(job.at("data").at("vendorId"), "acme");
    const std::string job_url =
        server.url("/api/image-queue/job/" + std::string(queued.json().at("jobId").as_string()));
    EXPECT_EQ(get_with(job_url, other).status, 404);
    EXPECT_EQ(get(job_url).status, 401);
    EXPECT_EQ(get(std::string(job.at("result").at("photoUrl").as_string())).status, 200)
        << "a result can be read by who has its link";

    json::object foreign = order();
    foreign["vendorId"] = "other";
    EXPECT_EQ(post_with(server.url(kQueue), acme, foreign).status, 403);

    const json::value usage = json::parse(vendor(server, {"usage", "acme", "--json"}));
    EXPECT_EQ(usage.at("month").at("queued").to_number<int>(), 1);
    EXPECT_EQ(usage.at("month").at("jobs").to_number<int>(), 1);
    EXPECT_EQ(usage.at("month").at("images").to_number<int>(), 1);
    EXPECT_GT(usage.at("month").at("megapixels").to_number<double>(), 0.0);
    EXPECT_THAT(vendor(server, {"usage", "acme"}), HasSubstr("MEGAPIXELS"));
    EXPECT_EQ(server.terminate(), 0);
  }

  // Nothing of a secret on the disk, in no file.
  for (const auto& file : std::filesystem::recursive_directory_iterator(data.path())) {
    if (!file.is_regular_file()) continue;
    std::ifstream in(file.path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    for (const std::string& key : {acme, other})
      EXPECT_THAT(content, Not(HasSubstr(key.substr(16)))) << file.path();
    EXPECT_THAT(content, Not(HasSubstr(kAdminKey))) << file.path();
  }

  ServerProcess again(data.path(), {"--workers", "false"});
  EXPECT_EQ(post_with(again.url(kQueue), acme, order()).status, 200) << "keys outlive a restart";
  const std::string list = vendor(again, {"key", "list", "acme"});
  EXPECT_THAT(list, HasSubstr("shop"));
  EXPECT_THAT(list, Not(HasSubstr(acme.substr(16))));
  vendor(again, {"key", "revoke", "acme", acme.substr(3, 12)});
  EXPECT_EQ(post_with(again.url(kQueue), acme, order()).status, 401) << "revoked at once";
  EXPECT_EQ(post_with(again.url(kQueue), other, order()).status, 200);
  vendor(again, {"set", "other", "--quota", "2"});
  EXPECT_EQ(post_with(again.url(kQueue), other, order()).status, 200);
  const Answer used_up = post_with(again.url(kQueue), other, order());
  EXPECT_EQ(used_up.status, 429);
  EXPECT_EQ(used_up.json().at("code"), "quota_exceeded");
  vendor(again, {"set", "other", "--quota", "0", "--source-host", "photos.example"});
  EXPECT_EQ(post_with(again.url(kQueue), other, order()).status, 403);
  vendor(again, {"remove", "other"});
  EXPECT_EQ(post_with(again.url(kQueue), other, order()).status, 401);
  vendor(again, {"show", "other"}, 2);
}

TEST_F(VendorsTest, are_nobodys_business_without_the_admin_key) {
  ServerProcess server(data.path(), {"--workers", "false"});
  ::setenv("CUTROOM_ADMIN_KEY", "some-other-key-than-that", 1);
  vendor(server, {"list"}, 2);
  ::unsetenv("CUTROOM_ADMIN_KEY");
  vendor(server, {"list"}, 2);
}

TEST_F(VendorsTest, have_an_admin_key_that_is_never_printed) {
  const CommandOutput config = run_cutroom({"config"});
  EXPECT_EQ(config.exit_code, 0);
  EXPECT_THAT(config.out, HasSubstr("admin_key"));
  EXPECT_THAT(config.out, Not(HasSubstr(kAdminKey)));
  ::setenv("CUTROOM_ADMIN_KEY", "short", 1);
  EXPECT_EQ(run_cutroom({"config"}).exit_code, 2);
}

TEST(OpenServer, lets_the_first_vendor_be_set_up_on_its_own_machine) {
  ::unsetenv("CUTROOM_ADMIN_KEY");
  const TempFolder data;
  const ServerProcess server(data.path(), {"--workers", "false"});
  const json::value body{{"recordId", "r"}, {"photoUrl", "https://photos.example/1.jpg"}};
  EXPECT_EQ(post_json(server.url(kQueue), body).status, 200);
  EXPECT_EQ(run_cutroom({"vendor", "add", "acme", "--server", server.url()}).exit_code, 0);
  EXPECT_EQ(post_json(server.url(kQueue), body).status, 401);
  const CommandOutput key = run_cutroom({"vendor", "key", "add", "acme", "--server", server.url()});
  EXPECT_EQ(post_with(server.url(kQueue), key.out.substr(0, key.out.find('\n')), body).status, 200);
  EXPECT_EQ(run_cutroom({"vendor", "key", "add", "acme", "--server", server.url()}).exit_code, 2)
      << "from now on an admin key is needed";
}

}  // namespace
}  // namespace cutroom::test
