// Asks the routes without sockets.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "adapters/http/test_fakes.hpp"

namespace cutroom::http {

class Routes : public ::testing::Test {
 protected:
  Response ask(Request request) {
    if (request.remote_ip.empty()) request.remote_ip = "192.0.2.7";
    Response response;
    // Found before it runs: the handler sees the params.
    const Route* route = find_route(route_table(), request);
    boost::asio::co_spawn(
        io, [&]() -> boost::asio::awaitable<void> { response = co_await answer(api(), route, request); },
        [](const std::exception_ptr& failure) {
          if (failure) std::rethrow_exception(failure);
        });
    io.restart();
    io.run();
    return response;
  }
  Response get(std::string path) { return ask({.verb = Verb::get, .path = std::move(path)}); }
  Response post(std::string path, std::string body) {
    return ask({.verb = Verb::post, .path = std::move(path), .body = std::move(body)});
  }
  static boost::json::object body_of(const Response& response) {
    return boost::json::parse(response.text()).as_object();
  }
  // The whole of a streamed body.
  static std::string drain(Response& response) {
    std::string all;
    boost::asio::io_context loop;
    boost::asio::co_spawn(
        loop,
        [&]() -> boost::asio::awaitable<void> {
          auto& stream = *std::get<std::unique_ptr<BodyStream>>(response.body);
          for (;;) {
            const auto piece = co_await stream.next();
            EXPECT_TRUE(piece);
            if (!piece || piece->empty()) co_return;
            all += *piece;
          }
        },
        boost::asio::detached);
    loop.run();
    return all;
  }

  virtual const Api& api() { return test.api; }

  boost::asio::io_context io;
  TestApi test{io.get_executor()};
};

}  // namespace cutroom::http
