#include "adapters/http/deadline.hpp"

#include <utility>

namespace cutroom::http {

Deadline::Deadline(boost::asio::any_io_executor executor, std::function<void()> passed)
    : timer_(std::move(executor)), passed_(std::move(passed)) {}

Deadline::~Deadline() { *alive_ = false; }

void Deadline::set(Time at) {
  at_ = at;
  if (at_ < armed_for_) arm(at_);
}

void Deadline::arm(Time at) {
  armed_for_ = at;
  timer_.expires_at(at);
  timer_.async_wait([this, alive = alive_](const boost::system::error_code& cancelled) {
    if (cancelled || !*alive) return;
    armed_for_ = Time::max();
    if (at_ == Time::max()) return;
    if (std::chrono::steady_clock::now() < at_) return arm(at_);
    at_ = Time::max();
    passed_();
  });
}

}  // namespace cutroom::http
