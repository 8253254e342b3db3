// The HTTP layer alone, over a job store that costs nothing, on one thread: for a load generator to call.
//
//   bench_http_server 3999 &
//   wrk -t1 -c32 -d5s http://127.0.0.1:3999/healthz
//   wrk -t1 -c32 -d5s http://127.0.0.1:3999/api/image-queue/job/1
//   wrk -t1 -c32 -d5s -s bench/http_server/queue.lua http://127.0.0.1:3999
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <boost/asio/signal_set.hpp>

#include "adapters/http/server.hpp"
#include "adapters/http/test_fakes.hpp"

int main(int argc, char** argv) {
  using namespace cutroom;
  http::ServerOptions options;
  options.port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 3999);
  boost::asio::io_context io{1};
  http::TestApi test(io.get_executor(), true, options, {.limits = http::no_limits(), .admin_key = {}});
  test.store.keeps_jobs = false;
  test.store.jobs.push_back(
      {.id = "1",
       .queue = "background-removal",
       .vendor = "v",
       .payload_json = R"({"recordId":1,"projectId":"p","photoUrl":"https://example.com/a.jpg"})",
       .result_json = R"({"success":true,"photoUrl":"https://example.com/b.png"})"});
  auto server = http::make_http_server(io.get_executor(), options, test.api.use);
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().text().c_str());
    return 1;
  }
  (*server)->start();
  std::printf("asset: /assets/%s\n", test.assets.keep(std::string(200'000, 'x'), "png").c_str());
  std::fflush(stdout);
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code&, int) { io.stop(); });
  io.run();
  return 0;
}
