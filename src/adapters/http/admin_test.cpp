// The admin API: vendors, keys, usage, and what a vendor's set-up does to its requests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/http/routes_fixture.hpp"

namespace cutroom::http {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

const std::string kVendors = "/api/admin/vendors";

class Admin : public Routes {
 protected:
  // From this very machine, as a shell here would send it.
  Response admin(Verb verb, std::string path, std::string body = "") {
    Request request{.verb = verb, .path = std::move(path), .remote_ip = "127.0.0.1", .body = std::move(body)};
    if (const std::size_t mark = request.path.find('?'); mark != std::string::npos) {
      request.query = request.path.substr(mark + 1);
      request.path.resize(mark);
    }
    request.headers.host = "127.0.0.1:3001";
    request.headers.x_api_key = admin_key;
    return ask(std::move(request));
  }
  std::string make_key(const std::string& vendor) {
    const Response response = admin(Verb::post, kVendors + "/" + vendor + "/keys", R"({"label":"shop"})");
    EXPECT_EQ(response.status, 201) << response.text();
    return std::string(body_of(response).at("key").as_string());
  }
  Response queue_with(const std::string& key, const std::string& url = "https://x/y",
                      const std::string& more = "") {
    Request request{.verb = Verb::post, .path = "/api/image-queue/remove-bg-queue"};
    request.headers.x_api_key = key;
    request.body = R"({"recordId":1,"photoUrl":")" + url + "\"" + more + "}";
    return ask(std::move(request));
  }
  std::vector<std::string> fields_of(const Response& response) {
    std::vector<std::string> fields;
    const json::object body = body_of(response);
    for (const json::value& detail : body.at("details").as_array())
      fields.emplace_back(detail.at("field").as_string());
    return fields;
  }

  std::string admin_key;
};

TEST_F(Admin, sets_a_vendor_up) {
  const Response response =
      admin(Verb::post, kVendors,
            R"({"id":"acme","name":"Acme Ltd","weight":2.5,"cap":4,"capIsHard":true,"paused":true,)"
            R"("limits":{"bulk":"5/1m","global":"off"},"monthlyQuota":1000,"sourceHosts":["*.acme.example"],)"
            R"("defaultOptions":{"backgroundRemoval":{"format":"webp","priority":3}}})");
  EXPECT_EQ(response.status, 201) << response.text();
  const std::string expected =
      R"({"id":"acme","name":"Acme Ltd","weight":2.5,"cap":4,"capIsHard":true,"paused":true,)"
      R"("limits":{"global":"off","bulk":"5/1m"},"monthlyQuota":1000,"sourceHosts":["*.acme.example"],)"
      R"("defaultOptions":{"backgroundRemoval":{"format":"webp","priority":3}}})";
  EXPECT_EQ(response.text(), expected);
  EXPECT_EQ(admin(Verb::get, kVendors + "/acme").text(), expected);
  EXPECT_EQ(admin(Verb::get, kVendors).text(), R"({"vendors":[)" + expected + "]}");
}

TEST_F(Admin, changes_the_fields_that_are_sent) {
  ASSERT_EQ(admin(Verb::post, kVendors, R"({"id":"acme","weight":2,"limits":{"bulk":"5/1m"}})").status, 201);
  const Response changed = admin(Verb::patch, kVendors + "/acme", R"({"cap":3,"limits":{"reads":"9/1s"}})");
  EXPECT_EQ(changed.status, 200) << changed.text();
  EXPECT_THAT(changed.text(), HasSubstr(R"("weight":2,"cap":3)"));
  EXPECT_THAT(changed.text(), HasSubstr(R"("limits":{"reads":"9/1s","bulk":"5/1m"})"));
  const Response reset = admin(Verb::patch, kVendors + "/acme", R"({"weight":null,"limits":{"bulk":null}})");
  EXPECT_THAT(reset.text(), HasSubstr(R"("weight":1,"cap":3)"));
  EXPECT_THAT(reset.text(), HasSubstr(R"("limits":{"reads":"9/1s"})"));
  EXPECT_EQ(admin(Verb::patch, kVendors + "/acme", R"({"id":"other"})").status, 400);
  EXPECT_EQ(admin(Verb::patch, kVendors + "/nobody", "{}").status, 404);
}

TEST_F(Admin, names_every_field_that_is_wrong) {
  const Response response = admin(
      Verb::post, kVendors,
      R"({"id":"acme","weight":"2","cap":-1,"capIsHard":1,"limits":{"bulk":"many","nothing":"1/1h"},"sourceHosts":"x",)"
      R"("colour":"red","defaultOptions":{"backgroundRemoval":{"format":"gif"},"other":{}}})");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(
      fields_of(response),
      testing::ElementsAre("weight", "cap", "capIsHard", "limits.bulk", "limits.nothing", "sourceHosts",
                           "colour", "defaultOptions.backgroundRemoval.format", "defaultOptions.other"));
  EXPECT_EQ(admin(Verb::post, kVendors, R"({"name":"no id"})").status, 400);
  EXPECT_EQ(admin(Verb::post, kVendors, R"({"id":"a/b"})").status, 400);
  EXPECT_EQ(admin(Verb::post, kVendors, R"({"id":"a","weight":1e300})").status, 400);
  EXPECT_EQ(admin(Verb::post, kVendors, "[]").status, 400);
  EXPECT_EQ(admin(Verb::post, kVendors, "{").status, 400);
  EXPECT_EQ(body_of(admin(Verb::get, kVendors))["vendors"].as_array().size(), 0U);
}

