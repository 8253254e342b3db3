// cutroom queue ...: looks after the queues in Redis.
#include <cstdint>
#include <exception>
#include <iostream>
#include <utility>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "adapters/redis_client/redis_thread.hpp"
#include "adapters/store_bull/fsck.hpp"
#include "adapters/store_bull/queues_to_check.hpp"
#include "app/commands/commands.hpp"
#include "app/exit_codes.hpp"
#include "app/stores.hpp"

namespace cutroom::app {
namespace {

using boost::asio::awaitable;

int complain(const Error& error) {
  std::cerr << "cutroom: " << error.text() << (error.detail.empty() ? "" : " (" + error.detail + ")") << '\n';
  return error.code == Errc::invalid_input ? kExitUsage : kExitUnavailable;
}

void print(const std::string& queue, const store_bull::FsckReport& report) {
  for (const auto& finding : report.findings) {
    std::cout << queue << (finding.job.empty() ? "" : " " + finding.job) << ": " << finding.what
              << (finding.detail.empty() ? "" : " (" + finding.detail + ")") << '\n';
  }
  std::cout << queue << ": " << report.jobs << (report.jobs == 1 ? " job" : " jobs") << ", ";
  if (report.findings.empty())
    std::cout << "nothing wrong\n";
  else
    std::cout << report.findings.size() << (report.is_repaired ? " wrong, repaired\n" : " wrong\n");
}

awaitable<int> check(std::shared_ptr<redis_client::Redis> redis, store_bull::BullOptions options,
                     const QueueArguments& arguments) {
  auto queues = arguments.queues;
  if (queues.empty()) {
    auto all = co_await store_bull::queues_to_check(redis, options);
    if (!all) co_return complain(all.error());
    queues = std::move(*all);
  }
  if (queues.empty()) std::cout << "There are no queues under \"" << options.prefix << "\"\n";
  const store_bull::FsckOptions how{.repair = arguments.repair};
  bool is_left = false;
  for (const std::string& queue : queues) {
    const auto report = co_await store_bull::check_queue(redis, options, queue, how);
    if (!report) co_return complain(report.error());
    print(queue, *report);
    is_left = is_left || (!report->findings.empty() && !report->is_repaired);
  }
  co_return is_left ? kExitSomeFailed : kExitOk;
}

}  // namespace

CLI::App* add_queue_command(CLI::App& app, QueueArguments& arguments) {
  auto* queue = app.add_subcommand("queue", "looks after the queues in Redis, those of Bull's programs too");
  queue->require_subcommand(1);
  auto* fsck = queue->add_subcommand("fsck", "checks that each job is where it should be, and once");
  fsck->add_option("QUEUE", arguments.queues, "all queues under the prefix where none is given");
  fsck->add_flag("--repair", arguments.repair, "mend what is wrong");
  return fsck;
}

int run_queue(const Settings& settings, const QueueArguments& arguments) {
  if (!is_shared(settings)) {
    std::cerr << "cutroom: queue fsck looks at a Redis: set --redis redis://HOST:PORT (or REDIS_HOST)\n";
    return kExitUsage;
  }
  auto options = redis_options(settings);
  if (!options) return complain(options.error());
  const auto layout = bull_options(settings, *options);
  redis_client::RedisThread connection(std::move(*options));
  boost::asio::io_context io(1);
  int exit_code = kExitUnavailable;
  boost::asio::co_spawn(io, check(connection.redis(), layout, arguments),
                        [&](std::exception_ptr bug, int code) {
                          if (bug) std::rethrow_exception(bug);
                          exit_code = code;
                        });
  io.run();
  return exit_code;
}

}  // namespace cutroom::app
