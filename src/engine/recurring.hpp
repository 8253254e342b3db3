// Work that comes round by itself, as one table (app/wire/wired_work.cpp fills it). Lives on the I/O thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "engine/signal.hpp"

namespace cutroom::engine {

struct RecurringTask {
  std::string name;
  Millis every;
  std::function<boost::asio::awaitable<void>()> run;
};

class Recurring {
 public:
  Recurring(boost::asio::any_io_executor, std::vector<RecurringTask>);
  void start();
  // Returns when no task runs any more.
  boost::asio::awaitable<void> stop();

 private:
  boost::asio::awaitable<void> repeat(const RecurringTask&);

  boost::asio::any_io_executor executor_;
  std::vector<RecurringTask> tasks_;
  Signal changed_;
  std::size_t open_ = 0;
  bool stopping_ = false;
};

}  // namespace cutroom::engine
