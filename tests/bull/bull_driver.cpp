// A process with a store on Redis, for tests of what goes on between it and Bull.
//
//   bull_driver --port N steps    does what each line of standard input says (steps.hpp), answers with one
//   line each bull_driver --port N work     claims and works jobs until it is killed; one line per event
#include <iostream>
#include <optional>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "adapters/redis_client/redis_thread.hpp"
#include "adapters/store_bull/bull_store.hpp"
#include "adapters/store_bull/worker_names.hpp"
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
  auto* const steps = app.add_subcommand("steps");
  auto* const working = app.add_subcommand("work");
  std::int64_t lease = options.lease.count(), job_time = 0, recover_every = 0;
  working->add_option("--queue", options.queues);
  working->add_option("--slots", options.slots);
  working->add_option("--lease-ms", lease);
  working->add_option("--job-ms", job_time);
  working->add_option("--recover-every-ms", recover_every);
  CLI11_PARSE(app, argc, argv);
  options.stalled_interval = Millis{stalled_interval};
  options.lease = Millis{lease};
  options.job_time = Millis{job_time};
  options.recover_every = Millis{recover_every};

  redis_client::Options redis;
  redis.endpoints = {{.host = "127.0.0.1", .port = options.port}};
  redis_client::RedisThread connection(redis);
  boost::asio::io_context io(1);
  const store_bull::BullOptions store_options{
      .prefix = options.prefix, .window = options.window, .stalled_interval = options.stalled_interval};
  store_bull::BullStore store(connection.redis(), store_options, io.get_executor());
  if (options.listen || working->parsed()) store.listen();
  std::optional<store_bull::WorkerNames> names;
  if (working->parsed()) names.emplace(redis, options.prefix, options.queues);
  return steps->parsed() ? do_steps(io, store, connection.redis(), store_options) : work(io, store, options);
}

}  // namespace
}  // namespace cutroom::bull_test

int main(int argc, char** argv) { return cutroom::bull_test::run(argc, argv); }
