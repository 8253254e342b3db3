#include "adapters/http/routes_fixture.hpp"

namespace cutroom::http {
namespace {

TEST_F(Routes, an_asset_is_served_whole_and_may_be_kept_for_ever) {
  const std::string content(300'000, 'x');
  const std::string key = test.assets.keep(content, "png");
  Response response = get("/assets/" + key);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "image/png");
  EXPECT_EQ(response.header("ETag"), "\"" + key.substr(3) + "\"");
  EXPECT_EQ(response.header("Accept-Ranges"), "bytes");
  EXPECT_EQ(response.header("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(response.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(std::get<std::unique_ptr<BodyStream>>(response.body)->length(), content.size());
  EXPECT_TRUE(drain(response) == content);
}

TEST_F(Routes, an_asset_that_the_client_has_is_304) {
  const std::string key = test.assets.keep("hello", "png");
  Request request{.verb = Verb::get, .path = "/assets/" + key};
  request.headers.if_none_match = "\"other\", \"" + key.substr(3) + "\"";
  request.headers.range = "bytes=0-1";
  const Response response = ask(std::move(request));
  EXPECT_EQ(response.status, 304);
  EXPECT_TRUE(response.header("ETag"));
  EXPECT_EQ(response.text(), "");
}

TEST_F(Routes, a_range_of_an_asset_is_206) {
  const std::string key = test.assets.keep("0123456789", "png");
  Request request{.verb = Verb::get, .path = "/assets/" + key};
  request.headers.range = "bytes=2-4";
  Response part = ask(request);
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.header("Content-Range"), "bytes 2-4/10");
  EXPECT_EQ(drain(part), "234");
  request.headers.range = "bytes=10-";
  const Response beyond = ask(request);
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(beyond.header("Content-Range"), "bytes */10");
}

TEST_F(Routes, no_path_leads_out_of_the_assets) {
  for (const char* path : {"/assets/../etc/passwd", "/assets/%2e%2e/%2e%2e/etc/passwd",
                           "/assets/..%2f..%2fetc/passwd", "/assets//etc/passwd", "/assets/%2Fetc/passwd",
                           "/assets/a%00.png", "/assets/a\\b", "/assets/3f/missing.png"}) {
    const Response response = get(path);
    EXPECT_EQ(response.status, 404) << path;
  }
}

TEST(RoutesOverRemoteAssets, assets_of_a_store_elsewhere_come_through_memory) {
  boost::asio::io_context io_context;
  TestApi own(io_context.get_executor(), /*assets_on_disk=*/false);
  const std::string key = own.assets.keep("0123456789", "bin");
  Request request{.verb = Verb::get, .path = "/assets/" + key};
  request.headers.range = "bytes=-4";
  boost::asio::io_context loop;
  std::string got;
  boost::asio::co_spawn(
      loop,
      [&]() -> boost::asio::awaitable<void> {
        const Route* route = find_route(route_table(), request);
        const Response response = co_await answer(own.api, route, request);
        EXPECT_EQ(response.content_type, "application/octet-stream");
        got = *co_await std::get<std::unique_ptr<BodyStream>>(response.body)->next();
      },
      boost::asio::detached);
  loop.run();
  EXPECT_EQ(got, "6789");
}

}  // namespace
}  // namespace cutroom::http