TEST_F(Admin, refuses_a_vendor_that_is_there) {
  ASSERT_EQ(admin(Verb::post, kVendors, R"({"id":"acme"})").status, 201);
  EXPECT_EQ(admin(Verb::post, kVendors, R"({"id":"acme"})").status, 409);
}

TEST_F(Admin, is_open_on_its_own_machine_until_the_first_key_and_nowhere_else) {
  EXPECT_EQ(get(kVendors).status, 403) << "from another machine";
  ASSERT_EQ(admin(Verb::post, kVendors, R"({"id":"acme"})").status, 201);
  Request request{.verb = Verb::get, .path = kVendors, .remote_ip = "127.0.0.1"};
  request.headers.host = "localhost:3001";
  EXPECT_EQ(ask(request).status, 200);
  request.headers.x_forwarded_for = "127.0.0.1";
  request.headers.is_forwarded = true;
  EXPECT_EQ(ask(request).status, 403) << "a proxy passes on what comes from anywhere";
  request.headers = {};
  request.headers.host = "rebound.example:3001";
  EXPECT_EQ(ask(request).status, 403) << "a web page whose name was made to point here";
  request.headers.host = "127.0.0.1:3001";
  request.headers.origin = "https://evil.example";
  EXPECT_EQ(ask(request).status, 403) << "a web page of somebody else's";
  request.headers.origin = "http://localhost:5173";
  EXPECT_EQ(ask(request).status, 200);
  make_key("acme");
  EXPECT_EQ(ask(request).status, 403);
}

TEST_F(Admin, shows_a_key_once_and_its_secret_never_again) {
  ASSERT_EQ(admin(Verb::post, kVendors, R"({"id":"acme"})").status, 201);
  const std::string key = make_key("acme");
  // Without an admin key the door is shut now; the directory still knows.
  const auto keys = test.directory.keys_of("acme");
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].label, "shop");
  EXPECT_EQ(queue_with(key).status, 200);
  EXPECT_EQ(queue_with(key.substr(0, key.size() - 1) + (key.back() == 'a' ? "b" : "a")).status, 401);
}

class GuardedAdmin : public Admin {
 protected:
  // Its own server, with an admin key.
  GuardedAdmin() { admin_key = "the-admin-key-of-this-test"; }
  TestApi guarded{io.get_executor(), true, {}, {.limits = {}, .admin_key = "the-admin-key-of-this-test"}};
  const Api& api() override { return guarded.api; }
};

TEST_F(GuardedAdmin, lists_and_revokes_keys) {
  ASSERT_EQ(admin(Verb::post, kVendors, R"({"id":"acme"})").status, 201);
  const std::string key = make_key("acme");
  EXPECT_EQ(queue_with(key).status, 200);
  const json::object listed = body_of(admin(Verb::get, kVendors + "/acme/keys")).at("keys").at(0).as_object();
  EXPECT_EQ(listed.at("label"), "shop");
  EXPECT_EQ(listed.at("lastUsed"), "2024-05-06");
  EXPECT_FALSE(listed.contains("key"));
  EXPECT_EQ(json::serialize(listed).find(key.substr(16)), std::string::npos);

  const std::string id(listed.at("id").as_string());
  EXPECT_EQ(admin(Verb::del, kVendors + "/other/keys/" + id).status, 404);
  EXPECT_EQ(admin(Verb::del, kVendors + "/acme/keys/" + id).status, 204);
  EXPECT_EQ(queue_with(key).status, 401);
  EXPECT_TRUE(
      body_of(admin(Verb::get, kVendors + "/acme/keys")).at("keys").at(0).at("revokedOn").is_string());
}

TEST_F(GuardedAdmin, removes_a_vendor_with_its_keys) {
  ASSERT_EQ(admin(Verb::post, kVendors, R"({"id":"acme"})").status, 201);
  const std::string key = make_key("acme");
  EXPECT_EQ(admin(Verb::del, kVendors + "/acme").status, 204);
  EXPECT_EQ(queue_with(key).status, 401);
  EXPECT_EQ(admin(Verb::get, kVendors + "/acme").status, 404);
  EXPECT_EQ(admin(Verb::del, kVendors + "/acme").status, 404);
}

