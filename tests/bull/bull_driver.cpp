// A process with a store on Redis, for tests of what goes on between it and Bull.
//
//   bull_driver --port N steps    does what each line of standard input says (steps.hpp), answers with one
//                                 line each
//   bull_driver --port N work     claims and works jobs until it is killed; one line per event
//   bull_driver --port N bridge   the engine's worker, whose jobs are done by who reads its lines
//   (bridge.hpp)
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "adapters/redis_client/redis_thread.hpp"
#include "adapters/store_bull/bull_store.hpp"
#include "adapters/store_bull/worker_names.hpp"
#include "bridge.hpp"
#include "steps.hpp"
#include "work.hpp"

namespace cutroom::bull_test {
namespace {

void write_line(const boost::json::object& line) { std::cout << boost::json::serialize(line) << std::endl; }

int do_steps(boost::asio::io_context& io, store_bull::BullStore& store,
             const std::shared_ptr<redis_client::Redis>& redis, const store_bull::BullOptions& options) {
  // The store goes on with what it hears while nobody asks it for a step.
  const auto work = boost::asio::make_work_guard(io);
  std::thread running([&io] { io.run(); });
  for (std::string line; std::getline(std::cin, line);) {
    auto words = boost::json::parse(line).as_object();
    const bool is_fsck = words.at("op") == "fsck";
    auto step = is_fsck ? do_fsck(redis, options, std::move(words)) : do_step(store, std::move(words));
    write_line(boost::asio::co_spawn(io, std::move(step), boost::asio::use_future).get());
  }
  io.stop();
  running.join();
  return 0;
}

int work(boost::asio::io_context& io, store_bull::BullStore& store, const DriverOptions& options) {
  Work work(io, store, options, write_line);
  work.start();
  write_line({{"event", "started"}});
  io.run();
  return 0;
}

boost::asio::awaitable<void> hear_lines(boost::asio::io_context& io, Bridge& bridge) {
  boost::asio::posix::stream_descriptor in(io, ::dup(STDIN_FILENO));
  for (std::string text;;) {
    boost::system::error_code ended;
    const auto length = co_await boost::asio::async_read_until(
        in, boost::asio::dynamic_buffer(text), '\n',
        boost::asio::redirect_error(boost::asio::use_awaitable, ended));
    if (ended) break;
    bridge.hear(boost::json::parse(text.substr(0, length)).as_object());
    text.erase(0, length);
  }
  io.stop();
}

int bridge(boost::asio::io_context& io, store_bull::BullStore& store, const DriverOptions& options) {
  spdlog::set_default_logger(spdlog::stderr_logger_st("bull_driver"));  // Standard output is for its lines.
  Bridge bridge(io, store, options, write_line);
  bridge.start();
  boost::asio::co_spawn(io, hear_lines(io, bridge), boost::asio::detached);
  io.run();
  return 0;
}

int run(int argc, char** argv) {
  DriverOptions options;
  CLI::App app("A store on Redis for tests");
  app.require_subcommand(1);
  app.add_option("--port", options.port)->required();
  app.add_option("--prefix", options.prefix);
  app.add_option("--window", options.window);
  std::int64_t stalled_interval = options.stalled_interval.count();
  app.add_option("--stalled-interval-ms", stalled_interval);
  app.add_flag("--listen", options.listen, "Gives fair places to what Bull's producers push");
  app.add_option("--limiter-max", options.limiter_max);
  app.add_option("--limiter-ms", options.limiter_ms);
  app.add_option("--metrics-points", options.metrics_points);
  auto* const steps = app.add_subcommand("steps");
  steps->add_option("--queue", options.queues);
  auto* const working = app.add_subcommand("work");
  std::int64_t lease = options.lease.count(), job_time = 0, recover_every = 0;
  working->add_option("--queue", options.queues);
  working->add_option("--slots", options.slots);
  working->add_option("--lease-ms", lease);
  working->add_option("--job-ms", job_time);
  working->add_option("--recover-every-ms", recover_every);
  auto* const bridging = app.add_subcommand("bridge");
  bridging->add_option("--queue", options.queues);
  bridging->add_option("--lease-ms", lease);
  bridging->add_option("--recover-every-ms", recover_every);
  CLI11_PARSE(app, argc, argv);
  options.stalled_interval = Millis{stalled_interval};
  options.lease = Millis{lease};
  options.job_time = Millis{job_time};
  options.recover_every = Millis{recover_every};

  redis_client::Options redis;
  redis.endpoints = {{.host = "127.0.0.1", .port = options.port}};
  redis_client::RedisThread connection(redis);
  boost::asio::io_context io(1);
  store_bull::BullOptions store_options{.prefix = options.prefix,
                                        .window = options.window,
                                        .stalled_interval = options.stalled_interval,
                                        .metrics_points = options.metrics_points};
  if (options.limiter_max > 0) {
    for (const auto& queue : options.queues)
      store_options.limiters[queue] = {.max = options.limiter_max, .duration = Millis{options.limiter_ms}};
  }
  store_bull::BullStore store(connection.redis(), store_options, io.get_executor());
  if (options.listen || !steps->parsed()) store.listen();
  std::optional<store_bull::WorkerNames> names;
  if (!steps->parsed()) names.emplace(redis, options.prefix, options.queues);
  if (steps->parsed()) return do_steps(io, store, connection.redis(), store_options);
  return bridging->parsed() ? bridge(io, store, options) : work(io, store, options);
}

}  // namespace
}  // namespace cutroom::bull_test

int main(int argc, char** argv) { return cutroom::bull_test::run(argc, argv); }
