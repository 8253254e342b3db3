#include "adapters/fetch_curl/fetch_loop.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <pthread.h>

namespace cutroom::fetch_curl {
namespace {

Error cancelled() { return {.code = Errc::cancelled}; }

}  // namespace

FetchLoop::FetchLoop(const Options& options, const UrlRules& rules) : options_(options), rules_(rules) {
  curl_global_init(CURL_GLOBAL_DEFAULT);  // Counted, and thread-safe since 7.84.
  multi_ = curl_multi_init();
  if (multi_ == nullptr) throw std::bad_alloc();
  // Idle connections kept for the next photo of the same server.
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.transfers_max));
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  thread_ = std::thread([this] { loop(); });
  pthread_setname_np(thread_.native_handle(), "photo-fetch");
}

FetchLoop::~FetchLoop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake();
  thread_.join();
  curl_multi_cleanup(multi_);
  curl_global_cleanup();
}

void FetchLoop::push(FetchPtr fetch, const std::stop_token& stop) {
  Fetch* raw = fetch.get();
  // Before the thread knows it: the callback runs right here where the stop has already been asked for.
  raw->on_stop.emplace(stop, StopAsked{raw});
  bool full = false;
  {
    const std::lock_guard lock(mutex_);
    full = unfinished_ >= options_.transfers_max + options_.waiting_max;
    if (!full) {
      ++unfinished_;
      new_.push_back(std::move(fetch));
    }
  }
  if (full) {
    answer(std::move(fetch),
           Error{.code = Errc::unavailable, .message = "Too many photos are being fetched; try again later"});
    return;
  }
  wake();
}

void FetchLoop::StopAsked::operator()() const noexcept {
  fetch->stop_asked = true;
  fetch->loop.some_stop_asked_ = true;
  fetch->loop.wake();
}

void FetchLoop::wake() noexcept { curl_multi_wakeup(multi_); }

void FetchLoop::answer(FetchPtr fetch, Result<delivery::Photo> result) {
  fetch->on_stop.reset();  // Waits for a callback that runs just now; from here on nobody knows the fetch.
  fetch->transfer.end();
  fetch->answer.emplace(std::move(result));
  auto executor = fetch->work;
  boost::asio::post(executor, [owned = std::move(fetch)]() mutable {
    Fetch* raw = owned.get();
    raw->resume(std::move(owned));
  });
}

void FetchLoop::loop() {
  for (;;) {
    take_new();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) break;
    }
    drop_stopped();
    start_waiting();
    int running = 0;
    curl_multi_perform(multi_, &running);
    collect_done();
    // A handle that has just been added makes this return at once; else a socket, a timer or wake() does.
    curl_multi_poll(multi_, nullptr, 0, std::numeric_limits<int>::max(), nullptr);
  }
  drop_all();
}

void FetchLoop::take_new() {
  const std::lock_guard lock(mutex_);
  std::ranges::move(new_, std::back_inserter(waiting_));
  new_.clear();
}

void FetchLoop::drop_stopped() {
  if (!some_stop_asked_.exchange(false)) return;
  for (std::size_t i = running_.size(); i-- > 0;)
    if (running_[i]->stop_asked) finish(i, cancelled());
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    if (!(*it)->stop_asked) {
      ++it;
      continue;
    }
    FetchPtr fetch = std::move(*it);
    it = waiting_.erase(it);
    {
      const std::lock_guard lock(mutex_);
      --unfinished_;
    }
    answer(std::move(fetch), cancelled());
  }
}

void FetchLoop::start_waiting() {
  while (!waiting_.empty() && running_.size() < options_.transfers_max) {
    running_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    try {
      running_.back()->transfer.begin();
    } catch (const std::bad_alloc&) {
      finish(running_.size() - 1, Error{.code = Errc::internal, .detail = "no memory for a transfer"});
      continue;
    }
    give_in(running_.size() - 1);
  }
}

void FetchLoop::give_in(std::size_t index) {
  const CURLMcode code = curl_multi_add_handle(multi_, running_[index]->transfer.easy());
  if (code != CURLM_OK) finish(index, Error{.code = Errc::internal, .detail = curl_multi_strerror(code)});
}

void FetchLoop::collect_done() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const CURLcode code = message->data.result;  // The message is gone with the handle.
    const auto fetch =
        std::ranges::find_if(running_, [&](const FetchPtr& f) { return f->transfer.easy() == easy; });
    curl_multi_remove_handle(multi_, easy);
    std::optional<Result<delivery::Photo>> result;
    try {
      result = (*fetch)->transfer.done(code);
    } catch (const std::exception& e) {
      result.emplace(Error{.code = Errc::internal, .detail = e.what()});
    }
    const auto index = static_cast<std::size_t>(fetch - running_.begin());
    if (result)
      finish(index, std::move(*result));
    else
      give_in(index);
  }
  start_waiting();
}

void FetchLoop::finish(std::size_t index, Result<delivery::Photo> result) {
  FetchPtr fetch = std::move(running_[index]);
  running_[index] = std::move(running_.back());
  running_.pop_back();
  // Harmless where it is out already.
  if (fetch->transfer.easy() != nullptr) curl_multi_remove_handle(multi_, fetch->transfer.easy());
  {
    const std::lock_guard lock(mutex_);
    --unfinished_;
  }
  answer(std::move(fetch), std::move(result));
}

void FetchLoop::drop_all() {
  take_new();  // What came between the last look and the stop.
  while (!running_.empty()) finish(running_.size() - 1, cancelled());
  for (FetchPtr& fetch : waiting_) answer(std::move(fetch), cancelled());
  waiting_.clear();
}

}  // namespace cutroom::fetch_curl