TEST_F(GuardedAdmin, shows_the_usage_of_a_month_by_day) {
  ASSERT_EQ(admin(Verb::post, kVendors, R"({"id":"acme","monthlyQuota":50})").status, 201);
  guarded.vendor_store.days = {
      {vendors::day_from("2024-05-02").value(),
       {.queued = 3, .jobs = 2, .failed = 1, .images = 1, .megapixels = 12.25, .compute_ms = 1'500}}};
  EXPECT_EQ(
      admin(Verb::get, kVendors + "/acme/usage?from=2024-05-01&to=2024-05-31").text(),
      R"({"vendorId":"acme","days":[{"day":"2024-05-02","queued":3,"jobs":2,"failed":1,"images":1,)"
      R"("megapixels":12.25,"computeSeconds":1.5}],"month":{"month":"2024-05","queued":3,"jobs":2,"failed":1,)"
      R"("images":1,"megapixels":12.25,"computeSeconds":1.5,"monthlyQuota":50}})");
  EXPECT_EQ(admin(Verb::get, kVendors + "/acme/usage?from=yesterday").status, 400);
  EXPECT_EQ(admin(Verb::get, kVendors + "/acme/usage?from=2024-05-02&to=2024-05-01").status, 400);
  EXPECT_EQ(admin(Verb::get, kVendors + "/acme/usage?from=2000-01-01").status, 400);
  EXPECT_EQ(admin(Verb::get, kVendors + "/nobody/usage").status, 404);
}

TEST_F(GuardedAdmin, gives_vendors_page_by_page) {
  for (const char* id : {"c", "a", "b"})
    ASSERT_EQ(admin(Verb::post, kVendors, R"({"id":")" + std::string(id) + "\"}").status, 201);
  json::object first = body_of(admin(Verb::get, kVendors + "?limit=2"));
  EXPECT_EQ(first["vendors"].as_array().size(), 2U);
  EXPECT_EQ(first["nextAfter"], "b");
  json::object rest = body_of(admin(Verb::get, kVendors + "?limit=2&after=b"));
  EXPECT_EQ(rest["vendors"].at(0).at("id"), "c");
  EXPECT_FALSE(rest.contains("nextAfter"));
  EXPECT_EQ(admin(Verb::get, kVendors + "?limit=0").status, 400);
}

TEST_F(GuardedAdmin, holds_photos_to_the_hosts_of_a_vendor) {
  ASSERT_EQ(admin(Verb::post, kVendors, R"({"id":"acme","sourceHosts":["photos.acme.example"]})").status,
            201);
  const std::string key = make_key("acme");
  EXPECT_EQ(queue_with(key, "https://photos.acme.example/1.jpg").status, 200);
  const Response refused = queue_with(key, "https://elsewhere.example/1.jpg");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(body_of(refused)["code"], "address_refused");
  EXPECT_EQ(body_of(refused)["details"].at(0).at("field"), "photoUrl");
}

TEST_F(GuardedAdmin, holds_a_vendor_to_its_monthly_quota) {
  ASSERT_EQ(admin(Verb::post, kVendors, R"({"id":"acme","monthlyQuota":2})").status, 201);
  const std::string key = make_key("acme");
  EXPECT_EQ(queue_with(key, "ftp://refused").status, 400) << "not queued, so not counted";
  EXPECT_EQ(queue_with(key).status, 200);
  EXPECT_EQ(queue_with(key).status, 200);
  const Response refused = queue_with(key);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(body_of(refused)["code"], "quota_exceeded");
  EXPECT_THAT(refused.text(), HasSubstr("2024-06-01"));
  EXPECT_TRUE(refused.header("Retry-After"));
}

TEST_F(GuardedAdmin, puts_a_vendors_default_options_under_its_requests) {
  ASSERT_EQ(
      admin(
          Verb::post, kVendors,
          R"({"id":"acme","defaultOptions":{"backgroundRemoval":{"format":"webp","quality":70,"priority":5}}})")
          .status,
      201);
  const std::string key = make_key("acme");
  ASSERT_EQ(queue_with(key).status, 200);
  ASSERT_EQ(queue_with(key, "https://x/y", R"(,"options":{"quality":50})").status, 200);
  const auto& jobs = guarded.store.jobs;
  EXPECT_THAT(jobs.at(0).payload_json, HasSubstr(R"("options":{"format":"webp","quality":70})"));
  EXPECT_EQ(jobs.at(0).priority, 5);
  EXPECT_THAT(jobs.at(1).payload_json, HasSubstr(R"("options":{"format":"webp","quality":50})"));
}

TEST_F(GuardedAdmin, may_queue_and_look_for_any_vendor) {
  EXPECT_EQ(queue_with(admin_key, "https://x/y", R"(,"vendorId":"acme")").status, 200);
  EXPECT_EQ(guarded.store.jobs.at(0).vendor, "acme");
  EXPECT_EQ(admin(Verb::get, "/api/image-queue/job/1").status, 200);
  EXPECT_EQ(get("/api/image-queue/job/1").status, 401);
}

}  // namespace
}  // namespace cutroom::http
