// Who passes, how often, and what the answer says of it.
#include "adapters/http/gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/http/routes_fixture.hpp"

namespace cutroom::http {
namespace {

using testing::HasSubstr;

class Gate : public Routes {
 protected:
  Response queue(const std::string& vendor, std::string ip = "192.0.2.7") {
    return ask({.verb = Verb::post,
                .path = "/api/image-queue/remove-bg-queue",
                .remote_ip = std::move(ip),
                .body = R"({"recordId":1,"photoUrl":"https://x/y","vendorId":")" + vendor + "\"}"});
  }
  Response bulk(const std::string& vendor) {
    return post(
        "/api/image-queue/bulk-remove-bg",
        R"({"recordIds":[1,2,3],"photoUrls":["https://x/1","https://x/2","https://x/3"],"vendorId":")" +
            vendor + "\"}");
  }
  template <class T>
  T run(boost::asio::awaitable<T> task) {
    boost::asio::io_context loop;
    std::optional<T> out;
    boost::asio::co_spawn(
        loop, [&]() -> boost::asio::awaitable<void> { out.emplace(co_await std::move(task)); },
        [](const std::exception_ptr& failure) {
          if (failure) std::rethrow_exception(failure);
        });
    loop.run();
    return std::move(*out);
  }
  // A vendor with a key: its text.
  std::string set_up(const std::string& vendor) {
    EXPECT_TRUE(run(test.directory.create({.id = vendor})));
    return run(test.directory.add_key(vendor, "")).value().text;
  }
  Response queue_with(const std::string& key, const std::string& more = "") {
    Request request{.verb = Verb::post, .path = "/api/image-queue/remove-bg-queue"};
    request.headers.x_api_key = key;
    request.body = R"({"recordId":1,"photoUrl":"https://x/y")" + more + "}";
    return ask(std::move(request));
  }
  Response get_with(const std::string& key, std::string path) {
    Request request{.verb = Verb::get, .path = std::move(path)};
    request.headers.authorization = "Bearer " + key;
    return ask(std::move(request));
  }
  static std::string code_of(const Response& response) {
    return std::string(body_of(response).at("code").as_string());
  }
};

TEST_F(Gate, refuses_the_thirty_first_photo_of_a_vendor_within_the_hour) {
  for (int i = 0; i < 30; ++i) {
    const Response response = queue("acme");
    ASSERT_EQ(response.status, 200);
    EXPECT_EQ(response.header("RateLimit-Limit"), "30");
    EXPECT_EQ(response.header("RateLimit-Remaining"), std::to_string(29 - i));
    EXPECT_EQ(response.header("RateLimit-Reset"), "3600");
  }
  test.clock.time += Millis{600'000};
  const Response refused = queue("acme");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(code_of(refused), "rate_limited");
  EXPECT_EQ(body_of(refused)["error"],
            "Too many background-removal requests: 30 per hour are allowed; try again in 50 minutes");
  EXPECT_EQ(refused.header("Retry-After"), "3000");
  EXPECT_EQ(refused.header("RateLimit-Limit"), "30");
  EXPECT_EQ(refused.header("RateLimit-Remaining"), "0");
  EXPECT_EQ(refused.header("RateLimit-Reset"), "3000");
  EXPECT_EQ(test.store.jobs.size(), 30U);

  EXPECT_EQ(queue("other").status, 200) << "another vendor goes on";
  EXPECT_EQ(bulk("acme").status, 200) << "bulk operations have their own limit";
  EXPECT_EQ(get("/api/image-queue/job/1").status, 200);
  EXPECT_EQ(get("/api/image-queue/queue-stats").status, 200);
  EXPECT_EQ(get("/api/worker/health").status, 200);
  test.clock.time += Millis{3'000'000};
  EXPECT_EQ(queue("acme").status, 200);
}

TEST_F(Gate, takes_a_repeated_call_for_a_read) {
  const auto call = [this](const std::string& key) {
    Request request{.verb = Verb::post, .path = "/api/image-queue/remove-bg-queue"};
    request.headers.idempotency_key = key;
    request.body = R"({"recordId":"r","photoUrl":"https://x/y","vendorId":"acme"})";
    return ask(std::move(request));
  };
  const Response first = call("once");
  for (int i = 0; i < 50; ++i) {
    const Response again = call("once");
    ASSERT_EQ(again.status, 200);
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(body_of(again), body_of(first));
    EXPECT_NE(again.header("RateLimit-Limit"), "30") << "it is a read";
  }
  EXPECT_EQ(queue("acme").header("RateLimit-Remaining"), "28");
  for (int i = 0; i < 28; ++i) ASSERT_EQ(queue("acme").status, 200);
  EXPECT_EQ(call("another").status, 429);
  EXPECT_EQ(call("once").status, 200) << "its answer is there, though nothing more would be taken";
}

TEST_F(Gate, gives_the_answer_again_where_the_quota_is_used_up) {
  EXPECT_TRUE(run(test.directory.create({.id = "acme", .monthly_quota = 1})));
  const std::string key = run(test.directory.add_key("acme", "")).value().text;
  const auto call = [&](const std::string& once) {
    Request request{.verb = Verb::post, .path = "/api/image-queue/bulk-remove-bg"};
    request.headers.x_api_key = key;
    request.headers.idempotency_key = once;
    request.body = R"({"recordIds":["r"],"photoUrls":["https://x/y"]})";
    return ask(std::move(request));
  };
  const Response first = call("once");
  ASSERT_EQ(first.status, 200);
  EXPECT_NE(call("another").status, 200) << "one photo a month";
  const Response again = call("once");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(body_of(again), body_of(first));
}

TEST_F(Gate, never_limits_a_browser_that_asks_twice_a_second) {
  ASSERT_EQ(queue("acme").status, 200);
  for (int i = 0; i < 2 * 60 * 15; ++i) {
    const Response response = get("/api/image-queue/job/1");
    ASSERT_EQ(response.status, 200) << "after " << i / 2 << " s";
    ASSERT_TRUE(response.header("RateLimit-Remaining"));
    test.clock.time += Millis{500};
  }
  EXPECT_EQ(queue("acme").header("RateLimit-Remaining"), "28") << "reading has not used anything else up";
}

TEST_F(Gate, counts_all_photos_of_an_address_together) {
  for (int i = 0; i < 100; ++i) ASSERT_EQ(queue("v" + std::to_string(i)).status, 200) << i;
  const Response refused = queue("another");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("RateLimit-Limit"), "100");
  EXPECT_EQ(queue("another", "192.0.2.8").status, 200);
}

TEST_F(Gate, counts_a_bulk_operation_once_and_nowhere_else) {
  for (int i = 0; i < 10; ++i) {
    const Response response = bulk("acme");
    ASSERT_EQ(response.status, 200);
    EXPECT_EQ(response.header("RateLimit-Limit"), "10");
    EXPECT_EQ(response.header("RateLimit-Remaining"), std::to_string(9 - i));
  }
  EXPECT_EQ(bulk("acme").status, 429);
  EXPECT_EQ(queue("acme").header("RateLimit-Remaining"), "29");
}

TEST_F(Gate, counts_what_can_not_be_read_too) {
  for (int i = 0; i < 30; ++i) ASSERT_EQ(post("/api/image-queue/remove-bg-queue", "{").status, 400);
  EXPECT_EQ(post("/api/image-queue/remove-bg-queue", "{").status, 429);
}

TEST_F(Gate, takes_the_ipv6_network_for_the_caller) {
  for (int i = 0; i < 100; ++i)
    ASSERT_EQ(queue("v" + std::to_string(i), "2001:db8:0:1::" + std::to_string(i + 1)).status, 200);
  EXPECT_EQ(queue("x", "2001:db8:0:1:ffff::1").status, 429);
  EXPECT_EQ(queue("x", "2001:db8:0:2::1").status, 200);
}

TEST_F(Gate, shows_how_a_caller_stands_with_each_limit) {
  queue("192.0.2.7");
  const Response response = get("/api/image-queue/rate-limits");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(
      response.text(),
      R"({"vendorId":"192.0.2.7","limits":[)"
      R"({"name":"global","limit":100,"windowSeconds":900,"remaining":99,"resetSeconds":900},)"
      R"({"name":"reads","limit":6000,"windowSeconds":60,"remaining":5999,"resetSeconds":61},)"
      R"({"name":"imageProcessing","limit":50,"windowSeconds":900,"remaining":50,"resetSeconds":0},)"
      R"({"name":"backgroundRemoval","limit":30,"windowSeconds":3600,"remaining":29,"resetSeconds":3600},)"
      R"({"name":"bulk","limit":10,"windowSeconds":3600,"remaining":10,"resetSeconds":0}]})");
}

TEST_F(Gate, shows_how_a_vendor_stands_that_is_named) {
  queue("acme");
  Request request{.verb = Verb::get, .path = "/api/image-queue/rate-limits", .query = "vendorId=acme"};
  EXPECT_EQ(body_of(ask(request))["limits"].at(3).at("remaining"), 29);
  const std::string key = set_up("other");
  request.headers.x_api_key = key;
  EXPECT_EQ(ask(request).status, 403);
}

TEST_F(Gate, asks_for_a_key_as_soon_as_there_is_a_vendor) {
  EXPECT_EQ(queue("acme").status, 200);
  const std::string key = set_up("acme");
  const Response refused = queue("acme");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(code_of(refused), "unauthorized");
  EXPECT_EQ(refused.header("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(get("/api/image-queue/job/1").status, 401);
  EXPECT_EQ(get("/api/worker/health").status, 200);
  EXPECT_EQ(get("/healthz").status, 200);
  const Response passed = queue_with(key);
  EXPECT_EQ(passed.status, 200) << passed.text();
  EXPECT_EQ(test.store.jobs.back().vendor, "acme");
}

TEST_F(Gate, shows_machines_and_running_jobs_to_nobody_but_administrators_where_keys_are_needed) {
  test.workers.all =
      std::vector<engine::WorkerState>{{.id = "w1",
                                        .host = "inner-name",
                                        .pid = 77,
                                        .queues = {{.name = "q", .slots = 2, .running = {"j17"}}}}};
  EXPECT_THAT(get("/api/worker/health").text(), HasSubstr("inner-name"));
  const std::string key = set_up("acme");
  for (const Response& response : {get("/api/worker/health"), get_with(key, "/api/worker/health"),
                                   get_with("x", "/api/worker/health")}) {
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(response.text(), HasSubstr(R"("queues":[{"queue":"q","slots":2,"active":1}])"));
    EXPECT_THAT(response.text(), testing::Not(testing::AnyOf(HasSubstr("inner-name"), HasSubstr("j17"))));
  }
}

TEST_F(Gate, takes_a_key_from_either_header_and_no_other) {
  const std::string key = set_up("acme");
  EXPECT_EQ(get_with(key, "/api/image-queue/queue-stats").status, 200);
  EXPECT_EQ(get_with(key + "0", "/api/image-queue/queue-stats").status, 401);
  Request request{.verb = Verb::get, .path = "/api/image-queue/queue-stats"};
  request.headers.authorization = "bearer   " + key;
  EXPECT_EQ(ask(request).status, 200);
  request.headers.authorization = "Basic " + key;
  EXPECT_EQ(ask(request).status, 401);
  request.headers.x_api_key = key;
  EXPECT_EQ(ask(request).status, 200);
}

TEST_F(Gate, lets_nobody_speak_for_another_vendor) {
  const std::string acme = set_up("acme");
  set_up("other");
  EXPECT_EQ(queue_with(acme, R"(,"vendorId":"acme")").status, 200);
  const Response refused = queue_with(acme, R"(,"vendorId":"other")");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(code_of(refused), "forbidden");
  EXPECT_THAT(refused.text(), HasSubstr("vendorId"));
  EXPECT_EQ(test.store.jobs.size(), 1U);
}

TEST_F(Gate, hides_the_jobs_of_others) {
  const std::string acme = set_up("acme");
  const std::string other = set_up("other");
  ASSERT_EQ(queue_with(acme).status, 200);
  EXPECT_EQ(get_with(acme, "/api/image-queue/job/1").status, 200);
  const Response hidden = get_with(other, "/api/image-queue/job/1");
  EXPECT_EQ(hidden.status, 404);
  EXPECT_EQ(hidden.text(), get_with(other, "/api/image-queue/job/2").text()) << "as if it did not exist";
}

TEST_F(Gate, shuts_a_key_at_once_when_it_is_revoked) {
  const std::string key = set_up("acme");
  ASSERT_EQ(queue_with(key).status, 200);
  const std::string id(vendors::api_key_parts(key)->id);
  ASSERT_TRUE(run(test.directory.revoke_key("acme", id)));
  EXPECT_EQ(queue_with(key).status, 401);
}

TEST_F(Gate, gives_a_vendor_the_limits_of_its_own) {
  const std::string key = set_up("acme");
  ASSERT_TRUE(run(test.directory.change("acme", [](vendors::Vendor& vendor) -> Result<void> {
    vendor.limits[vendors::LimitKind::background_removal] = vendors::limit_from("2/1m");
    vendor.limits[vendors::LimitKind::global] = vendors::limit_from("off");
    return {};
  })));
  EXPECT_EQ(queue_with(key).header("RateLimit-Limit"), "2");
  EXPECT_EQ(queue_with(key).status, 200);
  EXPECT_EQ(queue_with(key).status, 429);
}

TEST_F(Gate, ignores_other_peoples_tokens_while_it_is_open) {
  EXPECT_EQ(get_with("eyJhbGciOi.some.jwt", "/api/image-queue/queue-stats").status, 200);
  EXPECT_EQ(get_with("ck_0123456789ab_" + std::string(48, 'f'), "/api/image-queue/queue-stats").status, 401)
      << "a key of ours that is not known is a mistake";
}

TEST_F(Gate, limits_those_who_guess_keys) {
  set_up("acme");
  int status = 0;
  for (int i = 0; i <= 6'000; ++i) status = get_with("guess", "/api/image-queue/queue-stats").status;
  EXPECT_EQ(status, 429);
}

// The table's columns: what each route is limited by, and that no submission is left out.
TEST(RouteTable, limits_everything_that_is_posted) {
  for (const Route& route : route_table()) {
    const bool is_read = route.verb == Verb::get;
    const bool is_bulk = route.pattern.find("bulk-") != std::string_view::npos;
    EXPECT_TRUE(is_read || route.request != engine::RequestClass::none) << route.pattern;
    EXPECT_TRUE(!is_bulk || route.request == engine::RequestClass::bulk) << route.pattern;
    const bool is_admin = route.pattern.starts_with("/api/admin");
    EXPECT_TRUE(!is_admin || route.access == engine::Access::admin) << route.pattern;
    const bool is_vendors = route.pattern.starts_with("/api/image-queue");
    EXPECT_TRUE(!is_vendors || route.access != engine::Access::anyone) << route.pattern;
  }
}

}  // namespace
}  // namespace cutroom::http
