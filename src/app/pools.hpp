// The threads that compute. Sized so that all together hardly exceed the cores: the model's own threads count
// too.
#pragma once

#include <algorithm>
#include <thread>

#include <boost/asio/thread_pool.hpp>

#include "app/settings.hpp"

namespace cutroom::app {

struct Pools {
  explicit Pools(const Settings& settings)
      : compute(settings.compute_threads > 0 ? static_cast<std::size_t>(settings.compute_threads)
                                             : std::max(1U, std::thread::hardware_concurrency())),
        model_turn(1) {}

  boost::asio::thread_pool compute;     // Decoding, composing, encoding, files.
  boost::asio::thread_pool model_turn;  // One thread: one picture at a time in the model.
};

}  // namespace cutroom::app
