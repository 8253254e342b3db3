// What every bench of the queue in Redis is told on its command line.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace cutroom {

struct QueueLoad {
  std::string url;
  std::string queue = "bench";
  long jobs = 10'000;
  int slots = 50;
};

inline void add_load_options(CLI::App& app, QueueLoad& load) {
  app.add_option("--redis", load.url, "redis://127.0.0.1:PORT")->required();
  app.add_option("--queue", load.queue);
  app.add_option("--jobs", load.jobs);
  app.add_option("--slots", load.slots);
  app.require_subcommand(1);
}

}  // namespace cutroom
