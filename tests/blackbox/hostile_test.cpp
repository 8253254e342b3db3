// Every route with bodies that mean harm or nonsense: one clear error each, never a 500, never a dead server.
#include <chrono>

#include <gtest/gtest.h>

#include "http_client.hpp"
#include "server_process.hpp"
#include "support/wait_until.hpp"

namespace cutroom::test {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kLoadedMax{60};

struct Attack {
  std::string name;
  std::string body;
};

std::vector<Attack> attacks() {
  const std::string deep_arrays = std::string(100'000, '[') + std::string(100'000, ']');
  std::string deep_objects;
  for (int i = 0; i < 20'000; ++i) deep_objects += "{\"a\":";
  return {
      {"nothing", ""},
      {"no JSON", "not json"},
      {"half of JSON", R"({"recordId": "r", "photoUrl": "http)"},
      {"an array", "[]"},
      {"a number", "7"},
      {"null", "null"},
      {"wrong types",
       R"({"recordId": {}, "photoUrl": 7, "mode": [], "operations": "x", "options": [], "vendorId": {},
                         "recordIds": 7, "photoUrls": {}, "projectId": [], "url": 7, "events": "x", "id": [], "name": 7,
                         "queue": 7, "reason": {}, "weight": "x", "limits": [], "label": {}})"},
      {"arrays of different length",
       R"({"recordIds": [1, 2], "photoUrls": ["http://example.com/a.jpg"], "mode": "x"})"},
      {"arrays within arrays", deep_arrays},
      {"a deep order",
       R"({"recordId": "r", "photoUrl": "http://example.com/a", "operations": )" + deep_arrays + "}"},
      {"objects within objects", deep_objects},
      {"invalid UTF-8",
       "{\"recordId\": \"\xC3\x28\xFF\", \"photoUrl\": \"http://example.com/\xED\xA0\x80\"}"},
      {"zeros", std::string(1'000, '\0')},
      {"doubled keys", R"({"recordId": 1, "recordId": {}, "photoUrl": "ftp://x", "photoUrl": "gopher://x"})"},
      {"unknown options", R"({"recordId": 1, "photoUrl": "http://example.com/a", "mode": "passport",
                             "operations": [{"type": "explode"}], "options": {"nonsense": true}})"},
      {"huge numbers",
       R"({"recordId": 1e999, "photoUrl": "http://example.com/a", "options": {"priority": 1e400,
                          "quality": -9223372036854775808, "delayMs": 1e18}})"},
      {"ten megabytes", R"({"recordId": ")" + std::string(10U << 20U, 'x') + "\"}"},
      {"line breaks in a webhook", R"({"recordId": 1, "photoUrl": "http://example.com/a",
                                      "options": {"webhookUrl": "http://a/\r\nX-Evil: 1"}})"},
  };
}

// "{jobId}" as something that isn't there.
std::string path_of(std::string path) {
  for (std::size_t at = 0; (at = path.find('{')) != std::string::npos;)
    path.replace(at, path.find('}', at) - at + 1, "987654321");
  return path;
}

class HostileTest : public testing::Test {
 protected:
  TempFolder data;
  ServerProcess server{data.path(),
                       {"--limits-global", "off", "--limits-background-removal", "off", "--limits-bulk",
                        "off", "--limits-image-processing", "off", "--limits-reads", "off"}};

  void expect_alive() { EXPECT_EQ(get(server.url("/healthz")).status, 200) << "the server must be alive"; }
  std::vector<std::pair<std::string, std::string>> routes() {
    std::vector<std::pair<std::string, std::string>> routes;
    const json::value table = get(server.url("/"), {"Accept: application/json"}).json();
    for (const auto& route : table.at("routes").as_array())
      routes.emplace_back(route.at("method").as_string(), route.at("path").as_string());
    return routes;
  }
  static void expect_clear(const Answer& answer, const std::string& what) {
    EXPECT_GE(answer.status, 200) << what;
    EXPECT_LT(answer.status, 500) << what << " " << answer.body.substr(0, 300);
    if (answer.status < 400) return;
    const json::value said = answer.json();
    EXPECT_FALSE(said.at("error").as_string().empty()) << what;
    EXPECT_FALSE(said.at("code").as_string().empty()) << what;
    EXPECT_LT(answer.body.size(), 64U << 10U) << what << ": an error must not echo what was sent";
  }
};

TEST_F(HostileTest, every_route_answers_every_body_with_at_most_one_clear_error) {
  ASSERT_GT(routes().size(), 30U);
  for (const auto& [method, path] : routes()) {
    if (method == "GET" || method == "HEAD") continue;
    for (const Attack& attack : attacks())
      for (const char* type :
           {"Content-Type: application/json", "Content-Type: multipart/form-data; boundary=b"})
        expect_clear(send(method, server.url(path_of(path)), {type}, attack.body),
                     method + " " + path + " with " + attack.name);
  }
  expect_alive();
}

TEST_F(HostileTest, every_route_that_reads_answers_odd_queries_with_at_most_one_clear_error) {
  const std::string queries[] = {"?wait=99999999999999999999",
                                 "?wait=-1s",
                                 "?limit=1e9",
                                 "?cursor=%00",
                                 "?state=%FF%FE",
                                 "?since=0000-00-00",
                                 "?x=%zz",
                                 "?queue=" + std::string(5'000, 'q'),
                                 "?vendorId=%0d%0aX-Evil:%201",
                                 "?from=x&to=y",
                                 "?limit=0"};
  // While the model is being loaded the health route says 503, as it should.
  ASSERT_TRUE(wait_until([&] { return get(server.url("/readyz")).status == 200; }, kLoadedMax));
  for (const auto& [method, path] : routes()) {
    if (method != "GET" || path.ends_with("/events"))
      continue;  // Streams without end have tests of their own.
    for (const std::string& query : queries)
      expect_clear(get(server.url(path_of(path) + query)), path + query.substr(0, 60));
  }
  expect_alive();
}

}  // namespace
}  // namespace cutroom::test
