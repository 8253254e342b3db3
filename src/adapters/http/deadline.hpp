// One timer per connection, looked at lazily: moving the deadline later is a store to memory, and only a
// deadline earlier than the timer's arms it again. A busy connection so touches its timer once in a minute,
// not twice per request.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace cutroom::http {

class Deadline {
 public:
  using Time = boost::asio::steady_timer::time_point;

  // `passed` is called on the executor, at most once per deadline set, and never after this is gone.
  Deadline(boost::asio::any_io_executor, std::function<void()> passed);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void set(Time);
  void set_in(std::chrono::milliseconds pause) { set(std::chrono::steady_clock::now() + pause); }
  void clear() { at_ = Time::max(); }

 private:
  void arm(Time);

  boost::asio::steady_timer timer_;
  std::function<void()> passed_;
  Time at_ = Time::max();
  Time armed_for_ = Time::max();
  std::shared_ptr<bool> alive_ =
      std::make_shared<bool>(true);  // A cancelled wait may still come in afterwards.
};

}  // namespace cutroom::http
