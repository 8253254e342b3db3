// The one thread that fetches: it owns libcurl's multi handle and every transfer that runs. It sleeps until a
// socket, a timer of a transfer or wake() calls; idle, it uses no CPU.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <curl/curl.h>

#include "adapters/fetch_curl/transfer.hpp"

namespace cutroom::fetch_curl {

class FetchLoop {
 public:
  // Both outlive it.
  FetchLoop(const Options&, const UrlRules&);
  // Ends what runs and what waits with `cancelled`, then joins.
  ~FetchLoop();
  FetchLoop(const FetchLoop&) = delete;
  FetchLoop& operator=(const FetchLoop&) = delete;

  // Resumes the caller on its own executor. A stop request takes the transfer out at once, also one that
  // still waits for its turn.
  boost::asio::awaitable<Result<delivery::Photo>> fetch(PhotoUrl url, std::stop_token stop) {
    std::optional<Result<delivery::Photo>> answer;
    co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
        [&](auto handler) {
          boost::asio::any_io_executor executor = boost::asio::get_associated_executor(handler);
          using Handler = std::decay_t<decltype(handler)>;
          push(std::make_unique<FetchOf<Handler>>(*this, std::move(url), std::move(executor), answer,
                                                  std::move(handler)),
               stop);
        },
        boost::asio::use_awaitable);
    co_return std::move(*answer);
  }

 private:
  struct Fetch;
  struct StopAsked {
    Fetch* fetch;
    void operator()() const noexcept;
  };

  struct Fetch {
    Fetch(FetchLoop& l, PhotoUrl url, boost::asio::any_io_executor executor,
          std::optional<Result<delivery::Photo>>& a)
        : loop(l),
          transfer(l.options_, l.rules_, std::move(url)),
          work(boost::asio::prefer(std::move(executor), boost::asio::execution::outstanding_work.tracked)),
          answer(a) {}
    virtual ~Fetch() = default;
    // On the caller's executor. Frees the fetch before the caller goes on.
    virtual void resume(std::unique_ptr<Fetch> self) = 0;

    FetchLoop& loop;
    Transfer transfer;
    boost::asio::any_io_executor work;
    std::optional<Result<delivery::Photo>>& answer;  // In the waiting coroutine's frame.
    std::atomic<bool> stop_asked = false;
    std::optional<std::stop_callback<StopAsked>> on_stop;
  };

  template <class Handler>
  struct FetchOf final : Fetch {
    FetchOf(FetchLoop& l, PhotoUrl url, boost::asio::any_io_executor executor,
            std::optional<Result<delivery::Photo>>& a, Handler h)
        : Fetch(l, std::move(url), std::move(executor), a), handler(std::move(h)) {}
    void resume(std::unique_ptr<Fetch> self) override {
      Handler caller = std::move(handler);
      self.reset();
      std::move(caller)();
    }
    Handler handler;
  };

  using FetchPtr = std::unique_ptr<Fetch>;

  void push(FetchPtr, const std::stop_token&);
  void wake() noexcept;
  static void answer(FetchPtr, Result<delivery::Photo>);

  // On the thread only.
  void loop();
  void take_new();
  void drop_stopped();
  void start_waiting();
  void collect_done();
  void give_in(std::size_t running_index);
  void finish(std::size_t running_index, Result<delivery::Photo>);
  void drop_all();

  const Options& options_;
  const UrlRules& rules_;
  CURLM* multi_ = nullptr;

  std::mutex mutex_;  // Guards the three below, which callers hand over to the thread.
  std::vector<FetchPtr> new_;
  std::size_t unfinished_ = 0;
  bool stopping_ = false;
  std::atomic<bool> some_stop_asked_ = false;

  std::deque<FetchPtr> waiting_;   // The thread's.
  std::vector<FetchPtr> running_;  // The thread's.
  std::thread thread_;
};

}  // namespace cutroom::fetch_curl
